"""A snapshot that came with the checkout is read as the base has it: a change cannot bring its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import CannotRun
from reconciler.plan.trusted_snapshot import age_of, came_with_checkout, trusted_snapshot
from tests.git_repository import git

SNAPSHOT = Path("live.json")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose only commit holds a snapshot."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    SNAPSHOT.write_text("merged", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    return tmp_path


def read(file: Path | None, base: str | None) -> str:
    with trusted_snapshot(file, base) as found:
        return found.read_text(encoding="utf-8") if found else ""


def test_a_change_of_the_snapshot_is_not_believed_with_a_base(root: Path) -> None:
    SNAPSHOT.write_text("brought by a pull request", encoding="utf-8")
    git(root, "commit", "-qam", "y")
    assert read(SNAPSHOT, "HEAD~1") == "merged"
    assert read(SNAPSHOT, None) == "brought by a pull request"


def test_a_link_to_it_is_not_believed_either(root: Path) -> None:
    link = root / "link.json"
    link.symlink_to(SNAPSHOT)
    assert came_with_checkout(link)
    with pytest.raises(CannotRun, match="cannot be read"):
        read(link, "HEAD")


def test_a_snapshot_that_the_job_itself_made_is_read_as_it_is(root: Path) -> None:
    made = root / "made.json"
    made.write_text("made by the job", encoding="utf-8")
    assert not came_with_checkout(made)
    assert read(made, "HEAD") == "made by the job"


def test_a_snapshot_that_the_base_does_not_have_is_refused(root: Path) -> None:
    new = root / "new.json"
    new.write_text("new", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "y")
    with pytest.raises(CannotRun, match="merge the snapshot first"):
        read(new, "HEAD~1")


def test_the_copy_is_gone_afterwards(root: Path) -> None:
    assert root.is_dir()
    with trusted_snapshot(SNAPSHOT, "HEAD") as copy:
        assert copy
        assert copy.resolve() != SNAPSHOT.resolve()
    assert not copy.exists()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-60, "0 minutes"), (59, "0 minutes"), (3599, "59 minutes"), (3600, "1 hours"), (2 * 86400, "2 days")],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(
    root: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, told: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    os.utime(root / SNAPSHOT, (1764000000 - seconds,) * 2)
    assert age_of(root / SNAPSHOT) == told
