"""Parts of the JSON Schemas with which editors check values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]


ANY_TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""The types that an editor may give to a text without quotes."""


def one_of(values: list[Any]) -> Schema:
    """Return the JSON Schema of a choice; any text if the choices are not known."""
    return {"enum": values} if values else ANY_TEXT


def set_schema(shape: Schema) -> Schema:
    """Return the JSON Schema of a list with unique members."""
    return {"type": "array", "items": shape, "uniqueItems": True}


def map_schema(shapes: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """Return the JSON Schema of a map with these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(shapes), "additionalProperties": False}
    return {**made, "required": list(required)} if required else {**made, "minProperties": 1}
