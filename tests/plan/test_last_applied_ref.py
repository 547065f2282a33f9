"""The ref of the last applied commit: written, read, and never taken for none where it is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CannotRun
from reconciler.plan.last_applied import Record
from reconciler.plan.last_applied_ref import applied_ref, known_ref, record_at, write_record
from tests.git_repository import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    return tmp_path


def test_a_record_is_read_as_it_was_written_and_the_newer_one_counts(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    for last in ("a" * 64, "b" * 64):
        ref = write_record(root, Record(space="demo", commit=commit, journal=last))
        assert record_at(root, ref, "demo").journal == last
    assert ref == applied_ref("demo") == known_ref(root, "demo") == "refs/reconciler/applied/demo"


def test_a_space_that_was_never_applied_or_a_folder_without_git_knows_no_ref(
    root: Path, tmp_path: Path
) -> None:
    assert known_ref(root, "other") is None
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".git").write_text("", encoding="utf-8")
    assert known_ref(root, "demo") is None


def test_a_ref_of_a_commit_without_a_message_means_that_all_was_applied(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    assert record_at(root, "HEAD", "demo") == Record(space="demo", commit=commit)


@pytest.mark.parametrize("message", ["no record", "{}", '{"space": "other"}'])
def test_a_tag_that_is_no_record_is_an_error_and_never_no_record(root: Path, message: str) -> None:
    git(root, "tag", "-a", "-m", message, "applied-demo")
    with pytest.raises(CannotRun, match="holds no record of demo"):
        record_at(root, "refs/tags/applied-demo", "demo")


def test_a_record_of_another_space_or_on_another_commit_is_refused(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    ref = write_record(root, Record(space="demo", commit=first))
    with pytest.raises(CannotRun, match="holds no record of other"):
        record_at(root, ref, "other")
    git(root, "commit", "-q", "--allow-empty", "-m", "y")
    message = Record(space="demo", commit=first).model_dump_json()
    git(root, "tag", "-a", "-m", message, "moved", "HEAD")
    with pytest.raises(CannotRun, match="holds no record of demo"):
        record_at(root, "refs/tags/moved", "demo")
