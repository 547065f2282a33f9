"""`reconciler rules`: the members of rules and what each lacks, live and from a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

FIRST, SECOND = 6300012320, 6300012321
POINTS = "field_3724e6"
RULES = """\
space: demo
type: story
rules:
  - name: points
    why: the board asks for it
    where: ["name ~ zebra"]
    fields: {story_points: 5}
  - name: none
    where: ["name ~ nowhere"]
    fields: {story_points: 6}
"""


@pytest.fixture
def herd(desk: Desk) -> Desk:
    desk.write("state/rules.yaml", RULES)
    for item_id, points in ((FIRST, 5), (SECOND, 1)):
        desk.world.item(item_id).name = f"Zebra {item_id}"
        desk.world.item(item_id).values[POINTS] = points
    return desk


def test_lists_members_and_what_each_lacks(herd: Desk) -> None:
    done = herd.run("rules")
    assert done.code == 0, done.err
    assert done.out == (
        "rule points (check): 2 selected, 1 in violation   state/rules.yaml:4:11\n"
        "  where name ~ zebra\n"
        "  why   the board asks for it\n"
        f"  demo/story/{FIRST}  Zebra {FIRST}  in sync\n"
        f"  demo/story/{SECOND}  Zebra {SECOND}  Story points 1 → 5\n"
        "rule none (check): 0 selected   state/rules.yaml:8:11\n"
        "  where name ~ nowhere\n"
    )
    assert herd.world.writes == []


def test_a_field_that_a_file_decides_is_listed_with_its_place(herd: Desk) -> None:
    herd.stories(f"{{id: {SECOND}, fields: {{story_points: 1}}}}", file="state/stories.yaml")
    line = f"  demo/story/{SECOND}  Zebra {SECOND}  Story points the file decides (state/stories.yaml:4:31)\n"
    assert line in herd.run("rules", "points").out


def test_one_rule_is_chosen_by_its_name(herd: Desk) -> None:
    assert "points" not in herd.run("rules", "none").out
    done = herd.run("rules", "nne")
    assert done.code == 1
    assert "no rule 'nne'; did you mean 'none'?" in done.err


def test_a_snapshot_stands_for_the_space(herd: Desk) -> None:
    live = herd.run("rules").out
    file = str(herd.folder / "space.json")
    done = herd.run("pull", "--snapshot", file)
    assert done.code == 0, done.err
    herd.world.calls.clear()
    assert herd.run("rules", "--offline", "--snapshot", file).out == live
    planned = herd.run("plan", "--offline", "--snapshot", file)
    assert "rule points (check): 2 selected, 1 in violation" in planned.out
    assert not herd.world.calls, "no service was asked"


def test_offline_needs_a_snapshot(herd: Desk) -> None:
    assert "--offline and --snapshot go together" in herd.run("rules", "--offline").err


def test_files_without_rules_are_told(desk: Desk) -> None:
    desk.stories(f"{{id: {FIRST}, fields: {{priority: P0}}}}")
    done = desk.run("rules")
    assert done.code == 1
    assert "no file has rules" in done.err
