"""The lock of a space: one run at a time writes, and a lock that is none stops a run."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.apply.lock import Busy, lock_file, locked
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_a_second_apply_on_this_machine_is_refused_while_one_runs(desk: Desk) -> None:
    desk.environ["MEEGLE_RATE"] = "5"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(10)])
    first = desk.start("apply", "--yes", "--max-share", "100%")
    until = time.monotonic() + 30
    while not desk.sent and time.monotonic() < until:
        time.sleep(0.02)
    second = desk.run("apply", "--yes", "--max-share", "100%")
    assert second.code == 1
    assert "another apply to this space is running on this machine; give --wait" in second.err
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert len(desk.sent) == 10


HOST, SPACE = "project.feishu.cn", "demo-key"


@pytest.fixture
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the locks of one test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_the_lock_is_free_again_after_a_run_even_one_that_failed(state_home: Path) -> None:
    with contextlib.suppress(KeyError), locked(HOST, SPACE):
        raise KeyError
    with locked(HOST, SPACE):
        assert lock_file(HOST, SPACE).is_relative_to(state_home)


def test_two_spaces_do_not_wait_for_one_another(state_home: Path) -> None:
    assert state_home.is_dir()
    with locked(HOST, SPACE), locked(HOST, "other-key"), locked("other.example.com", SPACE):
        pass


def test_a_run_that_does_not_wait_is_refused_at_once(state_home: Path) -> None:
    assert state_home.is_dir()
    with locked(HOST, SPACE), pytest.raises(Busy, match="another apply to this space"), locked(HOST, SPACE):
        pass


def test_a_run_that_waits_says_so_once_and_goes_on_when_the_lock_is_free(state_home: Path) -> None:
    assert state_home.is_dir()
    said: list[str] = []
    first = locked(HOST, SPACE)
    first.__enter__()
    looks = 0

    def looked(_: float) -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            first.__exit__(None, None, None)
        return False

    with locked(HOST, SPACE, wait=60, stopped=looked, report=said.append):
        assert looks == 3
    assert said == ["another apply to this space is running: waiting for it, 60 s at most"]


def test_a_signal_ends_the_wait(state_home: Path) -> None:
    assert state_home.is_dir()
    with (
        locked(HOST, SPACE),
        pytest.raises(CannotRun, match="interrupted while another apply was waited for"),
        locked(HOST, SPACE, wait=60, stopped=lambda _: True),
    ):
        pass


def test_a_link_or_a_folder_in_the_place_of_the_lock_is_refused(state_home: Path) -> None:
    path = lock_file(HOST, SPACE)
    path.symlink_to(state_home / "victim")
    with pytest.raises(CannotRun, match="a link"):
        lock_file(HOST, SPACE)
    assert not (state_home / "victim").exists()
    path.unlink()
    path.mkdir()
    with pytest.raises(CannotRun, match="no plain file"):
        lock_file(HOST, SPACE)
