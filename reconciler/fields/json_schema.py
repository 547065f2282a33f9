"""Parts of the JSON Schemas with which editors check values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from reconciler.manifest.editor_words import ANY_TEXT

Schema: TypeAlias = dict[str, Any]

MOST_PAIRS = 50
"""The most members of which a schema says that they cannot be contained and excluded at once."""


def one_of(values: list[Any]) -> Schema:
    """Return the JSON Schema of a choice; any text if the choices are not known."""
    return {"enum": values} if values else ANY_TEXT


def set_schema(shapes: Iterable[Schema]) -> Schema:
    """Return the JSON Schema of a list with unique members."""
    return {"type": "array", "items": either(list(shapes)), "uniqueItems": True}


def either(shapes: list[Schema]) -> Schema:
    """Return the JSON Schema of one of several shapes, maps apart from words.

    An editor suggests the words alone then; by `anyOf` it would suggest an unnamed member for each shape.
    """
    maps = [one for one in shapes if one.get("type") == "object"]
    words = [one for one in shapes if one not in maps]
    some, others = (group[0] if len(group) == 1 else {"anyOf": group} for group in (words, maps))
    if not maps or not words:
        return some if words else others
    made: Schema = {"if": {"type": "object"}, "then": others, "else": some}
    return {**made, "examples": known} if (known := offered(some)) else made


def offered(shape: Schema) -> list[Any]:
    """Return the values of a schema that editors suggest."""
    inner = [*shape.get("anyOf", ()), *(shape[key] for key in ("then", "else") if key in shape)]
    return [
        *shape.get("enum", ()),
        *shape.get("examples", ()),
        *(one for part in inner for one in offered(part)),
    ]


def rule_schema(listed: Schema) -> Schema:
    """Return the JSON Schema of `contains` and `excludes`, which must not name the same member."""
    some = {**listed, "minItems": 1}
    made = map_schema({"contains": some, "excludes": some})
    both = [
        map_schema(
            {mode: {"type": "array", "contains": {"const": value}} for mode in ("contains", "excludes")},
            required=("contains", "excludes"),
        )
        for value in offered(listed["items"])[:MOST_PAIRS]
    ]
    return {**made, "not": {"anyOf": both}} if both else made


def map_schema(shapes: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """Return the JSON Schema of a map with these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(shapes), "additionalProperties": False}
    return {**made, "required": list(required)} if required else {**made, "minProperties": 1}
