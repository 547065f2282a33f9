"""A JSON Schema of one work item type, for editors: completion of fields, labels and roles.

Draft 7, which the YAML language servers read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.catalog import TypeSpec
from reconciler.fields import refusal
from reconciler.fields.base import FieldSpec

Json = dict[str, Any]
TEXT: Json = {"type": ["string", "number", "boolean"]}
NULL: Json = {"type": "null"}
PERSON: Json = {"type": ["string", "number"]}
ITEM: Json = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {
            "type": "object",
            "properties": {"type": {"type": "string"}, "name": TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
    ]
}
ID_FORM: Json = {
    "type": "object",
    "properties": {"id": {"type": "string"}},
    "required": ["id"],
    "additionalProperties": False,
}
FORMATTED: Json = {
    "type": "object",
    "properties": {"markdown": TEXT, "text": TEXT, "replace_formatting": {"const": True}},
    "additionalProperties": False,
}
"""What stands where, as YAML 1.2 reads it: a text may look like a number to an editor."""


def choices(spec: FieldSpec) -> list[Any]:
    """Return the labels of the options that may be chosen, each in every form that YAML reads it in."""
    labels = [option.label for option in spec.options if option.label and not option.disabled]
    return [form for label in labels for form in forms(label)]


def forms(label: str) -> list[Any]:
    """Return a label as text and, where it looks like one, as the number, boolean or null of YAML 1.2."""
    try:
        read = YAML(typ="safe").load(label)
    except YAMLError:
        return [label]
    return [label, read] if read is None or isinstance(read, bool | int | float) else [label]


def paths(spec: FieldSpec) -> list[str]:
    """Return the paths of a cascade's options as they are written."""

    def below(options: Iterable[Any], above: tuple[str, ...]) -> Iterable[str]:
        for option in options:
            if option.disabled:
                continue
            path = (*above, option.label)
            if spec.level != "leaf" or not option.children:
                yield " / ".join(path)
            yield from below(option.children, path)

    return list(below(spec.options, ()))


def a_set(member: Json) -> Json:
    """Return an exact list or a rule about members."""
    members = {"type": "array", "items": member, "uniqueItems": True}
    rule = {
        "type": "object",
        "properties": {"contains": members, "excludes": members},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [members, rule]}


def one_of(values: list[Any]) -> Json:
    """Return an enumeration; anything where there is nothing to choose from."""
    return {"anyOf": [{"enum": values}, ID_FORM]} if values else {"anyOf": [TEXT, ID_FORM]}


def a_path(spec: FieldSpec) -> Json:
    """Return a cascade's value: a path in one text, a list of labels, or an id."""
    listed = {"type": "array", "items": TEXT}
    return {"anyOf": [{"enum": paths(spec)} if paths(spec) else TEXT, TEXT, listed, ID_FORM]}


def rows(spec: FieldSpec) -> Json:
    """Return the rows of a compound field."""
    row = {
        "type": "object",
        "properties": {
            name: value_schema(sub) for sub in spec.subfields if not refusal(sub) for name in words_of(sub)
        },
        "additionalProperties": False,
    }
    listed = {"type": "array", "items": row}
    contains = {"type": "object", "properties": {"contains": listed}, "additionalProperties": False}
    return {"anyOf": [listed, contains]}


SCHEMAS: dict[str, Callable[[FieldSpec], Json]] = {
    "text": lambda _: TEXT,
    "multi_pure_text": lambda _: TEXT,
    "multi_text": lambda _: {"anyOf": [TEXT, FORMATTED]},
    "link": lambda _: {"type": "string"},
    "link_cloud_doc": lambda _: {"type": "array", "items": {"type": "string"}},
    "telephone": lambda _: TEXT,
    "email": lambda _: {"type": "string"},
    "number": lambda _: {"type": "number"},
    "bool": lambda _: {"type": "boolean"},
    "date": lambda _: {"type": "string"},
    "schedule": lambda _: {"type": ["object", "array", "string"]},
    "select": lambda spec: one_of(choices(spec)),
    "radio": lambda spec: one_of(choices(spec)),
    "priority": lambda spec: one_of(choices(spec)),
    "multi_select": lambda spec: a_set(one_of(choices(spec))),
    "tree_select": a_path,
    "tree_multi_select": lambda spec: a_set(a_path(spec)),
    "business": a_path,
    "user": lambda _: PERSON,
    "multi_user": lambda _: a_set(PERSON),
    "role": lambda _: a_set(PERSON),
    "work_item_related_select": lambda _: ITEM,
    "work_item_related_multi_select": lambda _: a_set(ITEM),
    "linked_work_item": lambda _: ITEM,
    "compound_field": rows,
}
"""One row a managed type, as in `fields.CODECS`."""


def value_schema(spec: FieldSpec) -> Json:
    """Return what may be written for a field; `null` empties it."""
    shape = SCHEMAS[spec.type](spec)
    return {"anyOf": [shape, NULL]} if "anyOf" not in shape else {"anyOf": [*shape["anyOf"], NULL]}


def words_of(spec: FieldSpec) -> list[str]:
    """Return the names by which files may call a field, the lasting ones first."""
    return list(dict.fromkeys(word for word in (spec.alias, spec.key, spec.name) if word))


def described(spec: FieldSpec) -> Json:
    """Return a field's schema with its name; one that cannot be written says why and takes nothing."""
    if reason := refusal(spec):
        return {"not": {}, "readOnly": True, "description": f"{spec.label}: {reason}"}
    if spec.locked:
        return {
            "not": {},
            "readOnly": True,
            "description": f"{spec.label}: its members are fixed by the space",
        }
    return {**value_schema(spec), "description": f"{spec.label} ({spec.type.replace('_', ' ')})"}


def section(specs: Iterable[FieldSpec]) -> Json:
    """Return the map of fields or roles; a name of several fields is none."""
    some = list(specs)
    keys = {word for spec in some for word in (spec.key, spec.alias)}
    names = [spec.name for spec in some]
    properties: Json = {}
    for spec in some:
        for word in words_of(spec):
            if word in keys or names.count(word) == 1:
                properties.setdefault(word, {"$ref": f"#/definitions/{defined_as(spec)}"})
    return {"type": "object", "properties": properties, "additionalProperties": False}


def defined_as(spec: FieldSpec) -> str:
    """Return the name of a field's definition."""
    return f"{'role' if spec.type == 'role' else 'field'}-{spec.key}"


def editor_schema(spec: TypeSpec, space_names: Iterable[str]) -> Json:
    """Return the schema of files of this type."""
    fields, roles = {"$ref": "#/definitions/fields"}, {"$ref": "#/definitions/roles"}
    identity = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    item = {
        "type": "object",
        "properties": {
            "id": identity,
            "expect": fields,
            "unmanaged": {"type": "array", "items": {"type": "string"}},
            "fields": fields,
            "roles": roles,
        },
        "required": ["id"],
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{spec.name or spec.word} of {', '.join(space_names)}",
        "type": "object",
        "properties": {
            "space": {"enum": sorted(space_names)},
            "type": {"enum": sorted({spec.key, spec.api_name, spec.name} - {""})},
            "defaults": {
                "type": "object",
                "properties": {"fields": fields, "roles": roles},
                "additionalProperties": False,
            },
            "items": {"type": "array", "items": {"anyOf": [identity, item]}},
        },
        "required": ["space", "type", "items"],
        "additionalProperties": False,
        "definitions": {
            "fields": section(spec.fields),
            "roles": section(spec.roles),
            **{defined_as(one): described(one) for one in (*spec.fields, *spec.roles)},
        },
    }
