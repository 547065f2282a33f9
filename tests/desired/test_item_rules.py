"""Ranges as desired values, and the fields that a rule reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.item_rules import Limits

numbers = st.integers(-9, 9)


@pytest.mark.parametrize(
    ("limits", "live", "after"),
    [
        (Limits(most=5), 9, 5),
        (Limits(most=5), 3, 3),
        (Limits(most=5), None, 5),
        (Limits(least=2), 1, 2),
        (Limits(least=2), None, 2),
        (Limits(least=2, most=5), None, 5),
    ],
)
def test_a_range_moves_what_is_outside_of_it(limits: Limits, live: object, after: object) -> None:
    assert limits.of(live) == after


@given(numbers | st.none(), numbers, numbers)
def test_a_value_that_is_desired_stays(live: int | None, one: int, other: int) -> None:
    limits = Limits(min(one, other), max(one, other))
    assert limits.of(limits.of(live)) == limits.of(live)
