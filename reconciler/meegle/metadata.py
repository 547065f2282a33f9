"""The metadata of a space: types, fields, roles and business lines, from the service's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.fields.options import option_of
from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.types import BUSINESS, TypeSpec


def obsolete(row: Mapping[str, Any]) -> bool:
    """Whether the space has retired the field."""
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
