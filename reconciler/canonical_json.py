"""The one JSON text of a value: what digests and comparisons of plans and journals rest on."""

from __future__ import annotations

import json
from typing import Any


def canonical(value: Any) -> str:
    """Return the one JSON text of a value; raises ValueError for a number that JSON does not have."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
