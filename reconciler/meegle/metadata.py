"""The metadata of a space: types, fields, roles and business lines, from the service's answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from reconciler.fields.options import option_of
from reconciler.fields.spec import FieldSpec, Option
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.ahead import Question
from reconciler.schema.types import BUSINESS, NAME, TypeSpec

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client


def types_question(space_key: str) -> Question:
    """Return the question about all types of a space (endpoints.md 4.4)."""
    return Question(api.ALL_TYPES, {"project_key": space_key})


def list_types(client: Client, space_key: str) -> list[Mapping[str, Any]]:
    """Read the rows of all types of a space."""
    return client.ask(types_question(space_key)).get("data") or []


def read_types(
    client: Client, space_key: str, listed: Sequence[Mapping[str, Any]], words: Collection[str]
) -> dict[str, TypeSpec]:
    """Read the types that words name, by key, all at once."""
    rows = [
        row
        for row in listed
        if {str(row.get("type_key")), str(row.get("api_name")), str(row.get("name"))}.intersection(words)
    ]
    questions = [one for row in rows for one in type_questions(space_key, str(row["type_key"]))]
    with client.ahead(questions):
        return {spec.key: spec for spec in (read_type(client, space_key, row) for row in rows)}


def bare_types(listed: Sequence[Mapping[str, Any]]) -> dict[str, TypeSpec]:
    """Return all types by key, with their names alone."""
    return {
        str(row["type_key"]): TypeSpec(
            str(row["type_key"]), str(row.get("name") or ""), str(row.get("api_name") or ""), (), ()
        )
        for row in listed
    }


def type_questions(space_key: str, type_key: str) -> tuple[Question, Question, Question]:
    """Return the questions about a type's fields, layout and roles (field-formats.md 16.1)."""
    path = {"project_key": space_key, "type_key": type_key}
    return (
        Question(api.FIELD_ALL, {"project_key": space_key}, {"work_item_type_key": type_key}),
        Question(api.META, path),
        Question(api.FLOW_ROLES, path),
    )


def read_type(client: Client, space_key: str, row: Mapping[str, Any]) -> TypeSpec:
    """Read one type's fields, layout and roles."""
    key = str(row["type_key"])
    every, rows, roles = (client.ask(one).get("data") for one in type_questions(space_key, key))
    layout = {str(one.get("field_key")): one for one in rows or []}
    fields = [
        field_spec(one, layout.get(str(one.get("field_key")), {}), key)
        for one in every or []
        if not obsolete(one)
    ]
    if not any(one.key == NAME.key for one in fields):
        fields.insert(0, NAME)
    return TypeSpec(
        key,
        str(row.get("name") or ""),
        str(row.get("api_name") or ""),
        tuple(fields),
        tuple(role_spec(one) for one in roles or []),
    )


def lines_question(space_key: str) -> Question:
    """Return the question about a space's business lines (endpoints.md 4.5)."""
    return Question(api.BUSINESS_ALL, {"project_key": space_key})


def read_business_lines(client: Client, space_key: str) -> tuple[Option, ...]:
    """Read the space's business lines, which are the options of business fields."""
    return business_lines(client.ask(lines_question(space_key)).get("data"))


def obsolete(row: Mapping[str, Any]) -> bool:
    """Return True if the space has retired the field."""
    return row.get("is_obsoleted") is True


def field_spec(row: Mapping[str, Any], layout: Mapping[str, Any], type_key: str) -> FieldSpec:
    """Read one SimpleField and what the layout adds (endpoints.md 5.1, 5.2), without other types' options.

    What the level rule of a cascade says is not documented; a mode that speaks of leaves is one.
    """
    options = [
        option_of(one)
        for one in row.get("options") or layout.get("options") or []
        if one.get("work_item_type_key") in (None, "", "_all", type_key)
    ]
    relation = layout.get("work_item_relation") or {}
    return FieldSpec(
        key=str(row.get("field_key")),
        name=str(row.get("field_name") or ""),
        alias=str(row.get("field_alias") or ""),
        type=str(row.get("field_type_key") or "").replace("-", "_").replace("workitem_", "work_item_"),
        options=tuple(options),
        calculated=str(row.get("value_generate_mode") or "Default") != "Default",
        level="leaf" if "leaf" in str(layout.get("sub_type_level_mode") or "").lower() else "",
        subfields=tuple(field_spec(one, {}, type_key) for one in row.get("compound_fields") or []),
        targets=tuple(
            str(one["work_item_type_key"])
            for one in relation.get("relation_details") or []
            if one.get("work_item_type_key")
        ),
    )


def business_lines(rows: Any) -> tuple[Option, ...]:
    """Read the tree of business lines as options (endpoints.md 4.5)."""
    return tuple(
        Option(
            str(row.get("id")),
            str(row.get("name") or ""),
            row.get("disabled") is True,
            business_lines(row.get("children")),
        )
        for row in rows or []
    )


def with_lines(spec: TypeSpec, lines: tuple[Option, ...]) -> TypeSpec:
    """Give the business fields of a type the space's lines for options."""
    return replace(
        spec,
        fields=tuple(replace(one, options=lines) if one.type == BUSINESS else one for one in spec.fields),
    )


def role_spec(row: Mapping[str, Any]) -> FieldSpec:
    """Read one role (endpoints.md 5.4): the key of `role_owners` is `id`; `deletable` false locks it."""
    return FieldSpec(
        key=str(row.get("id")),
        name=str(row.get("name") or ""),
        alias=str(row.get("role_alias") or ""),
        type="role",
        single=row.get("is_member_multi") is False,
        locked=row.get("deletable") is False,
        members=tuple(str(one) for one in row.get("members") or []),
    )
