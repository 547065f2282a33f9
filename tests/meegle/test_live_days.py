"""The days that live items hold, as evidence of the time zone of a space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from reconciler.meegle.live_days import instants, live_days, sampled, some_ids

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.sandbox import World

DAY = 86_400_000
MIDNIGHT = 1774972800000
"""2026-04-01 in Asia/Shanghai."""


@pytest.mark.parametrize(
    ("wire", "found"),
    [
        (MIDNIGHT, [MIDNIGHT]),
        ({"start_time": MIDNIGHT, "end_time": MIDNIGHT + DAY - 1}, [MIDNIGHT, MIDNIGHT + DAY]),
        ({"start_time": MIDNIGHT}, [MIDNIGHT]),
        (None, []),
        ("soon", []),
        ({}, []),
    ],
    ids=["day", "span", "open span", "empty", "odd", "empty span"],
)
def test_days_begin_at_the_values_of_dates_and_after_the_ends_of_spans(wire: Any, found: list[int]) -> None:
    assert list(instants(wire)) == found


def test_the_days_of_a_space_are_midnights_of_its_time_zone(reader: Reader) -> None:
    days = live_days(reader, reader.catalog.types["story"])
    assert MIDNIGHT in days
    assert {(one - MIDNIGHT) % DAY for one in days} == {0}


def test_a_type_without_dates_or_without_items_says_nothing(world: World, reader: Reader) -> None:
    story = reader.catalog.types["story"]
    assert live_days(reader, replace(story, fields=())) == set()
    for one in [one for one in world.items.values() if one.type_key == "story"]:
        one.aborted = "cancel"
    assert live_days(reader, story) == set()


def test_a_sample_is_small_and_holds_the_fields_that_are_asked_for(world: World, reader: Reader) -> None:
    story = reader.catalog.types["story"]
    assert some_ids(reader, story, 3) == [6300012300, 6300012301, 6300012302]
    rows = sampled(reader, story, ["priority"])
    assert len(rows) == 50
    assert {"label": "P0", **world.item(6300012300).values["priority"]} == rows[0]["priority"]
