"""Rules in plan JSON, there and back; a plan without rules is as before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Place
from reconciler.fields.conditions import AnyOf, Comparison
from reconciler.model import RuleResult
from reconciler.plan.plan_data import digest_of_ids, rule_data
from reconciler.plan.plan_file import BadPlan, dumps, load_plan, plan_file, plan_of
from reconciler.plan.plan_json import RuleFile
from reconciler.plan.rule_file import rule_of
from tests.render.plans import plan_with, priority, update

if TYPE_CHECKING:
    from reconciler.model import Plan

AT = datetime(2026, 11, 28, tzinfo=UTC)
RULE = RuleResult(
    "a",
    "hold",
    "story",
    ("priority = P0", "due IS NULL or scale = S"),
    (
        Comparison("priority", "=", "set", ("option_0",)),
        AnyOf((Comparison("due", "IS NULL", "day"), Comparison("scale", "=", "set", ("scale_0",)))),
    ),
    Place("r.yaml", 4, 5),
    (1, 2),
    at_most=9,
    why="because",
    before=1,
    decided=1,
)


def plan() -> Plan:
    return plan_with(update(1, priority(rules=("a", "b"), outranked=Place("r.yaml", 9, 1))), rules=(RULE,))


def test_a_rule_is_read_back_as_it_was_written() -> None:
    assert rule_of(RuleFile.model_validate(rule_data(RULE))) == RULE


def test_a_plan_with_rules_is_read_back() -> None:
    back = plan_of(load_plan(dumps(plan_file(plan(), AT))))
    assert back.rules == (RULE,)
    assert back.updates == plan().updates


def test_a_plan_without_rules_has_no_member_of_theirs() -> None:
    text = dumps(plan_file(plan_with(update(1, priority())), AT))
    assert '"rules"' not in text
    assert '"rule"' not in text
    assert '"outranked"' not in text


def test_the_digest_tells_which_items_are_members() -> None:
    assert digest_of_ids((2, 1)) == digest_of_ids((1, 2)) != digest_of_ids((1, 3))


def test_a_condition_with_an_unknown_operator_is_no_plan() -> None:
    made = json.loads(dumps(plan_file(plan(), AT)))
    made["rules"][0]["conditions"][0][0]["operator"] = "LOOKS LIKE"
    with pytest.raises(BadPlan):
        load_plan(json.dumps(made))
