"""The stop button of an apply: a signal ends it in time, whoever reads."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_a_reader_that_never_reads_does_not_keep_a_signal_from_ending_the_run(desk: Desk) -> None:
    many = range(300)
    model = desk.world.item(STORY)
    for n in many:
        item = model.copy()
        item.id = 6300020000 + n
        desk.world.items[item.id] = item
    desk.stories(*[f"{{id: {6300020000 + n}, fields: {{story_points: 99}}}}" for n in many])
    flags = ("--yes", "--max-share", "100%", "--max-changes", "300", "--format", "json")
    process = desk.start("apply", *flags)
    until = time.monotonic() + 60
    sent = -1
    while (sent != len(desk.sent) or not sent) and time.monotonic() < until:
        sent = len(desk.sent)
        time.sleep(1)
    process.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert time.monotonic() - asked < 7
    assert 0 < sent < 300
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_apply_with_no_new_put_and_a_whole_report(desk: Desk, number: int) -> None:
    desk.world.options.latency_ms = 100
    desk.environ["MEEGLE_RATE"] = "5"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(40)])
    process = desk.start("apply", "--yes", "--max-share", "100%")
    until = time.monotonic() + 30
    while not desk.sent and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(number)
    asked = time.monotonic()
    out, _ = process.communicate(timeout=30)
    assert time.monotonic() - asked < 7
    assert process.returncode == 128 + number
    sent = len(desk.sent)
    assert 0 < sent < 40
    verdict = next(line for line in out.splitlines() if line.startswith("Applied: "))
    assert f"{40 - sent} not attempted" in verdict
    assert "Stopped: interrupted" in out
    time.sleep(0.5)
    assert len(desk.sent) == sent
