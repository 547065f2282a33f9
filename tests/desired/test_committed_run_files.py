"""`.reconciler/` is believed only where this machine's runs made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.committed_run_files import Foreign, foreign, own_folder, refuse_foreign, unused_note
from reconciler.errors import CannotRun
from tests.git_repository import git


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that is the current folder."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    return tmp_path


def test_a_run_makes_a_folder_that_git_does_not_see_and_that_is_its_own(here: Path) -> None:
    own_folder()
    (here / ".reconciler" / "run.jsonl").write_text("{}\n")
    assert git(here, "status", "--porcelain").strip() == ""
    assert (here / ".reconciler").stat().st_mode & 0o777 == 0o700
    assert foreign(here) is None
    refuse_foreign()


def test_what_somebody_wrote_into_its_gitignore_is_kept(here: Path) -> None:
    own_folder()
    (here / ".reconciler" / ".gitignore").write_text("*\n# ours\n")
    own_folder()
    assert (here / ".reconciler" / ".gitignore").read_text() == "*\n# ours\n"


@pytest.mark.parametrize("folder", [".reconciler", ".Reconciler"])
def test_a_folder_that_git_tracks_is_foreign_however_it_is_written(here: Path, folder: str) -> None:
    (here / folder).mkdir()
    (here / folder / "run.jsonl").write_text("{}\n")
    git(here, "add", "--force", folder)
    (here / ".reconciler").mkdir(exist_ok=True)
    with pytest.raises(Foreign, match="came with the checkout: git tracks it"):
        refuse_foreign()
    note = unused_note(here)
    assert note is not None
    assert note.startswith(
        "note: .reconciler came with the checkout: git tracks it, so nothing of it is used; "
    )


def test_a_link_is_foreign_even_without_a_repository(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".reconciler").symlink_to(tmp_path / "elsewhere")
    reason = foreign(tmp_path)
    assert reason is not None
    assert reason.what == ".reconciler is a link"


def test_no_folder_is_nothing_to_report(here: Path) -> None:
    assert unused_note(here) is None


def test_a_folder_that_cannot_be_made_ends_the_run_before_anything_is_sent(here: Path) -> None:
    (here / ".reconciler").write_text("a file\n")
    with pytest.raises(CannotRun, match=r"cannot write to \.reconciler") as told:
        own_folder()
    assert told.value.fix == "nothing was sent; make room for the journal there"
