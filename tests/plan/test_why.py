"""Why a field changes: every combination of base, desired and live."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest

from reconciler.fields.values import Rule, settle
from reconciler.model import Ref, Unapplied
from reconciler.plan.why import Past, Wishes, overlaid, word_for

AT = (Ref("story", 1), "f")
E, A, B = None, "A", "B"
SETS = {"e": frozenset[str](), "a": frozenset({"a"}), "b": frozenset({"b"}), "ab": frozenset({"a", "b"})}


def word(base: Any, desired: Any, live: Hashable, *applied: Any) -> str | None:
    """`...` stands for what was not named; None where live and desired agree."""
    if settle(desired, live) == live:
        return None

    def past(value: Any) -> dict[tuple[Ref, str], Any]:
        return {} if value is ... else {AT: value}

    return word_for(AT, desired, live, Past(past(base), past(applied[0]) if applied else None))


@pytest.mark.parametrize("live", [E, A, B])
@pytest.mark.parametrize("desired", [E, A, B])
@pytest.mark.parametrize("base", [..., E, A, B])
def test_the_whole_table_of_single_values(base: Any, desired: Any, live: Any) -> None:
    if live == desired:
        expected = None
    elif base is ...:
        expected = "newly managed"
    elif base == live:
        expected = "changed here"
    elif base == desired:
        expected = "drift"
    else:
        expected = "both"
    assert word(base, desired, live) == expected


def contains(*members: str) -> Rule:
    return Rule(frozenset(members), frozenset())


def excludes(*members: str) -> Rule:
    return Rule(frozenset(), frozenset(members))


@pytest.mark.parametrize(
    ("base", "desired", "live", "expected"),
    [
        (..., contains("a"), SETS["b"], "newly managed"),
        (..., contains("a"), SETS["ab"], None),
        (contains("a"), contains("a"), SETS["b"], "drift"),
        (contains("b"), contains("a", "b"), SETS["b"], "changed here"),
        (contains("a"), excludes("b"), SETS["ab"], "changed here"),
        (contains("a"), excludes("b"), SETS["b"], "both"),
        (SETS["a"], contains("a"), SETS["b"], "both"),
        (SETS["ab"], contains("a"), SETS["b"], "drift"),
        (SETS["a"], SETS["b"], SETS["e"], "both"),
        (SETS["a"], SETS["b"], SETS["a"], "changed here"),
        (SETS["a"], SETS["a"], SETS["e"], "drift"),
    ],
)
def test_rules_are_compared_by_what_they_make_of_the_live_value(
    base: Any, desired: Any, live: Any, expected: str | None
) -> None:
    assert word(base, desired, live) == expected


@pytest.mark.parametrize(
    ("applied", "live", "expected"),
    [
        (..., A, "pending"),
        (A, A, "pending"),
        (B, A, "drift"),
        (A, E, "both"),
        (E, A, "both"),
    ],
)
def test_what_was_merged_and_not_applied_is_pending_never_drift(
    applied: Any, live: Any, expected: str
) -> None:
    assert word(B, B, live, applied) == expected


@pytest.mark.parametrize(
    ("applied", "merged", "desired", "live", "expected"),
    [
        (A, B, E, A, "changed here"),
        (A, B, E, B, "changed here"),
        (..., B, E, A, "newly managed"),
        (A, B, A, E, "both"),
        (A, B, B, E, "both"),
        (A, A, A, B, "drift"),
    ],
)
def test_what_was_merged_and_never_sent_does_not_accuse_anybody(
    applied: Any, merged: Any, desired: Any, live: Any, expected: str
) -> None:
    assert word(merged, desired, live, applied) == expected


def test_rows_that_an_apply_left_behind_want_what_they_wanted_before() -> None:
    one, other = Ref("story", 1), Ref("story", 2)
    at_commit = {(one, "f"): B, (one, "g"): B, (other, "f"): B, (other, "g"): B}
    earlier: dict[str, Wishes] = {"c1": {(one, "f"): A, (other, "f"): A}, "c0": {(other, "g"): E}}
    rows = [Unapplied(one, "f", "c1"), Unapplied(other, None, "c1"), Unapplied(other, "g", "c0")]
    assert overlaid(at_commit, rows, earlier) == {
        (one, "f"): A,
        (one, "g"): B,
        (other, "f"): A,
        (other, "g"): E,
    }
    assert (one, "f") not in overlaid(at_commit, [Unapplied(one, "f", None)], earlier)
    assert overlaid(at_commit, [], {}) == at_commit
