"""Rules in a plan of a part of the state: what the other files say counts, and stays out of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.git_repository import commit, git
from tests.plan.test_rules import FIRST, POINTS, SECOND, fields_of, planned, rule, rules, zebras

if TYPE_CHECKING:
    from tests.conftest import Desk

THIRD = SECOND + 1
ONE = f'["work_item_id = {THIRD}"]'


@pytest.fixture
def parts(desk: Desk) -> Desk:
    """Two files of rules that disagree on one item, and a file of items that decides another one."""
    zebras(desk, FIRST, SECOND, THIRD)
    rules(desk, rule("a"), file="state/a.yaml")
    rules(desk, rule("b", where=ONE, fields="{story_points: 6}"), file="state/b.yaml")
    desk.stories(f"{{id: {SECOND}, fields: {{story_points: 8}}}}", file="state/stories.yaml")
    return desk


def names(plan: Any) -> list[str]:
    return [one["name"] for one in plan["rules"]]


def test_a_file_outside_of_the_part_still_beats_a_rule(parts: Desk) -> None:
    plan = planned(parts, "state/a.yaml")
    assert set(fields_of(plan)) == {(FIRST, POINTS)}
    assert names(plan) == ["a"]
    assert parts.run("apply", "state/a.yaml", "--yes").code == 3  # the blocked row of the next test
    assert [one.path.rpartition("/")[2] for one in parts.world.writes] == [str(FIRST)]


@pytest.mark.parametrize("file", ["state/a.yaml", "state/b.yaml"])
def test_a_rule_outside_of_the_part_still_disagrees(parts: Desk, file: str) -> None:
    plan = planned(parts, file)
    assert {one["id"]: one["reason"] for one in plan["blocked"]} == {THIRD: "rules a and b disagree"}
    assert THIRD not in {ref for ref, _ in fields_of(plan)}


def test_a_rule_that_agrees_with_one_outside_is_sent_by_either_part(parts: Desk) -> None:
    rules(parts, rule("b", where=ONE), file="state/b.yaml")
    for file in ("state/a.yaml", "state/b.yaml"):
        row = fields_of(planned(parts, file))[THIRD, POINTS]
        assert (row["source"]["file"], row["source"]["rule"]) == (file, "a, b")


def test_a_part_without_rules_is_planned_as_it_is(parts: Desk) -> None:
    plan = planned(parts, "state/stories.yaml")
    assert set(fields_of(plan)) == {(SECOND, POINTS)}
    assert plan.get("rules", []) == []


def test_changed_rules_are_judged_beside_those_that_did_not_change(parts: Desk) -> None:
    git(parts.folder, "init", "-q")
    commit(parts)
    rules(parts, rule("a", fields="{story_points: 4}"), file="state/a.yaml")
    plan = planned(parts, "--changed", "--base", "HEAD")
    assert names(plan) == ["a"]
    assert [one["id"] for one in plan["blocked"]] == [THIRD]
    assert {ref for ref, _ in fields_of(plan)} == {FIRST}


def test_a_mistake_in_the_rest_of_the_state_is_told(parts: Desk) -> None:
    parts.stories(f"{{id: {SECOND}, fields: {{story_pionts: 8}}}}", file="state/stories.yaml")
    done = parts.run("plan", "state/a.yaml")
    assert done.code == 1
    assert "state/stories.yaml:4:31: no field 'story_pionts' on story" in done.err


def test_a_file_of_rules_is_chosen_where_all_its_rows_are_blocked_or_it_selects_nothing(parts: Desk) -> None:
    plan = planned(parts, "--only", "state/b.yaml")
    assert [one["id"] for one in plan["blocked"]] == [THIRD]
    rules(parts, rule("b", where='["name ~ nobody"]'), file="state/b.yaml")
    assert fields_of(planned(parts, "--only", "state/b.yaml")) == {}
    assert parts.run("plan", "--only", "state/c.yaml").code == 1


def test_an_item_is_chosen_where_its_only_row_is_blocked(parts: Desk) -> None:
    assert [one["id"] for one in planned(parts, "--only", str(THIRD))["blocked"]] == [THIRD]
