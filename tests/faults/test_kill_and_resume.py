"""Killed anywhere, the same command again ends in the same live state, with its journals or without."""

from __future__ import annotations

import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
ITEMS = 12


@pytest.mark.parametrize("kept", [True, False], ids=["with the journals", "without them"])
def test_a_killed_apply_is_ended_by_the_same_command(desk: Desk, *, kept: bool) -> None:
    desk.world.options.latency_ms = 30
    desk.environ["MEEGLE_RATE"] = "15"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: {40 + n}}}}}" for n in range(ITEMS)])
    command = ("apply", "--yes", "--max-share", "100%")
    for kill in range(4):
        already = len(desk.sent)
        process = desk.start(*command)
        until = time.monotonic() + 30
        while process.poll() is None and len(desk.sent) < already + 1 + kill % 2 and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02 * kill)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if not kept:
            shutil.rmtree(desk.folder / ".reconciler", ignore_errors=True)
    done = desk.run(*command)
    assert done.code == 0
    assert [desk.world.item(STORY + n).values["field_3724e6"] for n in range(ITEMS)] == [
        40 + n for n in range(ITEMS)
    ]
    assert all(list(sent) == ["field_3724e6"] for sent in desk.sent)
    assert len(desk.sent) <= ITEMS + 4
    assert desk.run(*command).out == "No changes. Live work items match the desired state.\n"
