"""The data of a plan's file has every member of the models that read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from msgspec.structs import replace
from pydantic import BaseModel

from reconciler.errors import Place
from reconciler.fields.conditions import Comparison
from reconciler.model import (
    Block,
    Failure,
    GuardResult,
    Notified,
    NotifiedPerson,
    Plan,
    Ref,
    Released,
    RuleResult,
    SideEffect,
    Unapplied,
    Why,
)
from reconciler.plan.plan_data import sealed, text_of
from reconciler.plan.plan_file import load_plan, plan_of
from reconciler.plan.plan_json import PlanFile
from tests.render.plans import plan_with, priority, update

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
PLACE = Place("state/a.yaml", 4, 5)
REF = Ref("story", 7)


def full_plan() -> Plan:
    """A plan that has some of everything."""
    rule = RuleResult(
        "a", "hold", "story", ("x",), (Comparison("priority", "=", "set", ("1",)),), PLACE, (1,)
    )
    drifted = priority(why=Why.DRIFT, rules=("a",), outranked=PLACE)
    relation = replace(drifted, key="parent", type="work_item_related_select", before=1, after=2)
    effect = SideEffect("role_1", "QA", ("1",), ("2",), ("bo@example.com",))
    row = replace(update(1, drifted, relation), side_effects=(effect,))
    return plan_with(
        row,
        skipped=(replace(row, ref=REF),),
        blocks=(Block(REF, "T", "key", "Name", "reason", "repair", PLACE, ("a",)),),
        released=(Released(REF, "key", "Name", "p0"),),
        unapplied=(Unapplied(REF, "key", "a" * 40),),
        rest=(Unapplied(REF, None, None),),
        guards=(GuardResult("changes", "1", "2", ok=False),),
        failures=(Failure("what", "fix", PLACE),),
        notified=Notified(1, (NotifiedPerson("1", "Bo", 1),)),
        targets=(REF,),
        parts=(REF,),
        rules=(rule,),
        since_last=True,
    )


def missing(model: type[BaseModel], data: Any, at: str = "") -> list[str]:
    """Return the members of a model and of those below it that data lacks."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        if name not in data:
            found.append(f"{at}{name}")
            continue
        inner = next((one for one in types_in(field.annotation) if issubclass(one, BaseModel)), None)
        value = data[name]
        while isinstance(value, list) and value:
            value = value[0]
        if inner and isinstance(value, dict):
            found += missing(inner, value, f"{at}{name}.")
    return found


def types_in(annotation: Any) -> list[type]:
    """Return every class in an annotation."""
    if args := get_args(annotation):
        return [one for arg in args for one in types_in(arg)]
    return [annotation] if isinstance(annotation, type) else []


def test_every_member_of_the_models_is_written() -> None:
    made = sealed(full_plan(), AT, folder="ops", roots=["ops/state"])
    data = json.loads(text_of(made.data))
    known_only_for_relations = {"resource_changes.fields.before_text", "resource_changes.fields.after_text"}
    lacking = set(missing(PlanFile, data)) - known_only_for_relations
    assert {one for one in lacking if not one.endswith("_text")} == set()
    assert data["resource_changes"][0]["fields"][1]["after_text"] == "2"
    assert plan_of(load_plan(text_of(made.data))).rules == full_plan().rules


@pytest.mark.parametrize("name", ["rules", "targets", "parts", "rest", "notified", "since_last"])
def test_a_member_that_older_plans_lack_is_absent_where_there_is_none(name: str) -> None:
    assert name not in sealed(plan_with(update(1, priority())), AT).data
    assert name in sealed(full_plan(), AT).data


def test_a_rest_that_is_empty_is_written_since_it_is_known() -> None:
    assert sealed(plan_with(rest=()), AT).data["rest"] == []
