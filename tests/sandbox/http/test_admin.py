"""The hidden door: switches, edits and the write log behind a random token."""

from __future__ import annotations

import pytest

from tests.sandbox.api import BO, STORIES, STORY, Api


def test_switches_are_turned_behind_a_random_token(api: Api) -> None:
    door = f"/_sandbox/{api.world.admin_token}"
    told = api.http.post(f"{door}/options", json={"put_data": False}).json()
    assert told["put_data"] is False
    assert "data" not in api.put("priority", {"value": "option_3"})
    assert api.http.post(f"{door}/options", json={"nothing": 1}).status_code == 400
    edit = {"id": STORY, "key": "field_3724e6", "value": 33, "by": BO}
    assert api.http.post(f"{door}/edit", json=edit).status_code == 200
    assert api.value("field_3724e6") == 33
    assert api.http.get(f"{door}/writes").json()[0]["method"] == "PUT"
    assert api.http.post(f"{door}/expire-tokens").status_code == 200
    assert api.no("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).code == 10022


@pytest.mark.parametrize("path", ["/_sandbox/wrong/options", "/_sandbox//options", "/_sandbox/{}/nothing"])
def test_the_door_is_shut_to_others(api: Api, path: str) -> None:
    assert api.http.post(path.format(api.world.admin_token), json={}).status_code == 404
