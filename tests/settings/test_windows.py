"""Windows in the settings: what may be written, and each slip at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.model.opening_hours import MIDNIGHT, Span, Window
from reconciler.settings import read_settings

ROOT = Path(__file__).parents[2]
HEAD = "spaces:\n  demo:\n    windows:\n"
EXAMPLE = """\
      - {deny: {from: 2026-11-10, to: 2026-11-12}, types: [story], why: shopping days}
      - {deny: {weekdays: [sat, sun]}, why: weekend}
      - {allow: {weekdays: [mon, tue, wed, thu, fri], hours: "09:00-18:00"}}
      - {deny: {}, why: outside working hours}
"""


def windows(text: str) -> list[Window]:
    settings, mistakes = read_settings((HEAD + text).encode(), "s.yaml")
    assert not mistakes
    return [one.window for one in settings.spaces["demo"].windows]


def test_windows_are_read_as_they_are_documented() -> None:
    assert windows(EXAMPLE) == [
        Window(
            opens=False,
            span=Span(date(2026, 11, 10), date(2026, 11, 12)),
            types=frozenset({"story"}),
            why="shopping days",
        ),
        Window(opens=False, span=Span(weekdays=frozenset({5, 6})), why="weekend"),
        Window(opens=True, span=Span(weekdays=frozenset(range(5)), start=540, end=1080)),
        Window(opens=False, span=Span(), why="outside working hours"),
    ]


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [("22:00-06:00", 1320, 360), ("'09:00 - 24:00'", 540, MIDNIGHT), ("00:00-00:30", 0, 30)],
)
def test_hours_may_cross_midnight_and_end_with_the_day(hours: str, start: int, end: int) -> None:
    assert windows(f"      - {{deny: {{hours: {hours}, weekdays: fri}}}}\n") == [
        Window(opens=False, span=Span(weekdays=frozenset({4}), start=start, end=end))
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "{deny: {from: 2026-11-14, to: 2026-11-12}}",
            ("4:16: the last day, 2026-11-12, is before the first, 2026-11-14; exchange them"),
        ),
        (
            "{deny: {from: 2026-11-31}}",
            ("4:23: '2026-11-31' is not a day of the calendar; write it as 2027-01-31"),
        ),
        ("{deny: {}, types: []}", "4:27: an empty list; write one word at least, or leave the line out"),
        ("{deny: {weekdays: []}}", "4:27: an empty list; write one word at least, or leave the line out"),
        ("{deny: {weekdays: [sat, sunn]}}", "4:33: unknown weekday 'sunn'; did you mean 'sun'?"),
        ("{deny: {weekdays: 6}}", "4:27: unknown weekday '6'; write mon, tue, wed, thu, fri, sat, sun"),
        ("{deny: {weekdays: Saturday}}", "4:27: unknown weekday 'Saturday'; did you mean 'sat'?"),
        ("{deny: {weekdays: [SUN]}}", "4:28: unknown weekday 'SUN'; did you mean 'sun'?"),
        ("{deny: {weekdays: 周一}}", "4:27: unknown weekday '周一'; write mon, tue, wed, thu, fri, sat, sun"),
        ("{allow: {hours: 9-18}}", "4:25: '9-18' are not hours of a day; write them as \"09:00-18:00\""),
        (
            "{allow: {hours: 24:00-25:00}}",
            ("4:25: '24:00-25:00' are not hours of a day; write them as \"09:00-18:00\""),
        ),
        (
            "{allow: {hours: 10:00-10:00}}",
            ("4:25: '10:00-10:00' begin and end at the same time; leave `hours` out for the whole day"),
        ),
        (
            "{deny: {}, allow: {}}",
            ("4:9: this window allows and denies; write one of them: `allow: {…}` or `deny: {…}`"),
        ),
        (
            "{why: x}",
            ("4:9: this window neither allows nor denies; write one of them: `allow: {…}` or `deny: {…}`"),
        ),
        ("{deny: }", "4:16: no value; write `key: value` lines below it"),
        ("{deny: {form: 2026-11-10}}", "4:17: no key 'form' on this map; did you mean 'from'?"),
        ("{dney: {}}", "4:10: no key 'dney' on this map; did you mean 'deny'?"),
        ("closed", "4:9: expected a map, found text; write `key: value` lines below it"),
    ],
)
def test_a_slip_is_told_at_its_place(entry: str, told: str) -> None:
    _, mistakes = read_settings(f"{HEAD}      - {entry}\n".encode(), "s.yaml")
    assert next(str(one).removeprefix("s.yaml:") for one in mistakes) == told
