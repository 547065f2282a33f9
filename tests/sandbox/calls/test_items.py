"""Work items by id and by filter, and their operation records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.state.model import Item
from tests.sandbox.api import (
    ANA,
    BO,
    HEX,
    ISSUE,
    STORIES,
    STORY,
    TERMINATED,
    Api,
)

Json = Any


RECORDS = "/open_api/op_record/work_item/list"


def _records(api: Api, **body: Json) -> list[Json]:
    told = api.ok("POST", RECORDS, {"project_key": HEX, "work_item_ids": [STORY]} | body)
    return list(told["data"]["op_records"])


def test_a_simple_name_is_answered_with_success_and_nothing(api: Api) -> None:
    api.put("priority", {"value": "option_3"})
    assert _records(api, project_key="demo") == []


def test_a_cursor_walks_several_ids_in_the_order_of_ids(api: Api) -> None:
    for item in (STORY + 1, STORY):
        for points in (20, 21):
            api.put("field_3724e6", points, item)
    body: Json = {"project_key": HEX, "work_item_ids": [STORY + 1, STORY], "page_size": 3}
    first = api.ok("POST", RECORDS, body)["data"]
    assert first["has_more"] is True
    rest = api.ok("POST", RECORDS, body | {"start_from": first["start_from"]})["data"]
    assert (rest["has_more"], rest["start_from"]) == (False, "")
    ids = [each["work_item_id"] for each in first["op_records"] + rest["op_records"]]
    assert ids[:2] == [STORY, STORY]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"work_item_ids": []}, (400, 20005, "Missing Param")),
        ({"project_key": ""}, (400, 20005, "Missing Param")),
        ({"start": 1772000000000}, (400, 20006, "Invalid Param")),
        ({"start": 1772000000000, "end": 1773000000000}, (400, 20013, "Invalid Time Interval")),
        ({"start": 1772000000, "end": 1772000001}, (400, 20013, "Invalid Time Interval")),
        ({"page_size": 201}, (400, 20006, "Invalid Param")),
        ({"work_item_ids": list(range(51))}, (400, 20028, "Workitem Ids Limit 50")),
    ],
)
def test_records_are_refused_by_their_page(shared: Api, more: Json, expected: tuple[Json, ...]) -> None:
    body: Json = {"project_key": HEX, "work_item_ids": [STORY]} | more
    assert shared.no("POST", RECORDS, body)[:3] == expected


def test_a_window_of_time_bounds_the_records(api: Api) -> None:
    api.put("priority", {"value": "option_3"})
    now = int(api.world.clock() * 1000)
    assert _records(api, start=now - 5000, end=now + 5000)
    assert _records(api, start=now - 50_000, end=now - 40_000) == []


FILTER, ACROSS = "/open_api/demo/work_item/filter", "/open_api/work_items/filter_across_project"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"work_item_ids": [STORY, 1]}, (404, 30005, "WorkItem Not Found")),
        ({"work_item_ids": [ISSUE]}, (404, 30005, "WorkItem Not Found")),
        ({"work_item_ids": list(range(51))}, (400, 20028, "Workitem Ids Limit 50")),
        ({"work_item_ids": []}, (400, 20005, "Missing Param")),
        ({}, (400, 20005, "Missing Param")),
        ({"work_item_ids": ["x"]}, (400, 9999, "Invalid Param")),
        ({"work_item_ids": STORY}, (400, 9999, "Invalid Param")),
        (
            {"work_item_ids": [STORY], "fields": ["priority", "-wiki"]},
            (400, 20015, "Field Mix With '-' And Without '-'"),
        ),
    ],
)
def test_a_query_is_refused_by_its_page(shared: Api, body: Json, expected: tuple[Json, ...]) -> None:
    assert shared.no("POST", f"{STORIES}/query", body)[:3] == expected


def test_the_type_of_a_query_must_exist(shared: Api) -> None:
    no = shared.no("POST", "/open_api/demo/work_item/none/query", {"work_item_ids": [STORY]})
    assert no[:2] == (404, 30014)


def test_a_workflow_cannot_be_expanded_on_a_state_flow(shared: Api) -> None:
    body = {"work_item_ids": [ISSUE], "expand": {"need_workflow": True}}
    no = shared.no("POST", "/open_api/demo/work_item/issue/query", body)
    assert no[:3] == (400, 20003, "Wrong WorkItemType Param")


@pytest.mark.parametrize(("switch", "count"), [("refuse", None), ("omit", 1)])
def test_what_a_bad_id_among_good_ones_does_is_a_switch(switch: str, count: int | None) -> None:
    api = Api(Options(unknown_ids=switch, throttle=False))
    told = api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY, 1]}).json()
    assert len(told.get("data", [])) == (count or 0)
    assert told["err_code"] == (0 if count else 30005)


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        (["priority"], {"priority"}),
        (["priority", "wiki", "zz"], {"priority"}),
        (["-priority"], None),
    ],
)
def test_fields_choose_or_leave_out(shared: Api, fields: list[str], keys: set[str] | None) -> None:
    # 6.2; the properties come back in any case
    item = shared.read(fields=fields)
    found = {row["field_key"] for row in item["fields"]}
    assert (found == keys) if keys else ("priority" not in found and "role_owners" in found)
    assert item["name"]


def test_a_terminated_item_is_still_read_by_id(shared: Api) -> None:
    assert shared.value("aborted", TERMINATED) == {"is_aborted": True, "reason": "cancel"}
    assert shared.read(TERMINATED)["current_nodes"] == []


def test_a_value_that_nobody_ever_filled_is_missing_and_an_emptied_one_is_not(api: Api) -> None:
    # 6.1, field-formats.md 3.1
    assert api.value("field_05723d") == "missing"
    api.put("field_05723d", BO)
    api.put("field_05723d", None)
    assert api.value("field_05723d") is None


def test_an_id_asked_twice_is_answered_once(shared: Api) -> None:
    told = shared.ok("POST", f"{STORIES}/query", {"work_item_ids": [STORY, STORY]})["data"]
    assert [each["id"] for each in told] == [STORY]


def test_states_before_this_one_are_the_history(shared: Api) -> None:
    # 6.1
    item = shared.read()
    assert item["work_item_status"]["state_key"] == item["sub_stage"] == "doing"
    assert [each["state_key"] for each in item["work_item_status"]["history"]] == ["started"]
    assert [each["end_time"] == 0 for each in item["state_times"]] == [False, True]


MANY = list(range(6300012300, 6300012351))


FILTERS = [
    ("20003", FILTER, {}, (400, 20003, "Wrong WorkItemType Param")),
    ("30014", FILTER, {"work_item_type_keys": ["none"]}, (404, 30014, "WorkItem Type Not Found")),
    (
        "20004",
        FILTER,
        {"work_item_type_keys": ["story"], "user_keys": [str(n) for n in range(11)]},
        (400, 20004, "Search User Limit"),
    ),
    (
        "20005",
        FILTER,
        {"work_item_type_keys": ["story"], "search_id": "x"},
        (400, 20005, "Missing Param"),
    ),
    (
        "20006",
        FILTER,
        {"work_item_type_keys": ["story"], "page_size": 201},
        (400, 20006, "Invalid Param", "page size should less than 200"),
    ),
    (
        "20013",
        FILTER,
        {"work_item_type_keys": ["story"], "updated_at": {"start": 1772000000}},
        (400, 20013, "Invalid Time Interval"),
    ),
    (
        "20013 backwards",
        FILTER,
        {"work_item_type_keys": ["story"], "created_at": {"start": 1772000000001, "end": 1772000000000}},
        (400, 20013, "Invalid Time Interval"),
    ),
    ("across 20003", ACROSS, {"project_keys": [HEX]}, (400, 20003, "Wrong WorkItemType Param")),
    ("across 20003 wrong", ACROSS, {"work_item_type_key": "none"}, (400, 20003, "Wrong WorkItemType Param")),
    (
        "across 20057",
        ACROSS,
        {"work_item_type_key": "story", "simple_names": ["x"] * 11},
        (400, 20057, "Search ProjectKeys And SimpleNames Limit 10"),
    ),
    (
        "across 20028",
        ACROSS,
        {"work_item_type_key": "story", "work_item_ids": MANY},
        (400, 20028, "Workitem Ids Limit 50"),
    ),
    ("across 20006", ACROSS, {"work_item_type_key": "story", "page_size": 51}, (400, 20006, "Invalid Param")),
    (
        "across 20058",
        ACROSS,
        {
            "work_item_type_key": "story",
            "search_user": {"user_keys": [BO], "role": "rd", "field_key": "owner"},
        },
        (400, 20058, "SearchUser.Role And FieldKey Can't appear together"),
    ),
    (
        "across 20059",
        ACROSS,
        {"work_item_type_key": "story", "search_user": {"role": "rd"}},
        (400, 20059, "SearchUser.Role And FieldKey Can't Appear Alone"),
    ),
    (
        "across 20005",
        ACROSS,
        {"work_item_type_key": "story", "search_user": {"user_keys": [BO], "field_key": "priority"}},
        (400, 20005, "Missing Param"),
    ),
    (
        "across 50006",
        ACROSS,
        {"work_item_type_key": "story", "search_user": {"user_keys": ["73"]}},
        (500, 50006, "user not found"),
    ),
    (
        "across 20013",
        ACROSS,
        {"work_item_type_key": "story", "updated_at": {"start": 5}},
        (400, 20013, "Invalid Time Interval"),
    ),
]


@pytest.mark.parametrize(
    ("path", "body", "expected"), [row[1:] for row in FILTERS], ids=[row[0] for row in FILTERS]
)
def test_a_filter_is_refused_by_its_page(
    shared: Api, path: str, body: Json, expected: tuple[Json, ...]
) -> None:
    assert shared.no("POST", path, body)[: len(expected)] == expected


def _found(api: Api, path: str, body: Json) -> list[int]:
    told = api.ok("POST", path, body)
    return [each["id"] for each in told["data"]]


def _expected(api: Api, test: Callable[[Item], bool], kind: str = "story") -> list[int]:
    """The ids that a search should find, judged from the stored values."""
    return [
        each.id
        for each in api.world.items.values()
        if each.type_key == kind and each.aborted is None and test(each)
    ]


def _roles(item: Item, role: str) -> list[str]:
    return next((each["owners"] or [] for each in item.values["role_owners"] if each["role"] == role), [])


def _people(item: Item) -> set[str]:
    found = {item.created_by, *(item.values.get("watchers") or [])}
    return found.union(*(each["owners"] or [] for each in item.values["role_owners"]))


FOUND: list[tuple[str, Json, Callable[[Item], bool]]] = [
    ("all", {}, lambda _item: True),
    ("ids", {"work_item_ids": [STORY, TERMINATED]}, lambda item: item.id == STORY),
    ("name", {"work_item_name": "PAY"}, lambda item: "pay" in item.name.lower()),
    ("people", {"user_keys": [BO]}, lambda item: BO in _people(item)),
    ("priority", {"priorities": ["option_1"]}, lambda item: item.values["priority"]["value"] == "option_1"),
    ("state", {"work_item_status": [{"state_key": "end"}]}, lambda item: item.state == "end"),
    ("stage", {"sub_stages": ["started"]}, lambda item: item.state == "started"),
    ("since", {"updated_at": {"start": 1772000000163}}, lambda item: item.updated_at >= 1772000000163),
    (
        "between",
        {"created_at": {"start": 1772000000133, "end": 1772000000143}},
        lambda item: 1772000000133 <= item.created_at <= 1772000000143,
    ),
    (
        "tag",
        {"tags": ["tag_1"]},
        lambda item: {"value": "tag_1"} in (item.values.get("tags") or []),
    ),
]


@pytest.mark.parametrize("path", [FILTER, ACROSS])
@pytest.mark.parametrize(("body", "test"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_a_filter_finds_what_it_names(
    shared: Api, path: str, body: Json, test: Callable[[Item], bool]
) -> None:
    if path == ACROSS and "user_keys" in body:
        body = {"search_user": body}
    body = body | {"work_item_type_keys": ["story"], "work_item_type_key": "story"}
    size = 200 if path == FILTER else 50
    expected = _expected(shared, test)
    assert _found(shared, path, body | {"page_size": size}) == expected[:size]
    assert shared.ok("POST", path, body)["pagination"]["total"] == len(expected)


@pytest.mark.parametrize(
    ("told", "test"),
    [
        ({"user_keys": [ANA], "field_key": "owner"}, lambda item: item.values["owner"] == ANA),
        ({"user_keys": [BO], "field_key": "watchers"}, lambda item: BO in (item.values["watchers"] or [])),
        ({"user_keys": [BO], "role": "PM"}, lambda item: BO in _roles(item, "PM")),
    ],
)
def test_people_are_searched_by_field_or_role(shared: Api, told: Json, test: Callable[[Item], bool]) -> None:
    # 6.5
    body = {"work_item_type_key": "story", "search_user": told, "page_size": 50}
    assert _found(shared, ACROSS, body) == _expected(shared, test)[:50]


def test_terminated_items_are_left_out_until_they_are_asked_for(shared: Api) -> None:
    # 6.4
    body: Json = {"work_item_type_keys": ["story"], "page_size": 200}
    assert TERMINATED not in _found(shared, FILTER, body)
    assert _found(shared, FILTER, body | {"work_item_status": [{"state_key": "closed"}]}) == [TERMINATED]


def test_pages_begin_at_one_and_hold_twenty(shared: Api) -> None:
    body: Json = {"work_item_type_keys": ["story"]}
    first = _found(shared, FILTER, body)
    assert len(first) == 20
    assert _found(shared, FILTER, body | {"page_num": 1, "page_size": 20}) == first
    second = _found(shared, FILTER, body | {"page_num": "2"})
    assert not set(first) & set(second)
    assert _found(shared, FILTER, body | {"page_num": 99}) == []


@pytest.mark.parametrize(("switch", "code", "count"), [("error", 20094, 0), ("truncate", 0, 5)])
def test_a_result_beyond_the_ceiling_is_an_error_or_cut(switch: str, code: int, count: int) -> None:
    api = Api(Options(ceiling=switch, filter_ceiling=5, throttle=False))
    told = api.call("POST", FILTER, {"work_item_type_keys": ["story"]}).json()
    assert (told["err_code"], len(told.get("data", []))) == (code, count)


def listed_fields(**options: str) -> set[str]:
    """The fields of an item in a list."""
    api = Api(Options(throttle=False, **options))  # type: ignore[arg-type] # by the names of switches
    rows = api.ok("POST", FILTER, {"work_item_type_keys": ["story"]})["data"][0]["fields"]
    return {row["field_key"] for row in rows}


def test_filters_give_the_two_fields_of_the_manual() -> None:
    assert listed_fields() == {"aborted", "role_owners"}


def test_by_a_switch_filters_give_built_in_fields_or_all() -> None:
    keys = listed_fields(filter_fields="builtin")
    assert "priority" in keys
    assert not any(key.startswith("field_") for key in keys)
    assert keys < listed_fields(filter_fields="all")


def test_by_a_switch_searches_lag_behind_writes_and_queries_do_not(api: Api) -> None:
    api.world.options.search_lag_ms = 60_000
    api.put("name", "Brand new name")
    body = {"work_item_type_keys": ["story"], "work_item_name": "Brand new"}
    assert _found(api, FILTER, body) == []
    assert api.read()["name"] == "Brand new name"
    api.world.options.search_lag_ms = 0
    assert _found(api, FILTER, body) == [STORY]
