"""A wait is given up before it begins if it would end after the deadline, and is not long in silence."""

from __future__ import annotations

import logging

import pytest

from reconciler.clock import ticks
from reconciler.meegle.http.failures import CannotWait
from reconciler.meegle.http.wait_limit import GRACE, LONG, WaitLimit


def test_a_wait_that_would_end_after_the_deadline_is_refused_before_it_begins() -> None:
    limit = WaitLimit("project.feishu.cn", until=ticks() + 10)
    limit(1.0)
    limit(10 + GRACE - 1)
    with pytest.raises(CannotWait, match=r"project\.feishu\.cn"):
        limit(10 + GRACE + 1)


def test_without_a_deadline_any_wait_is_allowed() -> None:
    WaitLimit("host")(100_000.0)


def test_a_long_wait_is_logged_once_for_all_threads_and_a_short_one_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    limit = WaitLimit("host")
    limit(LONG / 2)
    assert caplog.messages == []
    limit(30.0)
    limit(30.0)
    limit(20.0)
    assert caplog.messages == [
        "host allows no more requests or gives no answer: the next try is in 30 s",
    ]
    limit(60.0)
    assert len(caplog.messages) == 2
