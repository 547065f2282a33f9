"""How far an apply is, on stderr."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_a_bar_shows_the_progress_on_a_terminal(desk: Desk) -> None:
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(8)])
    seen, code = on_a_terminal(desk, "apply", "--yes", "--max-share", "100%")
    assert code == 0
    assert "8/8" in seen
    assert seen.rpartition("\x1b[?25h")[1]
    assert f"story/{STORY}  1 applied" not in seen


def on_a_terminal(desk: Desk, *arguments: str) -> tuple[str, int]:
    """Run a command whose stderr is a terminal; returns what it showed there."""
    ours, theirs = pty.openpty()
    environ = {**os.environ, **desk.environ, "TERM": "xterm"}
    environ.pop("CI", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=desk.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):
        while more := os.read(ours, 65536):
            seen += more
    os.close(ours)
    return seen.decode(), process.wait(timeout=30)
