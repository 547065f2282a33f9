"""What rules propose becomes entries of items, after which the files decide and the plan agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.adopt.proposals import proposals, propose
from reconciler.plan.plan_file import load_plan, plan_of
from tests.plan.test_rules import FIRST, PLATFORM, POINTS, SECOND, planned, rule, rules, zebras

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Desk


def proposed(desk: Desk, patch: pytest.MonkeyPatch) -> list[str]:
    """Plan, write what rules propose, and return the lines that were reported."""
    out = desk.folder / "drift.json"
    assert desk.run("drift", "--out", str(out)).code == 0
    plan = plan_of(load_plan(out.read_bytes()))
    told: list[str] = []
    for name, value in desk.environ.items():
        patch.setenv(name, value)
    patch.chdir(desk.folder)
    done = propose(plan, told.append)
    assert done.values == len(list(proposals(plan)))
    return [*told, *done.files]


def test_entries_go_beside_the_rule_and_the_plan_then_changes_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    zebras(desk, FIRST, SECOND)
    for item_id in (FIRST, SECOND):
        desk.world.item(item_id).values[PLATFORM] = []
    rules(desk, rule(fields="{story_points: 5, platform: {contains: [iOS]}}", mode="propose"))
    assert proposed(desk, monkeypatch) == ["state/points-items.yaml"]
    text = (desk.folder / "state/points-items.yaml").read_text()
    assert f"id: {FIRST}  # Zebra {FIRST}" in text
    assert "platform: {contains: [iOS]}" in text or "contains:" in text
    plan = planned(desk)
    assert plan["left_alone"] == []
    assert {one["id"] for one in plan["resource_changes"]} == {FIRST, SECOND}
    assert {one["key"] for item in plan["resource_changes"] for one in item["fields"]} == {POINTS, PLATFORM}
    assert desk.world.writes == []


def test_a_second_proposal_goes_into_the_same_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    zebras(desk, FIRST)
    rules(desk, rule(mode="propose"))
    proposed(desk, monkeypatch)
    zebras(desk, SECOND)
    proposed(desk, monkeypatch)
    text = (desk.folder / "state/points-items.yaml").read_text()
    assert text.count("- id:") == 2
    assert proposed(desk, monkeypatch) == []
