"""Canonical JSON: equal values have one text. Digests and comparisons of plans and journals use it."""

from __future__ import annotations

from json import JSONEncoder
from typing import Any

ENCODER = JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """Return the canonical JSON text of a value; raises ValueError for NaN and infinities."""
    return ENCODER.encode(value)
