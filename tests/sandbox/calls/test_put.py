"""The PUT: values by type, errors and rules (endpoints.md 5.5, 7.2; field-formats.md 1 to 10)."""

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
    RELEASE,
    SHIP,
    STORIES,
    STORY,
    TERMINATED,
    Api,
)

Json = Any
MONEY, CARDS = "662f0e13b1a20d5dd5fb3320", "662f0e13b1a20d5dd5fb3321"
PATH = {"value": "area_pay", "children": {"value": "pay_1"}}
SHOWN_PATH = {
    "value": "area_pay",
    "label": "Payments",
    "children": {"value": "pay_1", "label": "Refunds", "children": None},
}
DAY = 1772409600000
ROWS = [
    [{"field_key": "field_e00001", "field_value": "staging"}, {"field_alias": "ready", "field_value": True}],
    [{"field_key": "field_e00001", "field_value": "prod"}, {"field_key": "field_e00004", "field_value": DAY}],
]
SHOWN_ROWS = [
    [
        {
            "field_key": "field_e00001",
            "field_alias": "env",
            "field_type_key": "text",
            "field_value": "staging",
        },
        {"field_key": "field_e00003", "field_alias": "ready", "field_type_key": "bool", "field_value": True},
    ],
    [
        {"field_key": "field_e00001", "field_alias": "env", "field_type_key": "text", "field_value": "prod"},
        {"field_key": "field_e00004", "field_alias": "env_due", "field_type_key": "date", "field_value": DAY},
    ],
]
BLOCKS = [
    {"type": "paragraph", "content": [{"type": "text", "text": "Intro", "attrs": {"bold": "true"}}]},
    {"type": "paragraph", "content": [{"type": "img", "attrs": {"src": "x"}}, {"type": "text", "text": "!"}]},
]

STORED = [
    ("4.1 text", "field_a1b2c3", "EXT 1\n2", "EXT 1\n2"),
    ("4.1 digits", "field_a1b2c3", "0123", "0123"),
    ("4.3 plain", "description", "Intro\nline", "Intro\nline"),
    ("4.3 blocks", "description", BLOCKS, "Intro\n[图片]!\n"),
    ("4.4 link", "wiki", "https://example.com/a?b=1", "https://example.com/a?b=1"),
    ("4.5 docs", "field_347e4e", ["https://a.example/1", "https://a.example/2"], "same"),
    ("4.6 telephone", "field_7c0a11", "+86-13800000000", "+86-13800000000"),
    ("4.7 email", "field_51ab02", "ops@example.com", "ops@example.com"),
    ("5.1 int", "field_3724e6", 11, 11),
    ("5.1 float", "field_3724e6", 11.11111111111111, 11.11111111111111),
    ("5.1 zero", "field_3724e6", 0, 0),
    ("5.1 negative", "field_3724e6", -2.5, -2.5),
    ("5.2 true", "field_b9d821", True, True),
    ("5.2 false", "field_b9d821", False, False),
    ("5.3 passed", "field_1c7e08", True, True),
    ("5.3 failed", "field_1c7e08", False, False),
    ("5.3 pending", "field_1c7e08", None, None),
    ("5.4 day", "field_2fbca6", DAY, DAY),
    ("5.4 moment", "field_0e381c", 1722220183000, 1722220183000),
    ("5.6 schedule", "schedule", {"start_time": DAY, "end_time": DAY + 86_399_999}, "same"),
    ("6.1 select", "priority", {"value": "option_1"}, {"label": "P1", "value": "option_1"}),
    ("6.1 label", "priority", {"label": "?", "value": "option_1"}, {"label": "P1", "value": "option_1"}),
    (
        "6.1 whole option",
        "priority",
        {"value": "option_2", "label": "P2", "order": 2, "is_disabled": 2},
        {"label": "P2", "value": "option_2"},
    ),
    ("6.1 radio", "field_0dae57", {"value": "scale_3"}, {"label": "XL", "value": "scale_3"}),
    (
        "6.2 many",
        "field_c4d17a",
        [{"value": "platform_0"}, {"value": "platform_2"}],
        [{"label": "iOS", "value": "platform_0"}, {"label": "Web", "value": "platform_2"}],
    ),
    (
        "6.2 twice the same",
        "field_c4d17a",
        [{"value": "platform_0"}, {"value": "platform_0"}],
        [{"label": "iOS", "value": "platform_0"}],
    ),
    ("6.3 path", "field_511b0c", PATH, SHOWN_PATH),
    ("6.3 as read", "field_511b0c", SHOWN_PATH, SHOWN_PATH),
    ("6.4 paths", "field_38c836", [PATH, PATH], [SHOWN_PATH]),
    (
        "6.4 a parent alone",
        "field_38c836",
        [{"value": "area_acc"}],
        [{"value": "area_acc", "label": "Accounts", "children": None}],
    ),
    ("6.5 business", "business", CARDS, CARDS),
    ("6.6 group", "group_type", "auto", "auto"),
    ("7.1 user", "field_05723d", BO, BO),
    ("7.2 users", "watchers", [BO, CHEN], [BO, CHEN]),
    ("7.2 twice the same", "watchers", [BO, BO], [BO]),
    ("8.1 related", "field_7872c9", 6300012301, 6300012301),
    ("8.2 related many", "planning_sprint", [SHIP, SHIP + 1], [SHIP, SHIP + 1]),
    ("8.4 rows", "field_5a711c", ROWS, SHOWN_ROWS),
]


@pytest.mark.parametrize(("key", "sent", "read"), [row[1:] for row in STORED], ids=[row[0] for row in STORED])
def test_a_value_is_stored_and_read_in_the_shape_of_its_type(
    shared: Api, key: str, sent: Json, read: Json
) -> None:
    shared.put(key, sent)
    assert shared.value(key) == (sent if read == "same" else read)


@pytest.mark.parametrize("kind", ["name", "name by alias"])
def test_the_name_is_a_property_written_as_a_field(api: Api, kind: str) -> None:
    # 6.1, 1.2 A6
    pair = {"field_key" if kind == "name" else "field_alias": "name", "field_value": "Other name"}
    api.ok("PUT", ITEM, {"update_fields": [pair]})
    item = api.read()
    assert item["name"] == "Other name"
    assert "name" not in {row["field_key"] for row in item["fields"]}


CLEARED: list[tuple[str, str, Json, Json]] = [
    ("text", "field_a1b2c3", "", ""),
    ("text by null", "field_a1b2c3", None, ""),
    ("multi_text", "description", "", ""),
    ("number", "field_3724e6", None, None),
    ("bool", "field_b9d821", None, None),
    ("date", "field_2fbca6", None, None),
    ("schedule", "schedule", None, None),
    ("link", "wiki", "", ""),
    ("docs", "field_347e4e", [], []),
    ("telephone", "field_7c0a11", "", ""),
    ("email", "field_51ab02", "", ""),
    ("select", "priority", None, None),
    ("radio", "field_0dae57", None, None),
    ("multi_select", "field_c4d17a", [], []),
    ("tree_select", "field_511b0c", None, None),
    ("tree_multi_select", "field_38c836", [], []),
    ("business", "business", None, None),
    ("user", "field_05723d", None, None),
    ("multi_user", "watchers", [], None),
    ("related", "field_7872c9", None, None),
    ("related many", "planning_sprint", [], []),
    ("compound", "field_5a711c", [], []),
]


@pytest.mark.parametrize(
    ("key", "sent", "read"), [row[1:] for row in CLEARED], ids=[f"3.1 {row[0]}" for row in CLEARED]
)
def test_a_typed_empty_clears_and_reads_as_the_empty_form_of_its_type(
    shared: Api, key: str, sent: Json, read: Json
) -> None:
    shared.put(key, sent)
    assert shared.value(key) == read


OFF = (400, 20006, "Invalid Param")
BAD_TIME = (400, 20013, "Invalid Time Interval")
NO_OPTION = (400, 20050)
UNSUPPORTED = (400, 20029, "Unsupported Field Type")
NOT_UPDATABLE = (400, 20033, "Update Field Invalid")

REFUSED = [
    ("4.1", "field_a1b2c3", 5, OFF),
    ("4.1 list", "field_a1b2c3", ["x"], OFF),
    ("4.1 long", "field_a1b2c3", "x" * 20_001, (500, 50006, "WorkItemValue Limit Exceeded")),
    ("4.3 object", "description", {"doc": "x"}, OFF),
    ("4.3 block", "description", [{"type": "heading"}], OFF),
    ("12.2 piece", "description", [{"type": "paragraph", "content": [{"type": "mention"}]}], OFF),
    (
        "12.2 attrs that are no strings",
        "description",
        [{"type": "paragraph", "content": [{"type": "text", "text": "x", "attrs": {"bold": True}}]}],
        OFF,
    ),
    ("4.5 string", "field_347e4e", "https://a.example", OFF),
    ("4.6 words", "field_7c0a11", "call me", OFF),
    ("4.6 spaces", "field_7c0a11", "+86 138 0000", OFF),
    ("4.6 long", "field_7c0a11", "1" * 55, OFF),
    ("4.7 no at", "field_51ab02", "ops", OFF),
    ("4.7 long", "field_51ab02", "a" * 250 + "@b.cd", OFF),
    ("5.1 string", "field_3724e6", "11", OFF),
    ("5.1 bool", "field_3724e6", True, OFF),
    ("5.2 string", "field_b9d821", "true", OFF),
    ("5.2 number", "field_b9d821", 1, OFF),
    ("5.3 word", "field_1c7e08", "passed", OFF),
    ("5.4 string", "field_2fbca6", "1722182400000", OFF),
    ("5.4 seconds", "field_2fbca6", 1722182400, BAD_TIME),
    ("5.4 float", "field_2fbca6", 1722182400000.5, OFF),
    ("5.6 backwards", "schedule", {"start_time": DAY, "end_time": DAY - 1}, OFF),
    ("5.6 seconds", "schedule", {"start_time": 1772409600, "end_time": DAY}, BAD_TIME),
    ("6.1 bare id", "priority", "option_1", OFF),
    ("6.1 stringified", "priority", '{"value":"option_1"}', OFF),
    ("6.1 unknown", "priority", {"value": "option_77"}, NO_OPTION),
    ("6.1 disabled", "priority", {"value": "option_9"}, NO_OPTION),
    ("6.1 list", "priority", [{"value": "option_1"}], OFF),
    ("6.1 radio", "field_0dae57", {"value": "zz"}, NO_OPTION),
    ("6.2 ids", "field_c4d17a", ["platform_0"], OFF),
    ("6.2 one", "field_c4d17a", {"value": "platform_0"}, OFF),
    ("6.2 disabled", "field_c4d17a", [{"value": "platform_9"}], NO_OPTION),
    ("6.3 level", "field_511b0c", {"value": "area_pay"}, OFF),
    ("6.3 unknown child", "field_511b0c", {"value": "area_pay", "children": {"value": "acc_0"}}, NO_OPTION),
    ("6.3 children list", "field_511b0c", {"value": "area_pay", "children": [{"value": "pay_0"}]}, OFF),
    ("6.5 unknown", "business", "662f0e13b1a20d5dd5fb33ff", (404, 30008, "Business Not Found")),
    ("6.6 word", "group_type", "maybe", OFF),
    ("7.1 unknown", "field_05723d", "7319999999999999999", (404, 30006, "User Not Found")),
    ("7.1 list", "field_05723d", [BO], OFF),
    ("7.2 string", "watchers", BO, OFF),
    ("7.2 unknown", "watchers", [BO, "73"], (404, 30006, "User Not Found")),
    ("8.1 string", "field_7872c9", "6300012301", OFF),
    ("8.1 itself", "field_7872c9", STORY, OFF),
    ("8.1 gone", "field_7872c9", 1, OFF),
    ("8.2 one", "planning_sprint", SHIP, OFF),
    (
        "8.4 sub-field",
        "field_5a711c",
        [[{"field_key": "field_zz", "field_value": 1}]],
        (404, 30009, "Field Not Found"),
    ),
    ("8.4 cell", "field_5a711c", [[{"field_key": "field_e00003", "field_value": "yes"}]], OFF),
    (
        "9.5 role",
        "role_owners",
        [{"role": "nobody", "owners": []}],
        (500, 50006, "Failed to process role owners"),
    ),
    (
        "9.5 user",
        "role_owners",
        [{"role": "rd", "owners": ["73"]}],
        (500, 50006, "Failed to process role owners"),
    ),
    (
        "9.4 one only",
        "role_owners",
        [{"role": "role_d35160", "owners": [ANA, BO]}],
        (500, 50006, "Failed to process role owners"),
    ),
    ("9 map", "role_owners", {"rd": [ANA]}, OFF),
    ("7.2 file", "multi_attachment", [], UNSUPPORTED),
    ("7.2 template", "template", {"id": 3047002}, UNSUPPORTED),
    ("7.2 aborted", "aborted", {"is_aborted": True}, UNSUPPORTED),
    ("7.2 vote", "field_4b0001", True, UNSUPPORTED),
    ("7.2 deleted", "deleted", True, UNSUPPORTED),
    ("13 status", "work_item_status", {"state_key": "end"}, OFF),
    (
        "8.9 calculated",
        "field_656741",
        5,
        (400, 20090, "Your request has been Intercept", "field field_656741 is calculated"),
    ),
    ("5.5 owner", "owner", BO, NOT_UPDATABLE),
    ("5.5 start_time", "start_time", DAY, NOT_UPDATABLE),
    ("5.5 finish_time", "finish_time", DAY, NOT_UPDATABLE),
    ("5.5 current owner", "current_status_operator", [BO], NOT_UPDATABLE),
    ("8.7 number", "auto_number", 7, NOT_UPDATABLE),
    ("8.7 frozen", "is_frozen", True, NOT_UPDATABLE),
    (
        "7.2 unknown",
        "field_zz91aa",
        1,
        (404, 30009, "Field Not Found", "field_value_pairs field key field_zz91aa:can not find field"),
    ),
    ("7.2 obsolete", "field_0ld001", 1, (404, 30009, "Field Not Found")),
    ("6.1 name", "name", "", (400, 20038, "Required Field Is Not Set", "Name(name) Required")),
    ("6.1 name type", "name", 5, OFF),
]


@pytest.mark.parametrize(
    ("key", "value", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_stored(
    shared: Api, key: str, value: Json, expected: tuple[Json, ...]
) -> None:
    before = shared.read()
    assert shared.refuse(key, value)[: len(expected)] == expected
    assert shared.read() == before


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("priority", "option_1", "field [priority] is illegal"),
        ("field_511b0c", {"value": "area_pay"}, "field [area] is illegal: 不满足层级配置"),
        ("field_7872c9", STORY, "field [parent_story] is illegal: exists loop"),
        ("field_7872c9", 1, "field [parent_story] is illegal: 当前选项值已失效"),
        ("priority", {"value": "option_9"}, "Due to the administrator configuration update"),
        ("field_a1b2c3", 5, "field [ext_ref] is illegal: value is not string"),
    ],
)
def test_the_text_inside_names_the_culprit(shared: Api, key: str, value: Json, text: str) -> None:
    assert shared.refuse(key, value).detail == text


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [("_field_linked_story", "x", 20051), ("_field_linked_story", 1, 20051), ("issue_reporter", [BO], 20033)],
)
def test_special_fields_of_issues_have_their_own_codes(shared: Api, key: str, value: Json, code: int) -> None:
    assert shared.refuse(key, value, ISSUE, "issue").code == code


DROPPED = [
    ("6.1 option_id", "priority", {"option_id": "option_3"}),
    ("5.6 inner names", "schedule", {"estimate_start_date": DAY, "estimate_end_date": DAY}),
    ("5.6 list", "schedule", [DAY, DAY]),
    ("8.4 flat rows", "field_5a711c", [{"field_key": "field_e00001", "field_value": "x"}]),
    ("8.4 string", "field_5a711c", "[]x"),
]


@pytest.mark.parametrize(("key", "value"), [row[1:] for row in DROPPED], ids=[row[0] for row in DROPPED])
def test_some_mistakes_are_answered_with_success_and_not_stored(shared: Api, key: str, value: Json) -> None:
    # field-formats.md 1.4
    before = shared.value(key)
    shared.put(key, value)
    assert shared.value(key) == before


def test_a_related_item_of_the_wrong_type_is_stored_as_nothing(api: Api) -> None:
    # field-formats.md 1.4, 15
    api.put("field_7872c9", SHIP)
    assert api.value("field_7872c9") is None


# -- the body and the path --------------------------------------------------------------------------------

PAIR = {"field_key": "field_3724e6", "field_value": 1}
CALLS = [
    ("30005", f"{STORIES}/1", {"update_fields": [PAIR]}, (404, 30005, "WorkItem Not Found")),
    ("30005 type", f"/open_api/demo/work_item/issue/{STORY}", {"update_fields": [PAIR]}, (404, 30005)),
    ("30005 words", f"{STORIES}/abc", {"update_fields": [PAIR]}, (404, 30005)),
    (
        "30014",
        f"/open_api/demo/work_item/none/{STORY}",
        {"update_fields": [PAIR]},
        (404, 30014, "WorkItem Type Not Found"),
    ),
    (
        "20007",
        f"{STORIES}/{TERMINATED}",
        {"update_fields": [PAIR]},
        (400, 20007, "workItem has already in terminal status", "工作项已终止，无法修改"),
    ),
    ("20005 missing", ITEM, {}, (400, 20005, "Missing Param")),
    ("20005 no value", ITEM, {"update_fields": [{"field_key": "priority"}]}, (400, 20005, "Missing Param")),
    ("9999 map", ITEM, {"update_fields": {}}, (400, 9999, "Invalid Param")),
    ("9999 pair", ITEM, {"update_fields": ["x"]}, (400, 9999, "Invalid Param")),
    ("20025", ITEM, {"update_fields": [{"field_value": 1}]}, (400, 20025, "Field_key/Field_alias Missing")),
    (
        "30009 alias",
        ITEM,
        {"update_fields": [{"field_alias": "zz", "field_value": 1}]},
        (404, 30009, "Field Not Found", "field_value_pairs field alias zz:can not find field"),
    ),
    (
        "20083",
        ITEM,
        {"update_fields": [PAIR, PAIR]},
        (400, 20083, "Duplication Field Exist, FieldKey : field_3724e6"),
    ),
    (
        "20083 key and alias",
        ITEM,
        {"update_fields": [PAIR, {"field_alias": "story_points", "field_value": 2}]},
        (400, 20083),
    ),
]


@pytest.mark.parametrize(
    ("path", "body", "expected"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS]
)
def test_a_put_is_refused_by_the_table_of_its_page(
    shared: Api, path: str, body: Json, expected: tuple[Json, ...]
) -> None:
    assert shared.no("PUT", path, body)[: len(expected)] == expected


def test_a_deleted_item_is_not_found(api: Api) -> None:
    api.ok("DELETE", ITEM)
    assert api.refuse("priority", {"value": "option_1"})[:2] == (404, 30005)


def test_an_item_of_another_space_does_not_match(api: Api) -> None:
    # 20014
    other = api.world.spaces[HEX]
    api.world.item(STORY).project = "64a0c1f2e3b4d5a6c7e8f902"
    assert other.simple_name == "demo"
    no = api.refuse("priority", {"value": "option_1"})
    assert no[:3] == (400, 20014, "Project And WorkItem Not Match")


@pytest.mark.parametrize(
    ("switch", "rule", "expected"),
    [
        ("forbidden", {"item": str(STORY)}, (403, 10001, "Operation Not Permitted", "No Permission")),
        ("forbidden", {"user": ANA, "type": "story"}, (403, 10001)),
        (
            "forbidden",
            {"field": "priority"},
            (500, 50006, "No right to edit", 'Unable to edit "Priority"(priority)'),
        ),
        (
            "intercepted",
            {"field": "priority"},
            (400, 20090, "Your request has been blocked", "Your request has been intercepted."),
        ),
    ],
)
def test_permissions_and_vetoes_are_switches(
    api: Api, switch: str, rule: dict[str, str], expected: tuple[Json, ...]
) -> None:
    api.world.options.set({switch: [rule]})
    assert api.refuse("priority", {"value": "option_1"})[: len(expected)] == expected


# -- the rules of 7.2 -------------------------------------------------------------------------------------


def _roles(api: Api, item: int = STORY, kind: str = "story") -> dict[str, Json]:
    return {each["role"]: each["owners"] for each in api.value("role_owners", item, kind)}


def test_rule_1_a_given_list_replaces_the_whole_list(api: Api) -> None:
    api.put("watchers", [BO, CHEN])
    api.put("watchers", [DANA])
    assert api.value("watchers") == [DANA]


def test_rule_1_fields_that_are_not_listed_are_untouched(api: Api) -> None:
    before = {row["field_key"]: row for row in api.read()["fields"]}
    api.put("priority", {"value": "option_3"})
    after = {row["field_key"]: row for row in api.read()["fields"]}
    assert {key for key in after if after[key] != before[key]} == {"priority"}


def test_rule_2_a_role_that_is_not_sent_loses_its_people(api: Api) -> None:
    api.put("role_owners", [{"role": "rd", "owners": [BO]}, {"role": "role_7908a9", "owners": [BO]}])
    assert _roles(api) == {"rd": [BO], "PM": None, "role_7908a9": [BO], "role_d35160": None}


def test_rule_2_every_role_of_the_type_is_read_with_null_where_nobody_is(api: Api) -> None:
    assert set(_roles(api)) == {"rd", "PM", "role_7908a9", "role_d35160"}


@pytest.mark.parametrize("empty", [[], None])
def test_rule_2_owners_may_be_emptied_by_list_or_null(api: Api, empty: Json) -> None:
    api.put("role_owners", [{"role": "rd", "owners": empty}, {"role": "PM", "owners": [ANA]}])
    assert _roles(api)["rd"] is None


def test_rule_2_extra_members_of_a_role_are_tolerated(api: Api) -> None:
    # field-formats.md 7.4: role_key beside role
    row = {"role": "rd", "role_key": f"role_{HEX}_story_rd", "owners": [BO], "exist": True}
    api.put("role_owners", [row])
    assert _roles(api)["rd"] == [BO]


def test_rule_3_a_put_without_roles_recomputes_locked_roles_only(api: Api) -> None:
    api.put("role_owners", [{"role": "rd", "owners": [BO]}, {"role": "role_7908a9", "owners": [DANA]}])
    assert _roles(api)["role_7908a9"] == [DANA]
    api.put("priority", {"value": "option_3"})
    assert _roles(api)["role_7908a9"] == [CHEN]
    assert _roles(api)["rd"] == [BO]


def test_rule_3_a_locked_role_left_out_of_the_list_goes_back_to_its_default(api: Api) -> None:
    api.put("role_owners", [{"role": "rd", "owners": [BO]}])
    assert _roles(api)["role_7908a9"] == [CHEN]


def test_rule_8_an_empty_list_of_fields_is_success(api: Api) -> None:
    api.ok("PUT", ITEM, {"update_fields": []})


def test_rule_9_by_a_switch_the_last_of_two_values_wins(api: Api) -> None:
    api.world.options.duplicates = "last"
    api.ok("PUT", ITEM, {"update_fields": [PAIR, PAIR | {"field_value": 9}]})
    assert api.value("field_3724e6") == 9


@pytest.mark.parametrize(("switch", "stored"), [("none", 6), ("before", 1)])
def test_rule_10_what_a_refused_put_stores_is_a_switch(switch: str, stored: int) -> None:
    api = Api(Options(refused_put=switch, throttle=False))
    bad = {"field_key": "priority", "field_value": "option_1"}
    api.no("PUT", ITEM, {"update_fields": [PAIR, bad, {"field_key": "wiki", "field_value": "https://x"}]})
    assert api.value("field_3724e6") == stored
    assert api.value("wiki") == "missing"


@pytest.mark.parametrize("data", [True, False])
def test_the_answer_has_data_or_by_a_switch_none(data: bool) -> None:  # noqa: FBT001 - a row of the table
    api = Api(Options(put_data=data, throttle=False))
    assert ("data" in api.put("priority", {"value": "option_3"})) is data


# -- what a write moves -----------------------------------------------------------------------------------


def test_a_write_moves_updated_at_and_updated_by(api: Api) -> None:
    before = api.read()
    api.put("priority", {"value": "option_3"}, X_USER_KEY=DANA)
    after = api.read()
    assert after["updated_at"] > before["updated_at"]
    assert after["updated_by"] == DANA
    assert (after["created_by"], after["created_at"]) == (before["created_by"], before["created_at"])


@pytest.mark.parametrize("touches", [True, False])
def test_whether_a_write_of_the_same_value_moves_updated_at_is_a_switch(touches: bool) -> None:  # noqa: FBT001 - a row of the table
    # 13.7
    api = Api(Options(noop_put_touches=touches, throttle=False))
    api.put("priority", {"value": "option_3"})
    before = api.read()
    api.put("priority", {"value": "option_3"}, X_USER_KEY=BO)
    after = api.read()
    assert (after["updated_at"] > before["updated_at"], after["updated_by"] == BO) == (touches, touches)


def test_a_calculated_field_moves_with_its_source(api: Api) -> None:
    # field-formats.md 8.9
    api.put("field_3724e6", 40)
    assert api.value("field_656741") == 40


def test_an_operator_is_mirrored_by_its_role_both_ways(api: Api) -> None:
    # field-formats.md 7.3
    api.put("issue_operator", [DANA], ISSUE, "issue")
    assert _roles(api, ISSUE, "issue")["operator"] == [DANA]
    api.put("role_owners", [{"role": "operator", "owners": [BO]}], ISSUE, "issue")
    assert api.value("issue_operator", ISSUE, "issue") == [BO]


def test_the_current_owner_follows_the_roles(api: Api) -> None:
    api.put("role_owners", [{"role": "rd", "owners": [DANA]}])
    assert api.value("current_status_operator") == [DANA]


def test_formatted_text_is_told_by_the_expand_alone(api: Api) -> None:
    # field-formats.md 12.1
    api.put("description", BLOCKS)
    rows = api.read(expand={"need_multi_text": True})["multi_texts"]
    rich = next(each["field_value"] for each in rows if each["field_key"] == "description")
    assert "<strong>" in rich["doc_html"]
    assert rich["doc_text"] == api.value("description")
    api.put("description", "plain")
    rows = api.read(expand={"need_multi_text": True})["multi_texts"]
    rich = next(each["field_value"] for each in rows if each["field_key"] == "description")
    assert rich["doc_html"] == "<p>plain</p>"


def test_an_automation_answers_a_write(api: Api) -> None:
    api.world.options.automations = [{"when": "priority", "set": {"wiki": "https://a.example"}, "by": "r-7"}]
    api.put("priority", {"value": "option_3"})
    assert api.value("wiki") == "https://a.example"
    assert api.read()["updated_by"] == "r-7"


def test_a_custom_type_is_written_by_its_hex_key(api: Api) -> None:
    api.put("field_6a10c2", "8.1.2", SHIP, RELEASE)
    assert api.value("field_6a10c2", SHIP, RELEASE) == "8.1.2"
