"""The people of a row: creator, followers, role members, node owners; unreadable is not nobody."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.meegle.audience import audience_of
from reconciler.meegle.rows import read_row, role_list

ROLES = [{"role": "rd", "owners": ["2"]}, {"role": "qa", "owners": None}]


def row(**more: Any) -> dict[str, Any]:
    fields = more.pop("fields", {"watchers": ["3"], "role_owners": ROLES})
    listed = [{"field_key": key, "field_value": value} for key, value in fields.items()]
    return {"id": 1, "created_by": "1", "current_nodes": [{"owners": ["4"]}], "fields": listed, **more}


def people(raw: dict[str, Any]) -> frozenset[str] | None:
    read = read_row(raw)
    try:
        roles = role_list(read.values.get("role_owners") or [])
    except ValueError:
        roles = ()
    return audience_of(raw, read, roles)


def test_all_whom_an_item_names_are_found() -> None:
    assert people(row()) == frozenset("1234")
    assert people(row(fields={}, current_nodes=None)) == frozenset("1")


@pytest.mark.parametrize(
    "raw",
    [
        row(fields={"watchers": "3"}),
        row(fields={"watchers": [3]}),
        row(fields={"role_owners": "odd"}),
        row(current_nodes=["x"]),
        row(current_nodes=[{"owners": "x"}]),
        {"id": 1, "created_by": "1"},
    ],
)
def test_what_cannot_be_read_is_not_nobody(raw: dict[str, Any]) -> None:
    assert people(raw) is None
