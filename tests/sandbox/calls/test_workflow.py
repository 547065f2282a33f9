"""The workflow of an item: looked at, moved, and refused by its pages."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.state.model import State
from tests.sandbox.api import (
    BO,
    CHEN,
    DANA,
    HEX,
    ISSUE,
    ITEM,
    STORY,
    Api,
)

Json = Any


NODES, STATES = f"/open_api/demo/workflow/story/{STORY}", f"/open_api/demo/workflow/issue/{ISSUE}"


NODES_OF = f"{ITEM}/workflow/query"


STATES_OF = f"/open_api/demo/work_item/issue/{ISSUE}/workflow/query"


@pytest.mark.parametrize(
    ("path", "body", "code", "message"),
    [
        (STATES_OF, {}, 20026, "FlowType Is Error, Please Convert To Status FlowType"),
        (STATES_OF, {"flow_type": 0}, 20026, "FlowType Is Error, Please Convert To Status FlowType"),
        (NODES_OF, {"flow_type": 1}, 20027, "FlowType Is Error, Please Convert To Node FlowType"),
        (NODES_OF, {"fields": ["a", "-b"]}, 20015, "Field Mix With '-' And Without '-'"),
    ],
)
def test_a_flow_is_asked_for_by_its_kind(shared: Api, path: str, body: Json, code: int, message: str) -> None:
    assert shared.no("POST", path, body)[:3] == (400, code, message)


def test_the_people_of_a_flow_are_told_when_asked_for(shared: Api) -> None:
    told = shared.ok("POST", NODES_OF, {"expand": {"need_user_detail": True}})["data"]
    assert CHEN in {each["user_key"] for each in told["user_details"]}


def _statuses(api: Api) -> dict[str, int]:
    rows = api.ok("POST", NODES_OF, {})["data"]["workflow_nodes"]
    return {each["state_key"]: each["status"] for each in rows}


def test_confirming_a_node_opens_the_next_and_rolling_back_reopens_it(api: Api) -> None:
    assert _statuses(api) == {"started": 3, "doing": 2, "end": 1}
    api.ok("POST", f"{NODES}/node/doing/operate", {"action": "confirm"})
    assert _statuses(api) == {"started": 3, "doing": 3, "end": 3}
    item = api.read()
    assert item["work_item_status"]["is_archived_state"] is True
    assert [each["state_key"] for each in item["work_item_status"]["history"]] == ["started", "doing"]
    assert api.value("finish_time") == item["work_item_status"]["updated_at"]
    api.ok("POST", f"{NODES}/node/started/operate", {"action": "rollback", "rollback_reason": "again"})
    assert _statuses(api) == {"started": 2, "doing": 1, "end": 1}


@pytest.mark.parametrize(
    ("node", "body", "code"),
    [
        ("end", {"action": "confirm"}, 20016),
        ("started", {"action": "confirm"}, 20017),
        ("none", {"action": "confirm"}, 20018),
        ("doing", {"action": "rollback", "rollback_reason": "x"}, 20037),
        ("started", {"action": "rollback"}, 20005),
        ("doing", {}, 20005),
        ("doing", {"action": "confirm", "node_owners": []}, 20038),
        ("doing", {"action": "confirm", "fields": [{"field_key": "zz", "field_value": 1}]}, 30009),
        (
            "doing",
            {"action": "confirm", "fields": [{"field_key": "priority", "field_value": {"value": "x"}}]},
            20050,
        ),
    ],
)
def test_operating_a_node_is_refused_by_its_page(shared: Api, node: str, body: Json, code: int) -> None:
    assert shared.no("POST", f"{NODES}/node/{node}/operate", body).code == code


def test_owners_of_a_node_are_kept_when_absent_and_cleared_by_a_list(api: Api) -> None:
    # 7.8: "absent keep, [] clear"
    api.ok("PUT", f"{NODES}/node/doing", {"node_owners": [DANA]})
    assert api.read()["current_nodes"][0]["owners"] == [DANA]
    api.ok("PUT", f"{NODES}/node/doing", {"node_schedule": {"points": 3}})
    assert api.read()["current_nodes"][0]["owners"] == [DANA]
    api.ok("PUT", f"{NODES}/node/doing", {"node_owners": []})
    assert api.read()["current_nodes"][0]["owners"] == []


def test_a_state_flow_moves_along_its_transitions(api: Api) -> None:
    move = f"{STATES}/node/state_change"
    fields = [{"field_key": "severity", "field_value": {"value": "option_0"}}]
    state = api.read(ISSUE, "issue")["work_item_status"]["state_key"]
    ways = api.ok("POST", STATES_OF, {"flow_type": 1})["data"]["connections"]
    way = next(each for each in ways if each["source_state_key"] == state)
    api.ok("POST", move, {"transition_id": way["transition_id"], "fields": fields})
    assert api.read(ISSUE, "issue")["work_item_status"]["state_key"] == way["target_state_key"]
    assert api.value("severity", ISSUE, "issue")["value"] == "option_0"
    assert api.no("POST", move, {"transition_id": way["transition_id"]})[:3] == (
        403,
        10002,
        "Illegal Operation",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, 20005, "Missing Param", "transition_id can't be null or 0")),
        ({"transition_id": 0}, (400, 20005, "Missing Param", "transition_id can't be null or 0")),
        ({"transition_id": 99}, (403, 10002, "Illegal Operation")),
    ],
)
def test_a_move_is_refused_by_its_page(shared: Api, body: Json, expected: tuple[Json, ...]) -> None:
    assert shared.no("POST", f"{STATES}/node/state_change", body)[: len(expected)] == expected


def test_a_state_may_ask_for_fields(api: Api) -> None:
    api.world.spaces[HEX].types[1].states[2].required = ["field_31e0b8"]
    item = api.world.item(ISSUE)
    item.state, item.values["field_31e0b8"] = "doing", None
    no = api.no("POST", f"{STATES}/node/state_change", {"transition_id": 21002})
    assert no == (400, 20038, "Required Field Is Not Set", "Found in(field_31e0b8) Required")
    body = {"project_key": HEX, "work_item_id": ISSUE, "state_key": "end", "mode": "unfinished"}
    told = api.ok("POST", "/open_api/work_item/transition_required_info/get", body)["data"]
    assert [each["key"] for each in told["form_items"]] == ["field_31e0b8"]


ISSUES = f"/open_api/demo/work_item/issue/{ISSUE}"


MOVE = f"/open_api/demo/workflow/issue/{ISSUE}/node/state_change"


REQUIRED = "/open_api/work_item/transition_required_info/get"


STEPS = "field_31e0b7"


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


def asking(api: Api, *keys: str) -> None:
    """Let the way from `doing` to `end` ask for fields; the issue stands before it, with none of them."""
    api.world.spaces[HEX].types[1].states[2].required = list(keys)
    item = api.world.item(ISSUE)
    item.state = "doing"
    for key in keys:
        item.values[key] = None


def form(api: Api) -> dict[str, bool]:
    body = {"project_key": HEX, "work_item_id": ISSUE, "state_key": "end"}
    rows = api.ok("POST", REQUIRED, body)["data"]["form_items"]
    return {row["key"]: row["finished"] for row in rows}


def test_the_demo_asks_for_a_severity_before_an_issue_is_done(api: Api) -> None:
    api.world.item(ISSUE).state = "doing"
    api.world.item(ISSUE).values["severity"] = None
    no = api.no("POST", MOVE, {"transition_id": 21002})
    assert no == (400, 20038, "Required Field Is Not Set", "Severity(severity) Required")
    brought = [{"field_key": "severity", "field_value": {"value": "option_1"}}]
    api.ok("POST", MOVE, {"transition_id": 21002, "fields": brought})
    assert api.read(ISSUE, "issue")["work_item_status"]["state_key"] == "end"


def test_the_flow_shows_the_form_of_each_way_with_the_transition_it_belongs_to(api: Api) -> None:
    asking(api, "severity", STEPS)
    api.put(STEPS, "click", ISSUE, "issue")
    told = api.ok("POST", f"{ISSUES}/workflow/query", {"flow_type": 1})["data"]["state_flow_nodes"]
    forms = {row["id"]: row["fields"] for row in told}
    target = {"state_key": "end", "transition_id": 21002}
    assert [(row["field_key"], row["target_state"]) for row in forms["doing"]] == [
        ("severity", target),
        (STEPS, target),
    ]
    assert forms["doing"][1]["field_value"] == '"click"'
    assert forms["started"] == forms["end"] == []


def test_a_text_that_only_the_api_wrote_reads_back_but_a_form_takes_it_for_unfilled(api: Api) -> None:
    asking(api, STEPS)
    api.put(STEPS, "click", ISSUE, "issue")
    assert api.value(STEPS, ISSUE, "issue") == "click"
    assert form(api) == {STEPS: False}
    assert api.no("POST", MOVE, {"transition_id": 21002}).code == 20038
    api.world.edit(ISSUE, STEPS, "click", by=BO)
    assert form(api) == {STEPS: True}
    api.ok("POST", MOVE, {"transition_id": 21002})


def test_a_text_that_comes_with_the_move_itself_fills_the_form(api: Api) -> None:
    asking(api, STEPS)
    api.put(STEPS, "click", ISSUE, "issue")
    brought = [{"field_key": STEPS, "field_value": "click twice"}]
    api.ok("POST", MOVE, {"transition_id": 21002, "fields": brought})


def test_a_text_that_the_api_wrote_fills_a_form_by_a_switch() -> None:
    api = world_of(unsaved_texts="filled")
    asking(api, STEPS)
    api.put(STEPS, "click", ISSUE, "issue")
    assert form(api) == {STEPS: True}
    api.ok("POST", MOVE, {"transition_id": 21002})


def test_a_state_key_may_hold_blanks_and_a_transition_may_be_named_by_a_string(api: Api) -> None:
    kind = api.world.spaces[HEX].types[1]
    kind.states.insert(0, State("Not started", "Not started"))
    kind.transitions.append(["Not started", "doing", 21009])
    api.world.item(ISSUE).state = "Not started"
    assert api.read(ISSUE, "issue")["work_item_status"]["state_key"] == "Not started"
    search = {"param_key": "work_item_status", "operator": "=", "value": ["Not started"]}
    body = {"search_group": {"conjunction": "AND", "search_params": [search]}}
    hits = api.ok("POST", "/open_api/demo/work_item/issue/search/params", body)["data"]
    assert [row["id"] for row in hits] == [ISSUE]
    api.ok("POST", MOVE, {"transition_id": "21009"})
    assert api.read(ISSUE, "issue")["work_item_status"]["state_key"] == "doing"
