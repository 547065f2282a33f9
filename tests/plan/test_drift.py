"""Drift: only the differences that somebody in the space may have made."""

from __future__ import annotations

import pytest

from reconciler.model import Held, HeldBy, Why
from reconciler.plan.drift import drifted_changes, healable
from reconciler.settings import SpaceSettings
from tests.render.plans import plan_with, priority, update
from tests.road import calm_world, pins_of

IGNORED = Held(HeldBy.IGNORED, "they know")
REPORT = Held(HeldBy.POLICY, "report")


@pytest.mark.parametrize(
    ("why", "kept"),
    [
        (Why.DRIFT, True),
        (Why.CONFLICTING, True),
        (None, True),
        (Why.CHANGED_HERE, False),
        (Why.PENDING, False),
        (Why.NEWLY_MANAGED, False),
    ],
)
def test_what_the_files_alone_changed_is_no_drift(why: Why | None, kept: bool) -> None:  # noqa: FBT001 - a row
    made = drifted_changes(plan_with(update(1, priority(why=why))))
    assert bool(made.updates) is kept


def test_what_is_changed_here_is_counted_in_a_note() -> None:
    made = drifted_changes(plan_with(update(1, priority(why=Why.CHANGED_HERE)), notes=("first",)))
    assert made.notes == (
        "first",
        "1 field changed here, not applied yet: no drift, `reconciler apply` follows",
    )


def test_an_ignored_field_is_no_drift_and_is_counted() -> None:
    made = drifted_changes(plan_with(skipped=(update(1, priority(why=Why.DRIFT, held=IGNORED)),)))
    assert (made.skipped, made.notes) == ((), ("1 field with a difference that the settings ignore",))


def test_drift_that_is_reported_stays_in_the_report() -> None:
    row = update(1, priority(why=Why.DRIFT, held=REPORT))
    assert drifted_changes(plan_with(skipped=(row,))).skipped == (row,)


@pytest.mark.parametrize(
    ("why", "base", "held"),
    [
        (Why.DRIFT, "b" * 40, None),
        (Why.CONFLICTING, "b" * 40, HeldBy.CHANGED_HERE_TOO),
        (None, None, HeldBy.APPLIED_UNKNOWN),
    ],
)
def test_only_drift_proper_is_healed(why: Why | None, base: str | None, held: HeldBy | None) -> None:
    catalog = pins_of(calm_world()).catalog("demo", SpaceSettings(), {})
    made = healable(plan_with(update(1, priority(why=why)), base=base, whole=True), catalog)
    assert [
        bool(made.updates),
        [one.held and one.held.by for row in made.skipped for one in row.changes],
    ] == ([True, []] if held is None else [False, [held]])
    assert not made.whole
