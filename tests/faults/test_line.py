"""A line that is slow, reset, cut, stalled or half closed: no traceback, no hang, and a truthful exit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.http.tcp_faults import Front
from tests.conftest import Desk, is_deep

STORY = 6300012320
ITEMS = 6
FAULTS: dict[str, dict[str, Any]] = {
    "latency": {"kind": "latency", "delay_ms": 300},
    "bandwidth": {"kind": "bandwidth", "bytes": 400, "delay_ms": 5},
    "drip": {"kind": "drip", "delay_ms": 0},
    "reset": {"kind": "reset"},
    "reset after it was carried out": {"kind": "reset_after"},
    "no answer": {"kind": "no_answer"},
    "cut in the head": {"kind": "cut", "bytes": 9},
    "cut in the body": {"kind": "cut", "bytes": 300},
    "stall": {"kind": "stall", "delay_ms": 400},
    "stall after it was carried out": {"kind": "stall_after", "delay_ms": 400},
    "half close": {"kind": "half_close", "bytes": 0},
    "half close in the body": {"kind": "half_close", "bytes": 300},
}
COMMANDS = {
    "plan": "plan --blame",
    "apply": "apply --yes --max-share 100%",
    "drift": "drift --detailed-exitcode",
    "pull": f"pull {STORY} --type story --into pulled.yaml --fields all",
    "schema": "schema pull",
    "doctor": "doctor",
}
EARNED = {"drift": {1, 2}, "schema": {0, 1}}
LONGEST = 120
"""Seconds in which any of these must have ended, on a machine with other things to do."""


@pytest.fixture
def fronted(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose line to the service runs through the front."""
    world = demo_world()
    world.options.throttle = False
    with Running(world) as service, Front(service.url, world) as front:
        known = world.credentials
        desk = Desk(
            tmp_path,
            service,
            {
                "MEEGLE_BASE_URL": front.url,
                "MEEGLE_PLUGIN_ID": known.plugin_id,
                "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
                "MEEGLE_USER_KEY": known.user_key,
                "MEEGLE_RATE": "0",
            },
        )
        desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: {40 + n}}}}}" for n in range(ITEMS)])
        yield desk


def process(desk: Desk, line: str) -> tuple[int, str, str]:
    """Run a command as a process of its own; fails where it does not end."""
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *line.split()],
        cwd=desk.folder,
        env={**os.environ, **desk.environ},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


CASES = [
    *product(COMMANDS, FAULTS, (1, 2, 4, 7) if is_deep() else (2,)),
]


@pytest.mark.parametrize(("command", "fault", "nth"), CASES)
def test_one_bad_call_ends_a_read_no_command(fronted: Desk, command: str, fault: str, nth: int) -> None:
    """A read is asked again; after a PUT it is looked whether it took."""
    fronted.world.options.set({"connection_faults": [{**FAULTS[fault], "nth": nth, "times": 1}]})
    code, out, err = process(fronted, COMMANDS[command])
    assert "Traceback" not in err
    assert "internal error" not in err
    assert code in EARNED.get(command, {0}), (out, err)
    if command == "apply":
        assert [fronted.world.item(STORY + n).values["field_3724e6"] for n in range(ITEMS)] == [
            40 + n for n in range(ITEMS)
        ]
    else:
        assert fronted.world.writes == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_put_may_be_hit_and_the_report_is_what_the_service_holds(fronted: Desk, fault: str) -> None:
    fronted.world.options.set({"connection_faults": [{**FAULTS[fault], "method": "PUT"}]})
    code, out, err = process(fronted, COMMANDS["apply"])
    assert "Traceback" not in err
    assert "internal error" not in err
    stored = sum(fronted.world.item(STORY + n).values["field_3724e6"] == 40 + n for n in range(ITEMS))
    plural = "s" if stored > 1 else ""
    done = f"{stored} item{plural} ({stored} field{plural})" if stored else "nothing"
    assert f"Applied: {done}." in out
    assert (code == 0) == (stored == ITEMS)
    assert code in {0, 3}


@pytest.mark.alone
def test_a_line_that_never_answers_is_left_after_the_time_of_a_call(fronted: Desk) -> None:
    fronted.world.options.set({"connection_faults": [{"kind": "drip", "delay_ms": 500, "path": "*/query"}]})
    process_of = fronted.start("apply", "--yes", "--max-share", "100%", "--deadline", "5s")
    began = time.monotonic()
    time.sleep(4)
    process_of.terminate()
    _, err = process_of.communicate(timeout=30)
    assert process_of.returncode == 143, err
    assert "Traceback" not in err
    assert time.monotonic() - began < 20
    assert fronted.world.writes == []
