"""The windows of a space as the settings write them: `allow` or `deny`, with days, weekdays and hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec

from reconciler.errors import quoted
from reconciler.manifest.editor_words import present
from reconciler.manifest.nodes import Scalar
from reconciler.manifest.scalar_values import text_of
from reconciler.manifest.shapes import Prepares, Reads, Shape, Unfit
from reconciler.model.opening_hours import MIDNIGHT, Span, Window
from reconciler.settings.entry_types import (
    ONE_OR_MORE,
    Day,
    Text,
    Words,
    entries_of,
    one_or_more_schema,
    schema,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
HOURS = re.compile(rf"({TIME}) ?- ?({TIME}|24:00)")
HOURS_FIX = 'write them as "09:00-18:00"'


def weekday_of(node: object) -> int:
    """Read one weekday by its three letters."""
    if isinstance(node, int):
        return node
    text = text_of(node, expected="a weekday", fix=f"write {', '.join(WEEKDAYS)}")
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    short = text.lower()[:3]
    fix = f"did you mean {quoted(short)}?" if short in WEEKDAYS else f"write {', '.join(WEEKDAYS)}"
    raise Unfit(f"unknown weekday {quoted(text)}", fix)


def hours_of(node: object) -> tuple[int, int]:
    """Read `09:00-18:00` as minutes of the day; hours whose end comes first go on after midnight."""
    if isinstance(node, tuple) and not isinstance(node, Scalar):
        return node[0], node[1]
    text = text_of(node, expected="hours", fix=HOURS_FIX)
    hit = HOURS.fullmatch(text)
    if hit is None:
        raise Unfit(f"{quoted(text)} are not hours of a day", HOURS_FIX)
    start, end = minutes_of(hit[1]), minutes_of(hit[2])
    if start == end:
        raise Unfit(f"{quoted(text)} begin and end at the same time", "leave `hours` out for the whole day")
    return start, end


def minutes_of(text: str) -> int:
    """Return a time of the day in minutes."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def hours_text(hours: tuple[int, int] | None) -> str | None:
    """Return hours as they are written."""
    if hours is None:
        return None
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in hours)


Weekday = Annotated[int, Reads(weekday_of, WEEKDAYS.__getitem__)]
Weekdays = Annotated[tuple[Weekday, ...], ONE_OR_MORE, one_or_more_schema(enum=list(WEEKDAYS))]
Hours = Annotated[
    tuple[int, int],
    Reads(hours_of, hours_text),
    schema(type="string", pattern=f"^{HOURS.pattern}$"),
]


class Times(Shape, frozen=True):
    """The times of a window; what is left out leaves them open."""

    first: Annotated[Day | None, "The first day."] = msgspec.field(default=None, name="from")
    last: Annotated[Day | None, "The last day, included."] = msgspec.field(default=None, name="to")
    weekdays: Annotated[Weekdays, "Days of the week: mon, tue, …"] = ()
    hours: Annotated[Hours | None, "Hours of each day; if the end comes first they go on after midnight."] = (
        None
    )

    def __post_init__(self) -> None:
        """Refuse days of which the last comes before the first."""
        if self.first and self.last and self.last < self.first:
            raise Unfit(f"the last day, {self.last}, is before the first, {self.first}", "exchange them")

    @property
    def span(self) -> Span:
        """The same as a value that answers whether a moment is covered."""
        start, end = self.hours or (0, MIDNIGHT)
        return Span(self.first, self.last, frozenset(self.weekdays), start, end)


class WindowSettings(Shape, frozen=True):
    """Times at which applies may change the space, or may not: the first entry that matches decides."""

    described: ClassVar[Mapping[str, Any]] = {"oneOf": [present("allow"), present("deny")]}

    allow: Annotated[Times | None, "Times at which an apply may send."] = None
    deny: Annotated[Times | None, "Times at which no apply sends anything."] = None
    types: Annotated[Words, "Work item types; all if this is left out."] = ()
    why: Text = ""

    def __post_init__(self) -> None:
        """Refuse an entry that says both, and one that says neither."""
        if (self.allow is None) == (self.deny is None):
            what = "neither allows nor denies" if self.allow is None else "allows and denies"
            raise Unfit(f"this window {what}", "write one of them: `allow: {…}` or `deny: {…}`")

    @property
    def window(self) -> Window:
        """The same as a value that decides about a moment."""
        times = self.allow or self.deny or Times()
        return Window(self.allow is not None, times.span, frozenset(self.types), self.why)


Windows = Annotated[tuple[WindowSettings, ...], Prepares(entries_of)]
