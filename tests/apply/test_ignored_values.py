"""Advice on values that the service stored otherwise, each with the lines that end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


@pytest.mark.parametrize(
    ("normalise", "written", "told", "line"),
    [
        (
            {"text": "trim"},
            'ext_ref: " hello "',
            "of story is stored trimmed",
            'ext_ref: "hello"',
        ),
        (
            {"text": "upper"},
            "ext_ref: hello",
            "of story is stored upper-cased",
            'ext_ref: "HELLO"',
        ),
        (
            {"text": "lower"},
            "ext_ref: HeLLo",
            "of story is stored lower-cased",
            'ext_ref: "hello"',
        ),
        (
            {"number": "round"},
            "story_points: 1.23456",
            "of story is stored rounded",
            "story_points: 1",
        ),
    ],
)
def test_what_the_service_normalises_is_told_once_with_the_line_that_ends_it(
    desk: Desk, normalise: dict[str, str], written: str, told: str, line: str
) -> None:
    desk.world.options.normalise = normalise
    desk.stories(*(f"{{id: {STORY + n}, fields: {{{written}}}}}" for n in range(3)))
    done = desk.run("apply", "--yes", "--max-share", "100%")
    assert done.code == 3
    (note,) = [one for one in done.out.splitlines() if one.startswith("note: ")]
    assert f"{told} in 3 items; write at state/stories.yaml:4:" in note
    assert f"`{line}" in note
    assert "`ignore: [{type: story, field: " in note
    pasted, _, entry = note.split("`")[1::2]
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    {entry}\n")
    assert "No changes" in desk.run("plan").out
    desk.stories(f"{{id: {STORY}, fields: {{{written.split(':', maxsplit=1)[0]}: 77}}}}")
    assert "Plan: 1 item" in desk.run("plan").out, "what the entry does not explain is still a change"
    desk.write("state/reconciler.yaml", "spaces: {demo: {}}\n")
    desk.stories(*(f"{{id: {STORY + n}, fields: {{{pasted}}}}}" for n in range(3)))
    assert "No changes" in desk.run("plan").out


def test_a_value_that_is_never_stored_is_told_with_the_entry_that_leaves_it_alone(desk: Desk) -> None:
    desk.world.options.drops = [{"field": "priority"}]
    desk.stories(*(f"{{id: {STORY + 4 * n}, fields: {{priority: P3}}}}" for n in range(2)))
    done = desk.run("apply", "--yes", "--max-share", "100%")
    (note,) = [one for one in done.out.splitlines() if one.startswith("note: ")]
    assert "Priority of story is not stored" in note
    entry = note.split("`")[3]
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    {entry}\n")
    assert desk.run("validate").code == 0
    assert "No changes" in desk.run("plan").out
