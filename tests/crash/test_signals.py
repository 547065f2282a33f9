"""SIGINT and SIGTERM at any time, also in a shell's place: an end in time, and a whole journal."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.conftest import is_deep
from tests.crash.stage import APPLY_FILES, APPLY_PLAN, ITEMS, STORY

if TYPE_CHECKING:
    from tests.conftest import Desk
    from tests.crash.stage import Stage

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
IN_TIME: Final = 7.0
"""Seconds after which a CI runner kills."""
LATENCY: Final = 10
MANY: Final = 40
RUN: Final = ("-m", "reconciler", "apply", "--yes", "--max-share", "100%")


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_any_time_ends_a_run_in_time_with_a_whole_journal(
    stage: Stage, number: signal.Signals, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(number)
    desk, codes = stage.desk, Counter[int]()
    desk.world.options.latency_ms = LATENCY
    began = time.monotonic()
    assert stage.run(*APPLY_FILES).code == 0
    longest, live = time.monotonic() - began, stage.live()
    for turn in range(400 if is_deep() else 10):
        stage.reset()
        desk.world.options.latency_ms = LATENCY
        command = (APPLY_PLAN, APPLY_FILES)[turn % 2]
        after = chance.uniform(0, longest)
        began = time.monotonic()
        run = stage.run(*command, signal=number, after=after)
        assert time.monotonic() - began - after < IN_TIME
        assert run.code in (0, 128 + number), run.err
        assert "Traceback" not in run.err
        codes[run.code] += 1
        stage.settle()
        assert stage.unrecorded() == []
        assert desk.run("runs", "verify").code == 0
        if "Stopped: interrupted" in run.out:
            assert reported(run.out) <= seen(stage, live) <= reported(run.out) + unseen(run.out), run.out
        assert stage.run(*command).code == 0
        assert stage.live() == live
    record_property("count", f"{number.name}: exit codes {dict(codes)}")


def reported(out: str) -> int:
    """Return how many items a report calls applied."""
    first = verdict(out).split()[1]
    return 0 if first == "nothing." else int(first)


def unseen(out: str) -> int:
    """Return how many fields a report calls unknown."""
    hit = re.search(r"(\d+) unknown", verdict(out))
    return int(hit[1]) if hit else 0


def verdict(out: str) -> str:
    """Return the line that counts."""
    return next(line for line in out.splitlines() if line.startswith("Applied: "))


def seen(stage: Stage, live: dict[int, Any]) -> int:
    """Return how many items hold what was wanted."""
    return sum(
        live[item] != (stage.before[item].name, stage.before[item].values) and live[item] == now
        for item, now in stage.live().items()
    )


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("shell", ["exec", "plain"])
def test_a_signal_reaches_a_run_that_took_the_place_of_its_shell(
    desk: Desk, number: signal.Signals, shell: str
) -> None:
    """A service that does not answer holds the run; a CI system starts it by `bash -c 'exec …'`."""
    desk.world.options.latency_ms = 100
    desk.environ["MEEGLE_RATE"] = "5"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(MANY)])
    command = [sys.executable, *RUN, "--format", "json"]
    if shell == "exec":
        command = ["bash", "-c", 'exec "$@"', "bash", *command]
    chance = random.Random(f"{number.name} {shell}")
    for after in (0, chance.randint(1, 4)):
        already = len(desk.sent)
        process = start(desk, command)
        wait_for(desk, process, already + after)
        if after == 0:
            time.sleep(chance.uniform(0.2, 0.6))
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - began < IN_TIME
        # Before Python has come up there is nobody to hear a signal; a shell tells that as 130 and 143 too.
        assert process.returncode in ((128 + number, -number) if after == 0 else (128 + number,))
        assert "Traceback" not in err or after == 0
        assert desk.run("runs", "verify").code == 0
        if after:
            end = json.loads(out.splitlines()[-1])
            assert end["event"] == "summary"
            assert end["stopped"] == "interrupted"
            assert end["puts"] == len(desk.sent) - already
            assert sum(end["counts"].values()) >= MANY - already


def start(desk: Desk, command: list[str]) -> subprocess.Popen[str]:
    """Start a command line as a CI system does."""
    return subprocess.Popen(
        command,
        cwd=desk.folder,
        env={**os.environ, **desk.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(desk: Desk, process: subprocess.Popen[str], sent: int) -> None:
    """Wait until so many writes have come."""
    until = time.monotonic() + 60
    while process.poll() is None and len(desk.sent) < sent:
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_service_that_hangs_does_not_hold_a_run(stage: Stage) -> None:
    """Only the one field of the item whose answer never came is unknown."""
    desk = stage.desk
    desk.world.options.faults = [
        {"kind": "slow", "delay_ms": 8_000, "method": "PUT", "path": f"*/{STORY + 1}"}
    ]
    process = desk.start(*APPLY_PLAN)
    wait_for(desk, process, ITEMS - 1)
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < IN_TIME
    assert process.returncode == 128 + signal.SIGTERM
    assert "Stopped: interrupted" in out
    assert unseen(out) == 1, out
    assert reported(out) == ITEMS - 1
    assert desk.run("runs", "verify").code == 0
