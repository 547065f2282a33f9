"""Days of the pretend tenant are midnights of its zone (field-formats.md 5.4 and 18, point 13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.sandbox.state.model import Space
from reconciler.sandbox.state.world import World

Json = Any
USUAL = "Asia/Shanghai"


def settle(world: World) -> None:
    """Move the days of all spaces to the zone of the switch, where they are another's midnights."""
    zone = world.options.time_zone
    for space in world.spaces.values():
        if zone and space.zone != zone:
            _move(world, space, zone)


def _move(world: World, space: Space, zone: str) -> None:
    """Make each day of a space the same day in another zone; a moment, which is no midnight, stays."""
    there = _mover(ZoneInfo(space.zone or USUAL), ZoneInfo(zone))
    dated = {
        kind.key: [one for one in kind.fields if one.type in {"date", "schedule"}] for kind in space.types
    }
    for item in (each for each in world.items.values() if each.project == space.key):
        for field in dated[item.type_key]:
            value = item.values.get(field.key)
            if field.type == "date" and field.kind != "moment" and isinstance(value, int):
                item.values[field.key] = there(value)
            elif field.type == "schedule" and isinstance(value, dict):
                item.values[field.key] = value | _span(value, there)
    space.zone = zone
    if world.pages is not None:
        world.pages.clear()


def _span(value: dict[str, Json], there: Callable[[int], int]) -> dict[str, int]:
    """Move both ends of a schedule: the last millisecond of a day is one before the next midnight."""
    ends = {"start_time": 0, "end_time": 1}
    return {
        name: there(value[name] + more) - more
        for name, more in ends.items()
        if isinstance(value.get(name), int)
    }


def _mover(home: ZoneInfo, away: ZoneInfo) -> Callable[[int], int]:
    def there(value: int) -> int:
        day = datetime.fromtimestamp(value / 1000, home)
        moved = datetime(day.year, day.month, day.day, tzinfo=away)
        is_day = datetime(day.year, day.month, day.day, tzinfo=home) == day
        return int(moved.timestamp() * 1000) if is_day else value

    return there
