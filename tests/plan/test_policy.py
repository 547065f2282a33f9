"""What the settings decide about drift of a field, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.manifest.shapes import read
from reconciler.model import Held, HeldBy, Ref
from reconciler.plan.policy import keeper
from reconciler.settings import SpaceSettings
from tests.road import calm_world, pins_of

if TYPE_CHECKING:
    from tests.conftest import Desk


STORY = 6300012320


BO = "7310000000000000002"


def test_drift_is_healed_where_the_policy_says_so(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {story: {story_points: heal}}\n")
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.world.edit(STORY, "priority", {"value": "option_1"}, by=BO)
    done = repo.run("apply", "--yes", "--applied", "HEAD")
    assert done.code == 0
    assert repo.sent == [{"field_3724e6": 5}]
    assert "Priority  P1 → P0  skipped (drift: report)" in done.out


def test_a_field_can_be_left_out_of_drift_for_a_while(repo: Desk) -> None:
    rule = "{{type: story, field: story_points, why: estimates move, until: {}}}"
    policy = "spaces:\n  demo:\n    drift: {{default: heal}}\n    ignore: [{}]\n"
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.write("state/reconciler.yaml", policy.format(rule.format("2999-01-01")))
    assert "8 → 5  skipped (ignored: estimates move)" in repo.run("plan", "--base", "HEAD").out
    repo.write("state/reconciler.yaml", policy.format(rule.format("2020-01-01")))
    assert "8 → 5  drift" in repo.run("plan", "--base", "HEAD").out


def held(drift: dict[str, object], override: str | None = None) -> Held | None:
    """Return why drift of a story's priority is held under these policies."""
    decisions = read(SpaceSettings, {"drift": drift})
    catalog = pins_of(calm_world()).catalog("demo", decisions, {})
    return keeper(decisions, catalog, override)(Ref("story", 63), "priority")


@pytest.mark.parametrize(
    ("drift", "word"),
    [
        ({}, "report"),
        ({"default": "accept"}, "accept"),
        ({"default": "accept", "story": {"priority": "report"}}, "report"),
        ({"story": {"Priority": "accept"}}, "accept"),
        ({"story": {"due": "accept"}}, "report"),
        ({"issue": {"priority": "accept"}}, "report"),
    ],
)
def test_a_field_s_own_policy_goes_before_the_default(drift: dict[str, object], word: str) -> None:
    assert held(drift) == Held(HeldBy.POLICY, word)


def test_drift_to_heal_is_not_held_and_a_flag_overrides_the_settings() -> None:
    assert held({"story": {"priority": "heal"}}) is None
    assert held({}, override="heal") is None
    assert held({"default": "heal"}, override="report") == Held(HeldBy.POLICY, "report")
