"""The search grammar and the searches that speak it (endpoints.md 6.6, 6.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.state.model import Item
from tests.sandbox.api import (
    ANA,
    BO,
    CHEN,
    HEX,
    ITEM,
    RELEASE,
    SHIP,
    STORIES,
    STORY,
    TERMINATED,
    Api,
)

Json = Any
PARAMS = f"{STORIES}/search/params"


# -- filters (6.4, 6.5) -----------------------------------------------------------------------------------


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


# -- search/params (6.6) ----------------------------------------------------------------------------------


def _option(item: Item, key: str) -> str | None:
    value = item.values.get(key)
    return value["value"] if value else None


def _options(item: Item, key: str) -> set[str]:
    return {each["value"] for each in item.values.get(key) or []}


SEARCHES: list[tuple[str, str, Json, Callable[[Item], bool]]] = [
    ("name", "~", "pay", lambda item: "pay" in item.name.lower()),
    ("name", "!~", "pay", lambda item: "pay" not in item.name.lower()),
    ("name", "=", "Retry card payments", lambda item: item.name == "Retry card payments"),
    ("name", "!=", "Retry card payments", lambda item: item.name != "Retry card payments"),
    ("field_a1b2c3", "=", "EXT-45", lambda item: item.values.get("field_a1b2c3") == "EXT-45"),
    ("field_a1b2c3", "IS NULL", None, lambda item: not item.values.get("field_a1b2c3")),
    ("field_a1b2c3", "IS NOT NULL", None, lambda item: bool(item.values.get("field_a1b2c3"))),
    ("description", "~", "9 times", lambda item: "9 times" in item.values["description"]),
    ("description", "IS NULL", None, lambda item: not item.values.get("description")),
    ("wiki", "IS NULL", None, lambda item: not item.values.get("wiki")),
    ("field_3724e6", ">", 5, lambda item: item.values["field_3724e6"] > 5),
    ("field_3724e6", "<=", 2, lambda item: item.values["field_3724e6"] <= 2),
    ("field_3724e6", "=", 3, lambda item: item.values["field_3724e6"] == 3),
    ("field_3724e6", "!=", 3, lambda item: item.values["field_3724e6"] != 3),
    ("field_b9d821", "=", True, lambda item: item.values["field_b9d821"] is True),
    ("field_b9d821", "!=", True, lambda item: item.values["field_b9d821"] is not True),
    ("field_b9d821", "IS NULL", None, lambda item: item.values.get("field_b9d821") is None),
    ("field_1c7e08", "=", ["true"], lambda item: item.values.get("field_1c7e08") is True),
    (
        "field_1c7e08",
        "HAS ANY OF",
        ["true", "false"],
        lambda item: item.values.get("field_1c7e08") in (True, False),
    ),
    ("field_1c7e08", "=", ["undefined"], lambda item: "field_1c7e08" not in item.values),
    ("priority", "=", ["option_1"], lambda item: _option(item, "priority") == "option_1"),
    ("priority", "!=", ["option_1"], lambda item: _option(item, "priority") != "option_1"),
    (
        "priority",
        "HAS ANY OF",
        ["option_1", "option_2"],
        lambda item: _option(item, "priority") in ("option_1", "option_2"),
    ),
    ("priority", "HAS NONE OF", ["option_1"], lambda item: _option(item, "priority") != "option_1"),
    ("field_0dae57", "IS NULL", None, lambda item: item.values.get("field_0dae57") is None),
    ("field_0dae57", "HAS ANY OF", ["scale_1"], lambda item: _option(item, "field_0dae57") == "scale_1"),
    (
        "field_c4d17a",
        "CONTAINS",
        ["platform_1"],
        lambda item: "platform_1" in _options(item, "field_c4d17a"),
    ),
    (
        "field_c4d17a",
        "NOT CONTAINS",
        ["platform_1"],
        lambda item: "platform_1" not in _options(item, "field_c4d17a"),
    ),
    ("field_c4d17a", "=", ["platform_1"], lambda item: _options(item, "field_c4d17a") == {"platform_1"}),
    ("watchers", "CONTAINS", [BO], lambda item: BO in item.values["watchers"]),
    ("field_05723d", "IS NULL", None, lambda item: not item.values.get("field_05723d")),
    (
        "field_511b0c",
        "HAS ANY OF",
        ["pay_0"],
        lambda item: "pay_0" in str(item.values.get("field_511b0c")),
    ),
    ("field_2fbca6", ">=", 1775577600000, lambda item: item.values["field_2fbca6"] >= 1775577600000),
    ("field_2fbca6", "<", 1775577600000, lambda item: item.values["field_2fbca6"] < 1775577600000),
    ("field_0e381c", "IS NULL", None, lambda item: not item.values.get("field_0e381c")),
    (
        "field_7872c9",
        "HAS ANY OF",
        [6300012301],
        lambda item: item.values.get("field_7872c9") == 6300012301,
    ),
    (
        "planning_sprint",
        "CONTAINS",
        [6300014307],
        lambda item: 6300014307 in (item.values.get("planning_sprint") or []),
    ),
    ("owner", "HAS ANY OF", [ANA], lambda item: item.created_by == ANA),
    ("created_at", ">=", 1772000000163, lambda item: item.created_at >= 1772000000163),
    ("updated_at", "<=", 1772000000133, lambda item: item.updated_at <= 1772000000133),
    ("start_time", ">", 1772000000163, lambda item: item.values["start_time"] > 1772000000163),
    ("work_item_id", "HAS ANY OF", [STORY, 1], lambda item: item.id == STORY),
    ("work_item_id", ">", [6300012370], lambda item: item.id > 6300012370),
    ("work_item_status", "=", ["end"], lambda item: item.state == "end"),
    ("work_item_status", "HAS NONE OF", ["end", "doing"], lambda item: item.state == "started"),
    ("template_id", "HAS ANY OF", [3047001], lambda item: item.template == 3047001),
    ("current_nodes", "=", ["In progress"], lambda item: item.state == "doing"),
    ("current_nodes", "HAS NONE OF", ["In progress"], lambda item: item.state != "doing"),
    ("all_states", "CONTAINS", ["Done"], lambda _item: True),
    ("people", "CONTAINS", [CHEN], lambda item: CHEN in _people(item)),
    ("people", "IS NULL", None, lambda _item: False),
    ("role_owners", "HAS ANY OF", [{"role": "PM", "owners": [BO]}], lambda item: BO in _roles(item, "PM")),
    (
        "node_owners",
        "HAS ANY OF",
        [{"state_name": "In progress", "owners": [BO]}],
        lambda item: BO in _roles(item, "rd"),
    ),
    (
        "feature_state_time",
        ">",
        {"state_name": "In progress", "state_timestamp": 1772000000000, "state_condition": 0},
        lambda item: item.state != "started",
    ),
    ("business", "IS NULL", None, lambda item: not item.values.get("business")),
    ("field_5a711c", "IS NOT NULL", None, lambda item: bool(item.values.get("field_5a711c"))),
]


@pytest.mark.parametrize(
    ("key", "operator", "value", "test"), SEARCHES, ids=[f"6.6 {row[0]} {row[1]}" for row in SEARCHES]
)
def test_a_condition_finds_what_it_says(
    shared: Api, key: str, operator: str, value: Json, test: Callable[[Item], bool]
) -> None:
    param: Json = {"param_key": key, "operator": operator} | ({} if value is None else {"value": value})
    body = {"search_group": {"conjunction": "AND", "search_params": [param]}, "page_size": 50}
    told = shared.ok("POST", PARAMS, body)
    expected = _expected(shared, test)
    assert [each["id"] for each in told["data"]] == expected[:50]
    assert told["pagination"]["total"] == len(expected)


def _param(key: str, operator: str, value: Json, **more: Json) -> Json:
    return {"param_key": key, "operator": operator, "value": value} | more


def test_groups_nest_and_join(shared: Api) -> None:
    either = {
        "conjunction": "OR",
        "search_params": [_param("field_3724e6", ">", 7), _param("field_3724e6", "<", 2)],
    }
    group = {
        "conjunction": "AND",
        "search_params": [_param("priority", "HAS ANY OF", ["option_0", "option_3"])],
        "search_groups": [either],
    }
    told = shared.ok("POST", PARAMS, {"search_group": group, "page_size": 50})
    expected = _expected(
        shared,
        lambda item: (
            _option(item, "priority") in ("option_0", "option_3")
            and (item.values["field_3724e6"] > 7 or item.values["field_3724e6"] < 2)
        ),
    )
    assert [each["id"] for each in told["data"]] == expected


@pytest.mark.parametrize(
    ("operator", "quantifier", "test"),
    [
        ("MEET", "ANY", lambda names: "production" in names),
        ("MEET", "EVERY", lambda names: set(names) == {"production"}),
        ("NOT MEET", "ANY", lambda names: "production" not in names),
    ],
)
def test_compound_rows_are_searched_by_a_group_of_their_own(
    shared: Api, operator: str, quantifier: str, test: Callable[[list[str]], bool]
) -> None:
    inner = {"conjunction": "AND", "search_params": [_param("field_e00001", "=", "production")]}
    param = {
        "param_key": "field_5a711c",
        "operator": operator,
        "pre_operator": quantifier,
        "value_search_groups": [inner],
    }
    body = {"search_group": {"conjunction": "AND", "search_params": [param]}, "page_size": 50}

    def names(item: Item) -> list[str]:
        rows = item.values.get("field_5a711c") or []
        return [cell["field_value"] for row in rows for cell in row if cell["field_key"] == "field_e00001"]

    assert _found(shared, PARAMS, body) == _expected(shared, lambda item: test(names(item)))[:50]


@pytest.mark.parametrize("operator", ["=", "HAS ANY OF"])
def test_terminated_items_are_searched_by_a_closed_state(shared: Api, operator: str) -> None:
    group = {"conjunction": "AND", "search_params": [_param("work_item_status", operator, ["closed"])]}
    assert _found(shared, PARAMS, {"search_group": group}) == [TERMINATED]


GROUPS = [
    ("20072", {"conjunction": "XOR"}, (400, 20072, "Conjunction Value Only Support 「AND」、「OR」")),
    ("20072 case", {"conjunction": "And"}, (400, 20072)),
    ("20063", [_param("priority", "CONTAINS", ["x"])], (400, 20063, "Search Operator Error")),
    ("20063 word", [_param("priority", "IN", ["x"])], (400, 20063, "Search Operator Error")),
    ("20063 bool", [_param("field_b9d821", ">", "true")], (400, 20063)),
    (
        "20064",
        [_param("priority", "HAS ANY OF", [str(n) for n in range(51)])],
        (400, 20064, "Search Option Size Too Large"),
    ),
    ("20066", [_param("field_1c7e08", "=", ["true", "false"])], (400, 20066)),
    ("20067", [_param("field_1c7e08", "=", ["maybe"])], (400, 20067)),
    ("20068 calculated", [_param("field_656741", "=", 1)], (400, 20068, "Search Param Is Not Support")),
    ("20068 docs", [_param("field_347e4e", "IS NULL", None)], (400, 20068, "Search Param Is Not Support")),
    ("20068 files", [_param("multi_attachment", "IS NULL", None)], (400, 20068)),
    (
        "20069 scalar",
        [_param("priority", "=", "option_1")],
        (400, 20069, "Search Param Value Error", "priority: param type must be []string"),
    ),
    (
        "20069 ids",
        [_param("work_item_id", "HAS ANY OF", ["1"])],
        (400, 20069, "Search Param Value Error", "work_item_id: param type must be []int64"),
    ),
    ("20069 number", [_param("field_3724e6", "=", "3")], (400, 20069)),
    ("20069 date", [_param("field_2fbca6", ">", "2026")], (400, 20069)),
    ("20069 quantifier", [_param("priority", "=", ["x"], pre_operator="ANY")], (400, 20069)),
    ("30001", [_param("field_zz", "=", "x")], (404, 30001, "Data Not Found")),
    ("20005", [{"operator": "="}], (400, 20005, "Missing Param")),
]


@pytest.mark.parametrize(("group", "expected"), [row[1:] for row in GROUPS], ids=[row[0] for row in GROUPS])
def test_a_search_is_refused_by_its_page(shared: Api, group: Json, expected: tuple[Json, ...]) -> None:
    told = group if isinstance(group, dict) else {"conjunction": "AND", "search_params": group}
    assert shared.no("POST", PARAMS, {"search_group": told})[: len(expected)] == expected


@pytest.mark.parametrize(
    ("key", "operator", "value", "code"),
    [("people", "=", [BO], 20071), ("current_nodes", "=", ["Started"], 20065)],
)
def test_some_keys_are_not_for_issues(shared: Api, key: str, operator: str, value: Json, code: int) -> None:
    group = {"conjunction": "AND", "search_params": [_param(key, operator, value)]}
    no = shared.no("POST", "/open_api/demo/work_item/issue/search/params", {"search_group": group})
    assert no[:2] == (400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 20005),
        ({"search_group": {}, "page_size": 51}, 20006),
        ({"search_group": {}, "fields": ["a", "-b"]}, 20015),
        ({"search_group": {"search_params": [_param("priority", "=", ["x"])] * 51}}, 20064),
    ],
)
def test_the_frame_of_a_search_is_checked(shared: Api, body: Json, code: int) -> None:
    assert shared.no("POST", PARAMS, body).code == code


def test_more_than_the_ceiling_is_20094() -> None:
    api = Api(Options(search_ceiling=5, throttle=False))
    no = api.no("POST", PARAMS, {"search_group": {}})
    assert no[:3] == (400, 20094, "Search Result Bigger Than 5000, Please Check Your Search Params")
    assert Options().search_ceiling == 5000


# -- other searches (6.7) ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        {"project_key": HEX, "work_item_type_key": "story"},
        {"data_sources": [{"project_key": HEX, "work_item_type_keys": ["story"]}]},
    ],
)
def test_the_universal_search_walks_by_cursor(shared: Api, where: Json) -> None:
    seen: list[int] = []
    after = ""
    while True:
        body = where | {
            "pagination": {"page_size": 30, "search_after": after},
            "field_selected": ["priority"],
        }
        told = shared.ok("POST", "/open_api/view_search/universal_search", body)
        seen += [each["id"] for each in told["datas"]]
        assert {row["field_key"] for each in told["datas"] for row in each["fields"]} == {"priority"}
        after = told["pagination"]["search_after"]
        if not after:
            break
    assert seen == _expected(shared, lambda _item: True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"project_key": HEX}, 20005),
        ({"project_key": HEX, "work_item_type_key": "none"}, 30014),
        (
            {
                "project_key": HEX,
                "work_item_type_key": "story",
                "search_group": {"search_params": [_param("priority", "~", "x")]},
            },
            20063,
        ),
        (
            {
                "project_key": HEX,
                "work_item_type_key": "story",
                "field_selected": [str(n) for n in range(21)],
            },
            20006,
        ),
    ],
)
def test_the_universal_search_is_refused_like_the_others(shared: Api, body: Json, code: int) -> None:
    assert shared.no("POST", "/open_api/view_search/universal_search", body).code == code


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"query": "", "query_type": "workitem"}, 20080, "Query length must be between 1 and 200"),
        ({"query": "x" * 201, "query_type": "workitem"}, 20080, "Query length must be between 1 and 200"),
        ({"query": "x", "query_type": "wiki"}, 20081, "Query type is not supported"),
    ],
)
def test_the_compositive_search_is_refused_by_its_page(
    shared: Api, body: Json, code: int, message: str
) -> None:
    assert shared.no("POST", "/open_api/compositive_search", body)[:3] == (400, code, message)


def test_the_compositive_search_gives_ids_as_strings(shared: Api) -> None:
    body = {"query": "payments", "query_type": "workitem", "query_sub_type": ["issue"]}
    told = shared.ok("POST", "/open_api/compositive_search", body)["data"]
    assert told
    assert {each["WorkItemTypeKey"] for each in told} == {"issue"}
    assert all(each["ID"].isdigit() for each in told)


RELATION = f"{ITEM}/search_by_relation"


@pytest.mark.parametrize(("key", "how"), [("planning_sprint", 0), ("planning_release", 1)])
def test_a_relation_is_followed_by_key_or_alias(shared: Api, key: str, how: int) -> None:
    body = {"relation_work_item_type_key": RELEASE, "relation_key": key, "relation_type": how}
    assert _found(shared, RELATION, body) == shared.value("planning_sprint")


@pytest.mark.parametrize(
    ("key", "kind", "how", "code"),
    [
        ("nothing", RELEASE, 0, 30018),
        ("priority", RELEASE, 0, 20061),
        ("planning_sprint", "issue", 0, 20060),
        ("planning_sprint", RELEASE, 2, 20062),
        ("planning_sprint", "none", 0, 30014),
    ],
)
def test_a_relation_is_refused_by_its_page(shared: Api, key: str, kind: str, how: int, code: int) -> None:
    body = {"relation_work_item_type_key": kind, "relation_key": key, "relation_type": how}
    assert shared.no("POST", RELATION, body).code == code


def test_too_many_related_items_are_20055() -> None:
    api = Api(Options(relation_ceiling=1, throttle=False))
    api.put("planning_sprint", [SHIP, SHIP + 1])
    body = {"relation_work_item_type_key": RELEASE, "relation_key": "planning_sprint", "relation_type": 0}
    assert api.no("POST", RELATION, body).code == 20055
