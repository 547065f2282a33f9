"""In which time zones the day values of a space are midnights.  Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from reconciler.fields.dates import EPOCH, midnight, to_ms

PLACE = re.compile(r"(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/\w[\w/+-]*")
USUAL = (
    *("Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Asia/Dubai", "Asia/Jakarta", "Australia/Sydney"),
    *("Pacific/Auckland", "America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Chicago"),
    *("America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Europe/Athens"),
    *("Europe/Moscow", "Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi"),
)
"""Names that are taken where several zones keep the same time."""
AHEAD = 730
"""Days from now on in which zones must agree to count as one."""


def is_midnight(value: int, zone: ZoneInfo) -> bool:
    """Return True if milliseconds are the first instant of a day in a zone."""
    local = (EPOCH + timedelta(milliseconds=value)).astimezone(zone)
    return to_ms(midnight(local.date(), zone)) == value


def day_values(fields: Iterable[Sequence[int]]) -> set[int]:
    """Return the values of the fields that hold days: each is a midnight in one and the same zone.

    A field that holds moments is a midnight nowhere, and says nothing about the zone.
    """
    return {value for some in fields if any(map(all_midnights(some), place_zones())) for value in some}


def fitting(values: Iterable[int], now: datetime) -> tuple[str, ...]:
    """Return the zones in which all values are midnights, by one name where several keep the same time."""
    some = sorted(set(values))
    groups: dict[tuple[timedelta | None, ...], list[str]] = {}
    for zone in filter(all_midnights(some), place_zones()) if some else ():
        groups.setdefault(offsets(zone, now), []).append(zone.key)
    return tuple(sorted(usual_name(names) for names in groups.values()))


def all_midnights(values: Iterable[int]) -> Callable[[ZoneInfo], bool]:
    """Return the test whether a zone has all values for midnights."""
    return lambda zone: all(is_midnight(value, zone) for value in values)


def offsets(zone: ZoneInfo, now: datetime) -> tuple[timedelta | None, ...]:
    """Return how far a zone is from UTC on each day ahead."""
    noon = now.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return tuple((noon + timedelta(days=n)).astimezone(zone).utcoffset() for n in range(AHEAD))


def usual_name(names: Sequence[str]) -> str:
    """Return the name that is usual for zones of the same time, else the first."""
    return next((one for one in USUAL if one in names), min(names))


@cache
def place_zones() -> tuple[ZoneInfo, ...]:
    """Return the zones that are named after a place."""
    return tuple(ZoneInfo(name) for name in sorted(available_timezones()) if PLACE.fullmatch(name))
