"""A JSON Schema of one work item type, for editors: completion of fields, labels and roles.

Draft 7, which the YAML language servers read.  What a field takes is its codec's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.fields import codec_for, refusal
from reconciler.fields.spec import FieldSpec, People
from reconciler.schema.types import TypeSpec

Json = dict[str, Any]
ID: Json = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}


def editor_schema(spec: TypeSpec, space_names: Iterable[str]) -> Json:
    """Return the schema of files of this type; the space may be called by any of its names."""
    names = sorted(space_names)
    fields, roles = {"$ref": "#/definitions/fields"}, {"$ref": "#/definitions/roles"}
    sections = {"fields": fields, "roles": roles}
    unmanaged = {"type": "array", "items": {"type": "string"}}
    item = {**a_map({"id": ID, "expect": fields, "unmanaged": unmanaged, **sections}), "required": ["id"]}
    properties = {
        "space": {"enum": names},
        "type": {"enum": sorted({spec.key, spec.api_name, spec.name} - {""})},
        "defaults": a_map(sections),
        "items": {"type": "array", "items": {"anyOf": [ID, item]}},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{spec.name or spec.word} of {', '.join(names)}",
        **a_map(properties),
        "required": ["space", "type", "items"],
        "definitions": {
            "fields": fields_schema(spec.fields),
            "roles": fields_schema(spec.roles),
            **{defined_as(one): field_schema(one) for one in (*spec.fields, *spec.roles)},
        },
    }


def a_map(properties: Json) -> Json:
    """Return the schema of a map that has these keys and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def fields_schema(specs: Iterable[FieldSpec]) -> Json:
    """Return the map of fields or roles, by every name; one that several fields bear is none."""
    some = list(specs)
    lasting = {word for spec in some for word in (spec.key, spec.alias)}
    names = [spec.name for spec in some]
    properties: Json = {}
    for spec in some:
        for word in (spec.alias, spec.key, spec.name):
            if word and (word in lasting or names.count(word) == 1):
                properties.setdefault(word, {"$ref": f"#/definitions/{defined_as(spec)}"})
    return a_map(properties)


def defined_as(spec: FieldSpec) -> str:
    """Return the name of a field's definition."""
    return f"{'role' if spec.type == 'role' else 'field'}-{spec.key}"


def field_schema(spec: FieldSpec) -> Json:
    """Return a field's schema with its name; one that cannot be written says why and takes nothing."""
    reason = refusal(spec) or ("its members are fixed by the space" if spec.locked else None)
    if reason:
        return {"not": {}, "readOnly": True, "description": f"{spec.label}: {reason}"}
    what = f"{spec.label} ({spec.type.replace('_', ' ')})"
    return {**codec_for(spec, People()).schema(), "description": what}
