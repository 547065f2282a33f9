"""The lock of a space: one for a user and a machine, wherever the run is, and never a way to another file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from reconciler.apply.lock import lock_file, lock_folder, locked
from reconciler.sandbox.demo.space import PROJECT
from tests.conftest import Desk

STORY = 6300012320
NO_FOLDER = "/dev/null/state"


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    """A desk that wants a change, whose user has a state folder of its own."""
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 7}}}}")
    desk.environ["XDG_STATE_HOME"] = str(tmp_path / "user")
    return desk


def lock_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", desk.environ["XDG_STATE_HOME"])
    return lock_file(desk.service.url.removeprefix("http://"), PROJECT)


def test_a_lock_file_that_is_a_link_is_refused_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ln -s precious ~/.local/state/meegle-reconciler/….lock; reconciler apply --yes`."""
    lock, precious = lock_of(desk, monkeypatch), desk.folder / "precious"
    precious.write_text("kept", encoding="utf-8")
    lock.symlink_to(precious)
    done = desk.run("apply", "--yes")
    assert (done.code, desk.sent) == (1, [])
    assert f"error: cannot lock {lock} (a link); nothing was sent; remove it" in done.err
    assert precious.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_a_lock_file_that_is_no_file_is_refused_in_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, make: object
) -> None:
    lock = lock_of(desk, monkeypatch)
    assert callable(make)
    make(lock)
    done = desk.run("apply", "--yes")
    assert (done.code, desk.sent) == (1, [])
    assert "(no plain file); nothing was sent" in done.err


@pytest.mark.parametrize("command", [("apply", "--yes"), ("apply", "--yes", "--wait", "1s")])
def test_two_clones_of_one_user_do_not_apply_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", desk.environ["XDG_STATE_HOME"])
    with locked(desk.service.url.removeprefix("http://"), PROJECT):
        done = desk.run(*command)
    assert (done.code, desk.sent) == (1, [])
    assert "error: another apply to this space is running on this machine" in done.err
    assert desk.run("apply", "--yes").code == 0


def test_without_a_home_the_lock_is_below_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", NO_FOLDER)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = lock_folder()
    assert place == tmp_path / f"reconciler-{os.getuid()}"
    assert place.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("trap", ["a link", "open to others", "a file"])
def test_a_folder_that_somebody_else_laid_out_is_no_place_for_a_lock(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    """Anyone may make `/tmp/reconciler-UID` before its user does."""
    desk.environ["XDG_STATE_HOME"] = NO_FOLDER
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = tmp_path / f"reconciler-{os.getuid()}"
    if trap == "a link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "theirs")
    elif trap == "a file":
        place.write_text("", encoding="utf-8")
    else:
        place.mkdir()
        place.chmod(0o777)
    done = desk.run("apply", "--yes")
    assert (done.code, desk.sent) == (1, [])
    assert f"error: cannot lock {place} (" in done.err
