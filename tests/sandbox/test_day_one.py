"""What was learnt of the service in November 2026 (endpoints.md 14): roles, rows by person, zeros."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.state.model import Field
from tests.sandbox.api import ANA, BO, CHEN, HEX, ISSUE, ITEM, STORY, Api, like

Json = Any
ISSUES = f"/open_api/demo/work_item/issue/{ISSUE}"
GROUPS = "/open_api/demo/user_groups/members/page"


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


# -- roles ------------------------------------------------------------------------------------------------


def test_a_role_is_required_by_a_number_since_both_sdks_refuse_a_bool(shared: Api) -> None:
    rows = shared.ok("GET", "/open_api/demo/flow_roles/story")["data"]
    assert {type(row["is_required"]) for row in rows} == {int}
    locks = {"authorization_role_keys": [str], "lock_app_id": str, "lock_scope": [str]}
    assert all(like(row, locks) for row in rows)


def roles(api: Api) -> dict[str, Json]:
    return {row["role"]: row["owners"] for row in api.value("role_owners")}


KEPT = [{"role": "rd", "owners": [ANA]}, {"role": "PM", "owners": []}]
"""PM is emptied, Designer is left out and so removed; QA is locked and comes back by itself."""


@pytest.mark.parametrize(
    ("switch", "read"),
    [
        ("null", {"rd": [ANA], "PM": None, "role_7908a9": [CHEN], "role_d35160": None}),
        ("missing", {"rd": [ANA], "PM": None, "role_7908a9": [CHEN]}),
    ],
)
def test_a_role_that_was_removed_is_told_from_one_that_was_emptied_by_a_switch(
    switch: str, read: Json
) -> None:
    api = world_of(removed_roles=switch)
    api.put("role_owners", KEPT)
    assert roles(api) == read


def test_an_empty_role_may_come_and_go_although_nobody_moves() -> None:
    api = world_of(removed_roles="missing", noop_put_touches=False)
    api.put("role_owners", KEPT)
    api.put("role_owners", KEPT[:1])
    assert "PM" not in roles(api)
    api.put("role_owners", KEPT)
    assert roles(api)["PM"] is None


# -- terminating an item of a state flow ------------------------------------------------------------------


def test_an_item_of_a_state_flow_is_terminated_and_restored_by_a_switch() -> None:
    api = world_of(stateflow_abort="accept")
    api.ok("PUT", f"{ISSUES}/abort", {"is_aborted": True, "reason_option": "cancel"})
    assert api.value("aborted", ISSUE, "issue") == {"is_aborted": True, "reason": "cancel"}
    body = {"work_item_type_keys": ["issue"], "work_item_status": [{"state_key": "systemEnded"}]}
    hits = api.ok("POST", "/open_api/demo/work_item/filter", body)["data"]
    assert [row["id"] for row in hits] == [ISSUE]
    api.ok("PUT", f"{ISSUES}/abort", {"is_aborted": False, "reason_option": "restart"})
    assert api.value("aborted", ISSUE, "issue") == {"is_aborted": False, "reason": ""}


# -- rows by person ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{}, None, {BO: {"user": BO, "child_field_list": []}}])
def test_rows_by_person_are_refused_or_by_a_switch_lost_for_new_people(value: Json) -> None:
    api = world_of()
    api.world.spaces[HEX].types[0].fields.append(Field("field_77ab10", "Effort", "multi_user_compound_field"))
    api.world.spaces[HEX].types[0].index()
    assert api.refuse("field_77ab10", value).code == 20029
    api.world.options.set({"people_rows": "drop_new"})
    held = {ANA: {"user": ANA, "child_field_list": [{"field_key": "x", "field_value": 3}]}}
    api.world.item(STORY).values["field_77ab10"] = held
    if value:
        api.put("field_77ab10", {**held, **value})
        assert api.value("field_77ab10") == held


# -- user groups ------------------------------------------------------------------------------------------


def by_user(api: Api) -> dict[str, str | None]:
    """Return the headers of a user token, as a person's program has them."""
    body = {"code": api.world.gate.code(ANA), "grant_type": "authorization_code"}
    told = api.http.post("/open_api/authen/user_plugin_token", json=body, headers=api.headers).json()
    return {"X_PLUGIN_TOKEN": told["data"]["token"], "X_USER_KEY": None}


# -- one item in two forms --------------------------------------------------------------------------------


def both(api: Api) -> tuple[Json, Json]:
    """The issue by `query` and by `filter`."""
    body = {"work_item_type_keys": ["issue"], "work_item_ids": [ISSUE]}
    return api.read(ISSUE, "issue"), api.ok("POST", "/open_api/demo/work_item/filter", body)["data"][0]


def test_query_and_filter_give_one_item_in_two_forms_by_a_switch() -> None:
    api = world_of(removed_roles="missing", filter_fields="all")
    api.world.item(ISSUE).values["role_owners"] = []
    queried, filtered = both(api)
    assert queried == filtered
    api.world.options.set({"forms_by_endpoint": "live"})
    queried, filtered = both(api)
    assert "current_nodes" not in queried
    assert filtered["current_nodes"] == []
    values = [
        next(r for r in row["fields"] if r["field_key"] == "role_owners") for row in (queried, filtered)
    ]
    assert [row["field_value"] for row in values] == [[], None]
    assert ["help_description" in row for row in values] == [False, True]


# -- what the Go SDK sends: every member of a body, zeros and all -----------------------------------------

ZEROS: list[tuple[str, str, Json]] = [
    (
        "POST",
        "/open_api/demo/work_item/create",
        {"work_item_type_key": "story", "name": "x", "template_id": 0, "field_value_pairs": None},
    ),
    (
        "POST",
        "/open_api/op_record/work_item/list",
        {
            "project_key": HEX,
            "work_item_ids": [STORY],
            "start_from": "",
            "start": 0,
            "end": 0,
            "page_size": 0,
        },
    ),
    (
        "POST",
        "/open_api/demo/work_item/filter",
        {
            "work_item_type_keys": ["story"],
            "updated_at": None,
            "page_num": 0,
            "page_size": 0,
            "search_id": "",
            "expand": None,
        },
    ),
    ("GET", f"{ITEM}/comments?page_num=0&page_size=0", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ZEROS, ids=[row[1] for row in ZEROS])
def test_a_zero_is_as_good_as_absent(api: Api, method: str, path: str, body: Json) -> None:
    assert api.ok(method, path, body)["data"] is not None


def test_groups_take_a_zero_for_absent_too(api: Api) -> None:
    body = {"user_group_type": "PROJECT_ADMIN", "page_num": 0, "page_size": 0}
    assert api.ok("POST", GROUPS, body, **by_user(api))["data"]["pagination"]["page_size"] == 50


def test_a_base_address_that_ends_in_a_slash_does_no_harm(api: Api) -> None:
    api.ok("PUT", f"http://127.0.0.1/{ITEM}", {"update_fields": []})
    assert [made.path for made in api.world.writes] == [ITEM]
