"""Attacks by plan files that somebody wrote and sealed anew: refused whole, before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.plan.plan_file import seal
from reconciler.plan.plan_json import PlanFile

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
Document = dict[str, Any]


def sealed(document: Document) -> str:
    """Seal a plan file, as whoever can write one can."""
    made = PlanFile.model_validate({**document, "seal": "0" * 64})
    return json.dumps({**document, "seal": seal(made)})


def row(document: Document, key: str) -> dict[str, Any]:
    """The change of a field."""
    (item,) = document["resource_changes"]
    found: dict[str, Any] = next(one for one in item["fields"] if one["key"] == key)
    return found


ODD: dict[str, Callable[[Document], object]] = {
    "a number in words": lambda made: row(made, "field_3724e6").update(after="seven"),
    "an option in two lists": lambda made: row(made, "priority").update(after=[[1]]),
    "a value before that is none": lambda made: row(made, "priority").update(before=[1, [2]]),
    "a rule about a number": lambda made: row(made, "field_3724e6").update(contains=[7]),
    "a rule about people that names none": lambda made: row(made, "watchers").update(contains=[{"a": 1}]),
    "a field that is not there": lambda made: row(made, "priority").update(key="nope"),
    "a role that is not there": lambda made: row(made, "priority").update(key="roles/nope"),
    "an item without changes": lambda made: made["resource_changes"][0].update(fields=[]),
}


@pytest.mark.parametrize("damage", ODD.values(), ids=ODD)
def test_a_sealed_plan_with_a_value_of_no_field_is_refused_whole(
    desk: Desk, damage: Callable[[Document], object]
) -> None:
    fields = "priority: P3, story_points: 7, watchers: {contains: [bo@example.com]}"
    desk.stories(f"{{id: {STORY}, fields: {{{fields}}}}}")
    desk.run("plan", "--out", "plan.json")
    made = json.loads((desk.folder / "plan.json").read_text(encoding="utf-8"))
    assert row(made, "watchers")["contains"]
    damage(made)
    document = {**made, "seal": ""}
    try:
        desk.write("plan.json", sealed(document))
    except ValueError:
        desk.write("plan.json", json.dumps({**document, "seal": "0" * 64}))
    for command in ("apply plan.json", "show plan.json", "show plan.json --format github"):
        done = desk.run(*command.split())
        assert "internal error" not in done.err, command
    assert desk.run("apply", "plan.json").code == 1
    assert desk.world.writes == []
