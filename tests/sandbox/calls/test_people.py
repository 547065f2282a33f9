"""Spaces, teams, groups and users: who is found, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import (
    ANA,
    BO,
    HEX,
    OUTSIDER,
    RESIGNED,
    Api,
)

Json = Any


GROUPS = "/open_api/demo/user_groups/members/page"


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
