"""The one road from files to a plan: what it notes, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CannotRun
from reconciler.plan.standpoint import refuse_empty
from tests.git_repository import commit

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_only_files_that_differ_from_the_base_are_planned_where_that_is_asked(repo: Desk) -> None:
    repo.stories("{id: 6300012321, fields: {priority: P3}}", file="state/other.yaml")
    commit(repo)
    repo.stories("{id: 6300012322, fields: {priority: P3}}", file="state/new.yaml")
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    done = repo.run("plan", "--base", "HEAD", "--changed")
    assert [line[:7] for line in done.out.splitlines() if "demo/story" in line] == ["  ~ dem", "  ~ dem"]
    assert "6300012321" not in done.out
    assert repo.run("plan", "--changed").code == 1
    commit(repo)
    repo.world.calls.clear()
    assert "No changes." in repo.run("plan", "--base", "HEAD", "--changed").out
    assert repo.asked("story/query") == 0


def test_a_plan_says_that_no_last_applied_commit_is_known(repo: Desk) -> None:
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    said = "note: no last applied commit is known: every difference is planned\n"
    assert said in repo.run("plan", "--applied", "").out
    assert said not in repo.run("plan").out
    assert said not in repo.run("plan", "--applied", "", "--base", "HEAD").out


@pytest.mark.parametrize("base", ["", " ", "\n"])
def test_a_base_that_an_empty_variable_named_is_refused(base: str) -> None:
    with pytest.raises(CannotRun, match="--base is empty"):
        refuse_empty(base)


def test_no_base_and_a_named_one_are_taken() -> None:
    refuse_empty(None)
    refuse_empty("HEAD")
