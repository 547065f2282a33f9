"""Carry out: a plan is bound to the metadata that it was made by, and a run has one ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.apply.carry_out import ending
from reconciler.model import Ref
from reconciler.model.outcomes import Already, Applied, Ignored, Outcome, Report, Row

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


def test_a_plan_is_refused_where_an_option_that_it_sends_was_renamed(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("plan", "--out", "plan.json")
    space = next(iter(desk.world.spaces.values()))
    field = next(one for one in space.types[0].fields if one.key == "priority")
    option = next(one for one in field.options if one.value == "option_3")
    option.label = "Someday"
    done = desk.run("apply", "plan.json")
    assert done.code == 1
    assert "a field, an option or a role that it touches has changed in the space" in done.err


def report(*outcomes: Outcome, stopped: str | None = None) -> Report:
    return Report(
        tuple(Row(Ref("story", n), "", "f", "F", one) for n, one in enumerate(outcomes)), stopped=stopped
    )


@pytest.mark.parametrize(
    ("done", "interrupted", "word"),
    [
        (report(Applied(), Already()), False, "applied"),
        (report(), False, "applied"),
        (report(Applied(), Ignored("x")), False, "rows"),
        (report(Applied(), stopped="the deadline passed"), False, "stopped"),
        (report(Applied(), stopped="interrupted"), True, "interrupted"),
    ],
)
def test_a_run_has_one_ending_the_worst_that_holds(
    done: Report,
    interrupted: bool,  # noqa: FBT001 - a row of the table
    word: str,
) -> None:
    assert ending(done, interrupted=interrupted) == word
