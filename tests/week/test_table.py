"""The table of the week has each story once, and its steps are found by what the recipes say."""

from __future__ import annotations

import importlib

import pytest

from tests.week.__main__ import stories
from tests.week.diary import Diary, Step, commands_of, form_of, is_answer, is_named, shown_rows


def test_the_table_has_a_row_for_each_story() -> None:
    titles = [importlib.import_module(f"tests.week.{name}").TITLE for name in stories()]
    assert [row[0] for row in shown_rows()] == titles
    assert all(float(row[2]) >= 0 for row in shown_rows())


def test_commands_are_read_out_of_blocks_and_prose() -> None:
    chapter = "A\n\nSee `reconciler why REF`.\n\n```sh\ngit add . && reconciler plan --base main\n"
    chapter += 'reconciler apply \\\n  --yes || echo\nreconciler rollback "$(ls x | tail -1)" --yes\n```\n'
    assert list(commands_of(chapter)) == [
        "reconciler why REF",
        "reconciler plan --base main",
        "reconciler apply --yes",
        "reconciler rollback",
    ]
    assert form_of("reconciler schema pull --rewrite") == ("schema pull", frozenset({"--rewrite"}))
    assert form_of("reconciler runs") == ("runs", frozenset())


@pytest.mark.parametrize(
    ("command", "named", "is_"),
    [
        ("reconciler plan", "reconciler plan --base HEAD", True),
        ("reconciler plan --base main", "reconciler plan", False),
        ("reconciler pull --refresh --only 1", "reconciler pull --refresh --only …", True),
        ("reconciler schema pull", "reconciler schema check", False),
    ],
)
def test_a_command_is_named_by_its_words_and_flags(command: str, named: str, is_: bool) -> None:  # noqa: FBT001 - a row
    assert is_named(command, named) is is_


def test_a_step_that_fails_has_to_lead_to_the_next() -> None:
    failed = Step("reconciler validate", "The dates of a sprint", 1, "x: `reconciler fmt`")
    assert is_answer(failed, "reconciler fmt")
    assert not is_answer(failed, "reconciler doctor")


def test_a_command_that_no_recipe_names_is_no_step(diary: Diary) -> None:
    with pytest.raises(AssertionError, match="does not name"):
        diary.run("reconciler doctor", "Take over a type")
