"""Attacks on the windows: what a change, a flag or a variable could open, and what an apply then sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
CLOSED = "{deny: {}, types: [story], why: moving house}"
SETTINGS = "spaces:\n  demo:\n    windows: [{}]\n"
TOLD = "closed without an end (moving house) for story, by the clock of Asia/Shanghai"


def settings(*windows: str) -> str:
    return f"spaces:\n  demo:\n    drift: {{default: heal}}\n    windows: [{', '.join(windows)}]\n"


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository whose base closes the space."""
    git(desk.folder, "init", "-q")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
    desk.write("state/reconciler.yaml", settings(CLOSED))
    commit(desk)
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    return desk


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_apply_in_a_closed_window_ends_with_4_and_sends_nothing(repo: Desk, form: str) -> None:
    done = repo.run("apply", "--yes", "--format", form, "--max-changes", "99", "--max-share", "100%")
    assert done.code == 4
    assert "refused by a guard, nothing sent" in done.err
    assert TOLD in done.out
    if form == "json":
        assert json.loads(done.out.splitlines()[-1])["exit_reason"] == "guard"
    assert repo.world.writes == []


def test_a_saved_plan_is_held_to_the_windows_of_the_hour_in_which_it_is_applied(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", settings("{allow: {}}"))
    assert repo.run("plan", "--out", "plan.json").code == 0
    repo.write("state/reconciler.yaml", settings(CLOSED))
    done = repo.run("apply", "plan.json")
    assert (done.code, repo.world.writes) == (4, [])
    assert TOLD in done.out
    repo.write("state/reconciler.yaml", settings("{deny: {}, types: [Story], why: by its name}"))
    by_name = repo.run("apply", "plan.json")
    assert (by_name.code, repo.world.writes) == (4, [])
    assert "closed without an end (by its name) for story" in by_name.err


def test_every_view_says_until_when(repo: Desk) -> None:
    for form in ("text", "json", "markdown", "html", "github", "codequality", "junit"):
        done = repo.run("plan", "--format", form)
        assert "closed without an end" in done.out, form
    made = json.loads(repo.run("plan", "--format", "json").out)
    assert (made["applyable"], made["exit_reason"]) == (False, "guard")
    [guard] = [one for one in made["guards"] if one["name"] == "windows"]
    assert guard == {"name": "windows", "limit": "", "actual": TOLD, "ok": False}


def test_a_change_cannot_open_what_its_base_closes_but_by_a_new_allow(repo: Desk) -> None:
    for windows in ([], ["{deny: {}, types: [issue]}"], [CLOSED, "{allow: {}}"]):
        repo.write("state/reconciler.yaml", settings(*windows))
        done = repo.run("apply", "--yes", "--base", "HEAD")
        assert (done.code, repo.world.writes) == (4, []), windows
    repo.write("state/reconciler.yaml", settings("{allow: {}, types: [story], why: reviewed}", CLOSED))
    done = repo.run("apply", "--yes", "--base", "HEAD")
    assert done.code == 0, done.out + done.err
    assert 'spaces.demo.windows: + {"allow": {}, "types": ["story"], "why": "reviewed"}' in done.out
    assert len(repo.sent) == 1


def test_a_variable_that_sets_the_clock_of_plans_opens_nothing(repo: Desk) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    week = f"{{deny: {{from: {datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}, to: {tomorrow:%Y-%m-%d}}}}}"
    repo.write("state/reconciler.yaml", settings(week))
    repo.environ["SOURCE_DATE_EPOCH"] = "1900000000"
    assert "stops an apply" not in repo.run("plan").out
    done = repo.run("apply", "--yes")
    assert (done.code, repo.world.writes) == (4, [])
    assert "not before" in done.out


def test_healing_and_rolling_back_keep_the_windows(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", settings())
    assert repo.run("apply", "--yes").code == 0
    commit(repo)
    repo.write("state/reconciler.yaml", settings(CLOSED))
    commit(repo)
    sent = len(repo.sent)
    [run] = (repo.folder / ".reconciler/runs").iterdir()
    assert repo.run("rollback", run.name, "--yes").code == 4
    repo.world.edit(STORY, "priority", {"value": "option_0"}, by="7100000000000000102")
    done = repo.run("drift", "--applied", "HEAD", "--heal", "--yes")
    assert done.code == 4, done.out + done.err
    assert len(repo.sent) == sent
