"""Which commit the files of a run are of, and whether one of them is not as it holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.desired.workspace import open_workspace
from reconciler.plan.source_commit import Source, blob_id, checked_out, not_checked_out, roots_of, source_of
from tests.git_repository import commit, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Desk

STORY = "{id: 6300012320, fields: {priority: P0}}"


@pytest.fixture
def repo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A repository whose only commit holds one file of state."""
    git(desk.folder, "init", "-q")
    desk.stories(STORY)
    commit(desk)
    monkeypatch.chdir(desk.folder)
    return desk


def source() -> Source:
    return source_of(open_workspace((), None))


def test_files_as_the_commit_holds_them_are_of_that_commit(repo: Desk) -> None:
    head = git(repo.folder, "rev-parse", "HEAD")
    assert source() == Source(head, dirty=False)
    assert checked_out(repo.folder) == head


def edited(repo: Desk) -> None:
    repo.stories(STORY.replace("P0", "P1"))


def untracked(repo: Desk) -> None:
    repo.stories("{id: 6300012321, fields: {priority: P0}}", file="state/other.yaml")


def ignored(repo: Desk) -> None:
    (repo.folder / ".git/info/exclude").write_text("other.yaml\n", encoding="utf-8")
    untracked(repo)


def assumed_unchanged(repo: Desk) -> None:
    git(repo.folder, "update-index", "--assume-unchanged", "state/stories.yaml")
    edited(repo)


def renamed(repo: Desk) -> None:
    (repo.folder / "state/stories.yaml").rename(repo.folder / "state/moved.yaml")


@pytest.mark.parametrize("change", [edited, untracked, ignored, assumed_unchanged, renamed])
def test_a_file_that_is_not_as_the_commit_holds_it_makes_the_run_dirty(
    repo: Desk, change: Callable[[Desk], None]
) -> None:
    change(repo)
    assert source().dirty is True


def test_line_ends_of_windows_are_the_same_file(repo: Desk) -> None:
    path = repo.folder / "state/stories.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert source().dirty is False


def test_a_file_elsewhere_in_the_repository_does_not_count(repo: Desk) -> None:
    repo.write("notes.txt", "x")
    assert source().dirty is False


def test_outside_of_a_repository_no_commit_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.stories(STORY)
    monkeypatch.chdir(desk.folder)
    assert source() == Source()
    assert checked_out(desk.folder) is None


def test_a_content_has_the_name_that_git_gives_it(repo: Desk) -> None:
    path = repo.folder / "state/stories.yaml"
    told = git(repo.folder, "hash-object", str(path))
    assert blob_id(path.read_bytes(), told) == told


def test_files_that_a_sparse_checkout_leaves_out_are_counted(repo: Desk) -> None:
    repo.stories("{id: 6300012321, fields: {priority: P0}}", file="state/a/one.yaml")
    commit(repo)
    assert not_checked_out(repo.folder, "state") == 0
    git(repo.folder, "sparse-checkout", "set", "--no-cone", "/*", "!/state/a/")
    assert not_checked_out(repo.folder, "state") == 1


def test_the_usual_folder_of_state_is_not_told(repo: Desk) -> None:
    (repo.folder / "board").mkdir()
    assert roots_of([]) == []
    assert roots_of([repo.folder / "state"]) == []
    assert roots_of([repo.folder / "board", repo.folder / "state"]) == ["board", "state"]


def test_a_file_is_of_the_folder_of_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "board/deep").mkdir(parents=True)
    (tmp_path / "board/deep/a.yaml").write_text("", encoding="utf-8")
    assert roots_of([tmp_path / "board/deep/a.yaml"]) == ["board"]
    (tmp_path / "board/deep/reconciler.yaml").write_text("", encoding="utf-8")
    assert roots_of([tmp_path / "board/deep/a.yaml"]) == ["board/deep"]
