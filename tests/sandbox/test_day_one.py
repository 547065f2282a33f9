"""What was learnt of the service in November 2026 (endpoints.md 14): roles, forms, comments, groups."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.state.model import Field, State
from tests.sandbox.api import ANA, BO, CHEN, DANA, HEX, ISSUE, ITEM, STORY, TERMINATED, Api, like

Json = Any
ISSUES = f"/open_api/demo/work_item/issue/{ISSUE}"
MOVE = f"/open_api/demo/workflow/issue/{ISSUE}/node/state_change"
REQUIRED = "/open_api/work_item/transition_required_info/get"
GROUPS = "/open_api/demo/user_groups/members/page"
STEPS = "field_31e0b7"


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


# -- the form of a transition -----------------------------------------------------------------------------


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


# -- comments ---------------------------------------------------------------------------------------------


def comments(api: Api, query: str = "") -> Json:
    return api.ok("GET", f"{ITEM}/comments{query}")


def test_a_comment_is_added_listed_changed_and_deleted(api: Api) -> None:
    first = api.ok("POST", f"{ITEM}/comment/create", {"content": "Ship it"})["data"]
    rich = [
        {"type": "paragraph", "content": [{"type": "text", "text": "Not yet", "attrs": {"bold": "true"}}]}
    ]
    second = api.ok("POST", f"{ITEM}/comment/create", {"content": "lost", "rich_text": rich})["data"]
    told = comments(api)
    row = {
        "id": int,
        "work_item_id": STORY,
        "work_item_type_key": "story",
        "created_at": int,
        "operator": ANA,
    }
    assert like(told["data"], [row | {"content": str}])
    assert [(each["id"], each["content"]) for each in told["data"]] == [
        (first, "Ship it"),
        (second, "Not yet\n"),
    ]
    assert told["pagination"] == {"page_num": 1, "page_size": 200, "total": 2}
    api.ok("PUT", f"{ITEM}/comment/{second}", {"content": "Now"})
    api.ok("DELETE", f"{ITEM}/comment/{first}")
    assert [each["content"] for each in comments(api)["data"]] == ["Now"]


def test_comments_come_in_pages_and_leave_the_item_alone(api: Api) -> None:
    before = api.read()
    made = [api.ok("POST", f"{ITEM}/comment/create", {"content": f"comment {n}"})["data"] for n in range(5)]
    told = comments(api, "?page_size=2&page_num=2")
    assert [each["id"] for each in told["data"]] == made[2:4]
    assert told["pagination"] == {"page_num": 2, "page_size": 2, "total": 5}
    assert api.read() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", f"{ITEM}/comment/create", {}, 1000051280),
        ("POST", f"{ITEM}/comment/create", {"rich_text": [{"type": "poem"}]}, 1000051280),
        ("POST", "/open_api/demo/work_item/story/1/comment/create", {"content": "x"}, 30001),
        ("GET", f"{ITEM}/comments?page_size=201", None, 20002),
        ("GET", f"{ITEM}/comments?page_num=x", None, 9999),
        ("GET", "/open_api/demo/work_item/story/1/comments", None, 1000051135),
        ("PUT", f"{ITEM}/comment/7", {"content": "x"}, 30015),
        ("DELETE", f"{ITEM}/comment/7", None, 1000050052),
    ],
)
def test_a_call_about_comments_is_refused_by_its_page(
    shared: Api, method: str, path: str, body: Json, code: int
) -> None:
    assert shared.no(method, path, body).code == code


def test_only_who_wrote_a_comment_may_change_it_and_only_at_its_item(api: Api) -> None:
    made = api.ok("POST", f"{ITEM}/comment/create", {"content": "mine"})["data"]
    mine, elsewhere = f"{ITEM}/comment/{made}", f"/open_api/demo/work_item/story/{TERMINATED}/comment/{made}"
    assert api.no("PUT", mine, {"content": "yours"}, X_USER_KEY=BO).code == 10001
    assert api.no("DELETE", mine, X_USER_KEY=BO).code == 10001
    assert api.no("DELETE", elsewhere).code == 20045


def test_who_may_not_see_or_touch_an_item_may_not_talk_about_it() -> None:
    api = world_of(hidden=[{"user": BO}], forbidden=[{"user": DANA}])
    assert api.no("GET", f"{ITEM}/comments", X_USER_KEY=BO).code == 1000051256
    assert api.no("POST", f"{ITEM}/comment/create", {"content": "x"}, X_USER_KEY=DANA).code == 50001


# -- user groups ------------------------------------------------------------------------------------------


def by_user(api: Api) -> dict[str, str | None]:
    """Return the headers of a user token, as a person's program has them."""
    body = {"code": api.world.gate.code(ANA), "grant_type": "authorization_code"}
    told = api.http.post("/open_api/authen/user_plugin_token", json=body, headers=api.headers).json()
    return {"X_PLUGIN_TOKEN": told["data"]["token"], "X_USER_KEY": None}


@pytest.mark.parametrize(
    ("body", "names", "count"),
    [
        ({"user_group_type": "PROJECT_ADMIN"}, ["Space admins"], 1),
        ({"user_group_type": "CUSTOMIZE"}, ["Reviewers"], 2),
        ({"user_group_type": "CUSTOMIZE", "user_group_ids": ["7561900438480700001"]}, ["Reviewers"], 2),
    ],
)
def test_the_members_of_a_group_are_told_to_a_user_token(
    api: Api, body: Json, names: list[str], count: int
) -> None:
    told = api.ok("POST", GROUPS, body, **by_user(api))["data"]
    assert [row["name"] for row in told["list"]] == names
    row = told["list"][0]
    assert (row["user_count"], len(row["user_members"])) == (count, count)
    assert told["pagination"] == {"page_num": 1, "page_size": 50, "has_more": False}


def test_the_members_of_a_space_come_in_pages(api: Api) -> None:
    body, user = {"user_group_type": "PROJECT_MEMBER", "page_size": 7}, by_user(api)
    pages = [api.ok("POST", GROUPS, body | {"page_num": n}, **user)["data"] for n in (1, 2)]
    assert [page["pagination"]["has_more"] for page in pages] == [True, False]
    met = [key for page in pages for key in page["list"][0]["user_members"]]
    assert len(met) == len(set(met)) == pages[0]["list"][0]["user_count"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 20005),
        ({"user_group_type": "EVERYBODY"}, 1000053008),
        ({"user_group_type": "CUSTOMIZE", "user_group_ids": ["1"]}, 1000053010),
        ({"user_group_type": "CUSTOMIZE", "user_group_ids": [str(n) for n in range(51)]}, 1000053011),
        ({"user_group_type": "PROJECT_MEMBER", "page_size": 101}, 20002),
    ],
)
def test_a_question_about_groups_is_refused_by_its_page(api: Api, body: Json, code: int) -> None:
    assert api.no("POST", GROUPS, body, **by_user(api)).code == code


def test_a_plugin_token_is_told_nothing_of_groups(shared: Api) -> None:
    no = shared.no("POST", GROUPS, {"user_group_type": "PROJECT_MEMBER"})
    assert no[:3] == (403, 10211, "Token Info Is Invalid")


# -- one item in two forms --------------------------------------------------------------------------------


def both(api: Api) -> tuple[Json, Json]:
    """The issue by `query` and by `filter`."""
    body = {"work_item_type_keys": ["issue"], "work_item_ids": [ISSUE]}
    return api.read(ISSUE, "issue"), api.ok("POST", "/open_api/demo/work_item/filter", body)["data"][0]


def test_query_and_filter_give_one_item_in_two_forms_by_a_switch() -> None:
    api = world_of(removed_roles="missing")
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
