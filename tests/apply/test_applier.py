"""Apply from end to end without a network: a report for every row, whatever happens on the way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.apply.applier import locked_role_moved, start_all
from reconciler.apply.ports import Stop
from reconciler.model import Item, Ref, SideEffect
from reconciler.model.outcomes import NotTried
from tests.road import Memory, apply_to, calm_world, plan_of, words

STORY = 6300012320


def wanting(count: int, points: int = 77) -> str:
    rows = "".join(f"  - {{id: {STORY + n}, fields: {{story_points: {points}}}}}\n" for n in range(count))
    return f"space: demo\ntype: story\nitems:\n{rows}"


def test_every_changed_item_gets_one_put_and_the_next_plan_is_empty() -> None:
    world = calm_world()
    report = apply_to(world, plan_of(world, wanting(12)))
    assert words(report) == {"applied": 12}
    assert len(world.writes) == 12
    assert plan_of(world, wanting(12)).is_empty


def test_what_is_live_already_costs_no_put() -> None:
    world = calm_world()
    plan = plan_of(world, wanting(3))
    world.edit(STORY, "field_3724e6", 77)
    assert words(apply_to(world, plan)) == {"already": 1, "applied": 2}
    assert len(world.writes) == 2


def test_a_run_that_was_stopped_before_it_began_sends_nothing_and_says_so_of_every_row() -> None:
    world, stop = calm_world(), Stop()
    plan = plan_of(world, wanting(3))
    stop.asked.set()
    report = apply_to(world, plan, stop=stop)
    assert {row.outcome for row in report.rows} == {NotTried("interrupted")}
    assert (world.writes, report.stopped) == ([], "interrupted")


def test_a_space_that_cannot_be_read_ends_the_run_with_a_report_and_without_a_put() -> None:
    world, journal = calm_world(), Memory()
    plan = plan_of(world, wanting(3))
    world.options.faults = [{"kind": "not_installed", "path": "*/query"}]
    report = apply_to(world, plan, journal=journal)
    assert words(report) == {"not tried": 3}
    assert report.stopped
    assert world.writes == []


def test_rows_that_the_plan_blocked_are_in_the_report_too() -> None:
    world = calm_world()
    world.delete(STORY)
    assert words(apply_to(world, plan_of(world, wanting(2)))) == {"applied": 1, "blocked": 1}


@pytest.mark.parametrize(
    ("held", "moved"), [((("qa", ("bo",)),), False), ((("qa", ("ana",)),), True), ((), True)]
)
def test_a_locked_role_locked_role_moved_where_its_members_are_others(
    held: tuple[tuple[str, tuple[str, ...]], ...],
    moved: bool,  # noqa: FBT001 - a row of the table
) -> None:
    effect = SideEffect("qa", "QA", ("bo",), ("ana",), ("bo@example.com",))
    assert locked_role_moved(effect, Item(Ref("story", 1), "", {}, held)) is moved


def test_an_item_that_was_not_read_again_is_not_said_to_have_moved() -> None:
    assert not locked_role_moved(SideEffect("qa", "QA", ("bo",), (), ()), None)


def test_all_threads_are_started_before_any_put() -> None:
    before = threading.active_count()
    with ThreadPoolExecutor(8) as pool:
        start_all(pool, 8)
        assert len(pool._threads) == 8
    assert threading.active_count() == before
