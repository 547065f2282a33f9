"""The part of a drift report whose live values the files are to take over."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.model import GuardResult, Held, HeldBy, Why
from reconciler.plan.accepted import ACCEPT, acceptable, accepted
from tests.render.plans import block, people, plan_with, priority, text, update

REPORT = Held(HeldBy.POLICY, "report")
TAKEN = priority(why=Why.DRIFT, held=ACCEPT)
REPORTED = people(added=["ana@example.com"], why=Why.DRIFT, held=REPORT)
DRIFT = plan_with(
    update(1, text("a", "b")),
    skipped=(update(2, TAKEN, REPORTED), update(3, REPORTED)),
    blocks=[block(1)],
    guards=(GuardResult("changes", "100", "1", ok=True),),
    notes=("a note",),
    settings_changes=("a limit was raised",),
)


def test_a_field_to_accept_is_named_as_pull_takes_it() -> None:
    assert list(acceptable(DRIFT)) == ["story/6300012302.priority"]


def test_a_role_is_named_with_a_point_and_not_with_a_slash() -> None:
    plan = plan_with(skipped=(update(1, replace(TAKEN, key="roles/rd")),))
    assert list(acceptable(plan)) == ["story/6300012301.roles.rd"]


def test_only_what_is_accepted_is_left_and_nothing_that_would_be_sent() -> None:
    made = accepted(DRIFT)
    assert made.skipped == (update(2, TAKEN),)
    assert (made.updates, made.blocks, made.guards, made.notes, made.settings_changes) == ((), (), (), (), ())


def test_a_report_without_anything_to_accept_becomes_an_empty_plan() -> None:
    assert accepted(plan_with(update(1, priority()), skipped=(update(3, REPORTED),))).is_empty
