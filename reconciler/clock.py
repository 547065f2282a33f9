"""The clock: the only module that reads it, and ages that count the machine's sleep."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from msgspec import Struct

from reconciler.errors import CannotRun, quoted

LAST = 253_370_764_799
"""The end of the year 9998 in seconds since 1970: whatever the zone, it is a day of the calendar."""
NAP = 0.25
"""Shorter sleeps are ignored: two clocks, read one after the other, differ by microseconds."""


def now() -> datetime:
    """Return the time in UTC to the second; `SOURCE_DATE_EPOCH` sets it for reproducible output."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return real_now()
    if not (epoch.isascii() and epoch.isdecimal()):
        raise CannotRun(f"SOURCE_DATE_EPOCH is {quoted(epoch)}", "give whole seconds since 1970, or unset it")
    if len(epoch) > len(str(LAST)) or int(epoch) > LAST:
        raise CannotRun("SOURCE_DATE_EPOCH is beyond the calendar", "give seconds since 1970, or unset it")
    return datetime.fromtimestamp(int(epoch), UTC)


def real_now() -> datetime:
    """Return the time of the machine in UTC to the second, whatever the environment says.

    What decides whether something may be sent asks this one: a variable that is left from a build must not
    open a window that is closed.
    """
    return datetime.now(UTC).replace(microsecond=0)


def ticks() -> float:
    """Return seconds of a monotonic clock that also counts the time that the machine slept.

    Linux leaves sleep out of `time.monotonic`: an hour in a closed laptop would count as no time.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def slept() -> float:
    """Return the seconds that the machine has slept since its start; 0 if no clock counts them."""
    return ticks() - time.monotonic()


class Moment(Struct, frozen=True):
    """The time of an answer, and how long the machine had slept when the request was sent."""

    at: float
    slept: float

    @property
    def age(self) -> float:
        """Return the age of the answer in seconds."""
        return ticks() - self.at

    @property
    def before_sleep(self) -> bool:
        """Return whether the machine slept since the request: the answer may have waited for hours."""
        return abs(slept() - self.slept) > NAP
