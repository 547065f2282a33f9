"""Pins: written once, compared with the space, and never swapped unseen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def field_of(desk: Desk, key: str) -> Any:
    space = next(iter(desk.world.spaces.values()))
    return next(one for one in space.types[0].fields if one.key == key)


def option_of(desk: Desk, option: str) -> Any:
    return next(one for one in field_of(desk, "priority").options if one.value == option)


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    """A desk with one story, whose type and reviewer are pinned."""
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, reviewer: dana@example.com}}}}")
    assert desk.run("schema", "pull").code == 0
    desk.world.calls.clear()
    return desk


def test_pulling_twice_changes_nothing_the_second_time(pinned: Desk) -> None:
    assert pinned.run("schema", "pull").out == "Pinned 1 type, 1 person, 0 items; 0 files changed.\n"
    assert json.loads((pinned.folder / "schemas/demo/people.json").read_text(encoding="utf-8")) == {
        "dana@example.com": "7310000000000000004"
    }


def test_a_renamed_field_keeps_its_meaning(pinned: Desk) -> None:
    pinned.stories(f"{{id: {STORY}, fields: {{Priority: P3}}}}")
    field_of(pinned, "priority").name = "Urgency"
    done = pinned.run("plan")
    assert "      ~ Urgency  P0 → P3" in done.out
    assert "note: Priority is now called Urgency" in done.out


def test_a_check_tells_what_changed_by_its_effect(pinned: Desk) -> None:
    assert pinned.run("schema", "check", "--detailed-exitcode").out == "The pins match the space.\n"
    option_of(pinned, "option_3").label = "Someday"
    option_of(pinned, "option_2").disabled = True
    field_of(pinned, "field_3724e6").name = "Size"
    done = pinned.run("schema", "check", "--detailed-exitcode")
    assert done.code == 2
    assert done.out.splitlines() == [
        "story: field Priority: option 'P2' was disabled (blocks what names it)",
        "story: field Story points: is now called Size (renamed)",
        "story: field Priority: option 'P3' is now called 'Someday' (renamed)",
        "3 differences.",
    ]
