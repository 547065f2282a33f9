"""Desired values: whole ones, and rules that take the rest from the live value."""

from __future__ import annotations

import pytest

from reconciler.errors import Mistake, Place
from reconciler.fields.values import Rule, Wrong, desired_value


def of(*members: str) -> frozenset[str]:
    return frozenset(members)


def test_a_plain_value_is_desired_whatever_is_live() -> None:
    assert desired_value("P0", "P1") == "P0"
    assert desired_value(None, "P1") is None


@pytest.mark.parametrize(
    ("live", "after"),
    [
        (of(), of("ana")),
        (of("bo"), of("ana")),
        (of("ana", "chen"), of("ana", "chen")),
        (of("bo", "chen"), of("ana", "chen")),
    ],
)
def test_a_rule_adds_and_removes_the_members_that_it_names_and_keeps_the_others(
    live: frozenset[str], after: frozenset[str]
) -> None:
    rule = Rule(of("ana"), of("bo"))
    assert desired_value(rule, live) == after
    assert desired_value(rule, after) == after
    assert rule.named == of("ana", "bo")


def test_a_wrong_value_carries_every_mistake_in_it() -> None:
    place = Place("a.yaml", 3, 5)
    error = Wrong(Mistake(place, "one", "mend it"), Mistake(place, "two", "mend it, too"))
    assert [one.what for one in error.mistakes] == ["one", "two"]
    assert str(error) == "a.yaml:3:5: one; mend it; a.yaml:3:5: two; mend it, too"
