"""A plan and the windows of its space: what stops an apply, until when, and what a review opens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from reconciler.model import Plan
from reconciler.plan.guard import Raised, allow_line, flags_line, guarded
from reconciler.plan.openings import at_hour, closed_words, named_openings
from reconciler.settings import Settings, read_settings
from tests.render.plans import plan_with, priority, update

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
"""Noon in Shanghai."""
FREEZE = "{deny: {from: 2026-11-10, to: 2026-11-12}, why: shopping days}"
WEEKEND = "{deny: {weekdays: [sat, sun]}}"
TODAY = "{allow: {from: 2026-11-11, to: 2026-11-11}, why: a hotfix}"
REWORDED = TODAY.replace("a hotfix", "another hotfix")


def settings_of(*windows: str, name: str = "demo", zone: str = "Asia/Shanghai") -> Settings:
    text = f"spaces: {{{name}: {{time_zone: {zone}, windows: [{', '.join(windows)}]}}}}"
    settings, mistakes = read_settings(text.encode(), "s.yaml")
    assert not mistakes
    return settings


def judged(
    own: Settings, base: Settings | None = None, at: datetime = NOON, plan: Plan | None = None
) -> Plan:
    return guarded(plan or plan_with(update(1, priority())), own, Raised(), at, base)


def told(plan: Plan) -> str | None:
    """Return what the guard says; None where it lets the plan pass or there is none."""
    return next((one.actual for one in plan.guards if one.name == "windows" and not one.ok), None)


SHOPPING = "not before 2026-11-13 00:00 (shopping days), by the clock of Asia/Shanghai"


def test_a_plan_in_a_closed_window_says_until_when_and_why() -> None:
    closed = judged(settings_of(FREEZE))
    assert told(closed) == SHOPPING
    assert closed.guards[-1].excess == SHOPPING
    assert told(judged(settings_of(WEEKEND), at=datetime(2026, 11, 28, tzinfo=UTC))) == (
        "not before 2026-11-30 00:00 (freeze), by the clock of Asia/Shanghai"
    )
    assert told(judged(settings_of("{deny: {}, why: retired}"))) == (
        "closed without an end (retired), by the clock of Asia/Shanghai"
    )


def test_a_space_without_windows_has_no_such_guard_and_an_open_one_passes() -> None:
    assert all(one.name != "windows" for one in judged(Settings()).guards)
    [guard] = [one for one in judged(settings_of(WEEKEND)).guards if one.name == "windows"]
    assert (guard.ok, guard.actual) == (True, "open")


def test_a_plan_that_sends_nothing_is_never_stopped() -> None:
    assert told(judged(settings_of("{deny: {}}"), plan=plan_with())) is None


def test_a_window_names_types_by_key_by_api_name_or_by_name() -> None:
    plan = replace(plan_with(update(1, priority())), types={"story": "req"})
    for word, closed in (("story", True), ("req", True), ("需求", False), ("bug", False)):
        made = judged(settings_of(f"{{deny: {{}}, types: [{word}]}}"), plan=plan)
        assert (told(made) is not None) == closed
    named = named_openings(
        judged(settings_of("{deny: {}, types: 需求}"), plan=plan), {"story": frozenset({"需求"})}
    )
    assert (
        closed_words(named, NOON) == "closed without an end (freeze) for req, by the clock of Asia/Shanghai"
    )


@pytest.mark.parametrize(
    ("own", "base", "closed"),
    [
        ([], [FREEZE], f"{SHOPPING}, as the base has it"),
        ([FREEZE], [], SHOPPING),
        ([WEEKEND], [FREEZE], f"{SHOPPING}, as the base has it"),
        ([TODAY, FREEZE], [FREEZE], None),
        ([TODAY], [FREEZE], None),
        ([FREEZE, TODAY], [FREEZE], SHOPPING),
        ([TODAY, FREEZE], [FREEZE, TODAY], f"{SHOPPING}, as the base has it"),
        (
            [TODAY.replace("a hotfix", "another one"), FREEZE],
            [FREEZE, TODAY],
            f"{SHOPPING}, as the base has it",
        ),
        ([TODAY, FREEZE], [TODAY, FREEZE], None),
        (["{allow: {}}", FREEZE], [FREEZE], None),
        ([TODAY.replace("}, why", "}, types: bug, why"), FREEZE], [FREEZE], SHOPPING),
    ],
)
def test_both_the_base_and_this_commit_hold_and_only_a_new_allow_opens(
    own: list[str], base: list[str], closed: str | None
) -> None:
    assert told(judged(settings_of(*own), settings_of(*base))) == closed


def test_another_zone_or_another_name_of_the_space_opens_nothing() -> None:
    late = datetime(2026, 11, 12, 15, tzinfo=UTC)  # 23:00 in Shanghai, 04:00 of the next day in Auckland
    moved = judged(settings_of(FREEZE, zone="Pacific/Auckland"), settings_of(FREEZE), at=late)
    assert told(moved) == f"{SHOPPING}, as the base has it"
    renamed = judged(settings_of(name="demo"), settings_of(FREEZE, name="old"))
    assert told(renamed) == f"{SHOPPING}, as the base has it"


def test_a_plan_is_judged_anew_by_a_later_clock() -> None:
    closed = judged(settings_of(FREEZE))
    opened = at_hour(closed, datetime(2026, 11, 12, 16, tzinfo=UTC))
    assert told(opened) is None
    assert [one.name for one in opened.guards] == [one.name for one in closed.guards]
    assert told(at_hour(opened, NOON)) == SHOPPING


def test_no_flag_opens_a_window_and_the_entry_that_does_is_printed() -> None:
    closed = judged(settings_of(FREEZE))
    assert allow_line(closed) == "windows: [{allow: {from: …, to: …}, why: …}, …]"
    assert flags_line(closed) == ""
    strict, _ = read_settings(
        f"spaces: {{demo: {{guards: {{changes: 0}}, windows: [{FREEZE}]}}}}".encode(), "s.yaml"
    )
    both = judged(strict)
    assert allow_line(both) == (
        "{guards: {allow: [{changes: 1, why: …}]}, windows: [{allow: {from: …, to: …}, why: …}, …]}"
    )
    assert flags_line(both) == ""
