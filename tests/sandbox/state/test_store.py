"""The state in a SQLite file: it opens again with every change, and for one service alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.sandbox import Options, World
from reconciler.sandbox.http.serving import open_world
from tests.sandbox.api import ITEM, STORIES, STORY, Api


def _same(one: World, other: World) -> bool:
    return (one.spaces, one.people, one.items, one.records) == (
        other.spaces,
        other.people,
        other.items,
        other.records,
    )


def test_a_database_opens_again_with_every_change(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    world, store = open_world(file, None, ["issue=5"], Options(throttle=False))
    api = Api(world=world)
    api.put("priority", {"value": "option_3"})
    api.put("field_a1b2c3", "EXT-9")
    made = api.ok("POST", "/open_api/demo/work_item/create", {"work_item_type_key": "story", "name": "x"})
    api.ok("DELETE", f"{STORIES}/{STORY + 1}")
    comment = api.ok("POST", f"{ITEM}/comment/create", {"content": "kept"})["data"]
    assert store is not None
    store.close()
    again, store = open_world(file, None, [], Options())
    assert store is not None
    assert again.item(made["data"]).name == "x"
    assert [each["id"] for each in again.item(STORY).comments] == [comment]
    assert _same(again, world)
    store.close()


def test_two_services_do_not_share_a_database(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    _, store = open_world(file, None, [], Options())
    assert store is not None
    with pytest.raises(ValueError, match="locked"):
        open_world(file, None, [], Options())
    store.close()
