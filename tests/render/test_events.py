"""The events of an apply: one JSON object a line, a row each, and a summary at the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.errors import Place
from reconciler.model import Failure, GuardResult, Ref
from reconciler.model.outcomes import (
    Already,
    Applied,
    Blocked,
    Conflict,
    Ignored,
    Outcome,
    Rejected,
    Report,
    Row,
)
from reconciler.render.events import failed_event, idle_event, outcome_reason, plan_event, report_events
from tests.render.plans import block, plan_with, priority, text, update


def row(outcome: Outcome, item_id: int = 63) -> Row:
    return Row(Ref("story", item_id), "Checkout", "priority", "Priority", outcome)


def read(lines: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in lines.splitlines()]


def test_a_plan_is_told_by_its_counts_and_its_guards() -> None:
    plan = plan_with(
        update(1, priority(), text("call legal", "")),
        blocks=[block(1)],
        guards=(GuardResult("changes", "100", "1", ok=True),),
    )
    (told,) = read(plan_event(plan))
    assert (told["to_update"], told["fields"], told["to_clear"], told["blocked"]) == (1, 2, 1, 1)
    assert told["guards"] == [{"name": "changes", "limit": "100", "actual": "1", "ok": True}]


def test_rows_come_first_then_what_moved_then_advice_then_the_summary() -> None:
    report = Report(
        (row(Applied()), row(Ignored("P1"), 64)),
        moved=("QA went back",),
        stopped="interrupted",
        puts=2,
        reads=4,
        advice=("leave it alone",),
    )
    told = read(report_events(report, "rows"))
    assert [one["event"] for one in told] == ["row", "row", "moved", "advice", "summary"]
    last = told[-1]
    assert last["counts"] == {"applied": 1, "ignored": 1}
    assert (last["exit_reason"], last["puts"], last["reads"], last["stopped"]) == (
        "rows",
        2,
        4,
        "interrupted",
    )


def test_a_run_that_had_nothing_to_do_still_ends_in_a_summary() -> None:
    assert read(idle_event("no_changes")) == [
        {"event": "summary", "exit_reason": "no_changes", "puts": 0, "reads": 0}
    ]


def test_what_kept_a_run_from_starting_is_told_with_its_place_where_there_is_one() -> None:
    failures = [Failure("no field 'x'", "take 'y'", Place("state/a.yaml", 4, 2)), Failure("down", "")]
    (told,) = read(failed_event(failures))
    assert told["exit_reason"] == "error"
    assert [one["place"] for one in told["errors"]] == ["state/a.yaml:4:2", None]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Applied(), None),
        (Already(), None),
        (Blocked("terminated"), "terminated"),
        (Conflict("changed since the plan"), "changed since the plan"),
        (Ignored("stored as P1"), "stored as P1"),
        (
            Rejected('30009 "Field Not Found"', "; run `reconciler schema pull`"),
            '30009 "Field Not Found"; run `reconciler schema pull`',
        ),
    ],
)
def test_a_row_says_why_it_ended_so_with_the_way_out(outcome: Outcome, reason: str | None) -> None:
    assert outcome_reason(outcome) == reason
