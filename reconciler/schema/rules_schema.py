"""The part of the editors' schema that describes rules over many items: conditions and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from reconciler.fields import refusal
from reconciler.fields.conditions import BY_TYPE, FACTS, NULLS, PEOPLE, STATUS, Searchable
from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.types import TypeSpec, every_spec

Json = dict[str, Any]
MODES: Final = ("check", "propose", "hold")
RANGED: Final = frozenset({"number", "date"})
TEXT: Final[Json] = {"type": "string"}
EMPTIES: Final[Json] = {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]}
"""What would empty a field: a rule empties nothing."""
OFFERED: Final = 12
"""Options of a field that the completion of conditions offers."""


def rule_schema(spec: TypeSpec) -> Json:
    """Return the schema of one rule of this type; its values rest on the definitions of the fields."""
    condition: Json = {"anyOf": [{"enum": sorted(set(offered_conditions(spec)))}, TEXT]}
    listed = {"type": "array", "items": condition, "minItems": 1}
    some = {
        "type": "object",
        "properties": {"any": listed},
        "required": ["any"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
            "mode": {"enum": list(MODES)},
            "at_most": {"type": "integer", "minimum": 1},
            "where": {"type": "array", "items": {"anyOf": [condition, some]}, "minItems": 1},
            "fields": values_schema(spec.fields),
            "roles": values_schema(spec.roles),
            "once": {"type": "boolean"},
            "why": TEXT,
        },
        "required": ["name", "where"],
        "additionalProperties": False,
        "if": {"properties": {"mode": {"enum": ["propose", "hold"]}}, "required": ["mode"]},
        # Strict readers ask that what is required is among the properties of the same schema.
        "then": {"properties": {"at_most": {}}, "required": ["at_most"]},
    }


def values_schema(specs: Iterable[FieldSpec]) -> Json:
    """Return the map of values by every name; one that several fields bear is none."""
    some = [one for one in specs if is_settable(one)]
    names = [one.name for one in some]
    properties: Json = {}
    for spec in some:
        for word in words_of(spec) if names.count(spec.name) == 1 else words_of(spec)[:-1]:
            properties.setdefault(word, {"$ref": f"#/definitions/rule-{defined_as(spec)}"})
    return a_map(properties)


def rule_definitions(kind: TypeSpec) -> Json:
    """Return a definition for each field of a rule: as in an item, or in a form that only rules have."""
    relations = [words_of(one)[0] for one in kind.fields if is_relation(one)]
    dates = ["created", *(words_of(one)[0] for one in kind.fields if one.type == "date")]
    made: Json = {
        "rule-from": a_map({"from": {"anyOf": [{"enum": relations}, TEXT]}}, "from"),
        "rule-days": {"anyOf": [days_schema(side, dates) for side in ("after", "before")]},
    }
    for spec in every_spec(kind):
        if is_settable(spec):
            shapes: list[Json] = [{"$ref": f"#/definitions/{defined_as(spec)}"}]
            shapes.append({"$ref": "#/definitions/rule-from"})
            shapes += [bounds_schema(spec)] if spec.type in RANGED else []
            made[f"rule-{defined_as(spec)}"] = {"anyOf": shapes, "not": EMPTIES}
    return made


def is_settable(spec: FieldSpec) -> bool:
    """Return True if files may set a field."""
    return not refusal(spec) and not spec.locked


def days_schema(side: str, dates: list[str]) -> Json:
    """Return the schema of a day that is so many days after or before another field's."""
    days: Json = {"type": "integer", "minimum": 0}
    return a_map({"days": days, side: {"anyOf": [{"enum": dates}, TEXT]}}, "days", side)


def bounds_schema(spec: FieldSpec) -> Json:
    """Return the schema of `max` and `min` of a number or a date."""
    ends: list[Json] = [{"$ref": f"#/definitions/{defined_as(spec)}"}]
    ends += [{"$ref": "#/definitions/rule-days"}] if spec.type == "date" else []
    one: Json = {"anyOf": ends}
    return {**a_map({"max": one, "min": one}), "minProperties": 1}


def a_map(properties: Json, *required: str) -> Json:
    """Return the schema of a map with these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def offered_conditions(spec: TypeSpec) -> Iterator[str]:
    """Yield conditions that editors offer: each operator of each field that can be searched."""
    for one in every_spec(spec):
        known = FACTS[STATUS] if one.type == STATUS else BY_TYPE.get(one.type)
        if known is None or (refusal(one) and one.type != STATUS):
            continue
        name = (
            "status" if one.type == STATUS else f"{'roles.' if one.type == 'role' else ''}{words_of(one)[0]}"
        )
        yield from with_operators(name, known, [*islice(option_words(one.options, one.level), OFFERED)])
    for fact in FACTS.keys() - {STATUS}:
        if not (fact == PEOPLE and spec.key == "issue"):
            yield from with_operators(fact, FACTS[fact], [])


def with_operators(name: str, known: Searchable, options: Iterable[str]) -> Iterator[str]:
    """Yield a condition for each operator, and for each option where the operator takes one."""
    words = list(options)
    for operator in known.operators:
        if operator in NULLS:
            yield f"{name} {operator}"
        elif words and operator in {"=", "HAS ANY OF"}:
            yield from (f"{name} {operator} {word}" for word in words)
        else:
            yield f"{name} {operator} …"


def option_words(options: Iterable[Option], level: str, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield options as conditions write them; those of a tree by path, its branches if they count."""
    for one in options:
        here = (*path, one.label)
        if not (one.children and level == "leaf"):
            yield " / ".join(here)
        yield from option_words(one.children, level, here)


def words_of(spec: FieldSpec) -> list[str]:
    """Return the names of a field, the one that files write first."""
    first = [spec.name, spec.key] if spec.type == "role" else [spec.alias, spec.key, spec.name]
    return list(dict.fromkeys(word for word in first if word))


def is_relation(spec: FieldSpec) -> bool:
    """Return True if a field leads to other items."""
    return spec.type in {"work_item_related_select", "work_item_related_multi_select", "linked_work_item"}


def defined_as(spec: FieldSpec) -> str:
    """Return the name of a field's definition."""
    return f"{'role' if spec.type == 'role' else 'field'}-{spec.key}"
