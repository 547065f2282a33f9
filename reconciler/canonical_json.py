"""Canonical JSON: equal values have one text. Digests and comparisons of plans and journals use it."""

from __future__ import annotations

import json
from json import JSONEncoder
from typing import Any

ENCODER = JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """Return the canonical JSON text of a value; raises ValueError for NaN and infinities."""
    return ENCODER.encode(value)


def parse_unique(text: str | bytes) -> Any:
    """Read JSON in which no object names a member twice; raises ValueError or RecursionError.

    pydantic's own reader refuses half a character, which a live text may hold.
    """
    return json.loads(text, parse_constant=no_number, object_pairs_hook=unique_members)


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a member twice: two readers could take two values for it."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member twice")
    return made


def no_number(word: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(word)
