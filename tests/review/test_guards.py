"""Attacks on the guards: limits and allowances that a change raises or renews by what it brings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
NOTES = "field_a1b2c4"
KEY = "64a0c1f2e3b4d5a6c7e8f901"
GUARDS = "spaces:\n  demo:\n    guards: {{changes: 0, clears: 0, allow: [{}]}}\n"
SPENT = "changes: 1, clears: 1, why: reveiwed"


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository whose base has an allowance, which its apply has used."""
    git(desk.folder, "init", "-q")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
    desk.write("state/reconciler.yaml", GUARDS.format("{" + SPENT + "}"))
    commit(desk)
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    return desk


RENEWALS = {
    "as it was": "{changes: 1, clears: 1, why: reveiwed}",
    "a mended word": "{changes: 1, clears: 1, why: reviewed}",
    "without words": "{changes: 1, clears: 1}",
    "in another order": "{why: x, clears: 1, changes: 1}",
    "twice": "{changes: 1, clears: 1, why: a}, {changes: 1, clears: 1, why: b}",
    "in two parts": "{changes: 1, why: a}, {clears: 1, why: b}",
    "with one more number": "{changes: 1, clears: 1, both: 1, why: a}",
    "with one number less": "{changes: 1, why: a}",
}


@pytest.mark.parametrize("allow", RENEWALS.values(), ids=RENEWALS)
def test_an_allowance_is_spent_by_its_numbers_and_not_by_its_words(repo: Desk, allow: str) -> None:
    repo.write("state/reconciler.yaml", GUARDS.format(allow))
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert done.code == 4
    assert "an `allow` of the settings is spent, since the base has it too" in done.out
    assert repo.world.writes == []


@pytest.mark.parametrize(
    "allow", ["{changes: 2, why: a}", "{changes: 1, clears: 1, until: 2999-01-31, why: a}"]
)
def test_another_number_or_day_is_a_new_allowance(repo: Desk, allow: str) -> None:
    repo.write("state/reconciler.yaml", GUARDS.format(allow))
    assert repo.run("apply", "--yes", "--base", "HEAD").code == 0
    assert len(repo.sent) == 1


@pytest.mark.parametrize(("before", "after"), [("demo", KEY), (KEY, "demo")], ids=["key", "name"])
def test_a_space_that_gets_its_other_name_keeps_its_limits(repo: Desk, before: str, after: str) -> None:
    for space, guards, priority in (
        (before, "{changes: 0, allow: [{changes: 1}]}", "P0"),
        (after, "{changes: 500, allow: [{changes: 1, why: again}]}", "P3"),
    ):
        repo.write("state/reconciler.yaml", f"spaces:\n  {space}:\n    guards: {guards}\n")
        items = f"items:\n  - {{id: {STORY}, fields: {{priority: {priority}}}}}\n"
        repo.write("state/stories.yaml", f"space: {space}\ntype: story\n{items}")
        if space == before:
            commit(repo)
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert done.code == 4, done.out + done.err
    assert repo.world.writes == []


# -- texts that a space stores as nothing --------------------------------------------------------------

BLANKS = [" ", "\\t\\u00a0", "\\u3000\\u200b"]
TRIMS = {"types": {"text": {"forms": {"documented": "altered (trim)"}}}}


@pytest.mark.parametrize("blank", BLANKS)
def test_a_text_that_the_space_stores_as_empty_counts_as_a_clear(desk: Desk, blank: str) -> None:
    desk.world.options.set({"normalise": {"text": "trim"}})
    desk.write("schemas/demo/profile.json", json.dumps({"found": TRIMS}))
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {clears: 0}}}\n")
    desk.world.edit(STORY, NOTES, "call legal")
    desk.stories(f'{{id: {STORY}, fields: {{notes: "{blank}"}}}}')
    done = desk.run("apply", "--yes")
    assert done.code == 4, done.out + done.err
    assert ", 1 cleared)" in done.out
    assert desk.world.writes == []


def test_a_space_that_stores_blanks_as_they_are_has_nothing_to_clear(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {clears: 0}}}\n")
    desk.world.edit(STORY, NOTES, "call legal")
    desk.stories(f'{{id: {STORY}, fields: {{notes: " "}}}}')
    assert "cleared)" not in desk.run("plan").out


def test_what_a_probe_finds_of_a_trimming_space_is_what_the_guard_reads(desk: Desk) -> None:
    desk.world.options.set({"normalise": {"text": "trim"}})
    assert desk.run("doctor", "--probe", f"demo/story/{STORY}", "--space", "demo").code == 0
    desk.world.edit(STORY, NOTES, "call legal")
    desk.stories(f'{{id: {STORY}, fields: {{notes: " "}}}}')
    assert ", 1 cleared)" in desk.run("plan").out
