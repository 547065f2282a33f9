"""Three answers of a condition: a match, a miss, and what nobody can tell."""

from __future__ import annotations

from itertools import product

import pytest

from reconciler.fields.conditions import AnyOf, Comparison, comparisons, judged, keys_of, nothing_in
from reconciler.fields.values import Seen

YES, NO = Comparison("a", "IS NULL", "null"), Comparison("a", "IS NOT NULL", "null")
OPEN = Comparison("unread", "IS NULL", "null")
VALUES = {"a": Seen(None)}
ANSWERS = {True: YES, False: NO, None: OPEN}


@pytest.mark.parametrize(("one", "other"), list(product([True, False, None], repeat=2)))
def test_answers_are_joined_as_kleene_did(one: bool | None, other: bool | None) -> None:  # noqa: FBT001 - answers
    pair = (ANSWERS[one], ANSWERS[other])
    both = False if False in (one, other) else None if None in (one, other) else True
    some = True if True in (one, other) else None if None in (one, other) else False
    assert judged(pair, VALUES) is both
    assert judged([AnyOf(pair)], VALUES) is some


def test_no_condition_at_all_holds() -> None:
    assert judged([], {}) is True


@pytest.mark.parametrize("value", [None, frozenset(), ()])
def test_the_empty_value_of_any_type_is_nothing(value: object) -> None:
    assert nothing_in(value)
    assert judged([Comparison("a", "!=", "text", ("x",))], {"a": Seen(None)}) is True
    assert judged([Comparison("a", "=", "text", ("x",))], {"a": Seen(None)}) is False


@pytest.mark.parametrize("value", [0, False, "x"])
def test_zero_and_false_are_values(value: object) -> None:
    assert not nothing_in(value)


def test_the_keys_of_conditions_are_found_once() -> None:
    some = (YES, AnyOf((OPEN, NO)))
    assert keys_of(some) == ("a", "unread")
    assert list(comparisons(some)) == [YES, OPEN, NO]
