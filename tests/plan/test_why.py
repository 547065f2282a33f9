"""Why a field changes: every combination of base, desired and live."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import Place
from reconciler.fields.values import Rule, desired_value
from reconciler.model import Ref, Unapplied, Why
from reconciler.plan.why import DesiredValues, ItemValues, Past, overlaid, released, why_for

AT = (Ref("story", 1), "f")
E, A, B = None, "A", "B"
SETS = {"e": frozenset[str](), "a": frozenset({"a"}), "b": frozenset({"b"}), "ab": frozenset({"a", "b"})}


def word(base: Any, desired: Any, live: Hashable, *applied: Any) -> Why | None:
    """`...` stands for what was not named; None where live and desired agree."""
    if desired_value(desired, live) == live:
        return None

    def past(value: Any) -> dict[tuple[Ref, str], Any]:
        return {} if value is ... else {AT: value}

    return why_for(AT, desired, live, Past(past(base), past(applied[0]) if applied else None))


@pytest.mark.parametrize("live", [E, A, B])
@pytest.mark.parametrize("desired", [E, A, B])
@pytest.mark.parametrize("base", [..., E, A, B])
def test_the_whole_table_of_single_values(base: Any, desired: Any, live: Any) -> None:
    if live == desired:
        expected = None
    elif base is ...:
        expected = Why.NEWLY_MANAGED
    elif base == live:
        expected = Why.CHANGED_HERE
    elif base == desired:
        expected = Why.DRIFT
    else:
        expected = Why.CONFLICTING
    assert word(base, desired, live) == expected


def contains(*members: str) -> Rule:
    return Rule(frozenset(members), frozenset())


def excludes(*members: str) -> Rule:
    return Rule(frozenset(), frozenset(members))


@pytest.mark.parametrize(
    ("base", "desired", "live", "expected"),
    [
        (..., contains("a"), SETS["b"], Why.NEWLY_MANAGED),
        (..., contains("a"), SETS["ab"], None),
        (contains("a"), contains("a"), SETS["b"], Why.DRIFT),
        (contains("b"), contains("a", "b"), SETS["b"], Why.CHANGED_HERE),
        (contains("a"), excludes("b"), SETS["ab"], Why.CHANGED_HERE),
        (contains("a"), excludes("b"), SETS["b"], Why.CONFLICTING),
        (SETS["a"], contains("a"), SETS["b"], Why.CONFLICTING),
        (SETS["ab"], contains("a"), SETS["b"], Why.DRIFT),
        (SETS["a"], SETS["b"], SETS["e"], Why.CONFLICTING),
        (SETS["a"], SETS["b"], SETS["a"], Why.CHANGED_HERE),
        (SETS["a"], SETS["a"], SETS["e"], Why.DRIFT),
    ],
)
def test_rules_are_compared_by_what_they_make_of_the_live_value(
    base: Any, desired: Any, live: Any, expected: Why | None
) -> None:
    assert word(base, desired, live) == expected


@pytest.mark.parametrize(
    ("applied", "live", "expected"),
    [
        (..., A, Why.PENDING),
        (A, A, Why.PENDING),
        (B, A, Why.DRIFT),
        (A, E, Why.CONFLICTING),
        (E, A, Why.CONFLICTING),
    ],
)
def test_what_was_merged_and_not_applied_is_pending_never_drift(
    applied: Any, live: Any, expected: Why
) -> None:
    assert word(B, B, live, applied) == expected


@pytest.mark.parametrize(
    ("applied", "merged", "desired", "live", "expected"),
    [
        (A, B, E, A, Why.CHANGED_HERE),
        (A, B, E, B, Why.CHANGED_HERE),
        (..., B, E, A, Why.NEWLY_MANAGED),
        (A, B, A, E, Why.CONFLICTING),
        (A, B, B, E, Why.CONFLICTING),
        (A, A, A, B, Why.DRIFT),
    ],
)
def test_what_was_merged_and_never_sent_does_not_accuse_anybody(
    applied: Any, merged: Any, desired: Any, live: Any, expected: Why
) -> None:
    assert word(merged, desired, live, applied) == expected


def test_rows_that_an_apply_left_behind_want_what_they_wanted_before() -> None:
    one, other = Ref("story", 1), Ref("story", 2)
    at_commit = {(one, "f"): B, (one, "g"): B, (other, "f"): B, (other, "g"): B}
    earlier: dict[str, DesiredValues] = {"c1": {(one, "f"): A, (other, "f"): A}, "c0": {(other, "g"): E}}
    rows = [Unapplied(one, "f", "c1"), Unapplied(other, None, "c1"), Unapplied(other, "g", "c0")]
    assert overlaid(at_commit, rows, earlier) == {
        (one, "f"): A,
        (one, "g"): B,
        (other, "f"): A,
        (other, "g"): E,
    }
    assert (one, "f") not in overlaid(at_commit, [Unapplied(one, "f", None)], earlier)
    assert overlaid(at_commit, [], {}) == at_commit


def test_items_that_the_base_holds_itself_release_nothing() -> None:
    place = Place("state/a.yaml", 1, 1)
    items = tuple(
        DesiredItem(Ref("story", number), place, (DesiredField("f", "A", place),)) for number in (1, 2)
    )
    base = ItemValues(items)
    assert base.holds(items)
    assert not base.holds(items[:1])
    assert list(released(items, Past(base))) == []
    assert list(released(items[:1], Past(base))) == [(Ref("story", 2), "f")]
    bare = replace(items[1], fields=())
    assert not base.holds((items[0], bare))
    assert list(released((items[0], bare), Past(base))) == [(Ref("story", 2), "f")]
