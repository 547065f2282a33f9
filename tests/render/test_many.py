"""What is the same on many items is shown once, and no row is lost or shown twice."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from reconciler.model import Plan
from reconciler.render.groups import MANY, updates_of
from reconciler.render.many import split
from tests.render.plans import long_plans


@given(long_plans())
def test_a_long_plan_is_split_into_large_groups_and_the_rest(plan: Plan) -> None:
    many = split(plan)
    assert all(len(one.rows) >= MANY for one in many.changes)
    rows = [(update.ref, one.place.line) for update in updates_of(plan) for one in update.changes]
    shown = [(update.ref, one.place.line) for group in many.changes for update, one in group.rows]
    shown += [(update.ref, one.place.line) for update in updates_of(many.rest) for one in update.changes]
    assert Counter(shown) == Counter(rows)
    assert sum(len(one.blocks) for one in many.blocks) + len(many.rest.blocks) == len(plan.blocks)
    assert sum(map(len, many.released)) + len(many.rest.released) == len(plan.released)
    moved = sum(len(updates) for _, updates in many.effects)
    assert moved + sum(len(one.side_effects) for one in many.rest.updates) == sum(
        len(one.side_effects) for one in plan.updates
    )
