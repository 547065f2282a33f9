"""Who may call, how often, and with which idempotency key (endpoints.md 2.4, 3, 10.1)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options, demo_world
from tests.sandbox.api import ANA, BO, ITEM, OUTSIDER, RESIGNED, STORIES, STORY, Api

Json = Any
PUT = {"update_fields": [{"field_key": "field_3724e6", "field_value": 3}]}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


def clocked(**switches: Json) -> tuple[Api, Clock]:
    clock, world = Clock(), demo_world(Options(**switches))
    world.clock = world.gate.clock = clock
    return Api(world=world), clock


# -- who calls (10.1) -------------------------------------------------------------------------------------

WHO = [
    ("10021 no token", {"X_PLUGIN_TOKEN": None}, 401, 10021, "Token Not Exist"),
    ("10022 unknown token", {"X_PLUGIN_TOKEN": "p-unknown"}, 401, 10022, "Check Token Failed"),
    (
        "20039 no user",
        {"X_USER_KEY": None},
        400,
        20039,
        "Plugin Token Must Have User Key, But X-USER-KEY Is Not Set In Request Header",
    ),
    ("10302 resigned", {"X_USER_KEY": RESIGNED}, 401, 10302, "Check User Error, User Is Resigned"),
    ("10404 no member", {"X_USER_KEY": OUTSIDER}, 403, 10404, "No Project Permission"),
]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", f"{STORIES}/query"), ("POST", "/open_api/demo/work_item/filter"), ("PUT", ITEM)],
)
@pytest.mark.parametrize(
    ("headers", "status", "code", "message"), [row[1:] for row in WHO], ids=[row[0] for row in WHO]
)
def test_a_caller_is_refused_by_the_table(
    shared: Api, method: str, path: str, headers: Json, status: int, code: int, message: str
) -> None:
    body = {"work_item_ids": [STORY], "work_item_type_keys": ["story"]}
    assert shared.no(method, path, body | PUT, **headers)[:3] == (status, code, message)


@pytest.mark.parametrize(
    ("method", "path", "code", "message"),
    [
        ("POST", f"{STORIES}/query", 30006, "User Not Found"),
        ("GET", "/open_api/demo/work_item/all-types", 10023, "User Not Exist"),
        ("PUT", ITEM, 1000051743, "Can not find user info"),
    ],
)
def test_a_stranger_is_refused_by_a_code_of_each_endpoint(
    shared: Api, method: str, path: str, code: int, message: str
) -> None:
    no = shared.no(method, path, PUT | {"work_item_ids": [STORY]}, X_USER_KEY="73")
    assert (no.code, no.message) == (code, message)


def test_an_expired_token_is_10022_or_by_a_switch_10211() -> None:
    api = Api()
    api.world.gate.expire_tokens()
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})[:2] == (401, 10022)
    api.world.options.expired_token_code = 10211
    no = api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert no == (403, 10211, "Token Info Is Invalid", "token is nil")


def test_a_switch_ends_tokens_early_after_some_calls() -> None:
    api = Api(Options(token_calls=2, throttle=False))
    api.read()
    api.read()
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).code == 10022


def test_header_names_are_taken_in_any_case(shared: Api) -> None:
    token = shared.headers["X-PLUGIN-TOKEN"]
    headers = {"x-plugin-token": token, "X-User-Key": ANA}
    answer = shared.http.post(f"{STORIES}/query", json={"work_item_ids": [STORY]}, headers=headers)
    assert answer.json()["err_code"] == 0


def test_in_strict_mode_what_a_user_may_not_see_is_not_there(api: Api) -> None:
    # 2.4, x-auth-mode
    api.world.options.hidden = [{"user": BO, "item": str(STORY)}]
    body = {"work_item_ids": [STORY]}
    no = api.no("POST", f"{STORIES}/query", body, X_USER_KEY=BO, x_auth_mode="1")
    assert no[:2] == (404, 30005)
    assert api.ok("POST", f"{STORIES}/query", body, X_USER_KEY=BO)["data"]
    assert api.ok("POST", f"{STORIES}/query", body, x_auth_mode="1")["data"]
    assert api.no("PUT", ITEM, PUT, X_USER_KEY=BO)[:2] == (403, 10001)


# -- limits (3) -------------------------------------------------------------------------------------------


def test_fifteen_calls_a_second_pass_and_the_sixteenth_is_10429() -> None:
    api, clock = clocked()
    for _ in range(15):
        api.read()
    no = api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert no[:3] == (429, 10429, "API Request Frequency Limit")
    clock.now += 1
    api.read()


def test_endpoints_have_buckets_of_their_own_and_types_share_one() -> None:
    # 3: "Interface" is written as the path template
    api, _ = clocked()
    for _ in range(15):
        api.read()
    api.ok("PUT", ITEM, PUT)
    assert api.no("POST", "/open_api/demo/work_item/issue/query", {"work_item_ids": [1]}).code == 10429


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/open_api/demo/work_item/filter", {"work_item_type_keys": ["story"]}),
        ("/open_api/work_items/filter_across_project", {"work_item_type_key": "story"}),
        (f"{STORIES}/search/params", {"search_group": {}}),
    ],
)
def test_searches_are_held_to_450_a_minute(path: str, body: Json) -> None:
    api, clock = clocked(per_minute=6)
    for _ in range(6):
        api.ok("POST", path, body)
        clock.now += 2
    assert api.no("POST", path, body)[:2] == (429, 10429)
    clock.now += 50
    api.ok("POST", path, body)
    assert Options().per_minute == 450


@pytest.mark.parametrize(
    ("method", "path", "rate"),
    [
        ("GET", "/open_api/task_result?task_id=x", 1),
        (
            "POST",
            f"{ITEM}/search_by_relation",
            10,
        ),
    ],
)
def test_some_endpoints_are_slower(method: str, path: str, rate: int) -> None:
    api, _ = clocked()
    body = {
        "relation_work_item_type_key": "67c7c0e46f6789d587d7ab5e",
        "relation_key": "planning_sprint",
        "relation_type": 0,
    }
    for _ in range(rate):
        api.ok(method, path, body)
    assert api.no(method, path, body).code == 10429


# -- repeats (2.4) ----------------------------------------------------------------------------------------


def test_a_key_seen_before_is_refused_with_10430(api: Api) -> None:
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k1")
    no = api.no("PUT", ITEM, PUT, X_IDEM_UUID="k1")
    assert no[:3] == (429, 10430, "API Request Idempotent Limit")
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k2")


def test_a_key_is_compared_within_one_token_and_one_endpoint(api: Api) -> None:
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k1")
    api.ok("PUT", f"{ITEM}/abort", {"is_aborted": True, "reason_option": "test"}, X_IDEM_UUID="k1")
    api.ok("PUT", f"{ITEM}/abort", {"is_aborted": False, "reason_option": "test"})
    api.world.gate.expire_tokens()
    api.headers["X-PLUGIN-TOKEN"] = api.token()
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k1")


def test_reads_do_not_look_at_the_key(api: Api) -> None:
    for _ in range(2):
        api.ok("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}, X_IDEM_UUID="k1")


@pytest.mark.parametrize(("at_once", "code"), [(False, 0), (True, 10430)])
def test_a_call_that_the_token_refused_burns_its_key_only_by_a_switch(at_once: bool, code: int) -> None:  # noqa: FBT001 - a row of the table
    api = Api(Options(idem_at_once=at_once, throttle=False))
    api.world.options.per_second, api.world.options.throttle = 0, True
    assert api.no("PUT", ITEM, PUT, X_IDEM_UUID="k1").code == 10429
    api.world.options.throttle = False
    assert api.call("PUT", ITEM, PUT, X_IDEM_UUID="k1").json()["err_code"] == code
