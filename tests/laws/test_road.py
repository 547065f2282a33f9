"""Laws over random desired states, from YAML to the service and back; its write log is the judge."""

from __future__ import annotations

import copy

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model.outcomes import Already, Applied
from tests.laws.states import document, states
from tests.road import apply_to, calm_world, plan_of


@given(states)
@example({6300012320: ({"description": '{text: " 0", replace_formatting: true}'}, {})})
@example({6300012320: ({"description": '"<A"'}, {})})
@example({6300012321: ({"needs_qa": "null"}, {})})
def test_apply_then_plan_is_empty_and_only_what_was_named_was_sent(
    state: dict[int, tuple[dict[str, str], dict[str, str]]],
) -> None:
    world = calm_world()
    before = copy.deepcopy(world.items)
    raw = document(state)
    plan = plan_of(world, raw)
    assert world.writes == []
    report = apply_to(world, plan)
    assert {type(row.outcome) for row in report.rows} <= {Applied}
    assert plan_of(world, raw).is_empty
    assert len(world.writes) == len(plan.updates)
    for made in world.writes:
        item_id = int(made.path.rpartition("/")[2])
        (update,) = [one for one in plan.updates if one.ref.id == item_id]
        keys = {"role_owners" if change.is_role else change.key for change in update.changes}
        assert {pair["field_key"] for pair in made.body["update_fields"]} == keys
        fields = world.type_of(world.item(item_id)).fields
        computed = {field.key for field in fields if field.computed or field.formula}
        for key, value in before[item_id].values.items():
            if key not in keys | computed:
                assert world.item(item_id).values[key] == value
        named = {change.key.removeprefix("roles/") for change in update.changes if change.is_role}
        old, new = (
            {one["role"]: one["owners"] for one in owner.values["role_owners"] if one["owners"]}
            for owner in (before[item_id], world.item(item_id))
        )
        assert {role: old[role] for role in old if role not in named} == {
            role: new[role] for role in new if role not in named
        }


@given(states)
def test_the_same_plan_applied_twice_sends_nothing_the_second_time(
    state: dict[int, tuple[dict[str, str], dict[str, str]]],
) -> None:
    world = calm_world()
    plan = plan_of(world, document(state))
    apply_to(world, plan)
    sent = len(world.writes)
    again = apply_to(world, plan)
    assert {type(row.outcome) for row in again.rows} <= {Already}
    assert len(world.writes) == sent


@given(states, st.data())
def test_a_plan_never_overwrites_what_a_person_changed_after_it(
    state: dict[int, tuple[dict[str, str], dict[str, str]]], data: st.DataObject
) -> None:
    world = calm_world()
    plan = plan_of(world, document(state))
    if not plan.updates:
        return
    update = data.draw(st.sampled_from(plan.updates))
    points = data.draw(st.integers(1001, 2000))
    world.edit(update.ref.id, "field_3724e6", points, by="7310000000000000002")
    report = apply_to(world, plan)
    assert world.item(update.ref.id).values["field_3724e6"] == points
    touched = any(change.key == "field_3724e6" for change in update.changes)
    puts = [made for made in world.writes if made.path.endswith(f"/{update.ref.id}")]
    assert len(puts) == (0 if touched else 1)
    assert len(report.rows) == plan.fields
