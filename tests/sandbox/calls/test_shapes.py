"""Success shapes: every endpoint with the members and JSON types that typed clients read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import ANA, HEX, ISSUE, ITEM, RELEASE, STORIES, STORY, Api, like

Json = Any
OPTION = {"label": str, "value": str, "is_visibility": int, "is_disabled": (1, 2), "children": list}
NAMED = {"field_key": str, "field_alias": str, "field_name": str, "field_type_key": str, "options": [OPTION]}
SIMPLE = NAMED | {
    "is_custom_field": bool,
    "is_obsoleted": bool,
    "work_item_scopes": [str],
    "value_generate_mode": str,
    "relation_id": str,
    "compound_fields": [dict],
}
CONF = NAMED | {
    "field_uuid": str,
    "label": str,
    "is_required": (1, 2, 3),
    "is_visibility": (1, 2),
    "is_validity": (1, 3),
    "default_value": {"default_appear": (1, 2, 3)},
    "compound_fields": [dict],
    "role_assign": [{"role": str, "name": str, "default_appear": int, "deletable": int, "members": [str]}],
    "free_add": bool,
    "field_tips": str,
    "sub_type_level_mode": str,
    "sub_type_level_class": int,
}
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
PAGES = {"page_num": int, "page_size": int, "total": int}
USER = {
    "user_id": 0,
    "user_key": str,
    "username": str,
    "email": str,
    "name_cn": str,
    "name_en": str,
    "name": {"default": str, "en_us": str, "zh_cn": str},
    "avatar_url": str,
    "out_id": str,
    "status": ("activated", "frozen", "resigned"),
}
RELATION = {
    "id": str,
    "name": str,
    "disabled": bool,
    "relation_type": (0, 1),
    "relation_details": [
        {"project_key": HEX, "project_name": str, "work_item_type_key": str, "work_item_type_name": str}
    ],
}
CONNECTION = {"source_state_key": str, "target_state_key": str}
GROUP = {"conjunction": "AND", "search_params": [{"param_key": "name", "operator": "~", "value": "pay"}]}

SHAPES = [
    ("4.1", "POST", "/open_api/projects", {"user_key": ANA}, {"data": [str]}),
    (
        "4.2",
        "POST",
        "/open_api/projects/detail",
        {"project_keys": [HEX], "user_key": ANA},
        {"data": {HEX: {"project_key": HEX, "name": str, "simple_name": "demo", "administrators": [str]}}},
    ),
    (
        "4.3",
        "GET",
        "/open_api/demo/work_item/all-types",
        None,
        {
            "data": [
                {
                    "type_key": str,
                    "name": str,
                    "is_disable": (1, 2),
                    "api_name": str,
                    "enable_model_resource_lib": bool,
                }
            ]
        },
    ),
    (
        "4.4",
        "GET",
        "/open_api/demo/work_item/type/issue",
        None,
        {
            "data": {
                "type_key": "issue",
                "name": str,
                "flow_mode": "stateflow",
                "api_name": str,
                "description": str,
                "is_disabled": bool,
                "is_pinned": bool,
                "enable_schedule": bool,
                "schedule_field_key": str,
                "schedule_field_name": str,
                "estimate_point_field_key": str,
                "actual_work_time_switch": bool,
                "belong_roles": [{"id": str, "name": str, "key": str}],
                "enable_model_resource_lib": bool,
                "resource_lib_setting": {"enable_roles": list, "enable_fields": list},
            }
        },
    ),
    (
        "4.5",
        "GET",
        "/open_api/demo/business/all",
        None,
        {
            "data": [
                {
                    "id": str,
                    "name": str,
                    "project": HEX,
                    "labels": list,
                    "watchers": list,
                    "order": int,
                    "super_masters": list,
                    "parent": str,
                    "disabled": bool,
                    "level_id": 1,
                    "children": [{"level_id": 2, "children": list}],
                }
            ]
        },
    ),
    (
        "4.6",
        "GET",
        "/open_api/demo/teams/all",
        None,
        {
            "data": [{"team_id": int, "team_name": str, "user_keys": [str], "administrators": [str]}],
            "has_more": False,
        },
    ),
    ("4.7", "POST", "/open_api/user/query", {"user_keys": [ANA]}, {"data": [USER]}),
    ("4.8", "POST", "/open_api/user/search", {"query": "an", "project_key": HEX}, {"data": [USER]}),
    (
        "5.1",
        "POST",
        "/open_api/demo/field/all",
        {},
        {"data": [SIMPLE | {"options": [OPTION | {"order": int, "color": str, "work_item_type_key": str}]}]},
    ),
    ("5.1 one type", "POST", "/open_api/demo/field/all", {"work_item_type_key": "story"}, {"data": [SIMPLE]}),
    ("5.2", "GET", "/open_api/demo/work_item/story/meta", None, {"data": [CONF]}),
    (
        "5.3",
        "POST",
        "/open_api/work_item/field/options",
        {"work_item_id": STORY, "project_key": HEX, "work_item_type_key": "story", "field_key": "priority"},
        {"data": {"options": [OPTION], "free_add": bool, "has_more": False, "field_type": "select"}},
    ),
    (
        "5.4 roles",
        "GET",
        "/open_api/demo/flow_roles/story",
        None,
        {
            "data": [
                {
                    "id": str,
                    "name": str,
                    "key": str,
                    "is_owner": bool,
                    "role_appear_mode": (1, 2, 3),
                    "deletable": bool,
                    "auto_enter_group": bool,
                    "member_assign_mode": (1, 2, 3, 4),
                    "members": [str],
                    "is_member_multi": bool,
                    "is_required": int,
                    "role_alias": str,
                    "allow_delete": bool,
                    "authorization_role_keys": [str],
                    "lock_app_id": str,
                    "lock_scope": [str],
                }
            ]
        },
    ),
    (
        "5.4 templates",
        "GET",
        "/open_api/demo/template_list/story",
        None,
        {
            "data": [
                {
                    "template_id": str,
                    "template_name": str,
                    "template_key": str,
                    "unique_key": str,
                    "version": int,
                    "is_disabled": (1, 2),
                }
            ]
        },
    ),
    (
        "5.4 template",
        "GET",
        "/open_api/demo/template_detail/3047001",
        None,
        {
            "data": {
                "template_id": int,
                "template_name": str,
                "version": int,
                "is_disabled": (1, 2),
                "work_item_type_key": str,
                "workflow_confs": list,
                "connections": [CONNECTION],
            }
        },
    ),
    ("5.4 relations", "GET", "/open_api/demo/work_item/relation", None, {"data": [RELATION]}),
    ("6.3", "POST", f"{STORIES}/query", {"work_item_ids": [STORY]}, {"data": [INFO]}),
    (
        "6.4",
        "POST",
        "/open_api/demo/work_item/filter",
        {"work_item_type_keys": ["story", "issue"]},
        {"data": [INFO], "pagination": PAGES},
    ),
    (
        "6.5",
        "POST",
        "/open_api/work_items/filter_across_project",
        {"project_keys": [HEX], "work_item_type_key": "story"},
        {"data": [INFO], "pagination": PAGES},
    ),
    (
        "6.6",
        "POST",
        f"{STORIES}/search/params",
        {"search_group": GROUP},
        {"data": [INFO], "pagination": PAGES},
    ),
    (
        "6.7 universal",
        "POST",
        "/open_api/view_search/universal_search",
        {"project_key": HEX, "work_item_type_key": "story", "search_group": GROUP},
        {
            "datas": [{"id": int, "fields": []}],
            "pagination": {"page_size": int, "total": int, "search_after": str, "pit": str},
            "extra_info": dict,
        },
    ),
    (
        "6.7 compositive",
        "POST",
        "/open_api/compositive_search",
        {"query": "pay", "query_type": "workitem", "project_keys": [HEX]},
        {
            "data": [
                {
                    "ID": str,
                    "name": str,
                    "WorkItemTypeKey": str,
                    "ProjectKey": HEX,
                    "CreatedBy": str,
                    "CreatedAt": int,
                    "SearchHit": list,
                }
            ]
        },
    ),
    (
        "6.7 relation",
        "POST",
        f"{ITEM}/search_by_relation",
        {"relation_work_item_type_key": RELEASE, "relation_key": "planning_sprint", "relation_type": 0},
        {"data": [INFO], "pagination": PAGES},
    ),
    (
        "7.1",
        "POST",
        "/open_api/demo/work_item/create",
        {"work_item_type_key": "story", "name": "New"},
        {"data": int},
    ),
    (
        "7.2",
        "PUT",
        ITEM,
        {"update_fields": [{"field_key": "name", "field_value": "Renamed"}]},
        {"data": {}},
    ),
    (
        "7.3",
        "POST",
        "/open_api/work_item/batch_update",
        {
            "project_key": HEX,
            "work_item_type_key": "story",
            "work_item_ids": [STORY],
            "update_mode": "UPDATE",
            "field_key": "field_3724e6",
            "before_field_value": None,
            "after_field_value": 4,
        },
        {"data": {"task_id": str}},
    ),
    (
        "7.3 result",
        "GET",
        "/open_api/task_result?task_id=WORK_ITEM_BATCH_UPDATE-1",
        None,
        {
            "data": {
                "task_id": str,
                "task_status": "NOT_EXIST",
                "total": int,
                "success_total": int,
                "error_total": int,
                "success_sub_task_list": [str],
                "fail_sub_task_list": [str],
                "error_scenes": [str],
            }
        },
    ),
    ("7.4", "DELETE", ITEM, None, {"data": {}}),
    ("7.5", "PUT", f"{ITEM}/abort", {"is_aborted": True, "reason_option": "cancel"}, {"data": {}}),
    (
        "7.6",
        "PUT",
        "/open_api/work_item/freeze",
        {"project_key": HEX, "work_item_id": STORY, "is_frozen": True},
        {"data": {}},
    ),
    (
        "7.7 nodes",
        "POST",
        f"{ITEM}/workflow/query",
        {},
        {
            "data": {
                "workflow_nodes": [
                    {
                        "id": str,
                        "state_key": str,
                        "name": str,
                        "status": (1, 2, 3),
                        "owners": [str],
                        "owner_usage_mode": int,
                        "role_assignee": [dict],
                        "node_schedule": dict,
                        "schedules": list,
                        "different_schedule": bool,
                        "actual_begin_time": str,
                        "actual_finish_time": str,
                        "sub_tasks": list,
                        "milestone": bool,
                        "participants": list,
                        "fields": list,
                        "checker": list,
                        "sub_status": list,
                    }
                ],
                "connections": [CONNECTION],
                "user_details": list,
                "template_id": int,
                "version": int,
            }
        },
    ),
    (
        "7.7 states",
        "POST",
        f"/open_api/demo/work_item/issue/{ISSUE}/workflow/query",
        {"flow_type": 1},
        {
            "data": {
                "state_flow_nodes": [
                    {
                        "id": str,
                        "name": str,
                        "role_owners": [{"role": str, "owners": [str]}],
                        "status": (1, 2, 3),
                        "actual_begin_time": str,
                        "actual_finish_time": str,
                        "fields": list,
                    }
                ],
                "connections": [CONNECTION | {"transition_id": int}],
                "template_id": int,
                "version": int,
            }
        },
    ),
    (
        "7.8 required",
        "POST",
        "/open_api/work_item/transition_required_info/get",
        {"project_key": HEX, "work_item_id": STORY, "state_key": "doing"},
        {"data": {"form_items": list, "node_fields": list, "tasks": list, "deliverables": list}},
    ),
    (
        "8",
        "POST",
        "/open_api/op_record/work_item/list",
        {"project_key": HEX, "work_item_ids": [STORY]},
        {"data": {"has_more": bool, "start_from": str, "total": int, "op_records": list}},
    ),
]


def one_for(page: str, shared: Api) -> Api:
    """Section 7 is about writes: those get a world of their own."""
    return Api() if page.startswith("7.") else shared


@pytest.mark.parametrize(("page", "method", "path", "body", "shape"), SHAPES, ids=[row[0] for row in SHAPES])
def test_a_good_answer_has_the_members_of_its_page(
    shared: Api, page: str, method: str, path: str, body: Json, shape: Json
) -> None:
    told = one_for(page, shared).ok(method, path, body)
    assert like(told, shape), told


KEYED = [row for row in SHAPES if "/demo/" in row[2]]


@pytest.mark.parametrize(("page", "method", "path", "body", "shape"), KEYED, ids=[row[0] for row in KEYED])
def test_the_hex_key_opens_the_same_doors_as_the_simple_name(
    shared: Api, page: str, method: str, path: str, body: Json, shape: Json
) -> None:
    assert like(one_for(page, shared).ok(method, path.replace("/demo/", f"/{HEX}/"), body), shape)


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


def test_a_field_that_appears_only_outside_the_layout_is_missing_in_meta(shared: Api) -> None:
    # 5.2: "Returns fields placed on the page layout only"
    conf = {each["field_key"] for each in shared.ok("GET", f"{STORIES}/meta")["data"]}
    body = {"work_item_type_key": "story"}
    everything = {e["field_key"] for e in shared.ok("POST", "/open_api/demo/field/all", body)["data"]}
    assert "field_656741" in everything - conf
    assert conf < everything


def test_calculated_fields_and_scaled_numbers_are_told_by_field_all_alone(shared: Api) -> None:
    # field-formats.md 16.1
    rows = shared.ok("POST", "/open_api/demo/field/all", {"work_item_type_key": "story"})["data"]
    by_key = {each["field_key"]: each for each in rows}
    assert by_key["field_656741"]["value_generate_mode"] != "Default"
    assert by_key["field_9c20d1"]["number_config"]["scaling_ratio"] == "0.01"


def test_templates_and_states_are_options_of_their_fields(shared: Api) -> None:
    # 5.2, 5.1: template ids as strings; state keys as options of work_item_status
    conf = {each["field_key"]: each for each in shared.ok("GET", f"{STORIES}/meta")["data"]}
    assert {o["value"]: o["is_disabled"] for o in conf["template"]["options"]} == {
        "3047001": 2,
        "3047002": 2,
        "3047003": 1,
    }
    rows = shared.ok("POST", "/open_api/demo/field/all", {"work_item_type_key": "issue"})["data"]
    status = next(each for each in rows if each["field_key"] == "work_item_status")
    assert [each["value"] for each in status["options"]] == ["started", "doing", "end"]


def test_a_relation_field_names_its_targets() -> None:
    # field-formats.md 15
    conf = {each["field_key"]: each for each in Api().ok("GET", f"{STORIES}/meta")["data"]}
    assert like(conf["planning_sprint"]["work_item_relation"], RELATION)
    details = conf["planning_sprint"]["work_item_relation"]["relation_details"]
    assert [each["work_item_type_key"] for each in details] == [RELEASE]


@pytest.mark.parametrize(("kind", "own"), [("story", "field_7d21aa"), ("issue", "severity")])
def test_types_have_fields_of_their_own(shared: Api, kind: str, own: str) -> None:
    other = "issue" if kind == "story" else "story"
    keys = {
        each: {f["field_key"] for f in shared.ok("GET", f"/open_api/demo/work_item/{each}/meta")["data"]}
        for each in (kind, other)
    }
    assert own in keys[kind] - keys[other]


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
