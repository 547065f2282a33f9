"""A service that asks for patience: no run lasts longer than it was told to, and none waits in silence."""

from __future__ import annotations

import time

import pytest

from tests.conftest import Desk

STORY = 6300012320


@pytest.mark.parametrize(
    ("path", "method"),
    [("*/work_item/story/*", "PUT"), ("*/work_item/story/query", "POST"), ("*/projects/detail", "POST")],
    ids=["the PUT", "a read of items", "the first read"],
)
def test_a_429_that_asks_for_two_minutes_does_not_outlast_the_deadline(
    desk: Desk, path: str, method: str
) -> None:
    """`apply --yes --deadline 2s`: on c233f07 the run slept two minutes for each refusal."""
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 7}}}}")
    desk.world.options.faults = [
        {"kind": "throttle", "path": path, "method": method, "retry_after": 120, "times": 99}
    ]
    began = time.monotonic()
    done = desk.run("apply", "--yes", "--deadline", "2s")
    assert time.monotonic() - began < 10
    assert done.code == 1
    assert "the next try is in 120 s, after the deadline" in done.out + done.err


def test_a_short_wait_within_the_deadline_is_waited_for_and_the_value_is_sent(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 7}}}}")
    desk.world.options.faults = [
        {"kind": "throttle", "path": "*/work_item/story/*", "method": "PUT", "retry_after": 1, "times": 1}
    ]
    assert desk.run("apply", "--yes", "--deadline", "1m").code == 0
    assert desk.sent == [{"field_3724e6": 7}]


def test_a_long_wait_is_said_before_it_begins(desk: Desk) -> None:
    desk.world.options.faults = [
        {"kind": "throttle", "path": "*/projects/detail", "retry_after": 120, "times": 99}
    ]
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 7}}}}")
    plan = desk.start("plan")
    assert plan.stderr
    try:
        assert "the next try is in 120 s" in plan.stderr.readline()
    finally:
        plan.kill()
        plan.communicate()
