"""Dates: a day at the space's midnight, or a moment to the second."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reconciler.authored import Scalar
from reconciler.errors import Mistake
from reconciler.fields.base import EMPTY, EMPTY_LABEL, ScalarCodec, Seen, Wrong

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MS = 10**12
"""The smallest value of 13 digits, which the API asks for (20013)."""


def from_ms(wire: Any) -> datetime | None:
    """Read epoch milliseconds (an int, digits, or an empty form) as an instant in UTC."""
    if wire is None or wire in ("", 0, "0"):
        return None
    if (
        isinstance(wire, bool)
        or not isinstance(wire, int | str)
        or not re.fullmatch(r"-?[0-9]{1,15}", str(wire))
    ):
        raise ValueError("expected milliseconds since 1970")
    return EPOCH + timedelta(milliseconds=int(wire))


def to_ms(instant: datetime) -> int:
    """Return an aware instant as whole epoch milliseconds."""
    return (instant - EPOCH) // timedelta(milliseconds=1)


def read_day(scalar: Scalar) -> date:
    """Read `2026-12-01`; raises `Wrong` with the reason."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", scalar.text):
        raise Wrong(
            Mistake(scalar.place, f"expected a day, found '{scalar.text[:40]}'", "write it as 2026-12-01")
        )
    try:
        day = date.fromisoformat(scalar.text)
    except ValueError:
        raise Wrong(
            Mistake(scalar.place, f"no such day as {scalar.text}", "correct the month or the day")
        ) from None
    if not date(2001, 9, 10) <= day <= date(2286, 11, 20):
        raise Wrong(
            Mistake(scalar.place, f"{scalar.text} lies outside what the service keeps", "correct the year")
        )
    return day


class DayCodec(ScalarCodec):
    """`date` of kind day: compared as a local date, sent as local midnight (section 5.4)."""

    wanted_shape = "a day"
    example = "2026-12-01"

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read a calendar day."""
        return read_day(scalar)

    def decode(self, wire: Any) -> Seen:
        """Read milliseconds as the day they fall on in the space's zone."""
        instant = from_ms(wire)
        return Seen(instant.astimezone(self.spec.zone).date() if instant else EMPTY)

    def encode(self, value: Any) -> Any:
        """Send the day's midnight in the space's zone, null to clear."""
        if value is EMPTY:
            return None
        return to_ms(datetime(value.year, value.month, value.day, tzinfo=self.spec.zone))

    def show(self, value: Any) -> str:
        """Show the ISO date."""
        return EMPTY_LABEL if value is EMPTY else str(value)

    def dump(self, value: Any) -> Any:
        """Write the ISO date."""
        return value


class MomentCodec(ScalarCodec):
    """`date` of kind moment: an instant to the second (section 5.4)."""

    wanted_shape = "a moment with its zone"
    example = "2026-12-01T20:00:00+08:00"

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
            raise Wrong(
                Mistake(
                    scalar.place, f"{scalar.text} lies outside what the service keeps", "correct the year"
                )
            )
        return instant

    def decode(self, wire: Any) -> Seen:
        """Read milliseconds, cut to the second."""
        instant = from_ms(wire)
        return Seen(instant.replace(microsecond=0) if instant else EMPTY)

    def encode(self, value: Any) -> Any:
        """Send milliseconds, null to clear."""
        return None if value is EMPTY else to_ms(value)

    def show(self, value: Any) -> str:
        """Show the instant in the space's zone."""
        return EMPTY_LABEL if value is EMPTY else value.astimezone(self.spec.zone).isoformat()

    def dump(self, value: Any) -> Any:
        """Write the instant in the space's zone, as text."""
        return None if value is EMPTY else value.astimezone(self.spec.zone).isoformat()
