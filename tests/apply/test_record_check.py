"""Ask the records whose edits our PUTs replaced; where they are silent, nothing is concluded."""

from __future__ import annotations

from reconciler.model.outcomes import Applied, Conflict
from tests.apply.three_stories import STATE, STORY
from tests.road import apply_to, calm_world, plan_of, words


def test_an_apply_is_done_where_the_operation_records_cannot_be_read() -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.faults = [{"kind": "not_installed", "path": "*/op_record/*"}]
    report = apply_to(world, plan)
    assert words(report) == {"applied": 5}
    assert report.stopped is None
    (told,) = report.moved
    assert told.startswith("3 items: the operation records could not be read (the plugin may not do this")


def test_a_rule_that_answers_our_write_is_a_conflict_by_its_name() -> None:
    """Also where it puts back the very value that was there, which looks like a read that lags."""
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.automations = [
        {"when": "priority", "set": {"priority": {"value": "option_0"}}, "by": "rule-99"},
        {"when": "field_3724e6", "set": {"field_3724e6": 1}, "by": "rule-7"},
    ]
    rows = [row for row in apply_to(world, plan).rows if row.ref.id == STORY]
    outcomes = {row.change.key: row.outcome for row in rows if row.change}
    answered = "; it will answer the next write, too: change the rule, or take the field out of the files"
    assert outcomes["priority"] == Conflict(
        f"changed right after our write, to P0, by rule rule-99{answered}"
    )
    assert outcomes["field_3724e6"] == Conflict(
        f"changed right after our write, to 1, by rule rule-7{answered}"
    )
    assert sum(one == Applied() for one in outcomes.values()) == 1, "the role, which no rule answers"
