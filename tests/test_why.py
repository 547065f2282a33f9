"""Why a field changes: every combination of base, wanted and live."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest

from reconciler.fields.base import Rule, settle
from reconciler.model import Ref
from reconciler.why import Past, word_for

AT = (Ref("story", 1), "f")
E, A, B = None, "A", "B"
SETS = {"e": frozenset[str](), "a": frozenset({"a"}), "b": frozenset({"b"}), "ab": frozenset({"a", "b"})}


def word(base: Any, wanted: Any, live: Hashable, *applied: Any) -> str | None:
    """`...` stands for what was not named; None where live and wanted agree."""
    if settle(wanted, live) == live:
        return None

    def past(value: Any) -> dict[tuple[Ref, str], Any]:
        return {} if value is ... else {AT: value}

    return word_for(AT, wanted, live, Past(past(base), past(applied[0]) if applied else None))


@pytest.mark.parametrize("live", [E, A, B])
@pytest.mark.parametrize("wanted", [E, A, B])
@pytest.mark.parametrize("base", [..., E, A, B])
def test_the_whole_table_of_single_values(base: Any, wanted: Any, live: Any) -> None:
    if live == wanted:
        expected = None
    elif base is ...:
        expected = "newly managed"
    elif base == live:
        expected = "changed here"
    elif base == wanted:
        expected = "drift"
    else:
        expected = "both"
    assert word(base, wanted, live) == expected


def contains(*members: str) -> Rule:
    return Rule(frozenset(members), frozenset())


def excludes(*members: str) -> Rule:
    return Rule(frozenset(), frozenset(members))


@pytest.mark.parametrize(
    ("base", "wanted", "live", "expected"),
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
    base: Any, wanted: Any, live: Any, expected: str | None
) -> None:
    assert word(base, wanted, live) == expected


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
