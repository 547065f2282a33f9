"""Comments of a work item: added, listed, changed, deleted, and refused by their pages."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from tests.sandbox.api import ANA, BO, DANA, ITEM, STORY, TERMINATED, Api, like

Json = Any


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


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
