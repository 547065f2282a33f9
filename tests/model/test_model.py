"""The values of a plan: what they count, how they are named, and what keeps a field from a write."""

from __future__ import annotations

import pytest

from reconciler.errors import Place
from reconciler.model import Change, Failure, Forecast, Held, HeldBy, Item, Plan, Ref, Update, Why

HERE = Place("a.yaml", 4, 5)
REF = Ref("t1", 1)


def change(key: str = "priority", **more: object) -> Change:
    made = Change(key, "Priority", "select", "o1", "o2", "P0", "P1", (), (), HERE)
    return Change(**{**{name: getattr(made, name) for name in made.__struct_fields__}, **more})


def update(item_id: int, *changes: Change) -> Update:
    return Update(Ref("t1", item_id), "Pay", HERE, changes)


def plan(*updates: Update, skipped: tuple[Update, ...] = (), targets: tuple[Ref, ...] = ()) -> Plan:
    return Plan("h", "demo", "k", {"t1": "story"}, updates, (), 0, 9, skipped=skipped, targets=targets)


def test_an_item_is_addressed_by_the_names_that_files_use() -> None:
    assert plan().address(REF) == "demo/story/1"
    assert plan().address(Ref("t9", 2)) == "demo/t9/2"


def test_a_plan_counts_the_fields_that_it_writes_and_not_what_it_skips() -> None:
    some = plan(update(1, change(), change(clears=True)), skipped=(update(2, change()),))
    assert (some.fields, some.clears) == (2, 1)


def test_reasons_are_counted_with_what_is_skipped() -> None:
    some = plan(update(1, change(why=Why.DRIFT)), skipped=(update(2, change(why=Why.DRIFT), change()),))
    assert (some.count(Why.DRIFT), some.count(Why.PENDING)) == (2, 0)


def test_only_fields_that_are_skipped_for_an_unknown_base_are_unknown() -> None:
    held = (change(held=Held(HeldBy.BASE_UNKNOWN)), change(held=Held(HeldBy.POLICY, "report")), change())
    assert plan(skipped=(update(1, *held),)).unknown == 1


def test_a_plan_is_empty_only_without_anything_to_report() -> None:
    assert plan().is_empty
    assert not plan(update(1, change())).is_empty
    assert not plan(skipped=(update(1, change()),)).is_empty


@pytest.mark.parametrize(
    ("items", "forecast"),
    [(0, Forecast(0, 0, 0)), (1, Forecast(1, 5, 1)), (50, Forecast(50, 23, 4)), (51, Forecast(51, 28, 4))],
)
def test_a_forecast_counts_calls_by_batches(items: int, forecast: Forecast) -> None:
    assert plan(*[update(n, change()) for n in range(items)]).forecast == forecast


def test_what_rows_point_to_is_read_by_type() -> None:
    targets = (Ref("t2", 1), Ref("t2", 2), Ref("t3", 3))
    assert plan(targets=targets).forecast.reads == 2


@pytest.mark.parametrize(
    ("made", "op", "is_role", "is_rule"),
    [
        (change(), "set", False, False),
        (change(clears=True), "clear", False, False),
        (change("roles/rd"), "set", True, False),
        (change(excludes=("7",)), "set", False, True),
    ],
)
def test_a_change_knows_what_it_does(made: Change, op: str, *, is_role: bool, is_rule: bool) -> None:
    assert (made.op, made.is_role, made.is_rule) == (op, is_role, is_rule)


def test_roles_of_an_item_with_a_strange_role_may_not_be_written() -> None:
    item = Item(REF, "Pay", {}, strange_roles=("x1",))
    assert item.objection("roles/rd") == "the item has roles that the space does not list: x1"
    assert item.objection("priority") is None
    assert Item(REF, "Pay", {}).objection("roles/rd") is None


def test_a_field_without_a_value_tells_why() -> None:
    item = Item(REF, "Pay", {}, unreadable={"due": "a number was expected"})
    assert item.unread("due") == "the live value cannot be read: a number was expected"
    assert item.unread("notes") == "the live value cannot be read: missing"


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (Failure("no value", "write null", HERE), "a.yaml:4:5: no value; write null"),
        (Failure("no answer", ""), "no answer"),
    ],
)
def test_a_failure_is_one_line(failure: Failure, line: str) -> None:
    assert str(failure) == line
