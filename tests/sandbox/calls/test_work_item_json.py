"""A work item as reads give it: its members, and what each expand adds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import HEX, RELEASE, Api, like

Json = Any


STATUS = {
    "state_key": str,
    "is_archived_state": bool,
    "is_init_state": bool,
    "updated_at": int,
    "updated_by": str,
}


INFO = {
    "id": int,
    "name": str,
    "work_item_type_key": str,
    "project_key": HEX,
    "simple_name": "demo",
    "template_id": int,
    "template_type": str,
    "pattern": ("Node", "State"),
    "sub_stage": str,
    "work_item_status": STATUS | {"history": [STATUS]},
    "current_nodes": [{"id": str, "name": str, "owners": [str], "milestone": bool}],
    "state_times": [{"state_key": str, "name": str, "start_time": int, "end_time": int}],
    "created_by": str,
    "updated_by": str,
    "deleted_by": str,
    "created_at": int,
    "updated_at": int,
    "deleted_at": int,
    "fields": [{"field_key": str, "field_alias": str, "field_type_key": str}],
}


@pytest.mark.parametrize(
    ("page", "expand", "shape"),
    [
        (
            "6.1",
            "need_multi_text",
            {
                "multi_texts": [
                    {
                        "field_key": str,
                        "field_value": {
                            "doc": str,
                            "doc_text": str,
                            "doc_html": str,
                            "is_empty": bool,
                            "notify_user_list": list,
                            "notify_user_type": str,
                        },
                    }
                ]
            },
        ),
        (
            "6.1",
            "relation_fields_detail",
            {
                "relation_fields_detail": [
                    {
                        "field_key": str,
                        "detail": [{"story_id": int, "work_item_type_key": str, "project_key": HEX}],
                    }
                ]
            },
        ),
        (
            "6.1",
            "need_user_detail",
            {
                "user_details": [
                    {"user_key": str, "username": str, "email": str, "name_cn": str, "name_en": str}
                ]
            },
        ),
        ("6.2", "need_workflow", {"workflow_infos": {"workflow_nodes": [dict], "connections": [dict]}}),
        (
            "7.9",
            "need_group_uuid_for_compound",
            {"compound_field_extra": [{"field_key": str, "field_value": [{"group_uuid": str}]}]},
        ),
    ],
)
def test_an_expand_adds_its_member(shared: Api, page: str, expand: str, shape: Json) -> None:
    plain, expanded = shared.read(), shared.read(expand={expand: True})
    assert like(expanded, shape), page
    assert set(expanded) - set(plain) == set(shape)


@pytest.mark.parametrize("kind", ["story", "issue", RELEASE])
def test_every_item_of_the_demo_space_has_the_same_shape(shared: Api, kind: str) -> None:
    ids = [each.id for each in shared.world.items.values() if each.type_key == kind]
    for start in range(0, len(ids), 50):
        body = {"work_item_ids": ids[start : start + 50]}
        told = shared.ok("POST", f"/open_api/demo/work_item/{kind}/query", body)
        assert like(told, {"data": [INFO]})
        assert [each["id"] for each in told["data"]] == ids[start : start + 50]
