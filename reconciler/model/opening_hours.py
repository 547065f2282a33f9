"""When a space may be changed: windows in a time zone, and the next moment at which they are open.  Pure.

The first window that matches a moment decides; if no window matches, the space is open.  A window is matched
by what a wall clock in its zone shows.  In the hour that a change of clocks repeats it matches twice; a time
that such a change leaves out is never shown, so it opens and closes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

MIDNIGHT = 24 * 60
"""The minutes of a day."""
A_DAY = timedelta(days=1)
A_QUARTER = timedelta(minutes=15)
"""The step in which a day with a change of clocks is searched: all changes of zones fall on it."""
REACH = 15
"""Days after which weekdays and hours have shown all that they do: two weeks, since a change of clocks may
leave an opening out."""


class Span(Struct, frozen=True):
    """Times: days from `first` to `last`, both included, on weekdays (0 = Monday), from minute to minute.

    None and an empty set leave a part open.  Hours whose end is not after their start go on after
    midnight, and belong to the day on which they start.
    """

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    start: int = 0
    end: int = MIDNIGHT

    def covers(self, local: datetime) -> bool:
        """Return True if the span covers what a clock in its zone shows."""
        minute, day = local.hour * 60 + local.minute, local.date()
        if self.start < self.end:
            return self.start <= minute < self.end and self.has_day(day)
        if minute >= self.start:
            return self.has_day(day)
        return minute < self.end and day > date.min and self.has_day(day - A_DAY)

    def has_day(self, day: date) -> bool:
        """Return True if a day is one of the span's."""
        return (
            (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and (not self.weekdays or day.weekday() in self.weekdays)
        )


class Window(Struct, frozen=True):
    """One entry: it opens or closes the space in its span, for the types that it names (none: all)."""

    opens: bool
    span: Span
    types: frozenset[str] = frozenset()
    why: str = ""

    def limits_as(self, other: Window) -> bool:
        """Return True if two windows differ in their words alone."""
        return (self.opens, self.span, self.types) == (other.opens, other.span, other.types)


class Calendar(Struct, frozen=True):
    """The windows of one commit's settings in their order, and the zone of their clock."""

    windows: tuple[Window, ...]
    zone: ZoneInfo

    def deciding(self, at: datetime, names: frozenset[str]) -> Window | None:
        """Return the window that decides about a type, which has these names, at a moment."""
        local = at.astimezone(self.zone)
        found = (one for one in self.windows if not one.types or not names.isdisjoint(one.types))
        return next((one for one in found if one.span.covers(local)), None)


class Closing(Struct, frozen=True):
    """The window that closes a type at a moment, and the zone of its clock; `ours`: not the base's."""

    type_key: str
    window: Window
    zone: ZoneInfo
    ours: bool


class Openings(Struct, frozen=True):
    """The windows that hold for a plan: those of its own settings and those of its base, the stricter.

    `granted` are the windows of its own settings that open and that the base lacks: a review let them in,
    so they open whatever the base says.  `types` holds each type that the plan writes, with its names.
    """

    own: Calendar | None = None
    base: tuple[Calendar, ...] = ()
    granted: tuple[Window, ...] = ()
    types: tuple[tuple[str, frozenset[str]], ...] = ()

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        """The calendars that all have to be open."""
        return self.base if self.own is None else (self.own, *self.base)

    def closing(self, at: datetime) -> Closing | None:
        """Return what closes a type of the plan at a moment; None if all of them are open."""
        for type_key, names in self.types:
            if self.own and self.own.deciding(at, names) in self.granted:
                continue
            for calendar in self.calendars:
                window = calendar.deciding(at, names)
                if window is not None and not window.opens:
                    return Closing(type_key, window, calendar.zone, calendar is self.own)
        return None

    def opening(self, at: datetime) -> datetime | None:
        """Return the first moment from `at` on at which all types are open; None if there is none."""
        if self.closing(at) is None:
            return at
        ahead = sorted({one for calendar in self.calendars for one in turns(calendar, at) if one > at})
        return next((one for one in ahead if self.closing(one) is None), None)


ALWAYS_OPEN = Openings()
"""The openings of a plan that no window is about."""


def turns(calendar: Calendar, at: datetime) -> Iterator[datetime]:
    """Yield the moments at which a window may begin or end, as far as they repeat nothing.

    Between the dates that windows name they repeat by the week: so what is not open some days after now,
    or after one of those dates, stays closed until the next one.
    """
    spans = [one.span for one in calendar.windows]
    today = at.astimezone(calendar.zone).date()
    dates = {day for one in spans for day in (one.first, one.last) if day is not None and day >= today}
    minutes = {0, *(minute % MIDNIGHT for one in spans for minute in (one.start, one.end))}
    days = {day for start in {today, *dates} for day in days_from(start)}
    for day in days:
        yield from moments(day, minutes, calendar.zone)


def days_from(start: date) -> Iterator[date]:
    """Yield a day and those that follow, as far as the calendar goes."""
    for ahead in range(min(REACH, (date.max - start).days - 1)):
        yield start + ahead * A_DAY


def moments(day: date, minutes: Iterable[int], zone: ZoneInfo) -> Iterator[datetime]:
    """Yield when a clock shows these minutes of a day; all quarters of a day on which the clock changes."""
    midnight = datetime.combine(day, time(), zone)
    start, end = midnight.astimezone(UTC), (midnight + A_DAY).astimezone(UTC)
    for minute in minutes:
        yield (midnight + timedelta(minutes=minute)).astimezone(UTC)
    if end - start != A_DAY:
        yield from (start + step * A_QUARTER for step in range(int((end - start) / A_QUARTER) + 1))
