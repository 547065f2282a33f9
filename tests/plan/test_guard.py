"""Guards: each limit by itself, and the exceptions that a review lets in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from reconciler.errors import Place
from reconciler.model import GONE, Block, Change, Plan, Ref, Unapplied, Update, Why
from reconciler.plan.guard import Allowance, Limits, allow_line, judge, widened

TODAY = date(2026, 11, 25)
PLACE = Place("state/a.yaml", 1, 1)


def plan_of(items: int, named: int, clears: int = 0) -> Plan:
    """Make a plan that changes `items` of `named` items, one field each, the first `clears` to empty."""
    updates = tuple(
        Update(
            Ref("story", n),
            "",
            PLACE,
            (Change("f", "F", "text", "a", "", '"a"', "(empty)", (), (), PLACE, clears=n < clears),),
        )
        for n in range(items)
    )
    return Plan("h", "demo", "k", {}, updates, (), named - items, named)


def failed(plan: Plan, limits: Limits) -> list[str]:
    return [guard.name for guard in judge(plan, limits) if not guard.ok]


@pytest.mark.parametrize(
    ("plan", "fails"),
    [
        (plan_of(0, 0), []),
        (plan_of(100, 1000), []),
        (plan_of(101, 1000), ["changes"]),
        (plan_of(9, 9), []),
        (plan_of(3, 10), []),
        (plan_of(4, 10), ["share"]),
        (plan_of(20, 1000, clears=10), []),
        (plan_of(20, 1000, clears=11), ["clears"]),
        (plan_of(200, 210, clears=200), ["changes", "share", "clears"]),
    ],
)
def test_each_limit_is_held_by_itself_and_to_the_last_item(plan: Plan, fails: list[str]) -> None:
    assert failed(plan, Limits()) == fails


def test_an_allowance_raises_only_its_own_numbers_and_ends_after_its_day() -> None:
    limits = Limits()
    standing = Allowance(changes=250, until=TODAY)
    ended = Allowance(clears=99, until=date(2026, 11, 24))
    wide = widened(limits, [standing, ended], TODAY)
    assert (wide.changes, wide.share, wide.clears) == (250, Decimal("0.3"), 10)
    assert widened(limits, [Allowance(changes=1)], TODAY).changes == 100


def test_the_printed_allowance_lets_exactly_this_plan_pass() -> None:
    plan = plan_of(200, 210, clears=200)
    judged = Plan(
        plan.host,
        plan.space,
        plan.space_key,
        plan.types,
        plan.updates,
        plan.blocks,
        plan.in_sync,
        plan.named,
        guards=judge(plan, Limits()),
    )
    assert allow_line(judged) == "guards: {allow: [{changes: 200, share: 95.3%, clears: 200, why: …}]}"
    wide = widened(Limits(), [Allowance(200, Decimal("0.953"), 200)], TODAY)
    assert failed(plan, wide) == []


def test_a_guard_is_told_by_its_name_its_limit_and_what_was_met() -> None:
    both = Change("f", "F", "text", "a", "", '"a"', "(empty)", (), (), PLACE, why=Why.CONFLICTING)
    plan = plan_of(4, 10, clears=2)
    plan = replace(plan, updates=(*plan.updates, Update(Ref("story", 9), "", PLACE, (both, both))))
    rows = [(one.name, one.limit, one.actual, one.ok) for one in judge(plan, Limits(both=2))]
    assert rows == [
        ("changes", "100 items", "5 items", True),
        ("share", "30%", "50% of 10 items", False),
        ("clears", "10 fields", "2 fields", True),
        ("both", "2 fields", "2 fields", True),
    ]
    assert failed(plan, Limits(both=1)) == ["share", "both"]
    assert failed(plan, Limits(share=Decimal("0.5"), both=2)) == []
    assert judge(plan_of(0, 0), Limits())[1].actual == "0% of 0 items"
    assert allow_line(replace(plan, guards=judge(plan, Limits()))) == (
        "guards: {allow: [{share: 50%, both: 2, why: …}]}"
    )
    nothing = replace(plan_of(2, 0), guards=judge(plan_of(2, 0), Limits(changes=1)))
    assert allow_line(nothing) == "guards: {allow: [{changes: 2, why: …}]}"


def test_one_field_that_somebody_else_changed_too_is_one_too_many() -> None:
    [update] = plan_of(1, 10).updates
    both = replace(update, changes=tuple(replace(one, why=Why.CONFLICTING) for one in update.changes))
    assert failed(replace(plan_of(1, 10), updates=(both,)), Limits()) == ["both"]


def test_every_limit_can_be_raised_and_the_largest_that_stands_counts() -> None:
    some = [
        Allowance(changes=150, share=Decimal("0.4"), clears=20, both=3, until=TODAY),
        Allowance(changes=140, share=Decimal("0.9"), clears=30, both=1),
    ]
    assert widened(Limits(), some, TODAY) == Limits(150, Decimal("0.9"), 30, 3)
    assert widened(Limits(), [Allowance()], TODAY) == Limits()


def hidden(items: int, named: int, behind: int = 0) -> Plan:
    """Make a plan in which the space shows none of `items`, of which the last apply left `behind` behind."""
    blocks = tuple(Block(Ref("story", n), "", None, "", GONE, "", PLACE) for n in range(items))
    unapplied = tuple(Unapplied(Ref("story", n), None, "abc") for n in range(behind))
    return replace(plan_of(0, named), blocks=blocks, unapplied=unapplied)


@pytest.mark.parametrize(
    ("plan", "fails"),
    [
        (hidden(9, 9), []),
        (hidden(10, 50), []),
        (hidden(11, 50), ["invisible"]),
        (hidden(10, 10), ["invisible"]),
        (hidden(20, 50, behind=10), []),
        (hidden(20, 50, behind=9), ["invisible"]),
        (hidden(199, 1000), []),
        (hidden(201, 1000), ["invisible"]),
    ],
)
def test_many_items_that_are_newly_not_visible_let_the_token_be_suspected(
    plan: Plan, fails: list[str]
) -> None:
    assert failed(plan, Limits()) == fails
    assert failed(plan, Limits(invisible=Decimal(1))) == []
    granted = widened(Limits(), [Allowance(invisible=len(plan.blocks))], TODAY)
    assert failed(plan, granted) == []
    if fails:
        judged = replace(plan, guards=judge(plan, Limits()))
        assert f"invisible: {len(plan.blocks) - len(plan.unapplied)}" in allow_line(judged)
