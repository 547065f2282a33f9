"""Judge: what fresh metadata and a fresh read leave of a plan."""

from __future__ import annotations

from tests.apply.three_stories import BO, STATE, STORY
from tests.road import apply_to, calm_world, plan_of, words


def test_an_item_deleted_between_plan_and_apply_is_blocked_and_the_others_go_on() -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    world.delete(STORY + 1, by=BO)
    assert words(apply_to(world, plan)) == {"applied": 4, "blocked": 1}


def test_a_field_that_became_calculated_is_blocked() -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    field = next(
        one for one in next(iter(world.spaces.values())).types[0].fields if one.key == "field_3724e6"
    )
    field.formula = ["x"]
    report = apply_to(world, plan)
    assert words(report) == {"applied": 4, "blocked": 1}
