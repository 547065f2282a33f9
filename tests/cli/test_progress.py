"""How far an apply and long reads are, on stderr: a line on a terminal that is gone at the end."""

from __future__ import annotations

import contextlib
import logging
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from reconciler.cli import progress
from reconciler.cli.leaving import CLEAN
from reconciler.cli.progress import Watch, reading

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320
MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOR = re.compile(r"\x1b\[[0-9;]*m")
READS = {
    "plan": ("plan",),
    "drift": ("drift",),
    "pull": ("pull", "--type", "story", "--space", "demo", "--into", "state/more.yaml"),
    "refresh": ("pull", "--refresh"),
    "snapshot": ("pull", "--snapshot", "copy.json"),
    "schema pull": ("schema", "pull"),
    "schema check": ("schema", "check"),
    "why": ("why", str(STORY)),
}


def test_a_bar_shows_the_progress_on_a_terminal(desk: Desk) -> None:
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(8)])
    seen, code = on_a_terminal(desk, "apply", "--yes", "--max-share", "100%")
    assert code == 0
    assert "8/8" in seen
    assert seen.rpartition("\x1b[?25h")[1]
    assert f"story/{STORY}  1 applied" not in seen


def slow(desk: Desk) -> Desk:
    """A desk whose service takes its time, so that reads last longer than anybody's patience."""
    desk.world.options.latency_ms = 400
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(60)])
    return desk


@pytest.mark.parametrize("command", READS)
def test_long_reads_draw_a_line_that_is_gone_at_the_end(desk: Desk, command: str) -> None:
    seen, code = on_a_terminal(slow(desk), *READS[command])
    assert code == 0
    assert "an answer takes 4" in seen
    assert "━" not in left_on_the_screen(seen)
    assert "an answer takes" not in left_on_the_screen(seen)


def test_the_line_says_how_many_of_how_many_are_read(desk: Desk) -> None:
    desk.environ["MEEGLE_RATE"] = "2"
    seen, _ = on_a_terminal(slow(desk), "plan")
    assert "50 of 60 items read, at the pace that the service allows" in seen


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("CI", "true")])
def test_where_no_line_can_be_taken_back_none_is_drawn(desk: Desk, name: str, value: str) -> None:
    slow(desk).environ[name] = value
    seen, code = on_a_terminal(desk, "plan")
    assert code == 0
    assert "\x1b" not in seen
    assert "━" not in seen


def test_a_pipe_gets_no_line(desk: Desk) -> None:
    with slow(desk).start("plan") as process:
        _, told = process.communicate()
    assert (process.returncode, told) == (0, "")


def test_a_log_that_is_printed_takes_the_place_of_the_line(desk: Desk) -> None:
    seen, _ = on_a_terminal(slow(desk), "plan", "--log-level", "debug")
    assert "60 of 60 items read" in seen
    assert "\x1b" not in seen


def test_no_color_draws_a_line_without_colour(desk: Desk) -> None:
    slow(desk).environ["NO_COLOR"] = "1"
    seen, _ = on_a_terminal(desk, "plan")
    assert "an answer takes" in seen
    assert COLOR.findall(seen) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_terminal_clean(desk: Desk, number: int) -> None:
    slow(desk).environ["MEEGLE_RATE"] = "1"
    seen, code = on_a_terminal(desk, "plan", kill=number, at="an answer takes")
    assert code == 128 + number
    assert seen.endswith(CLEAN.decode())


def test_the_result_is_the_same_beside_a_line(desk: Desk) -> None:
    out = {}
    for how in ("pipe", "terminal"):
        if how == "pipe":
            with slow(desk).start("plan") as process:
                out[how], _ = process.communicate()
        else:
            ours, theirs = pty.openpty()
            process = started(desk, ("plan",), theirs, subprocess.PIPE)
            reader = threading.Thread(target=read_all, args=(ours,))
            reader.start()
            out[how], _ = process.communicate(timeout=60)
            reader.join()
    strip = [re.sub(r"about [0-9.]+ s", "", text) for text in out.values()]
    assert strip[0] == strip[1]


def test_a_warning_is_printed_while_a_line_is_drawn(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(progress, "can_draw", lambda: True)
    log = logging.getLogger("reconciler.meegle.http")
    with reading():
        log.debug("not for people")
        log.warning("the next try is in 30 s")
    assert [record.message for record in caplog.records] == ["the next try is in 30 s"]
    assert logging.getLogger("reconciler.meegle").propagate


def test_a_watch_says_what_it_heard() -> None:
    watch = Watch()
    log = logging.getLogger("reconciler.meegle.reads")
    with watch.listening():
        assert str(watch) == "reading the space, waiting for an answer"
        log.debug("%d of %d %s", 1, 2, "of another module")
        assert str(watch).startswith("reading the space")
    for total, said in ((4000, "1,200 of 4,000 items read"), (0, "1,200 items read")):
        heard = logging.LogRecord("x", 10, "/batches.py", 1, "%d of %d %s", (1200, total, "items read"), None)
        watch.emit(heard)
        assert str(watch) == f"{said}, waiting for an answer"


def left_on_the_screen(seen: str) -> str:
    """Return what a terminal still shows: a line that is emptied is gone."""
    lines: list[str] = [""]
    for part in re.split(r"(\r\n|\r|\x1b\[[0-9;?]*[A-Za-z])", seen):
        if part == "\r\n":
            lines.append("")
        elif part == "\x1b[2K":
            lines[-1] = ""
        elif part == "\x1b[1A":
            lines.pop()
        elif not MOVES.fullmatch(part) and part != "\r":
            lines[-1] += part
    return "\n".join(lines)


def on_a_terminal(desk: Desk, *arguments: str, kill: int = 0, at: str = "") -> tuple[str, int]:
    """Run a command whose stderr is a terminal; returns what it showed.  `kill` it once it shows `at`."""
    ours, theirs = pty.openpty()
    process = started(desk, arguments, theirs, subprocess.DEVNULL)
    seen = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            seen += part
            if kill and at.encode() in seen:
                process.send_signal(kill)
                kill = 0
    os.close(ours)
    return seen.decode(), process.wait(timeout=30)


def started(desk: Desk, arguments: tuple[str, ...], stderr: int, stdout: int) -> subprocess.Popen[str]:
    """Start a command whose stderr is a terminal of 100 columns."""
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "CI": "", "NO_COLOR": "", **desk.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=desk.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
    )
    os.close(stderr)
    return process


def read_all(terminal: int) -> None:
    """Read what a terminal shows to its end, so that nobody waits for it."""
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass
    os.close(terminal)
