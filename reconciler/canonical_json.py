"""Canonical JSON: equal values have one text. Digests and comparisons of plans and journals use it."""

from __future__ import annotations

import json
from typing import Any


def canonical(value: Any) -> str:
    """Return the canonical JSON text of a value; raises ValueError for NaN and infinities."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
