"""Days of the tenant are midnights of the zone that the switch names; moments stay where they are."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.sandbox import Options, World, demo_world
from reconciler.sandbox.state.zones import settle

SHANGHAI, LISBON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Lisbon")


def values(world: World, kind: str, *, moment: bool = False) -> list[Any]:
    """List the values of all fields of a type, item by item."""
    return [
        item.values[field.key]
        for item in world.items.values()
        for field in world.type_of(item).fields
        if field.type == kind
        and (field.kind == "moment") is moment
        and item.values.get(field.key) is not None
    ]


def on_the_clock(milliseconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, zone).replace(tzinfo=None)


@pytest.fixture(scope="module")
def worlds() -> tuple[World, World]:
    there = demo_world(Options(time_zone="Europe/Lisbon"))
    settle(there)
    return demo_world(), there


def test_each_day_is_the_same_day_in_the_other_zone_and_what_is_no_midnight_stays(
    worlds: tuple[World, World],
) -> None:
    pairs = list(zip(*(values(world, "date") for world in worlds), strict=True))
    days = [pair for pair in pairs if on_the_clock(pair[0], SHANGHAI).time() == time()]
    assert days
    assert all(on_the_clock(here, SHANGHAI) == on_the_clock(there, LISBON) for here, there in days)
    assert all(here == there for here, there in pairs if (here, there) not in days)


def test_a_moment_is_the_same_instant_in_every_zone(worlds: tuple[World, World]) -> None:
    here, there = (values(world, "date", moment=True) for world in worlds)
    assert here
    assert here == there


def test_a_schedule_still_ends_with_the_last_millisecond_of_a_day(worlds: tuple[World, World]) -> None:
    ends = [one["end_time"] for one in values(worlds[1], "schedule")]
    assert ends
    for end in ends:
        assert on_the_clock(end + 1, LISBON).time() == time()
