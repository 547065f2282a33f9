"""Rows that read the same are put together, and only those."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from msgspec.structs import replace

from reconciler.model import Held, HeldBy, Plan, Ref, Released, Why
from reconciler.render.groups import (
    KINDS,
    MANY,
    block_groups,
    groups,
    merged,
    people_in_change,
    released_groups,
    review_kind,
    told_apart,
    updates_of,
)
from tests.render.plans import block, long_plans, people, plan_with, plans, priority, text, update


def test_identical_changes_are_one_group() -> None:
    plan = plan_with(*(update(n, priority(line=300 - n)) for n in range(212)))
    (group,) = groups(plan)
    assert len(group.rows) == 212
    assert group.rows[0][1].place.line == 89


def test_what_differs_in_any_way_is_another_group() -> None:
    one = priority()
    others = [
        one,
        replace(one, why=Why.CONFLICTING),
        replace(one, before_label="P2"),
        replace(one, after="another option of the same label"),
        replace(one, before="another option of the same label"),
        replace(one, key="other"),
        replace(one, clears=True),
    ]
    plan = plan_with(
        *(update(n, change) for n, change in enumerate(others)), update(9, one, type_key="issue")
    )
    assert len(groups(plan)) == len(others) + 1


def test_members_that_come_and_go_make_a_group_whoever_else_is_there() -> None:
    one = people(added=["ana@example.com"])
    two = replace(
        one, before=["bo"], after=["bo", "ana@example.com"], before_label="bo", after_label="bo, ana"
    )
    assert len(groups(plan_with(update(0, one), update(1, two)))) == 1


def test_the_pressing_come_first_then_the_many() -> None:
    plan = plan_with(
        update(0, priority(), text("a", "b")),
        update(1, priority(why=Why.DRIFT)),
        update(2, text("a", "b")),
        update(3, text("a", "")),
        update(4, priority("P2", why=Why.CONFLICTING)),
    )
    assert [(one.kind, len(one.rows)) for one in groups(plan)] == [
        ("both", 1),
        ("clear", 1),
        ("drift", 1),
        ("change", 2),
        ("change", 1),
    ]


def test_what_is_left_alone_is_nothing_to_empty() -> None:
    plan = replace(
        plan_with(update(0, priority())),
        skipped=(update(1, replace(text("a", ""), held=Held(HeldBy.POLICY, "report"))),),
    )
    assert [one.kind for one in groups(plan)] == ["change", "left"]
    assert review_kind(replace(text("a", ""), held=Held(HeldBy.POLICY, "report"), why=Why.DRIFT)) == "drift"


def test_drift_by_one_person_is_one_group_with_the_span_of_its_times() -> None:
    drift = [priority(why=Why.DRIFT, by="bo@example.com", at=f"2026-11-2{n} 14:02") for n in (3, 1, 2)]
    others = [replace(drift[0], by="ana@example.com"), replace(drift[0], by=None, at=None)]
    found = groups(plan_with(*(update(n, one) for n, one in enumerate([*drift, *others]))))
    assert [one.why for one in found] == [
        "drift: bo@example.com, 2026-11-21 14:02 to 2026-11-23 14:02",
        "drift: ana@example.com, 2026-11-23 14:02",
        "drift",
    ]


def test_released_fields_are_put_together_by_name() -> None:
    gone = [Released(Ref("story", n), "notes", "Notes") for n in (3, 1, 2)]
    plan = replace(plan_with(), released=(*gone, Released(Ref("story", 1), "due", "Due")))
    assert [(rows[0].name, [one.ref.id for one in rows]) for rows in released_groups(plan)] == [
        ("Due", [1]),
        ("Notes", [1, 2, 3]),
    ]


def test_a_field_that_is_emptied_on_both_sides_of_a_conflict_is_told_as_both() -> None:
    assert review_kind(text("a", "", why=Why.CONFLICTING)) == "both"


def test_blocked_rows_with_one_reason_are_one_group() -> None:
    plan = plan_with(blocks=[block(0), block(1), block(2, reason="terminated"), block(3, name="Notes")])
    assert [len(one.blocks) for one in block_groups(plan)] == [2, 1, 1]


def test_names_the_people_of_people_fields_alone() -> None:
    who = ["ana@example.com"]
    assert list(people_in_change(people(added=who, removed=["bo@example.com"]))) == [*who, "bo@example.com"]
    assert list(people_in_change(replace(priority("(empty)", "ana"), type="user"))) == ["ana"]
    assert list(people_in_change(priority())) == []


@given(plans)
def test_every_row_stands_in_exactly_one_group(plan: Plan) -> None:
    rows = [(update.ref, id(change)) for update in updates_of(plan) for change in update.changes]
    assert Counter(
        (update.ref, id(change)) for one in groups(plan) for update, change in one.rows
    ) == Counter(rows)
    assert Counter(one for group in block_groups(plan) for one in group.blocks) == Counter(plan.blocks)
    assert all(
        review_kind(change) == one.kind and one.kind in KINDS
        for one in groups(plan)
        for _, change in one.rows
    )
    assert all(len({change.why for _, change in one.rows}) == 1 for one in groups(plan))


def test_many_that_end_alike_are_one_group_whatever_they_had_before() -> None:
    few = plan_with(*(update(n, priority(f"P{n % 3 + 1}")) for n in range(MANY - 1)))
    assert merged(few) == groups(few)
    assert len(merged(few)) == 3
    (group,) = merged(plan_with(*(update(n, priority(f"P{n % 3 + 1}")) for n in range(MANY + 1))))
    assert group.befores == (("P1", 4), ("P2", 4), ("P3", 3))


def test_what_ends_alike_for_another_reason_or_by_another_person_is_another_group() -> None:
    ways = [priority(), priority(why=Why.DRIFT), priority(why=Why.DRIFT, by="bo@example.com")]
    plan = plan_with(*(update(10 * k + n, way) for k, way in enumerate(ways) for n in range(MANY)))
    assert sorted(len(one.rows) for one in merged(plan)) == [MANY] * len(ways)


@given(plans | long_plans())
def test_every_row_is_in_exactly_one_merged_group(plan: Plan) -> None:
    rows = [(update.ref, id(change)) for update in updates_of(plan) for change in update.changes]
    found = merged(plan)
    assert Counter((update.ref, id(change)) for one in found for update, change in one.rows) == Counter(rows)
    assert all(review_kind(change) == one.kind for one in found for _, change in one.rows)
    assert all(
        change.after_label == one.change.after_label
        for one in found
        for _, change in one.rows
        if len(one.befores) > 1
    )
    assert all(sum(count for _, count in one.befores) == len(one.rows) for one in found)


@given(plans)
def test_the_order_of_the_plan_does_not_matter(plan: Plan) -> None:
    turned = replace(plan, updates=plan.updates[::-1], blocks=plan.blocks[::-1])
    assert [one.id for one in groups(turned)] == [one.id for one in groups(plan)]
    assert [one.id for one in block_groups(turned)] == [one.id for one in block_groups(plan)]


def test_views_share_the_groups_of_one_plan_and_never_those_of_another() -> None:
    one, twin, other = (plan_with(*(update(n, priority()) for n in range(count))) for count in (2, 2, 3))
    assert groups(one) is groups(one)
    assert groups(twin) == groups(one)
    assert [len(groups(plan)[0].rows) for plan in (one, other, one)] == [2, 3, 2]
    assert told_apart(one) is one
