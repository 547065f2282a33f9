"""Plans of several spaces as one document: taken apart they are the plans that it was made of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model import Plan
from reconciler.plan.plan_data import seal_of
from reconciler.plan.plan_file import BadPlan, dumps, load_plan, plan_data, plan_file, plan_of
from reconciler.plan.plan_json import PlanFile
from reconciler.plan.spaces_data import joined, plans_text, run_digest
from reconciler.plan.spaces_file import load_plans, split
from tests.render.plans import NOON, plan_with, plans, priority, text, update, writable


def files(*some: Plan) -> tuple[PlanFile, ...]:
    return tuple(plan_file(one, NOON) for one in some)


def named(plan: Plan, name: str) -> Plan:
    return replace(plan, space=name, space_key=f"key-of-{name}")


DEMO = named(plan_with(update(1, priority(), text("x", ""))), "demo")
MOBILE = named(plan_with(update(1, priority())), "mobile")
IDLE = named(plan_with(), "idle")


@given(st.lists(plans, min_size=2, max_size=3))
def test_what_is_joined_is_split_into_the_same_plans_and_joined_again_the_same_document(
    some: list[Plan],
) -> None:
    apart = [named(one, f"space{n}") for n, one in enumerate(some)]
    assume(all(map(writable, apart)))
    made = files(*apart)
    data = [plan_data(one) for one in made]
    assert split(joined(data)) == data
    assert joined(split(joined(data))) == joined(data)
    assert [dumps(one) for one in load_plans(plans_text(made))] == [dumps(one) for one in made]
    assert [plan_of(one).space for one in load_plans(plans_text(made))] == [one.space for one in apart]


def test_a_plan_of_one_space_is_the_document_that_it_always_was() -> None:
    made = files(DEMO)
    assert plans_text(made) == dumps(made[0])
    assert load_plans(dumps(made[0])) == (load_plan(dumps(made[0])),) == made
    assert run_digest(made) == made[0].digest


def tampered(change: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(plans_text(files(DEMO, MOBILE)))
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made["resource_changes"].pop(),
        lambda made: made["resource_changes"][0].update(space="mobile"),
        lambda made: made["spaces"][0].update(host="other"),
        lambda made: made["spaces"].reverse(),
        lambda made: made.update(digest="0" * 64),
    ],
)
def test_a_changed_document_is_refused_by_its_seal_and_by_that_of_the_space(change: Any) -> None:
    document = tampered(change)
    with pytest.raises(BadPlan, match="its seal is broken"):
        load_plans(json.dumps(document))


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made["resource_changes"].pop(),
        lambda made: made["resource_changes"][0].update(space="mobile"),
        lambda made: made["resource_changes"][0].update(space="elsewhere"),
        lambda made: made["spaces"][0].update(host="other"),
        lambda made: made["spaces"][1].update(name="demo"),
    ],
)
def test_a_document_that_was_sealed_anew_is_refused_by_the_seals_of_its_spaces(change: Any) -> None:
    document = tampered(change)
    document["seal"] = seal_of(document)
    with pytest.raises(BadPlan, match=r"its seal is broken|its rows do not name its spaces"):
        load_plans(json.dumps(document))


def test_a_later_minor_format_with_members_of_its_own_is_refused_and_another_major_one_too() -> None:
    document = json.loads(plans_text(files(DEMO, MOBILE)))
    with pytest.raises(BadPlan, match="more"):
        load_plans(json.dumps({**document, "more": 1}))
    with pytest.raises(BadPlan, match="it has another format"):
        load_plans(json.dumps({**document, "format_version": "2.0"}))
    with pytest.raises(BadPlan):
        load_plans(json.dumps({**document, "spaces": document["spaces"][:1]}))
