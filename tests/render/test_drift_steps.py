"""Drift ends with the commands that settle it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.model import Held, HeldBy, Why
from reconciler.render.drift_steps import next_steps
from tests.render.plans import block, plan_with, priority, update


def test_without_drift_there_is_nothing_to_do() -> None:
    assert next_steps([plan_with(blocks=[block(0)])]) == ()


@pytest.mark.parametrize(
    ("held", "command"),
    [
        (Held(HeldBy.POLICY, "report"), "reconciler apply --drift heal"),
        (Held(HeldBy.POLICY, "accept"), "reconciler accept"),
        (Held(HeldBy.APPLIED_UNKNOWN), "reconciler drift --applied REF"),
    ],
)
def test_what_is_skipped_has_its_own_command(held: Held, command: str) -> None:
    plan = replace(plan_with(), skipped=(update(0, priority(why=Why.DRIFT, held=held)),))
    told = "\n".join(next_steps([plan]))
    assert command in told
    assert "drift --heal" not in told


def test_a_member_of_a_rule_is_kept_by_an_entry_of_its_own() -> None:
    held = Held(HeldBy.POLICY, "report")
    rows = (update(0, priority(why=Why.DRIFT, held=held, rules=("p0",))), update(1, priority(held=held)))
    told = "\n".join(next_steps([replace(plan_with(), skipped=rows[:1])]))
    assert f"reconciler pull {rows[0].ref.id} --into FILE" in told
    assert "--refresh" not in told, "no file has an entry of the item"
    both = "\n".join(next_steps([replace(plan_with(), skipped=rows)]))
    assert f"--refresh --only demo/story/{rows[1].ref.id}" in both


def test_a_few_items_are_named_and_the_others_counted() -> None:
    told = next_steps([plan_with(*(update(n, priority(why=Why.DRIFT)) for n in range(5)))])
    assert told[-1].count("--only demo/story/") == 3
    assert told[-1].endswith("(and 2 more items)")


def test_of_several_spaces_each_is_named_where_a_command_is_about_one() -> None:
    held = Held(HeldBy.POLICY, "report")
    demo = replace(plan_with(), skipped=(update(0, priority(why=Why.DRIFT, held=held)),))
    plans = [demo, replace(demo, space="mobile"), replace(plan_with(), space="still")]
    assert [line.partition(":  ")[2] for line in next_steps(plans)[2:]] == [
        "reconciler apply --drift heal --applied REF --only ITEM",
        f"reconciler pull --refresh --only demo/story/{demo.skipped[0].ref.id}",
        f"reconciler pull --refresh --only mobile/story/{demo.skipped[0].ref.id}",
    ]
    heals = [replace(plan_with(update(0, priority(why=Why.DRIFT))), space=name) for name in ("a", "b")]
    assert [line for line in next_steps(heals) if "--heal" in line] == [
        "  put back 1 field:  reconciler drift --heal --space a",
        "  put back 1 field:  reconciler drift --heal --space b",
    ]
