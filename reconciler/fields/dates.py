"""Dates: a day at the space's midnight, a moment to the second, or a span of days."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.errors import Mistake, UnknownName, WrongShape
from reconciler.fields.codec import Codec, ScalarCodec, describe_node
from reconciler.fields.json_schema import Schema, map_schema
from reconciler.fields.unread import Unreadable, is_nothing, is_unset
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Desired, Seen, Wrong
from reconciler.manifest.editor_words import DAY as DAY_SCHEMA
from reconciler.manifest.editor_words import DAY_PATTERN
from reconciler.manifest.nodes import AuthoredMap, Node, Scalar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_SHAPE: Schema = DAY_SCHEMA
MOMENT_PATTERN = (
    f"^{DAY_PATTERN}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?"
    "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
FIRST_MS = 10**12
"""The smallest value with 13 digits, as the API requires (20013)."""
NEAREST_MS = 10**11
"""March 1973. Closer to 1970, milliseconds cannot be told from seconds, which have 10 digits until 2286."""
FARTHEST_MS = 6 * 10**13
"""About the years 3871 and 69: in every zone these are days of Python's calendar."""
ENDS = ("start", "end")
SPAN = ("start_time", "end_time")
"""Both ends on the wire."""
FIRST_DAY, LAST_DAY = date(2001, 9, 11), date(2286, 11, 19)
"""The first and last day whose milliseconds have 13 digits in every zone."""


def from_ms(wire: Any) -> datetime | None:
    """Read epoch milliseconds (an int, digits, or an empty form) as an instant in UTC."""
    if is_nothing(wire) or (type(wire) is int and not wire):
        return None
    if type(wire) not in {int, str} or not re.fullmatch(r"-?[0-9]{1,15}", str(wire)):
        raise Unreadable("milliseconds since 1970", wire)
    if not NEAREST_MS <= abs(int(wire)) <= FARTHEST_MS:
        raise ValueError(f"expected milliseconds since 1970, which have 13 digits, got {wire}")
    return EPOCH + timedelta(milliseconds=int(wire))


def to_ms(instant: datetime) -> int:
    """Return an aware instant as whole epoch milliseconds."""
    return (instant - EPOCH) // timedelta(milliseconds=1)


class NoZone(ValueError):
    """A day in a space without a known time zone."""

    def __init__(self) -> None:
        """Make the message."""
        super().__init__(
            "the space has no time zone; add `time_zone: AREA/CITY` to it in state/reconciler.yaml"
        )


def require_zone(zone: ZoneInfo | None) -> ZoneInfo:
    """Return the zone whose midnights begin days; raises NoZone."""
    if zone is None:
        raise NoZone
    return zone


def read_day(node: Node, owner: str, zone: ZoneInfo | None) -> date:
    """Read `2026-12-01`; raises `Wrong` with the reason."""
    if not isinstance(node, Scalar) or not DAY.fullmatch(node.text):
        hint = ""
        if isinstance(node, Scalar) and DAY.match(node.text):
            hint = ", or set `kind: moment` for the field in the settings"
        raise Wrong(WrongShape(node.place, f"a day for {owner}", describe_node(node), f"2026-12-01{hint}"))
    try:
        day = date.fromisoformat(node.text)
    except ValueError:
        raise Wrong(
            Mistake(node.place, f"no such day as {node.text}", "correct the month or the day")
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Wrong(outside(node))
    if zone and midnight(day, zone).astimezone(UTC).astimezone(zone).date() != day:
        raise Wrong(
            Mistake(node.place, f"{day} does not exist in {zone.key}, which skipped it", "correct the day")
        )
    return day


def outside(scalar: Scalar) -> Mistake:
    """Make the mistake for a time whose milliseconds do not have 13 digits."""
    return Mistake(
        scalar.place,
        f"{scalar.text} is outside 2001 to 2286, the years that the service stores",
        "correct the year",
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day in the space's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


class DayCodec(ScalarCodec):
    """`date` of kind day: compared as a local date, sent as local midnight (section 5.4)."""

    desired_shape = "a day"
    example = "2026-12-01"
    compared = "by the day in the space's time zone; the time of day does not count"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read a calendar day."""
        return read_day(scalar, self.spec.label, self.spec.zone)

    def shapes(self) -> Iterator[Schema]:
        """Describe a day."""
        yield DAY_SHAPE

    def decode(self, wire: Any) -> Seen:
        """Read milliseconds as the day in the space's zone."""
        instant, zone = from_ms(wire), require_zone(self.spec.zone)
        return Seen(instant.astimezone(zone).date() if instant else EMPTY)

    def encode(self, value: Any) -> Any:
        """Send the day's midnight in the space's zone, null to clear."""
        if value is EMPTY:
            return None
        return to_ms(midnight(value, require_zone(self.spec.zone)))

    def show(self, value: Any) -> str:
        """Show the ISO date."""
        return EMPTY_LABEL if value is EMPTY else str(value)

    def dump(self, value: Any) -> Any:
        """Write the ISO date."""
        return value


class MomentCodec(ScalarCodec):
    """`date` of kind moment: an instant to the second (section 5.4)."""

    desired_shape = "a moment with its zone"
    example = "2026-12-01T20:00:00+08:00"
    compared = "to the second"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read an RFC 3339 instant; one without a zone is refused."""
        if not re.fullmatch(
            r"[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})", scalar.text
        ):
            raise self.misshapen(scalar)
        try:
            instant = datetime.fromisoformat(scalar.text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Wrong(
                Mistake(scalar.place, f"no such moment as {scalar.text}", "correct the date or the time")
            ) from None
        if not FIRST_MS <= to_ms(instant) < 10 * FIRST_MS:
            raise Wrong(outside(scalar))
        return instant

    def shapes(self) -> Iterator[Schema]:
        """Describe a day, a time and their zone."""
        yield {"type": "string", "pattern": MOMENT_PATTERN}

    def decode(self, wire: Any) -> Seen:
        """Read milliseconds, cut to the second."""
        instant = from_ms(wire)
        return Seen(instant.replace(microsecond=0) if instant else EMPTY)

    def encode(self, value: Any) -> Any:
        """Send milliseconds, null to clear."""
        return None if value is EMPTY else to_ms(value)

    def show(self, value: Any) -> str:
        """Show the instant in the space's zone, or in UTC if the zone is not known."""
        return EMPTY_LABEL if value is EMPTY else value.astimezone(self.spec.zone or UTC).isoformat()

    def dump(self, value: Any) -> Any:
        """Write the instant in the space's zone, as text."""
        return None if value is EMPTY else value.astimezone(self.spec.zone or UTC).isoformat()


class ScheduleCodec(Codec):
    """`schedule`: a first and a last day, both included (field-formats.md section 5.6)."""

    desired_shape = "two days"
    example = "{start: 2026-12-01, end: 2026-12-03}"
    compared = "by its first and last day in the space's time zone, both included"

    def read(self, node: Node) -> Desired:
        """Read both ends; the last day is not before the first."""
        if not isinstance(node, AuthoredMap):
            raise self.misshapen(node)
        wrong: list[Mistake] = [
            UnknownName(at.place, "end", key, self.spec.label, ENDS)
            for key, at in node.keys_at.items()
            if key not in ENDS
        ]
        days: list[date] = []
        for end in ENDS:
            if end not in node:
                wrong.append(Mistake(node.place, f"{self.spec.label} without `{end}`", "write both days"))
                continue
            try:
                days.append(read_day(node[end], f"{end} of {self.spec.label}", self.spec.zone))
            except Wrong as error:
                wrong += error.mistakes
        if not wrong and days[1] < days[0]:
            wrong.append(
                Mistake(
                    node["end"].place, f"the end {days[1]} is before the start {days[0]}", "swap the two days"
                )
            )
        if wrong:
            raise Wrong(*wrong)
        return tuple(days)

    def shapes(self) -> Iterator[Schema]:
        """Describe two days."""
        yield map_schema(dict.fromkeys(ENDS, DAY_SHAPE), required=ENDS)

    def decode(self, wire: Any) -> Seen:
        """Read `{start_time, end_time}` as days; empty if both are unset."""
        zone = require_zone(self.spec.zone)
        if is_unset(wire):
            return Seen(EMPTY)
        if not isinstance(wire, dict):
            raise Unreadable("a start and an end", wire)
        start, end = (from_ms(wire.get(member)) for member in SPAN)
        if start is None and end is None and wire.keys() <= set(SPAN):
            return Seen(EMPTY)
        if start is None or end is None:
            raise Unreadable("a start and an end", wire)
        return Seen((start.astimezone(zone).date(), end.astimezone(zone).date()))

    def encode(self, value: Any) -> Any:
        """Send 00:00:00.000 of the first day and 23:59:59.999 of the last one, null to clear."""
        if value is EMPTY:
            return None
        (first, last), zone = value, require_zone(self.spec.zone)
        after = midnight(last + timedelta(days=1), zone)
        return {"start_time": to_ms(midnight(first, zone)), "end_time": to_ms(after) - 1}

    def show(self, value: Any) -> str:
        """Show both days."""
        return EMPTY_LABEL if value is EMPTY else f"{value[0]} to {value[1]}"

    def dump(self, value: Any) -> Any:
        """Write both days."""
        return None if value is EMPTY else dict(zip(ENDS, value, strict=True))
