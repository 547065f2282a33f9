"""What people moved, by the write log: left alone by an unrelated merge, healed once."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"
GIT = shutil.which("git") or "git"
POLICIES = "spaces:\n  demo:\n    drift: {default: report, story: {story_points: heal}}\n"


def git(desk: Desk, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        [GIT, *who, "-C", str(desk.folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def merge(desk: Desk, *items: str) -> None:
    """Merge a change of the files, as a pull request does."""
    git(desk, "switch", "-qc", "change")
    desk.stories(*items)
    git(desk, "commit", "-qam", "change")
    git(desk, "switch", "-q", "main")
    git(desk, "merge", "-q", "--no-ff", "-m", "merge", "change")
    git(desk, "branch", "-qd", "change")


def story(n: int, **fields: object) -> str:
    values = ", ".join(f"{key}: {value}" for key, value in fields.items())
    return f"{{id: {STORY + n}, fields: {{{values}}}}}"


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """Two stories as the space has them, applied once."""
    desk.write("state/reconciler.yaml", POLICIES)
    desk.write(".gitignore", ".reconciler\n")
    desk.stories(story(0, priority="P0", story_points=5), story(1, priority="P1"))
    git(desk, "init", "-q")
    git(desk, "add", ".")
    git(desk, "commit", "-qm", "begin")
    assert desk.run("apply", "--yes").code == 0
    desk.world.writes.clear()
    return desk


def test_an_unrelated_merge_leaves_what_a_person_moved_alone(repo: Desk) -> None:
    repo.world.edit(STORY, "priority", {"value": "option_2"}, by=BO)
    for points in (6, 7, 8):
        merge(repo, story(0, priority="P0", story_points=points), story(1, priority="P1"))
        done = repo.run("apply", "--yes", "--base", "HEAD~1")
        assert done.code == 0, done.out + done.err
        assert repo.sent[-1] == {"field_3724e6": points}
    assert len(repo.sent) == 3
    assert repo.world.item(STORY).values["priority"] == {"value": "option_2"}


def test_a_merge_about_another_item_leaves_the_whole_item_alone(repo: Desk) -> None:
    repo.world.edit(STORY, "priority", {"value": "option_2"}, by=BO)
    merge(repo, story(0, priority="P0", story_points=5), story(1, priority="P3"))
    assert repo.run("apply", "--yes", "--base", "HEAD~1").code == 0
    (made,) = repo.world.writes
    assert made.path.endswith(f"/{STORY + 1}")


def test_what_a_policy_heals_is_healed_once(repo: Desk) -> None:
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.world.edit(STORY, "priority", {"value": "option_2"}, by=BO)
    for _ in range(3):
        assert repo.run("apply", "--yes", "--base", "HEAD", "--applied", "HEAD").code == 0
        assert repo.sent == [{"field_3724e6": 5}]
    merge(repo, story(0, priority="P0", story_points=5), story(1, priority="P3"))
    assert repo.run("apply", "--yes", "--base", "HEAD~1", "--applied", "HEAD~1").code == 0
    assert repo.sent == [{"field_3724e6": 5}, {"priority": {"value": "option_3"}}]
    assert repo.world.item(STORY).values["priority"] == {"value": "option_2"}
