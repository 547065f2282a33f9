"""What the threads of one apply share: the first reason to stop, the error budget, and each outcome once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from reconciler.apply.ports import Stop
from reconciler.apply.run import Run
from reconciler.clock import ticks
from reconciler.errors import CannotRun
from reconciler.meegle.http.failures import Interrupted
from reconciler.model.opening_hours import Calendar, Openings, Span, Window
from reconciler.model.outcomes import Applied, Conflict, Ignored, NotTried, Outcome, Rejected, Unknown
from reconciler.plan.openings import named_openings
from tests.render.plans import plan_with, priority, update
from tests.road import Memory, apply_to, calm_world, plan_of, words

if TYPE_CHECKING:
    from reconciler.apply.ports import Remote

FIRST = 6300012320


def run_of(stop: Stop | None = None, journal: Memory | None = None, said: list[str] | None = None) -> Run:
    """A run of two items that asks no service anything."""
    plan = plan_with(update(1, priority()), update(2, priority()))
    nobody = cast("Remote", None)
    return Run(plan, nobody, journal or Memory(), stop or Stop(), (said if said is not None else []).append)


def ended(run: Run, *outcomes: Outcome) -> Run:
    for task, outcome in zip(run.tasks, outcomes, strict=False):
        task.outcomes["priority"] = outcome
    return run


def test_a_run_that_nobody_stops_goes_on() -> None:
    run = run_of()
    assert (run.should_stop(), run.stopped) == (False, None)


def test_the_first_reason_is_kept() -> None:
    run = run_of()
    run.halt(CannotRun("no disk", "make room"))
    run.halt("the deadline passed")
    assert run.stopped == "no disk; make room"


def test_a_signal_is_told_as_interrupted_whatever_call_it_cut() -> None:
    run = run_of()
    run.halt(Interrupted())
    assert run.stopped == "interrupted"


def test_a_deadline_that_has_passed_stops_the_run() -> None:
    run = run_of(Stop(deadline=ticks() - 1))
    assert (run.should_stop(), run.stopped) == (True, "the deadline passed")


@pytest.mark.parametrize("outcome", [Rejected("x"), Unknown("x"), Ignored("x")])
def test_the_error_budget_may_be_used_up_and_not_exceeded(outcome: Outcome) -> None:
    assert not ended(run_of(Stop(max_errors=1)), outcome).should_stop()
    run = ended(run_of(Stop(max_errors=1)), outcome, outcome)
    assert (run.should_stop(), run.stopped) == (True, "more than 1 errors")


def test_what_others_did_is_no_error_of_the_run() -> None:
    assert ended(run_of(), Conflict("x"), Applied()).errors() == 0


def test_the_oldest_read_that_was_trusted_is_the_gap() -> None:
    run = run_of()
    for age in (0.1, 0.7, 0.3):
        run.trusted(age)
    assert run.gap == 0.7


def test_a_change_that_was_never_sent_is_not_tried_for_the_reason_of_the_run() -> None:
    run = run_of()
    task = run.tasks[0]
    assert run.outcome(task, task.update.changes[0]) == NotTried("the run stopped")
    run.halt("the deadline passed")
    assert run.outcome(task, task.update.changes[0]) == NotTried("the deadline passed")


def test_an_item_that_has_ended_is_written_down_and_told_in_one_line() -> None:
    journal, said = Memory(), list[str]()
    run = ended(run_of(journal=journal, said=said), Applied())
    run.conclude(run.tasks[0])
    assert journal.lines[-1]["outcomes"] == {"priority": "Applied"}
    assert said == ["demo/story/6300012301  1 applied"]


def test_a_run_that_comes_into_a_closed_window_stops_before_its_next_put() -> None:
    world = calm_world()
    first = min(one for one in world.items if one >= FIRST)
    items = "".join(f"  - {{id: {first + n}, fields: {{story_points: 99}}}}\n" for n in range(40))
    plan = plan_of(world, f"space: demo\ntype: story\nitems:\n{items}")
    night = Window(opens=False, span=Span(start=22 * 60, end=6 * 60), why="the night")
    plan = named_openings(replace(plan, openings=Openings(Calendar((night,), ZoneInfo("UTC")))), {})

    def now() -> datetime:
        """Return a clock that comes to 22:00 when the fourth PUT has left."""
        return datetime(2026, 11, 25, 22 if len(world.writes) > 3 else 21, tzinfo=UTC)

    report = apply_to(world, plan, now=now)
    assert report.stopped == "not before 2026-11-26 06:00 (the night), by the clock of UTC"
    sent = len(world.writes)
    assert 4 <= sent <= 15  # what was under way: the windows of five that had begun
    assert words(report) == {"applied": sent, "not tried": 40 - sent}
    assert apply_to(world, plan, now=now).stopped == report.stopped
    assert len(world.writes) == sent
