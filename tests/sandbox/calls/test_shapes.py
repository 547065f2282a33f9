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
