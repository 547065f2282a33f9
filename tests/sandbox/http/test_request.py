"""The request that a handler sees: bodies that bind, and those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.api import ITEM, STORIES, STORY, Api

Json = Any


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
