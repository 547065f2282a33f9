"""Types, fields, roles and relations as their endpoints give them."""

from __future__ import annotations

import pytest

from tests.sandbox.api import (
    HEX,
    RELEASE,
    STORIES,
    Api,
    like,
)


def test_a_disabled_type_has_no_meta(api: Api) -> None:
    # 5.2: 20044
    api.world.spaces[HEX].types[0].disabled = True
    assert api.no("GET", f"{STORIES}/meta")[:3] == (400, 20044, "WorkItem Has Been Disabled")


@pytest.mark.parametrize("member", ["deletable", "allow_delete"])
def test_which_member_locks_a_role_is_a_switch(api: Api, member: str) -> None:
    # field-formats.md 9.2
    api.world.options.locked_role_member = member
    told = {each["id"]: each for each in api.ok("GET", "/open_api/demo/flow_roles/story")["data"]}
    assert told["role_7908a9"][member] is False
    other = {"deletable": "allow_delete", "allow_delete": "deletable"}[member]
    assert told["role_7908a9"][other] is True


RELATION = {
    "id": str,
    "name": str,
    "disabled": bool,
    "relation_type": (0, 1),
    "relation_details": [
        {"project_key": HEX, "project_name": str, "work_item_type_key": str, "work_item_type_name": str}
    ],
}


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
