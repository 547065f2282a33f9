"""The clock: `SOURCE_DATE_EPOCH` sets the time, and ages count the machine's sleep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler import clock
from reconciler.errors import CannotRun


def test_the_time_of_the_environment_is_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764288000")
    assert clock.now() == datetime(2025, 11, 28, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(clock.LAST))
    assert clock.now().year == 9998


@pytest.mark.parametrize("epoch", ["-1", "abc", "1.5", "1e9", " 1", "٣", "0x10"])
def test_what_is_no_number_of_seconds_is_refused(monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(CannotRun) as told:
        clock.now()
    assert str(told.value) == f"SOURCE_DATE_EPOCH is '{epoch}'; give whole seconds since 1970, or unset it"


def test_an_empty_variable_leaves_the_machines_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    assert abs(clock.now() - datetime.now(UTC)).total_seconds() < 60
    assert clock.now().microsecond == 0


@pytest.mark.parametrize("epoch", [str(clock.LAST + 1), "9" * 400])
def test_a_time_beyond_the_calendar_is_refused(monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(CannotRun, match="SOURCE_DATE_EPOCH is beyond the calendar; give seconds since 1970"):
        clock.now()


def test_the_time_that_decides_whether_something_is_sent_is_the_machine_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764288000")
    assert abs(clock.real_now() - datetime.now(UTC)).total_seconds() < 60


def test_an_answer_ages_and_one_from_before_a_sleep_is_told_apart() -> None:
    fresh = clock.Moment(clock.ticks() - 5, clock.slept())
    assert 5 <= fresh.age < 60
    assert not fresh.before_sleep
    assert clock.Moment(clock.ticks(), clock.slept() - 3600).before_sleep
