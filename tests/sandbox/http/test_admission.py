"""Tokens, users, limits, repeats and envelopes (endpoints.md 1 to 3, 10.1)."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options, demo_world
from tests.sandbox.api import ANA, BO, HEX, ITEM, OUTSIDER, RESIGNED, STORIES, STORY, Api, like

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


# -- tokens (2.2, 2.3) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/open_api/authen", "/bff/v2/authen"])
@pytest.mark.parametrize(("kind", "start"), [(0, "p-"), (1, "v-"), ("1", "v-"), (None, "p-")])
def test_a_token_has_the_envelope_without_err_code(shared: Api, prefix: str, kind: Json, start: str) -> None:
    known = shared.world.credentials
    body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret, "type": kind}
    told = shared.http.post(f"{prefix}/plugin_token", json=body).json()
    assert like(told, {"data": {"token": str, "expire_time": int}, "error": {"code": 0, "msg": "success"}})
    assert "err_code" not in told
    assert told["data"]["token"].startswith(start)


@pytest.mark.parametrize("body", [{}, {"plugin_id": "x", "plugin_secret": "y"}, {"plugin_id": 1}])
def test_a_wrong_secret_is_10204_in_a_good_answer(shared: Api, body: Json) -> None:
    answer = shared.http.post("/open_api/authen/plugin_token", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, 10204)


def test_the_same_token_is_given_until_it_expires_and_its_life_counts_down() -> None:
    # 2.2: "Within the validity period repeated calls return the same token"
    api, clock = clocked()
    known = api.world.credentials
    body = {"plugin_id": known.plugin_id, "plugin_secret": known.plugin_secret}

    def ask() -> Json:
        return api.http.post("/open_api/authen/plugin_token", json=body).json()["data"]

    first = ask()
    clock.now += 1763
    assert ask() == {"token": first["token"], "expire_time": 7200 - 1763}
    clock.now += 7200 - 1763
    assert ask()["token"] != first["token"]
    assert ask()["expire_time"] == 7200


def test_a_code_is_exchanged_once_for_a_user_token(api: Api) -> None:
    # 2.3
    code = api.world.gate.code(BO)
    body = {"code": code, "grant_type": "authorization_code"}
    path = "/open_api/authen/user_plugin_token"
    told = api.call("POST", path, body).json()
    user = {
        "token": str,
        "expire_time": int,
        "refresh_token": str,
        "refresh_token_expire_time": 1209600,
        "user_key": BO,
        "saas_tenant_key": str,
    }
    assert like(told, {"data": user, "error": {"code": 0}})
    assert told["data"]["token"].startswith("u-")
    again = api.call("POST", path, body)
    assert (again.status_code, again.json()["err_code"]) == (403, 10210)


@pytest.mark.parametrize("kind", [1, "1"])
def test_a_user_token_is_renewed_with_the_same_refresh_token(api: Api, kind: Json) -> None:
    body = {"code": api.world.gate.code(BO), "grant_type": "authorization_code"}
    first = api.call("POST", "/open_api/authen/user_plugin_token", body).json()["data"]
    again = {"refresh_token": first["refresh_token"], "type": kind}
    told = api.call("POST", "/open_api/authen/refresh_token", again).json()["data"]
    assert told["refresh_token"] == first["refresh_token"]
    assert told["token"] != first["token"]
    assert "user_key" not in told


def test_a_user_token_acts_without_a_user_key(api: Api) -> None:
    # 2.4: "not used with a user token"
    body = {"code": api.world.gate.code(BO), "grant_type": "authorization_code"}
    token = api.call("POST", "/open_api/authen/user_plugin_token", body).json()["data"]["token"]
    api.ok("PUT", ITEM, PUT, X_PLUGIN_TOKEN=token, X_USER_KEY=None)
    assert api.read()["updated_by"] == BO


def test_a_virtual_token_sees_only_collaborators(api: Api) -> None:
    # 2.1, 4.7
    token = api.token(1)
    assert api.ok("POST", "/open_api/user/query", {"user_keys": [ANA]}, X_PLUGIN_TOKEN=token)["data"]
    no = api.no("POST", "/open_api/user/query", {"user_keys": [BO]}, X_PLUGIN_TOKEN=token)
    assert no[:3] == (404, 30006, "User Not Found")


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


# -- envelopes (1.2, 1.3) ---------------------------------------------------------------------------------


def test_answers_are_json_and_carry_their_trace_id(shared: Api) -> None:
    answer = shared.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Tt-Logid"]


def test_an_error_holds_code_and_text_inside_and_outside(shared: Api) -> None:
    told = shared.call("POST", f"{STORIES}/query", {"work_item_ids": [1]}).json()
    assert like(told, {"err_code": 30005, "err_msg": str, "err": {"code": 30005, "msg": str, "log_id": str}})
    assert "data" not in told


def test_by_a_switch_every_business_error_is_http_200() -> None:
    api = Api(Options(status_always_200=True, throttle=False))
    answer = api.call("POST", f"{STORIES}/query", {"work_item_ids": [1]})
    assert (answer.status_code, answer.json()["err_code"]) == (200, 30005)


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_does_not_bind(shared: Api, content: bytes) -> None:
    answer = shared.http.post(f"{STORIES}/query", content=content, headers=shared.headers)
    assert (answer.status_code, answer.json()["err_code"]) == (400, 9999)


def test_members_that_nobody_knows_are_ignored(api: Api) -> None:
    api.ok("POST", f"{STORIES}/query", {"work_item_ids": [STORY], "colour": "red"})
    pair = {"field_key": "field_3724e6", "field_value": 2, "help_description": "x", "update_mode": 1}
    api.ok("PUT", ITEM, {"update_fields": [pair], "more": {}})


@pytest.mark.parametrize("ids", [[STORY], [str(STORY)]])
def test_ids_are_taken_as_numbers_or_digits_and_given_as_numbers(shared: Api, ids: Json) -> None:
    assert shared.ok("POST", f"{STORIES}/query", {"work_item_ids": ids})["data"][0]["id"] == STORY


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_foreign_host_or_origin_is_refused(shared: Api, headers: dict[str, str]) -> None:
    answer = shared.http.post("/open_api/authen/plugin_token", json={}, headers=headers)
    assert answer.status_code == 403


def test_an_unknown_path_is_answered_in_json(shared: Api) -> None:
    answer = shared.call("GET", "/open_api/demo/nothing/here")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")


# -- spaces and people (4) --------------------------------------------------------------------------------

NO_HEX, NO_NAME = "64a0c1f2e3b4d5a6c7e8f9ff", "nowhere"
WRONG = [
    (
        "4.3 name",
        "GET",
        f"/open_api/{NO_NAME}/work_item/all-types",
        {},
        400,
        1000052062,
        "Project Key Is Wrong",
    ),
    ("4.5 name", "GET", f"/open_api/{NO_NAME}/business/all", {}, 400, 1000052062, "Project Key Is Wrong"),
    ("5.4 name", "GET", f"/open_api/{NO_NAME}/flow_roles/story", {}, 400, 1000052062, "Project Key Is Wrong"),
    (
        "10301 hex key",
        "GET",
        f"/open_api/{NO_HEX}/work_item/all-types",
        {},
        401,
        10301,
        "Check Token Perm Failed",
    ),
    ("4.4", "GET", "/open_api/demo/work_item/type/none", {}, 404, 30014, "WorkItem Type Not Found"),
    ("5.2", "GET", "/open_api/demo/work_item/none/meta", {}, 404, 30014, "WorkItem Type Not Found"),
    (
        "5.1",
        "POST",
        "/open_api/demo/field/all",
        {"work_item_type_key": "none"},
        404,
        30001,
        "Data Not Found",
    ),
    ("5.4", "GET", "/open_api/demo/template_detail/1", {}, 500, 50006, "Template not found"),
    ("9999", "GET", "/open_api/demo/template_detail/x", {}, 400, 9999, "Invalid Param"),
    ("4.1", "POST", "/open_api/projects", {"user_key": "1"}, 404, 30006, "User Not Found"),
    (
        "4.1 resigned",
        "POST",
        "/open_api/projects",
        {"user_key": RESIGNED},
        401,
        10302,
        "Check User Error, User Is Resigned",
    ),
    ("4.1 missing", "POST", "/open_api/projects", {}, 400, 20005, "Missing Param"),
    (
        "4.2",
        "POST",
        "/open_api/projects/detail",
        {"project_keys": ["x"] * 101, "user_key": ANA},
        400,
        20001,
        "Param Request Limit",
    ),
    (
        "4.2 unknown",
        "POST",
        "/open_api/projects/detail",
        {"project_keys": [NO_HEX], "user_key": ANA},
        400,
        1000052063,
        "Project Not Exist",
    ),
    ("4.7 none", "POST", "/open_api/user/query", {"emails": ["x@y.z"]}, 404, 30006, "User Not Found"),
    (
        "4.7 many",
        "POST",
        "/open_api/user/query",
        {"emails": ["x"] * 60, "user_keys": ["y"] * 41},
        400,
        20004,
        "Search User Limit",
    ),
    ("4.8 none", "POST", "/open_api/user/search", {"query": "zzz"}, 404, 30006, "User Not Found"),
    (
        "4.8 space",
        "POST",
        "/open_api/user/search",
        {"query": "ana", "project_key": NO_HEX},
        400,
        1000052063,
        "Project Not Exist",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "message"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
def test_spaces_types_and_people_are_refused_by_their_pages(
    shared: Api, method: str, path: str, body: Json, status: int, code: int, message: str
) -> None:
    assert shared.no(method, path, body)[:3] == (status, code, message)


def test_a_wrong_simple_name_is_named(shared: Api) -> None:
    assert shared.no("GET", "/open_api/nowhere/business/all").detail == "not found simple name: nowhere"


@pytest.mark.parametrize(
    "body",
    [
        {"user_keys": [ANA], "emails": ["BO@example.com"]},
        {"out_ids": ["on_00000001"], "emails": ["bo@example.com"]},
    ],
)
def test_users_are_found_by_key_mail_and_union_id(shared: Api, body: Json) -> None:
    # 4.7; the header X-USER-KEY is not needed
    told = shared.ok("POST", "/open_api/user/query", body, X_USER_KEY=None)["data"]
    assert {each["user_key"] for each in told} == {ANA, BO}


def test_users_are_found_by_a_part_of_their_chinese_name(shared: Api) -> None:
    assert shared.ok("POST", "/open_api/user/search", {"query": "安"})["data"][0]["user_key"] == ANA


def test_only_an_admin_is_told_the_administrators(shared: Api) -> None:
    # 4.2
    path, body = "/open_api/projects/detail", {"simple_names": ["demo"], "user_key": BO}
    assert "administrators" not in shared.ok("POST", path, body)["data"][HEX]


def test_a_person_outside_has_no_spaces(shared: Api) -> None:
    assert shared.ok("POST", "/open_api/projects", {"user_key": OUTSIDER})["data"] == []


def test_teams_are_paged(shared: Api) -> None:
    # 4.6
    told = shared.ok("GET", "/open_api/demo/teams/all?offset=0&limit=1")
    assert (len(told["data"]), told["has_more"]) == (1, True)


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
