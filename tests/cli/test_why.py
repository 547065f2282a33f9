"""`why`: one field, from the line that wants it to the person who changed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"


def test_follows_a_value_from_its_line_to_the_live_item(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    desk.write(
        "state/a.yaml",
        "space: demo\ntype: story\ndefaults:\n  fields: {priority: P3}\n"
        f"items:\n  - id: {STORY}\n    fields:\n      story_points: 8\n      due: 2026-04-21\n",
    )
    sha = commit(desk)
    desk.run("apply", "--yes")
    desk.world.edit(STORY, "priority", {"value": "option_1"}, by=BO)
    lines = desk.run("why", str(STORY)).out.splitlines()
    assert lines[0].startswith(f"demo/story/{STORY}  ")
    said = "\n".join(lines)
    assert f"from     state/a.yaml:4:12 (a default of the file), {sha[:12]} by t, 20" in said
    assert re.search(r"Priority\n    desired  P3\n    from .*\n    live     P1  bo@example\.com, 20", said)
    assert re.search(
        r"Story points\n    desired  8\n    from .*\n    live     8  in sync\n    applied  .*: Applied", said
    )
    assert re.search(r"Due\n    desired  2026-04-21\n    from .*\n    live     2026-04-21  in sync", said)


def test_speaks_of_one_field_where_one_is_named(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, watchers: {{contains: [bo@example.com]}}}}}}")
    done = desk.run("why", f"{STORY}.watchers")
    assert "desired  contains bo@example.com" in done.out
    assert "not committed" in done.out
    assert "Priority" not in done.out


def test_says_that_an_item_is_gone_or_that_nobody_wants_anything(desk: Desk) -> None:
    desk.world.delete(STORY)
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert "blocked: deleted, of another type, or not visible" in desk.run("why", str(STORY)).out
    done = desk.run("why", "6300012399")
    assert (done.code, done.err) == (
        1,
        f"error: '6300012399' selects nothing: the files name no such item; did you mean '{STORY}'?\n",
    )
    assert desk.world.writes == []


def test_does_not_call_the_fields_of_a_blocked_item_in_sync(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, expect: {{story_points: 999}}, fields: {{priority: P3}}}}")
    said = desk.run("why", f"{STORY}.priority").out
    assert "blocked: expected Story points 999, found " in said
    assert "desired  P3" in said
    assert "in sync" not in said


def test_the_desired_value_of_another_field_meets_its_expectation(desk: Desk) -> None:
    fields = "{story_points: 8, priority: P3}"
    desk.stories(f"{{id: {STORY}, expect: {{story_points: 999}}, fields: {fields}}}")
    desk.world.edit(STORY, "field_3724e6", 8, by=BO)
    for only in (("--only", f"{STORY}.priority"), ("--exclude", f"{STORY}.story_points")):
        assert "Plan: 1 item to update (1 field)." in desk.run("plan", *only).out
    assert "blocked" not in desk.run("why", f"{STORY}.priority").out
