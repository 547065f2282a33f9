"""Many equal rows are one line with the items and places below it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.model import Ref, Why
from reconciler.model.outcomes import NotTried, Rejected, Report, Row
from reconciler.render.groups import MANY
from reconciler.render.text import plan_text, report_text
from reconciler.render.text_many import OPENING
from tests.render.plans import HOSTILE, block, hostile_plan, plan_with, priority, update
from tests.render.test_text import hold_to_ours


def test_many_equal_changes_are_one_line_with_the_items_below_it() -> None:
    plan = plan_with(*(update(n, priority(line=10 + n)) for n in range(12)))
    assert plan_text(plan).split("\n")[1:4] == [
        "  ~ Priority  P1 → P0  on 12 items of demo/story",
        "      state/demo/checkout.yaml  6300012300 :10  6300012301 :11  6300012302 :12  6300012303 :13",
        "        6300012304 :14  6300012305 :15  6300012306 :16  6300012307 :17  6300012308 :18",
    ]


def test_different_values_before_are_named_where_they_are_few_and_counted_else() -> None:
    def head(*befores: str) -> str:
        rows = (update(n, replace(priority(one), why=Why.CHANGED_HERE)) for n, one in enumerate(befores))
        return plan_text(plan_with(*rows)).split("\n")[1]

    few = head(*["P1"] * 8, *["P2"] * 4)
    assert few == "  ~ Priority  → P0  on 12 items of demo/story, from P1 on 8, P2 on 4  changed here"
    assert ", from 12 values  changed here" in head(*map(str, range(12)))


def test_rows_of_an_apply_that_ended_alike_on_many_items_are_one_line() -> None:
    plan = plan_with(*(update(n, priority(line=10 + n)) for n in range(12)))
    rows = [Row(one.ref, "", "priority", "Priority", NotTried("stopped")) for one in plan.updates]
    rows.insert(4, Row(Ref("story", 7), "", "due", "Due", Rejected("no such day")))
    report = Report(tuple(rows))
    first, items, *_ = report_text(plan, report).split("\n")
    assert first == "not attempted: Priority on 12 items of demo/story: stopped"
    assert items.startswith("      6300012300  6300012301  6300012302  6300012303")
    assert report_text(plan, report).count("\nrejected: demo/story/7 Due: no such day\n") == 1
    assert report_text(plan, report, full=True).count("not attempted: demo/story/") == 12


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_text_of_a_stranger_steers_a_terminal_from_a_long_plan(payload: str) -> None:
    one = hostile_plan(payload)
    times = range(12)
    updates = [replace(update, ref=Ref("story", n)) for n in times for update in one.updates]
    blocks = [replace(blocked, ref=Ref("story", n)) for n in times for blocked in one.blocks]
    released = [replace(gone, ref=Ref("story", n)) for n in times for gone in one.released]
    plan = replace(one, updates=tuple(updates), blocks=tuple(blocks), released=tuple(released))
    hold_to_ours(plan)
    assert OPENING.format(number=MANY) in plan_text(plan)


def test_many_items_that_are_blocked_alike_are_one_line() -> None:
    assert plan_text(plan_with(blocks=[block(n) for n in range(10)])).split("\n")[1:3] == [
        "  x 10 items of demo/story",
        "      blocked: deleted, of another type, or not visible; restore the item in Meegle",
    ]
