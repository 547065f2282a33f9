"""The demo space shows every field type with a value."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import STORIES, Api, like

Json = Any


@pytest.mark.parametrize(
    ("page", "key", "type_key", "shape"),
    [
        ("5.5", "field_a1b2c3", "text", str),
        ("5.5", "description", "multi_text", str),
        ("5.5", "priority", "select", {"label": str, "value": str}),
        ("5.5", "field_0dae57", "radio", {"label": str, "value": str}),
        ("5.5", "field_c4d17a", "multi_select", [{"label": str, "value": str}]),
        (
            "5.5",
            "field_511b0c",
            "tree_select",
            {"value": str, "label": str, "children": {"value": str, "label": str, "children": None}},
        ),
        (
            "5.5",
            "field_38c836",
            "tree_multi_select",
            [{"value": str, "label": str, "children": ({"value": str}, None)}],
        ),
        ("5.5", "field_05723d", "user", str),
        ("5.5", "watchers", "multi_user", [str]),
        ("5.5", "field_2fbca6", "date", int),
        ("5.5", "schedule", "schedule", {"start_time": int, "end_time": int}),
        ("5.5", "field_3724e6", "number", (int, float)),
        ("5.5", "field_b9d821", "bool", bool),
        ("5.5", "field_1c7e08", "signal", (bool, None)),
        ("5.5", "wiki", "link", str),
        ("5.5", "field_347e4e", "link_cloud_doc", [str]),
        ("5.5", "field_7872c9", "work_item_related_select", int),
        ("5.5", "planning_sprint", "work_item_related_multi_select", [int]),
        (
            "5.5",
            "field_5a711c",
            "compound_field",
            [[{"field_key": str, "field_alias": str, "field_type_key": str}]],
        ),
        ("5.5", "role_owners", "role_owners", [{"role": str, "owners": ([str], None)}]),
        ("5.5", "business", "business", str),
        ("5.5", "group_type", "group_type", ("auto", "disabled", "bind")),
        ("5.5", "field_7c0a11", "telephone", str),
        ("5.5", "field_51ab02", "email", str),
        (
            "5.5",
            "multi_attachment",
            "multi_file",
            [{"name": str, "type": str, "size": str, "uid": str, "url": str}],
        ),
        ("8.7", "template", "work_item_template", {"id": int, "version": int}),
        ("8.7", "aborted", "aborted", {"is_aborted": bool, "reason": str}),
        ("8.7", "auto_number", "number", int),
        ("8.7", "owner", "user", str),
        ("8.7", "start_time", "date", int),
        ("8.7", "is_frozen", "bool", bool),
        ("8.7", "current_status_operator", "multi_user", ([str], None)),
    ],
)
def test_the_demo_space_shows_a_filled_value_of_each_type(
    shared: Api, page: str, key: str, type_key: str, shape: Json
) -> None:
    ids = list(range(6300012300, 6300012320))
    found = [
        row
        for item in shared.ok("POST", f"{STORIES}/query", {"work_item_ids": ids})["data"]
        for row in item["fields"]
        if row["field_key"] == key and row["field_value"] not in ("", [], None)
    ]
    assert found, page
    for row in found:
        assert row["field_type_key"] == type_key
        assert like(row["field_value"], shape), row
