"""The JSON Schemas of single words, as editors see them after their YAML parser."""

from __future__ import annotations

import re
from typing import Any

LARGEST_ID = 2**63 - 1

ANY_TEXT: dict[str, Any] = {"not": {"anyOf": [{"type": one} for one in ("null", "array", "object")]}}
"""A text without quotes, which an editor's parser may have read as a number or a boolean: `no`, `007`."""

ID: dict[str, Any] = {"type": "integer", "minimum": 1, "exclusiveMaximum": LARGEST_ID + 1}
"""An item's id.  The limit is a power of two, which JSON's doubles hold exactly."""

LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY_PATTERN = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{LEAP}-02-29)"
)
"""The days that the calendar has."""

DAY: dict[str, Any] = {"type": "string", "pattern": f"^{DAY_PATTERN}$"}

SPECIAL = re.compile(r"[\\^$.*+?()\[\]{}|/]")
"""The characters that mean something in a pattern, in each dialect of them."""


def unoffered(labels: list[str]) -> dict[str, Any]:
    """Return the schema of a choice that editors take and do not suggest."""
    escaped = (SPECIAL.sub(r"\\\g<0>", one) for one in labels)
    return {"type": "string", "pattern": f"^(?:{'|'.join(escaped)})$"}


def present(key: str) -> dict[str, Any]:
    """Return the schema of a map that has a key, in the form that strict validators take inside a choice."""
    return {"required": [key], "properties": {key: {}}}
