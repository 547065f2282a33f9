"""Attacks by a `.reconciler/` that came with the checkout: journals of runs that never were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
TRACKED = ".reconciler came with the checkout: git tracks it"
REPAIR = "run `git rm -r --cached .reconciler`"
LINK = ".reconciler is a link"


@pytest.fixture
def ran(desk: Desk) -> Desk:
    """A repository in which one apply ran."""
    git(desk.folder, "init", "-q")
    desk.write(".gitignore", ".reconciler/\nplan.json\nelsewhere/\n")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P1}}}}")
    commit(desk)
    assert desk.run("plan", "--out", "plan.json").code == 0
    assert desk.run("apply", "plan.json").code == 0
    desk.world.writes.clear()
    return desk


def track(desk: Desk) -> str:
    """Commit the journals, as a pull request may whatever is ignored."""
    git(desk.folder, "add", "-f", ".reconciler")
    commit(desk)
    return TRACKED


def link(desk: Desk) -> str:
    """Put a link in the folder's place."""
    (desk.folder / ".reconciler").rename(desk.folder / "elsewhere")
    (desk.folder / ".reconciler").symlink_to("elsewhere")
    return LINK


def run_of(desk: Desk) -> str:
    return max(path.parent.name for path in desk.folder.glob(".reconciler/runs/*/journal.jsonl"))


ACTING = (
    ("apply", "--yes"),
    ("apply", "plan.json"),
    ("drift", "--applied", "HEAD", "--heal", "--yes"),
    ("rollback", "RUN", "--yes"),
    ("rollback", "RUN", "--out", "back.json"),
    ("runs",),
    ("runs", "RUN"),
    ("runs", "verify"),
    ("runs", "--audit"),
    ("record", "plan.json"),
    ("doctor", "--probe", f"demo/story/{STORY}"),
)


@pytest.mark.parametrize("bring", [track, link])
def test_a_folder_of_runs_that_came_with_the_checkout_is_refused(ran: Desk, bring: object) -> None:
    assert callable(bring)
    told, run = bring(ran), run_of(ran)
    ran.stories(f"{{id: {STORY}, fields: {{priority: P2}}}}")
    for arguments in ACTING:
        done = ran.run(*(run if one == "RUN" else one for one in arguments))
        assert (done.code, told in done.err) == (1, True), (arguments, done)
    assert ran.sent == []


@pytest.mark.parametrize("bring", [track, link])
def test_what_only_reads_says_so_in_one_line_and_uses_nothing_of_it(ran: Desk, bring: object) -> None:
    before = {one: ran.run(*one) for one in (("plan",), ("validate",))}
    assert "Applied" in ran.run("why", f"demo/story/{STORY}.priority").out
    assert callable(bring)
    told = bring(ran)
    for arguments, without in before.items():
        done = ran.run(*arguments)
        assert (done.code, done.out) == (without.code, without.out)
        assert done.err.count("\n") == 1
        assert done.err.startswith(f"note: {told}, so nothing of it is used; ")
    assert "Applied" not in ran.run("why", f"demo/story/{STORY}.priority").out


def test_the_repair_that_is_told_mends_it(ran: Desk) -> None:
    track(ran)
    assert REPAIR in ran.run("runs").err
    git(ran.folder, "rm", "-r", "-q", "--cached", ".reconciler")
    assert ran.run("runs").code == 0


def test_another_spelling_of_the_folder_is_found_too(ran: Desk) -> None:
    blob = git(ran.folder, "rev-parse", "HEAD:state/stories.yaml")
    git(ran.folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},.Reconciler/runs/x")
    assert TRACKED in ran.run("runs").err


@pytest.mark.parametrize(
    ("variable", "fix"),
    [("GIT_TEST_ASSUME_DIFFERENT_OWNER", "safe.directory"), ("PATH", "install git")],
    ids=["git refuses", "no git"],
)
def test_where_git_does_not_answer_a_folder_in_a_repository_is_not_taken_for_our_own(
    ran: Desk, variable: str, fix: str
) -> None:
    run = run_of(ran)
    track(ran)
    ran.environ[variable] = "1"
    for command in ACTING:
        done = ran.run(*(run if word == "RUN" else word for word in command))
        assert done.code == 1, done
        assert ".reconciler may have come with the checkout: " in done.err or command[0] == "drift", done
        assert fix in done.err
    assert ran.world.writes == []


def test_without_git_a_folder_in_no_repository_is_our_own(desk: Desk) -> None:
    desk.environ["PATH"] = "1"
    for priority in ("P1", "P2"):
        desk.stories(f"{{id: {STORY}, fields: {{priority: {priority}}}}}")
        assert desk.run("apply", "--yes").code == 0
    assert desk.run("runs").code == 0
