"""The metadata of a space: answers of the service in, types, fields and roles out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.spec import FieldSpec, Option
from reconciler.meegle.metadata import (
    bare_types,
    business_lines,
    field_spec,
    obsolete,
    read_types,
    role_spec,
    with_lines,
)
from reconciler.schema.types import NAME, TypeSpec
from tests.meegle.http.clients import client_for
from tests.meegle.http.doubles import Service, good

STORY = {"type_key": "story", "api_name": "story", "name": "Story"}
BUG = {"type_key": "67c7", "api_name": "bug", "name": "Bug"}
PRIORITY: dict[str, Any] = {"field_key": "priority", "field_name": "Priority", "field_type_key": "select"}


def test_an_option_of_another_type_is_not_one_of_the_field() -> None:
    options = [
        {"value": "o1", "label": "P0"},
        {"value": "o2", "label": "P1", "work_item_type_key": "story"},
        {"value": "o3", "label": "P2", "work_item_type_key": "_all"},
        {"value": "o4", "label": "S1", "work_item_type_key": "issue"},
    ]
    read = field_spec({**PRIORITY, "options": options}, {}, "story")
    assert [one.label for one in read.options] == ["P0", "P1", "P2"]


@pytest.mark.parametrize(
    ("row", "layout", "member", "value"),
    [
        ({"field_type_key": "work-item-related-select"}, {}, "type", "work_item_related_select"),
        ({"field_type_key": "workitem_related_select"}, {}, "type", "work_item_related_select"),
        ({"value_generate_mode": "Calculated"}, {}, "calculated", True),
        ({"value_generate_mode": "Default"}, {}, "calculated", False),
        ({}, {"sub_type_level_mode": "OnlyLeaf"}, "level", "leaf"),
        ({}, {"options": [{"value": "o1", "label": "P0"}]}, "options", (Option("o1", "P0"),)),
        (
            {},
            {"work_item_relation": {"relation_details": [{"work_item_type_key": "67c7"}, {}]}},
            "targets",
            ("67c7",),
        ),
        (
            {"compound_fields": [{"field_key": "f1", "field_name": "Env", "field_type_key": "text"}]},
            {},
            "subfields",
            (FieldSpec("f1", "Env", "text"),),
        ),
    ],
)
def test_a_field_is_read_from_its_row_and_its_layout(
    row: dict[str, Any], layout: dict[str, Any], member: str, value: object
) -> None:
    assert getattr(field_spec({**PRIORITY, **row}, layout, "story"), member) == value


@pytest.mark.parametrize(
    ("row", "role"),
    [
        ({"id": "rd", "name": "RD"}, FieldSpec("rd", "RD", "role")),
        ({"id": "qa", "name": "QA", "deletable": False}, FieldSpec("qa", "QA", "role", locked=True)),
        ({"id": "pm", "name": "PM", "is_member_multi": False}, FieldSpec("pm", "PM", "role", single=True)),
        (
            {"id": "rd", "name": "RD", "role_alias": "dev", "members": [7, "8"]},
            FieldSpec("rd", "RD", "role", alias="dev", members=("7", "8")),
        ),
    ],
)
def test_a_role_is_read_by_its_id(row: dict[str, Any], role: FieldSpec) -> None:
    assert role_spec(row) == role


@pytest.mark.parametrize(
    ("row", "retired"), [({"is_obsoleted": True}, True), ({"is_obsoleted": None}, False), ({}, False)]
)
def test_a_field_is_retired_only_if_the_space_says_so(row: dict[str, Any], *, retired: bool) -> None:
    assert obsolete(row) is retired


def test_business_lines_are_the_options_of_business_fields_alone() -> None:
    rows = [{"id": 1, "name": "Money", "children": [{"id": 2, "name": "Cards", "disabled": True}]}]
    lines = business_lines(rows)
    assert lines == (Option("1", "Money", children=(Option("2", "Cards", disabled=True),)),)
    plain, line = FieldSpec("f1", "Notes", "text"), FieldSpec("f2", "Line", "business")
    read = with_lines(TypeSpec("t", "T", "t", (plain, line), ()), lines)
    assert [one.options for one in read.fields] == [(), lines]


def test_only_the_types_that_are_named_are_read_and_all_are_known_by_their_names() -> None:
    every = good([PRIORITY, {**PRIORITY, "field_key": "old", "is_obsoleted": True}])
    service = Service(every, good([]), good([{"id": "rd", "name": "RD"}]))
    with client_for(service) as client:
        read = read_types(client, "demo", [STORY, BUG], {"Story"})
    assert list(read) == ["story"]
    assert [one.key for one in read["story"].fields] == [NAME.key, "priority"]
    assert [one.key for one in read["story"].roles] == ["rd"]
    assert len(service.requests) == 3
    assert bare_types([STORY, BUG])["67c7"] == TypeSpec("67c7", "Bug", "bug", (), ())
