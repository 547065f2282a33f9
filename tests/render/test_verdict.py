"""The verdict: one sentence of a plan and of an apply, without counts of zero."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.model import Failure, Held, HeldBy, Plan, Ref, Why
from reconciler.model.outcomes import Applied, Conflict, NotTried, Outcome, Report, Row
from reconciler.render.verdict import NO_CHANGES, applied_line, forecast_lines, plan_verdict
from tests.render.plans import block, plan_with, priority, text, update

REPORTED, IGNORED = Held(HeldBy.POLICY, "report"), Held(HeldBy.IGNORED, "they know")
DRIFTED = priority(why=Why.DRIFT)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (plan_with(), NO_CHANGES),
        (plan_with(failures=(Failure("down", ""),)), "Failed: 1 error, nothing was planned."),
        (plan_with(update(1, priority())), "Plan: 1 item to update (1 field). 96 items in sync."),
        (
            plan_with(update(1, priority(), text("x", "")), update(2, DRIFTED)),
            "Plan: 2 items to update (3 fields, 1 cleared, 1 healed). 96 items in sync.",
        ),
        (
            plan_with(update(1, priority()), blocks=[block(1), block(2)]),
            "Plan: 1 item to update (1 field), 2 blocked. 96 items in sync.",
        ),
        (
            plan_with(skipped=(update(1, replace(DRIFTED, held=REPORTED)),)),
            "Plan: nothing to update; 1 skipped (drift). 96 items in sync.",
        ),
        (
            plan_with(
                skipped=(
                    update(1, replace(DRIFTED, held=REPORTED)),
                    update(2, replace(DRIFTED, held=IGNORED)),
                )
            ),
            "Plan: nothing to update; 2 skipped (1 drift, 1 ignored). 96 items in sync.",
        ),
        (
            plan_with(update(1, priority(why=Why.CONFLICTING))),
            "Plan: 1 item to update (1 field), 1 conflicting. 96 items in sync.",
        ),
    ],
)
def test_a_plan_is_told_in_one_sentence(plan: Plan, said: str) -> None:
    assert plan_verdict(plan) == said


def test_failures_outdo_all_that_a_plan_may_hold_beside_them() -> None:
    failed = plan_with(update(1, priority()), failures=(Failure("down", ""), Failure("up", "")))
    assert plan_verdict(failed) == "Failed: 2 errors, nothing was planned."


def report(*outcomes: Outcome) -> Report:
    return Report(tuple(Row(Ref("story", n), "", "f", "F", one) for n, one in enumerate(outcomes)))


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (report(), "Applied: nothing."),
        (report(Applied()), "Applied: 1 item (1 field)."),
        (report(Applied(), Conflict("x")), "Applied: 1 item (1 field). 1 conflict."),
        (report(Conflict("x"), Conflict("y")), "Applied: nothing. 2 conflicts."),
        (report(NotTried("x")), "Applied: nothing. 1 not attempted."),
    ],
)
def test_an_apply_is_told_in_one_sentence(done: Report, said: str) -> None:
    assert applied_line(done) == said


def test_requests_are_foretold_only_where_something_is_sent() -> None:
    assert list(forecast_lines(plan_with(blocks=[block(1)]))) == []
    assert list(forecast_lines(plan_with(update(1, priority())))) == [
        "Requests: 1 PUT, 5 reads, about 1 s at 15/s."
    ]
