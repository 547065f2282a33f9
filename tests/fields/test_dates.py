"""Dates: a day is the space's midnight, a moment is an instant, a span holds both of its days."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from reconciler.fields.dates import NoZone, from_ms, to_ms
from reconciler.fields.spec import FieldSpec
from tests.fields.fieldspace import CUTOVER, DUE, SCHEDULE, codec, read, refused

JULY_29 = 1722182400000  # 2024-07-29T00:00+08:00
HOUR = 3_600_000


def test_any_time_of_a_day_is_that_day_in_the_spaces_zone() -> None:
    for wire in (JULY_29, JULY_29 + 23 * HOUR, str(JULY_29 + 10 * HOUR)):
        assert codec(DUE).decode(wire).value == date(2024, 7, 29)
    assert codec(DUE).decode(JULY_29 - 1).value == date(2024, 7, 28)
    in_utc = codec(replace(DUE, zone=ZoneInfo("UTC")))
    assert in_utc.decode(JULY_29).value == date(2024, 7, 28)


def test_a_day_is_sent_as_its_midnight_also_where_the_clocks_change() -> None:
    new_york = codec(replace(DUE, zone=ZoneInfo("America/New_York")))
    sent = [new_york.encode(date(2026, 3, day)) for day in (7, 8, 9)]
    assert [later - earlier for earlier, later in itertools.pairwise(sent)] == [24 * HOUR, 23 * HOUR]


def test_without_a_time_zone_no_day_is_read_or_sent_and_a_moment_is() -> None:
    nowhere = codec(replace(DUE, zone=None))
    with pytest.raises(NoZone, match="add `time_zone: AREA/CITY`"):
        nowhere.decode(JULY_29)
    with pytest.raises(NoZone):
        nowhere.encode(date(2024, 7, 29))
    moment = codec(replace(CUTOVER, zone=None))
    assert moment.show(moment.decode(JULY_29).value) == "2024-07-28T16:00:00+00:00"


def test_a_moment_is_one_instant_in_whatever_zone_it_is_written_and_is_cut_to_the_second() -> None:
    instant = datetime(2024, 7, 29, 2, 29, 43, tzinfo=UTC)
    assert read(CUTOVER, "2024-07-29T10:29:43+08:00") == read(CUTOVER, "2024-07-29T02:29:43Z") == instant
    assert codec(CUTOVER).decode(to_ms(instant) + 999).value == instant
    assert codec(CUTOVER).dump(instant) == "2024-07-29T10:29:43+08:00"


def test_a_span_is_sent_from_its_first_midnight_to_the_last_millisecond_of_its_last_day() -> None:
    span = read(SCHEDULE, "{start: 2024-07-29, end: 2024-07-29}")
    assert codec(SCHEDULE).encode(span) == {"start_time": JULY_29, "end_time": JULY_29 + 24 * HOUR - 1}
    assert codec(SCHEDULE).show(span) == "2024-07-29 to 2024-07-29"


@pytest.mark.parametrize(
    ("spec", "written", "said"),
    [
        (DUE, "2026-02-30", "1:4: no such day as 2026-02-30; correct the month or the day"),
        (
            DUE,
            "1999-12-31",
            "1:4: 1999-12-31 is outside 2001 to 2286, the years that the service stores; correct the year",
        ),
        (
            DUE,
            "2026-12-01T10:00:00Z",
            (
                "1:4: expected a day for Due, found '2026-12-01T10:00:00Z'; write "
                "2026-12-01, or set `kind: moment` for the field in the settings"
            ),
        ),
        (
            CUTOVER,
            "2026-12-01T10:00:00",
            (
                "1:4: expected a moment with its zone for Cutover, found "
                "'2026-12-01T10:00:00'; write 2026-12-01T20:00:00+08:00"
            ),
        ),
        (
            CUTOVER,
            "2026-12-01T25:00:00Z",
            "1:4: no such moment as 2026-12-01T25:00:00Z; correct the date or the time",
        ),
        (
            SCHEDULE,
            "{start: 2026-12-02, end: 2026-12-01}",
            "1:29: the end 2026-12-01 is before the start 2026-12-02; swap the two days",
        ),
        (SCHEDULE, "{start: 2026-12-02}", "1:4: Schedule without `end`; write both days"),
    ],
)
def test_a_time_that_cannot_be_stored_as_written_is_refused(spec: FieldSpec, written: str, said: str) -> None:
    assert refused(spec, written) == [said]


def test_a_day_that_a_zone_skipped_is_refused() -> None:
    apia = replace(DUE, zone=ZoneInfo("Pacific/Apia"))
    assert refused(apia, "2011-12-30") == [
        "1:4: 2011-12-30 does not exist in Pacific/Apia, which skipped it; correct the day"
    ]


@pytest.mark.parametrize("wire", [None, "", 0])
def test_null_the_empty_text_and_zero_are_no_date(wire: Any) -> None:
    assert from_ms(wire) is None


@pytest.mark.parametrize("wire", [True, 1.5, "soon", [JULY_29], "9" * 16, 1722182400, 10**14])
def test_seconds_and_other_numbers_are_not_taken_for_milliseconds(wire: Any) -> None:
    with pytest.raises(ValueError, match="milliseconds since 1970"):
        from_ms(wire)


@pytest.mark.parametrize(
    "wire",
    [{"start_time": JULY_29}, {"start_time": JULY_29, "end_time": 0}, [JULY_29, JULY_29], {"other": 1}],
)
def test_half_a_span_in_an_answer_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected a start and an end"):
        codec(SCHEDULE).decode(wire)
