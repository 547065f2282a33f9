"""Windows: which one decides about a moment, and when all of them are open again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.opening_hours import MIDNIGHT, Calendar, Openings, Span, Window

SHANGHAI, BERLIN, HAVANA = map(ZoneInfo, ("Asia/Shanghai", "Europe/Berlin", "America/Havana"))
STORY = (("story", frozenset({"story", "Story"})),)
ALWAYS = Span()


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Read a wall clock's time in a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def openings(*windows: Window, zone: ZoneInfo = SHANGHAI) -> Openings:
    return Openings(Calendar(windows, zone), types=STORY)


def deny(span: Span, *types: str) -> Window:
    return Window(opens=False, span=span, types=frozenset(types))


def allow(span: Span, *types: str) -> Window:
    return Window(opens=True, span=span, types=frozenset(types))


def hours(start: int, end: int, *weekdays: int) -> Span:
    return Span(weekdays=frozenset(weekdays), start=start * 60, end=end * 60)


FREEZE = Span(date(2026, 11, 10), date(2026, 11, 12))


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        ("2026-11-09T23:59:59", False),
        ("2026-11-10T00:00", True),
        ("2026-11-12T23:59:59", True),
        ("2026-11-13T00:00", False),
    ],
)
def test_both_dates_are_included_by_the_clock_of_the_space(moment: str, *, closed: bool) -> None:
    made = openings(deny(FREEZE))
    assert (made.closing(at(moment)) is not None) == closed
    assert made.opening(at(moment)) == (at("2026-11-13T00:00") if closed else at(moment))


def test_the_first_window_that_matches_decides_and_none_means_open() -> None:
    week = openings(deny(hours(0, 24, 5, 6)), allow(hours(9, 18, 0, 1, 2, 3, 4)), deny(ALWAYS))
    friday_evening, monday = at("2026-11-27T18:00"), at("2026-11-30T09:00")
    assert week.closing(at("2026-11-27T17:59")) is None
    assert week.opening(friday_evening) == monday
    assert openings().closing(monday) is None
    assert openings(deny(ALWAYS), allow(ALWAYS)).opening(monday) is None
    assert openings(allow(ALWAYS), deny(ALWAYS)).closing(monday) is None


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        ("2026-11-28T21:59", False),  # a Saturday
        ("2026-11-28T22:00", True),
        ("2026-11-29T00:00", True),  # the Sunday still belongs to Saturday's night
        ("2026-11-29T05:59", True),
        ("2026-11-29T06:00", False),
        ("2026-11-29T22:00", False),  # no night begins on a Sunday
        ("2026-11-28T03:00", False),
    ],
)
def test_hours_that_cross_midnight_belong_to_the_day_on_which_they_start(
    moment: str, *, closed: bool
) -> None:
    made = openings(deny(hours(22, 6, 5)))
    assert (made.closing(at(moment)) is not None) == closed
    assert made.opening(at(moment)) == (at("2026-11-29T06:00") if closed else at(moment))


def test_a_window_of_named_types_is_about_those_alone() -> None:
    some = openings(deny(ALWAYS, "bug"), deny(FREEZE, "Story"))
    assert some.closing(at("2026-11-09T12:00")) is None
    closing = some.closing(at("2026-11-10T12:00"))
    assert closing is not None
    assert (closing.type_key, closing.zone, closing.ours) == ("story", SHANGHAI, True)


def test_every_type_of_a_plan_has_to_be_open() -> None:
    both = Openings(
        Calendar((deny(hours(9, 12), "a"), deny(hours(11, 18), "b")), SHANGHAI),
        types=(("a", frozenset({"a"})), ("b", frozenset({"b"}))),
    )
    assert both.opening(at("2026-11-25T10:00")) == at("2026-11-25T18:00")


def test_the_windows_of_the_base_hold_too_unless_a_review_granted_more() -> None:
    base = (Calendar((deny(FREEZE),), BERLIN),)
    noon = at("2026-11-10T12:00")
    without = Openings(Calendar((), SHANGHAI), base, types=STORY)
    closing = without.closing(noon)
    assert closing is not None
    assert (closing.zone, closing.ours) == (BERLIN, False)
    assert without.opening(noon) == at("2026-11-13T00:00", BERLIN)
    grant = allow(Span(date(2026, 11, 10), date(2026, 11, 10)))
    granted = Openings(Calendar((grant,), SHANGHAI), base, granted=(grant,), types=STORY)
    assert granted.closing(noon) is None
    assert granted.closing(at("2026-11-11T12:00")) is not None
    # A window that stands behind one that closes decides nothing, granted or not.
    behind = Openings(Calendar((deny(FREEZE), grant), SHANGHAI), base, granted=(grant,), types=STORY)
    assert behind.closing(noon) is not None


def test_the_night_in_which_the_clock_goes_back_matches_the_repeated_hour_twice() -> None:
    made = openings(deny(hours(2, 3)), zone=BERLIN)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer time
    assert made.opening(first) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)  # 03:00 in winter time
    early = openings(deny(Span(start=2 * 60, end=2 * 60 + 30)), zone=BERLIN)
    assert early.opening(datetime(2026, 10, 25, 0, 10, tzinfo=UTC)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert early.closing(datetime(2026, 10, 25, 1, 10, tzinfo=UTC)) is not None


def test_a_time_that_the_clock_leaves_out_opens_when_the_clock_has_gone_on() -> None:
    only = openings(allow(Span(start=2 * 60 + 30, end=4 * 60)), deny(ALWAYS), zone=BERLIN)
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, and the next hour is 03:00
    assert only.opening(before) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    never_that_day = openings(allow(hours(2, 3, 6)), deny(ALWAYS), zone=BERLIN)
    assert never_that_day.opening(before) == datetime(2026, 4, 5, 0, 0, tzinfo=UTC)


def test_a_zone_whose_clock_changes_at_midnight_has_its_days_too() -> None:
    day = Span(date(2026, 3, 7), date(2026, 3, 7))
    assert openings(deny(day), zone=HAVANA).opening(at("2026-03-07T12:00", HAVANA)) == datetime(
        2026, 3, 8, 5, 0, tzinfo=UTC
    )


def test_a_date_far_ahead_is_found_and_one_beyond_the_calendar_is_no_error() -> None:
    made = openings(deny(Span(last=date(2031, 6, 1))), deny(hours(0, 9)))
    assert made.opening(at("2026-11-25T10:00")) == at("2031-06-02T09:00")
    assert openings(deny(Span(last=date(9999, 12, 31)))).opening(at("2026-11-25T10:00")) is None


spans = st.builds(
    Span,
    first=st.none() | st.dates(date(2026, 10, 20), date(2026, 11, 5)),
    last=st.none() | st.dates(date(2026, 10, 20), date(2026, 11, 5)),
    weekdays=st.frozensets(st.integers(0, 6), max_size=4),
    start=st.integers(0, MIDNIGHT // 60 - 1).map(lambda hour: hour * 60),
    end=st.integers(1, MIDNIGHT // 60).map(lambda hour: hour * 60),
).filter(lambda span: span.start != span.end)
calendars = st.lists(st.builds(Window, opens=st.booleans(), span=spans), min_size=1, max_size=4).map(tuple)


@given(calendars, st.integers(0, 400), st.sampled_from([SHANGHAI, BERLIN, HAVANA]))
def test_the_opening_is_the_first_quarter_of_an_hour_that_is_open(
    windows: tuple[Window, ...], hour: int, zone: ZoneInfo
) -> None:
    made = openings(*windows, zone=zone)
    start = datetime(2026, 10, 22, tzinfo=UTC) + timedelta(hours=hour)
    quarters = (start + n * timedelta(minutes=15) for n in range(4 * 24 * 40))
    assert made.opening(start) == next((one for one in quarters if made.closing(one) is None), None)
