"""The one place that reads the clock, and that tells how long ago something was."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.errors import CannotRun

LAST = 253_370_764_799
"""The end of the year 9998 in seconds since 1970: whatever the zone, it is a day of the calendar."""
NAP = 0.25
"""Seconds of sleep that count: two clocks, read one after the other, never agree to the microsecond."""


def now() -> datetime:
    """Return the time in UTC to the second; `SOURCE_DATE_EPOCH` sets it for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isdecimal():
        return datetime.now(UTC).replace(microsecond=0)
    if len(epoch) > len(str(LAST)) or int(epoch) > LAST:
        raise CannotRun("SOURCE_DATE_EPOCH is beyond the calendar", "give seconds since 1970, or unset it")
    return datetime.fromtimestamp(int(epoch), UTC)


def ticks() -> float:
    """Return the seconds since some start, with those that the machine slept.

    Linux leaves sleep out of its monotonic clock: an hour in a closed laptop would pass for no time at all.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def slept() -> float:
    """Return the seconds that the machine has slept since it was started; 0 where no clock tells."""
    return ticks() - time.monotonic()


@dataclass(frozen=True, slots=True)
class Moment:
    """When an answer came, and how long the machine had slept when it was asked for."""

    at: float
    slept: float

    @property
    def age(self) -> float:
        """Return the seconds since then."""
        return ticks() - self.at

    @property
    def before_sleep(self) -> bool:
        """Whether the machine slept since the question: an answer may have waited in a socket for hours."""
        return abs(slept() - self.slept) > NAP
