"""A JSON Schema of one work item type, for editors: completion of fields, labels and roles.

Draft 7, which the YAML language servers read.  What a field takes is its codec's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from reconciler.fields import codec_for, refusal
from reconciler.fields.spec import FieldSpec, People
from reconciler.manifest.editor_words import ID, present
from reconciler.schema.rules_schema import defined_as, rule_definitions, rule_schema
from reconciler.schema.types import PEOPLE_TYPES, ROLE_REF, TypeSpec

Json = dict[str, Any]
ONE_PERSON, SOME_PEOPLE = "person", "people"
"""The names of the definitions that fields of people share."""


def editor_schema(spec: TypeSpec, space_names: Iterable[str], people: People | None = None) -> Json:
    """Return the schema of files of this type; the space may be called by any of its names.

    `people` are offered wherever people are named: by e-mail, by name, by group.
    """
    known = people or People()
    names = sorted(space_names)
    fields, roles = {"$ref": "#/definitions/fields"}, {"$ref": "#/definitions/roles"}
    sections = {"fields": fields, "roles": roles}
    item = a_map(
        {
            "id": ID,
            "expect": {"$ref": "#/definitions/expect"},
            "unmanaged": {"$ref": "#/definitions/unmanaged"},
            **sections,
        }
    ) | {"required": ["id"]}
    properties = {
        "space": {"enum": names},
        "type": {"enum": sorted({spec.key, spec.api_name, spec.name} - {""})},
        "defaults": a_map(sections),
        "items": {"type": "array", "items": {"anyOf": [ID, item]}},
        "rules": {"type": "array", "items": rule_schema(spec)},
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{spec.name or spec.word} of {', '.join(names)}",
        **a_map(properties),
        "required": ["space", "type"],
        "oneOf": [present("items"), present("rules")],
        "definitions": {
            "fields": fields_schema(spec.fields),
            "roles": fields_schema(spec.roles),
            "expect": expect_schema(spec),
            "unmanaged": unmanaged_schema(spec),
            ONE_PERSON: people_schema("user", known),
            SOME_PEOPLE: people_schema("multi_user", known),
            **rule_definitions(spec),
            **{defined_as(one): field_schema(one, known) for one in (*spec.fields, *spec.roles)},
        },
    }


def a_map(properties: Json) -> Json:
    """Return the schema of a map that has these keys and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def expect_schema(spec: TypeSpec) -> Json:
    """Return the map of fields, and of roles by their REF or by a name that no field has."""
    fields, roles = (fields_schema(some)["properties"] for some in (spec.fields, spec.roles))
    return a_map({**roles, **{f"{ROLE_REF}{word}": one for word, one in roles.items()}, **fields})


def unmanaged_schema(spec: TypeSpec) -> Json:
    """Return the list of fields and roles whose default an item does not take."""
    fields, roles = (
        [one for one in some if not (refusal(one) or one.locked)] for some in (spec.fields, spec.roles)
    )
    words = expect_schema(replace(spec, fields=tuple(fields), roles=tuple(roles)))["properties"]
    some = {"enum": sorted(words)} if words else {"type": "string"}
    return {"type": "array", "items": some, "uniqueItems": True}


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


def people_schema(type_: str, people: People) -> Json:
    """Return what all fields of one type of people take: it is written once, since it lists the people."""
    return {"anyOf": codec_for(FieldSpec("", "", type_), people).schema()["anyOf"]}


def field_schema(spec: FieldSpec, people: People) -> Json:
    """Return a field's schema with its name; one that cannot be written says why and takes nothing."""
    reason = refusal(spec) or ("its members are fixed by the space" if spec.locked else None)
    if reason:
        return {"not": {}, "readOnly": True, "description": f"{spec.label}: {reason}"}
    what = f"{spec.label} ({spec.type.replace('_', ' ')})"
    if spec.type in PEOPLE_TYPES:
        shape = {"$ref": f"#/definitions/{ONE_PERSON if spec.type == 'user' else SOME_PEOPLE}"}
        return {"title": spec.label, "anyOf": [shape], "description": what}
    return {**codec_for(spec, people).schema(), "description": what}
