"""Read back: reads that lag are waited for, and what was never seen is no success."""

from __future__ import annotations

import pytest

from reconciler.apply.ports import Stop
from reconciler.model.outcomes import Applied, Ignored, Unknown, word
from tests.apply.three_stories import STATE, STORY
from tests.road import Hasty, apply_to, calm_world, plan_of, words


@pytest.mark.parametrize("lag", [100, 700])
def test_waits_for_reads_that_lag_behind_writes(lag: int) -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.stale_reads_ms = lag
    report = apply_to(world, plan)
    assert {type(row.outcome) for row in report.rows} == {Applied}


def test_a_read_that_lags_longer_than_we_wait_is_told_as_unknown_and_not_as_ignored() -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.stale_reads_ms = 60_000
    report = apply_to(world, plan, stop=Stop(cut=Hasty()))
    assert words(report) == {"unknown": 5}
    assert {row.outcome for row in report.rows} == {Unknown("accepted, not seen within 2.5 s")}
    world.options.stale_reads_ms = 0
    assert plan_of(world, STATE).is_empty


@pytest.mark.parametrize("how", ["trim", "upper"])
def test_a_service_that_stores_something_else_is_told_by_what_it_stored(how: str) -> None:
    world = calm_world()
    plan = plan_of(world, STATE.replace("hello", '" hello "'))
    world.options.normalise = {"text": how}
    report = apply_to(world, plan)
    (row,) = [one for one in report.rows if one.key == "field_a1b2c3"]
    assert isinstance(row.outcome, Ignored)
    assert row.outcome.got.startswith("stored as ")


def test_of_a_refused_put_is_told_what_was_stored_all_the_same() -> None:
    """Nobody knows whether a PUT is atomic: what is seen decides."""
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.refused_put = "before"
    world.options.forbidden = [{"field": "field_3724e6"}]
    rows = {row.key: word(row.outcome) for row in apply_to(world, plan).rows if row.ref.id == STORY}
    assert rows == {"priority": "applied", "field_3724e6": "rejected", "roles/rd": "rejected"}
