"""Attacks by a fork: a pull request that brings the live values and the limits that it is planned against."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox.demo.seeds import write_seed
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
SNAPSHOT = "schemas/snapshot.json"
LIMITS = "spaces:\n  demo:\n    guards: {{changes: {}}}\n"


@pytest.fixture
def fork(desk: Desk) -> Desk:
    """A repository with a snapshot and limits; its checkout wants another value of one story."""
    git(desk.folder, "init", "-q")
    desk.write(SNAPSHOT, write_seed(desk.world, desk.world.items.values()))
    desk.write("state/reconciler.yaml", LIMITS.format(0))
    desk.stories(f"{{id: {STORY}, fields: {{priority: P0}}}}")
    git(desk.folder, "add", "schemas")
    commit(desk)
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    return desk


def offline(desk: Desk) -> dict[str, object]:
    done = desk.run("plan", "--offline", "--snapshot", SNAPSHOT, "--base", "HEAD^1", "--format", "json")
    assert done.code == 0, done
    made: dict[str, object] = json.loads(done.out)
    return made


def lying(desk: Desk) -> None:
    """Let the snapshot say that what is wanted is live already."""
    desk.world.edit(STORY, "priority", {"value": "option_3"})
    desk.write("schemas/lie.json", write_seed(desk.world, desk.world.items.values()))


def replaced(desk: Desk) -> None:
    (desk.folder / "schemas/lie.json").replace(desk.folder / SNAPSHOT)


def linked(desk: Desk) -> None:
    (desk.folder / SNAPSHOT).unlink()
    (desk.folder / SNAPSHOT).symlink_to("lie.json")


@pytest.mark.parametrize("bring", [replaced, linked])
def test_a_fork_is_planned_against_the_snapshot_of_the_first_parent(fork: Desk, bring: object) -> None:
    assert callable(bring)
    lying(fork)
    bring(fork)
    git(fork.folder, "add", "-A")
    commit(fork)
    made = offline(fork)
    assert made["exit_reason"] == "guard"
    assert len(made["resource_changes"]) == 1  # type: ignore[arg-type]
    assert f"planned against {SNAPSHOT} of HEAD^1" in made["notes"]  # type: ignore[operator]


def test_a_fork_that_brings_its_snapshot_behind_a_linked_folder_is_refused(fork: Desk) -> None:
    lying(fork)
    (fork.folder / "schemas").rename(fork.folder / "other")
    (fork.folder / "other/lie.json").replace(fork.folder / "other/snapshot.json")
    (fork.folder / "schemas").symlink_to("other")
    git(fork.folder, "add", "-A")
    commit(fork)
    done = fork.run("plan", "--offline", "--snapshot", SNAPSHOT, "--base", "HEAD^1")
    assert done.code == 1
    assert "schemas cannot be read (it is a link)" in done.err


def test_a_fork_raises_no_limit_of_its_own_plan(fork: Desk) -> None:
    fork.write("state/reconciler.yaml", LIMITS.format(100))
    commit(fork)
    made = offline(fork)
    assert (made["applyable"], made["exit_reason"]) == (False, "guard")
    assert made["settings_changes"] == ["spaces.demo.guards.changes: 0 → 100"]


def test_a_snapshot_that_a_fork_brings_first_is_refused(fork: Desk) -> None:
    git(fork.folder, "rm", "-q", "--cached", SNAPSHOT)
    commit(fork)
    git(fork.folder, "add", SNAPSHOT)
    commit(fork)
    done = fork.run("plan", "--offline", "--snapshot", SNAPSHOT, "--base", "HEAD^1")
    assert done.code == 1
    assert f"{SNAPSHOT} of HEAD^1 cannot be read; merge the snapshot first" in done.err


def test_a_snapshot_that_the_job_made_is_used_as_it_is(fork: Desk) -> None:
    commit(fork)
    lying(fork)
    fork.write("made.json", (fork.folder / "schemas/lie.json").read_text(encoding="utf-8"))
    done = fork.run("plan", "--offline", "--snapshot", "made.json", "--base", "HEAD^1")
    assert (done.code, done.err) == (0, "")
    assert "No changes." in done.out
