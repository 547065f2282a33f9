"""What earlier commits desired: a base that is read, or an error, and never nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_what_was_merged_and_not_applied_is_pending(repo: Desk) -> None:
    first = git(repo.folder, "rev-parse", "HEAD")
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-04-21}}}}")
    commit(repo)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 6, due: 2026-04-21}}}}")
    done = repo.run("plan", "--base", "HEAD", "--applied", first)
    assert "P0 → P3  pending" in done.out
    assert "5 → 6  changed here" in done.out
    assert "skipped (drift" not in done.out


def test_a_shallow_clone_is_told_how_to_fetch_what_is_missing(repo: Desk, tmp_path: Path) -> None:
    first = git(repo.folder, "rev-parse", "HEAD")
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    commit(repo)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo.folder}", str(tmp_path / "shallow"))
    repo.folder = tmp_path / "shallow"
    done = repo.run("plan", "--base", first)
    assert done.code == 1
    assert "in this shallow clone; fetch it: `git fetch --unshallow`" in done.err


@pytest.mark.parametrize("ref", ["nonsense", "--output=x", "HEAD:state", ""])
def test_a_ref_that_names_no_commit_is_told(repo: Desk, ref: str) -> None:
    done = repo.run("plan", f"--base={ref}")
    assert done.code == 1
    assert ("no commit" in done.err) == bool(ref)
    assert ("--base is empty" in done.err) == (not ref)
