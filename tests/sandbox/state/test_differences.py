"""A write leaves operation records that tell what it changed, as strings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import (
    ANA,
    BO,
    CHEN,
    HEX,
    ISSUE,
    ITEM,
    RELEASE,
    SHIP,
    STORY,
    Api,
    like,
)

Json = Any


RECORDS = "/open_api/op_record/work_item/list"


NODES, STATES = f"/open_api/demo/workflow/story/{STORY}", f"/open_api/demo/workflow/issue/{ISSUE}"


def _records(api: Api, **body: Json) -> list[Json]:
    told = api.ok("POST", RECORDS, {"project_key": HEX, "work_item_ids": [STORY]} | body)
    return list(told["data"]["op_records"])


RECORD = {
    "project_key": HEX,
    "work_item_type_key": "story",
    "work_item_id": STORY,
    "operation_type": str,
    "op_record_module": str,
    "operation_time": int,
    "operator_type": "user",
    "operator": BO,
    "source_type": "plugin",
    "source": "MII_6650A1B2C3D4E5F6",
    "record_contents": [
        {
            "object": {"object_type": str, "object_value": str},
            "object_property": str,
            "old": [str],
            "new": [str],
            "add": [str],
            "delete": [str],
            "belong_object": list,
            "status_values": list,
            "extra": dict,
        }
    ],
}


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("priority", {"value": "option_3"}, ["option_1"], ["option_3"]),
        ("field_3724e6", 9, ["6"], ["9"]),
        ("field_b9d821", True, ["false"], ["true"]),
        ("wiki", "https://a.example", [], ["https://a.example"]),
        ("planning_sprint", [SHIP], ["6300014307"], [str(SHIP)]),
        ("field_c4d17a", [], ["platform_1"], []),
        ("name", "Other", ["Invoices: one file a month"], ["Other"]),
    ],
)
def test_a_write_leaves_a_record_of_strings(
    api: Api, key: str, value: Json, old: list[str], new: list[str]
) -> None:
    before = api.read()["name"]
    api.put(key, value, X_USER_KEY=BO)
    told = _records(api)
    row = told[0]["record_contents"][0]
    assert like(told[0], RECORD), told
    assert told[0]["operation_time"] % 1000 == 0
    assert (row["object"], row["new"]) == ({"object_type": "field", "object_value": key}, new)
    assert row["old"] == ([before] if key == "name" else old)


def test_a_change_of_roles_is_told_as_added_and_deleted(api: Api) -> None:
    roles = [{"role": "rd", "owners": [BO]}, {"role": "role_7908a9", "owners": [CHEN]}]
    api.put("role_owners", roles)
    told = _records(api, op_record_module=["role_and_user_mod"])
    rows = {each["object"]["object_value"]: each for each in told[0]["record_contents"]}
    assert (rows["rd"]["add"], rows["rd"]["delete"]) == ([BO], ["7310000000000000006"])
    assert (rows["PM"]["add"], rows["PM"]["delete"]) == ([], [ANA])


def test_an_edit_in_the_page_has_no_source(api: Api) -> None:
    api.world.edit(STORY, "priority", {"value": "option_3"}, by=BO)
    told = _records(api)[0]
    assert (told["operator"], "source" in told, "source_type" in told) == (BO, False, False)


def test_a_rule_that_answers_a_write_is_told_as_such(api: Api) -> None:
    rule = {"when": "priority", "set": {"wiki": "https://a.example"}, "by": "rule-7"}
    api.world.options.automations = [rule]
    api.put("priority", {"value": "option_3"})
    told = _records(api, operator_type=["auto"])
    assert [(each["operator"], each["source_type"], each["source"]) for each in told] == [
        ("rule-7", "auto", "rule-7")
    ]


@pytest.mark.parametrize(
    ("act", "operation"),
    [
        (
            lambda api: api.ok("PUT", f"{ITEM}/abort", {"is_aborted": True, "reason_option": "test"}),
            "terminate",
        ),
        (lambda api: api.ok("DELETE", ITEM), "delete"),
        (lambda api: api.ok("POST", f"{NODES}/node/doing/operate", {"action": "confirm"}), "complete"),
    ],
    ids=["7.5", "7.4", "7.8"],
)
def test_other_operations_have_their_own_word(api: Api, act: Json, operation: str) -> None:
    act(api)
    assert _records(api, operation_type=[operation])


def test_items_of_a_custom_type_have_records_too(api: Api) -> None:
    api.put("field_6a10c2", "9.9", SHIP, RELEASE)
    assert _records(api, work_item_ids=[SHIP])[0]["work_item_type_key"] == RELEASE
