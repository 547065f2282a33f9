"""Creating, batches, deleting, terminating and rows (endpoints.md 7)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from tests.sandbox.api import (
    ANA,
    BO,
    CHEN,
    DANA,
    HEX,
    ISSUE,
    ITEM,
    SHIP,
    STORIES,
    STORY,
    TERMINATED,
    Api,
    like,
)

Json = Any
CREATE = "/open_api/demo/work_item/create"
BATCH, RESULT = "/open_api/work_item/batch_update", "/open_api/task_result?task_id="
ROWS = "/open_api/work_item/field_value/update_compound_field"
PRIORITY = {"field_key": "priority", "field_value": {"value": "option_2"}}


# -- create (7.1) -----------------------------------------------------------------------------------------


def test_a_created_item_is_read_with_what_was_given(api: Api) -> None:
    body = {"work_item_type_key": "story", "name": "Fresh", "template_id": 3047002}
    made = api.ok("POST", CREATE, body | {"field_value_pairs": [PRIORITY]})["data"]
    item = api.read(made)
    assert (item["name"], item["template_id"], item["created_by"]) == ("Fresh", 3047002, ANA)
    assert api.value("priority", made) == {"label": "P2", "value": "option_2"}
    assert api.value("template", made) == {"id": 3047002, "version": 3}
    assert item["work_item_status"]["state_key"] == "started"
    assert item["work_item_status"]["is_init_state"] is True


def test_the_first_template_is_the_default_and_locked_roles_get_their_people(api: Api) -> None:
    made = api.ok("POST", CREATE, {"work_item_type_key": "story", "name": "x"})["data"]
    assert api.read(made)["template_id"] == 3047001
    roles = {each["role"]: each["owners"] for each in api.value("role_owners", made)}
    assert roles == {"rd": None, "PM": None, "role_7908a9": [CHEN], "role_d35160": None}


def test_ids_grow_and_are_never_used_again(api: Api) -> None:
    body = {"work_item_type_key": "story", "name": "x"}
    first = api.ok("POST", CREATE, body)["data"]
    api.ok("DELETE", f"{STORIES}/{first}")
    assert api.ok("POST", CREATE, body)["data"] == first + 1


CREATES = [
    ("20005", {}, (400, 20005, "Missing Param")),
    ("30014", {"work_item_type_key": "none"}, (404, 30014, "WorkItem Type Not Found")),
    ("50006", {"work_item_type_key": "story", "template_id": 1}, (500, 50006, "Template not found")),
    (
        "50006 disabled",
        {"work_item_type_key": "story", "template_id": 3047003},
        (500, 50006, "Current Template is Disable"),
    ),
    ("9999", {"work_item_type_key": "story", "template_id": "one"}, (400, 9999, "Invalid Param")),
    (
        "20083",
        {"work_item_type_key": "story", "field_value_pairs": [PRIORITY, PRIORITY]},
        (400, 20083, "Duplication Field Exist, FieldKey : priority"),
    ),
    (
        "20083 name",
        {
            "work_item_type_key": "story",
            "name": "x",
            "field_value_pairs": [{"field_key": "name", "field_value": "y"}],
        },
        (400, 20083, "Duplication Field Exist, FieldKey : name"),
    ),
    (
        "20006 template_id",
        {
            "work_item_type_key": "story",
            "field_value_pairs": [{"field_key": "template_id", "field_value": 1}],
        },
        (400, 20006, "Invalid Param"),
    ),
    (
        "20029 template",
        {"work_item_type_key": "story", "field_value_pairs": [{"field_key": "template", "field_value": 1}]},
        (400, 20029, "Unsupported Field Type"),
    ),
    (
        "20038",
        {"work_item_type_key": "issue", "required_mode": 1},
        (400, 20038, "Required Field Is Not Set", "Name(name) Required, Found in(field_31e0b8) Required"),
    ),
    (
        "30009",
        {"work_item_type_key": "story", "field_value_pairs": [{"field_key": "zz", "field_value": 1}]},
        (404, 30009, "Field Not Found"),
    ),
    (
        "50006 roles",
        {
            "work_item_type_key": "story",
            "field_value_pairs": [
                {"field_key": "role_owners", "field_value": [{"role": "rd", "owners": ["1"]}]}
            ],
        },
        (500, 50006, "Failed to process role owners"),
    ),
]


@pytest.mark.parametrize(("body", "expected"), [row[1:] for row in CREATES], ids=[row[0] for row in CREATES])
def test_a_create_is_refused_by_its_page_and_makes_nothing(
    shared: Api, body: Json, expected: tuple[Json, ...]
) -> None:
    before = len(shared.world.items)
    assert shared.no("POST", CREATE, body)[: len(expected)] == expected
    assert len(shared.world.items) == before


def test_template_defaults_overwrite_options_a_while_after_a_create(api: Api) -> None:
    # 7.1, by a switch
    api.world.options.template_defaults_ms = 10_000
    field = api.world.spaces[HEX].types[0].by_key["priority"]
    field.default = {"value": "option_0"}
    now = api.world.clock()
    body = {"work_item_type_key": "story", "name": "x", "field_value_pairs": [PRIORITY]}
    made = api.ok("POST", CREATE, body)["data"]
    assert api.value("priority", made)["value"] == "option_2"
    api.world.clock = lambda: now + 11
    assert api.value("priority", made)["value"] == "option_0"
    api.put("priority", {"value": "option_3"}, made)
    assert api.value("priority", made)["value"] == "option_3"


def test_a_disabled_type_takes_no_items(api: Api) -> None:
    api.world.spaces[HEX].types[0].disabled = True
    assert api.no("POST", CREATE, {"work_item_type_key": "story"})[:2] == (400, 20044)


def test_roles_may_be_wanted_at_create_by_a_switch() -> None:
    # field-formats.md 9.5
    api = Api(Options(roles_at_create="required", throttle=False))
    no = api.no("POST", CREATE, {"work_item_type_key": "story", "name": "x"})
    assert no[:3] == (400, 20041, "Field RoleOwner Must Be Set In FieldValuePairs")
    roles = {"field_key": "role_owners", "field_value": [{"role": "rd", "owners": [BO]}]}
    api.ok("POST", CREATE, {"work_item_type_key": "story", "name": "x", "field_value_pairs": [roles]})


# -- batches (7.3) ----------------------------------------------------------------------------------------


def _batch(api: Api, mode: str, key: str, after: Json, *ids: int, before: Json = None) -> Json:
    body = {
        "project_key": HEX,
        "work_item_type_key": "story",
        "work_item_ids": list(ids) or [STORY],
        "update_mode": mode,
        "field_key": key,
        "before_field_value": before,
        "after_field_value": after,
    }
    task = api.ok("POST", BATCH, body)["data"]["task_id"]
    return api.ok("GET", RESULT + task)["data"]


IOS, WEB = {"value": "platform_0"}, {"value": "platform_2"}
BATCHES: list[tuple[str, str, str, Json, Json, Json]] = [
    (
        "append option",
        "APPEND",
        "field_c4d17a",
        [WEB],
        None,
        [{"label": "Android", "value": "platform_1"}, {"label": "Web", "value": "platform_2"}],
    ),
    ("append user", "APPEND", "watchers", [DANA], None, ["7310000000000000006", DANA]),
    ("append related", "APPEND", "planning_sprint", [SHIP], None, [6300014307, SHIP]),
    ("update", "UPDATE", "field_3724e6", 2.5, None, 2.5),
    ("update to nothing", "UPDATE", "priority", None, None, None),
    (
        "replace",
        "REPLACE",
        "priority",
        {"value": "option_3"},
        {"value": "option_1"},
        {"label": "P3", "value": "option_3"},
    ),
    (
        "replace another",
        "REPLACE",
        "priority",
        {"value": "option_3"},
        {"value": "option_0"},
        {"label": "P1", "value": "option_1"},
    ),
    ("replace a member", "REPLACE", "watchers", [BO], ["7310000000000000006"], [BO]),
]


@pytest.mark.parametrize(
    ("mode", "key", "after", "before", "read"), [row[1:] for row in BATCHES], ids=[row[0] for row in BATCHES]
)
def test_a_batch_appends_updates_or_replaces(
    api: Api, mode: str, key: str, after: Json, before: Json, read: Json
) -> None:
    told = _batch(api, mode, key, after, before=before)
    assert (told["task_status"], told["success_sub_task_list"]) == ("SUCCESS", [str(STORY)])
    assert api.value(key) == read


def test_a_batch_may_succeed_in_part(api: Api) -> None:
    told = _batch(api, "UPDATE", "field_3724e6", 2, STORY, TERMINATED)
    expected = {
        "task_status": "FAILED",
        "total": 2,
        "success_total": 1,
        "error_total": 1,
        "success_sub_task_list": [str(STORY)],
        "fail_sub_task_list": [str(TERMINATED)],
        "error_scenes": ["WorkItemTerminated"],
    }
    assert like(told, expected)


def test_a_batch_runs_for_a_while_by_a_switch(api: Api) -> None:
    api.world.options.task_delay_ms = 5000
    now = api.world.clock()
    api.world.clock = lambda: now
    assert _batch(api, "UPDATE", "field_3724e6", 2)["task_status"] == "RUNNING"
    api.world.clock = lambda: now + 6
    assert api.value("field_3724e6") == 2


def test_a_loop_is_a_scene_of_its_own(api: Api) -> None:
    assert _batch(api, "UPDATE", "field_7872c9", STORY)["error_scenes"] == ["RelationCaseLoops"]


def test_a_result_is_under_data_or_by_a_switch_bare() -> None:
    # Both official SDKs read it under `data`; a bare answer gives them nothing, without an error.
    api = Api(Options(throttle=False))
    assert api.ok("GET", RESULT + "x")["data"]["task_status"] == "NOT_EXIST"
    api.world.options.set({"task_result_wrapped": False})
    assert api.ok("GET", RESULT + "x")["task_status"] == "NOT_EXIST"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"project_key": "nowhere"}, (400, 1000052062, "Project Key Is Wrong")),
        ({"work_item_ids": list(range(51))}, (500, 50006, "ErrOAPIBatchUpdateOverLimit")),
        ({"work_item_ids": []}, (400, 20005, "Missing Param")),
        ({"update_mode": "ADD"}, (400, 20006, "Invalid Param")),
        ({"update_mode": "APPEND"}, (400, 20029, "Unsupported Field Type")),
        ({"field_key": "field_1c7e08"}, (400, 20029, "Unsupported Field Type")),
        ({"field_key": "field_656741"}, (400, 20090, "Your request has been Intercept")),
        ({"field_key": "zz"}, (404, 30009, "Field Not Found")),
        ({"update_mode": "REPLACE", "field_key": "priority"}, (400, 20005, "Missing Param")),
    ],
)
def test_a_batch_is_refused_by_its_page(shared: Api, more: Json, expected: tuple[Json, ...]) -> None:
    body = {
        "project_key": HEX,
        "work_item_type_key": "story",
        "work_item_ids": [STORY],
        "update_mode": "UPDATE",
        "field_key": "field_3724e6",
        "after_field_value": 1,
    }
    assert shared.no("POST", BATCH, body | more)[:3] == expected


# -- delete, terminate, freeze (7.4 to 7.6) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{STORIES}/1", (404, 30005, "WorkItem Not Found")),
        (f"/open_api/demo/work_item/issue/{STORY}", (400, 20003, "Wrong WorkItemType Param")),
        (f"/open_api/demo/work_item/none/{STORY}", (400, 20003, "Wrong WorkItemType Param")),
    ],
)
def test_a_delete_is_refused_by_its_page(shared: Api, path: str, expected: tuple[Json, ...]) -> None:
    assert shared.no("DELETE", path)[:3] == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"intercepted": [{"user": ANA}]}, (400, 20090, "Your request has been blocked")),
        ({"forbidden": [{"user": ANA}]}, (403, 10001, "Operation Not Permitted")),
    ],
)
def test_a_delete_may_be_vetoed(api: Api, rule: Json, expected: tuple[Json, ...]) -> None:
    api.world.options.set(rule)
    assert api.no("DELETE", ITEM)[:3] == expected
    assert api.read()


@pytest.mark.parametrize(
    ("item", "kind", "body", "expected"),
    [
        (
            TERMINATED,
            "story",
            {"is_aborted": True, "reason_option": "test"},
            (400, 20007, "WorkItem Is Already Aborted"),
        ),
        (
            STORY,
            "story",
            {"is_aborted": False, "reason_option": "test"},
            (400, 20008, "WorkItem Is Already Restored"),
        ),
        (STORY, "story", {"is_aborted": True}, (400, 20009, "Abort Or Restore WorkItem No Reason")),
        (STORY, "story", {"is_aborted": True, "reason_option": "other"}, (400, 20009)),
        (STORY, "story", {"is_aborted": True, "reason_option": "rollback"}, (400, 20006, "Invalid Param")),
        (STORY, "story", {"reason_option": "test"}, (400, 20005, "Missing Param")),
        (STORY, "story", {"is_aborted": "yes", "reason_option": "test"}, (400, 9999, "Invalid Param")),
        (
            ISSUE,
            "issue",
            {"is_aborted": True, "reason_option": "test"},
            (400, 20056, "Only WorkFlow Mode Can Be Aborted Or Restored"),
        ),
    ],
)
def test_terminating_is_refused_by_its_page(
    shared: Api, item: int, kind: str, body: Json, expected: tuple[Json, ...]
) -> None:
    no = shared.no("PUT", f"/open_api/demo/work_item/{kind}/{item}/abort", body)
    assert no[: len(expected)] == expected


def test_a_terminated_item_refuses_writes_until_it_is_restored(api: Api) -> None:
    api.ok("PUT", f"{ITEM}/abort", {"is_aborted": True, "reason_option": "other", "reason": "no budget"})
    assert api.value("aborted") == {"is_aborted": True, "reason": "no budget"}
    assert api.refuse("priority", {"value": "option_0"}).code == 20007
    api.ok("PUT", f"{ITEM}/abort", {"is_aborted": False, "reason_option": "restart"})
    api.put("priority", {"value": "option_0"})


@pytest.mark.parametrize("project", [HEX, "demo"])
def test_freezing_shows_in_a_field(api: Api, project: str) -> None:
    body = {"project_key": project, "work_item_id": str(STORY), "is_frozen": True}
    api.ok("PUT", "/open_api/work_item/freeze", body)
    assert api.value("is_frozen") is True


def test_freezing_in_an_unknown_space_is_1000052062(shared: Api) -> None:
    body = {"project_key": "x", "work_item_id": STORY, "is_frozen": True}
    no = shared.no("PUT", "/open_api/work_item/freeze", body)
    assert no == (400, 1000052062, "Project Key Is Wrong", "not found simple name: x")


# -- rows (7.9) -------------------------------------------------------------------------------------------


def _ids(api: Api) -> list[str]:
    told = api.read(expand={"need_group_uuid_for_compound": True})["compound_field_extra"]
    return [each["group_uuid"] for each in told[0]["field_value"]]


def _envs(api: Api) -> list[str]:
    rows = api.value("field_5a711c")
    return [cell["field_value"] for row in rows for cell in row if cell["field_alias"] == "env"]


def _row(api: Api, action: str, **more: Json) -> None:
    body = {"project_key": HEX, "work_item_id": STORY, "field_key": "field_5a711c", "action": action}
    api.ok("POST", ROWS, body | more)


def test_rows_are_added_changed_and_taken_away_by_their_ids(api: Api) -> None:
    before = _ids(api)
    assert _envs(api) == ["staging", "preview", "production"]
    cell = {"field_key": "field_e00001", "field_value": "canary"}
    _row(api, "add", fields=[[cell]])
    assert _envs(api)[-1] == "canary"
    assert _ids(api)[:-1] == before
    _row(api, "update", group_uuid=before[0], fields=[[cell | {"field_value": "lab"}]])
    _row(api, "delete", group_uuid=before[1])
    assert _envs(api) == ["lab", "production", "canary"]


def test_replacing_all_rows_gives_them_new_ids(api: Api) -> None:
    # field-formats.md 10b
    before = _ids(api)
    api.put("field_5a711c", api.value("field_5a711c"))
    assert len(_ids(api)) == len(before)
    assert not set(_ids(api)) & set(before)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"work_item_id": 1}, 1000050244),
        ({"project_key": "x"}, 1000050156),
        ({"field_key": "priority"}, 1000050156),
        ({"field_key": "zz"}, 1000050248),
        ({"action": "move"}, 20006),
        ({"group_uuid": "x"}, 20006),
        ({"action": "update"}, 20005),
        ({"action": "delete", "group_uuid": "x"}, 20006),
        ({"fields": []}, 20005),
        ({"fields": [[{"field_key": "zz", "field_value": 1}]]}, 30009),
        ({"work_item_id": TERMINATED}, 20007),
    ],
)
def test_a_change_of_rows_is_refused_by_its_page(shared: Api, more: Json, code: int) -> None:
    body = {
        "project_key": HEX,
        "work_item_id": STORY,
        "field_key": "field_5a711c",
        "action": "add",
        "fields": [[{"field_key": "field_e00001", "field_value": "x"}]],
    }
    assert shared.no("POST", ROWS, body | more).code == code
