"""Parts of the JSON Schemas by which editors check values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


ANY_TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""What an editor may take a text for that stands without quotes."""


def one_of(values: list[Any]) -> Schema:
    """Return the JSON Schema of a choice; any text where nothing is known to choose from."""
    return {"enum": values} if values else ANY_TEXT


def members(shape: Schema) -> Schema:
    """Return the JSON Schema of a list, each member once."""
    return {"type": "array", "items": shape, "uniqueItems": True}


def entries(shapes: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """Return the JSON Schema of a map that has these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(shapes), "additionalProperties": False}
    return {**made, "required": list(required)} if required else {**made, "minProperties": 1}
