"""What two rules desire together, and days that rest on other fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from reconciler.desired.item_rules import Limits
from reconciler.fields.values import UNREAD, Rule, desired_value
from reconciler.plan.rule_values import counted_from, together
from tests.desired.demo_pins import demo_catalog


def rule(*contains: str, excludes: tuple[str, ...] = ()) -> Rule:
    return Rule(frozenset(contains), frozenset(excludes))


@pytest.mark.parametrize(
    ("first", "second", "live", "after"),
    [
        ("a", "a", "b", "a"),
        ("a", "c", "b", UNREAD),
        (rule("a"), rule("b"), frozenset(), frozenset({"a", "b"})),
        (rule("a"), rule(excludes=("a",)), frozenset(), UNREAD),
        (rule("a"), frozenset({"a", "b"}), frozenset(), frozenset({"a", "b"})),
        (rule("c"), frozenset({"a", "b"}), frozenset(), UNREAD),
        (Limits(most=5), Limits(least=2), 9, 5),
        (Limits(most=5), Limits(most=3), 9, 3),
        (Limits(most=2), Limits(least=5), 9, UNREAD),
        (Limits(most=5), 4, 9, 4),
        (Limits(most=5), 6, 9, UNREAD),
    ],
)
def test_two_rules_agree_where_one_value_is_desired_by_both(
    first: Any, second: Any, live: Any, after: Any
) -> None:
    for one, other in ((first, second), (second, first)):
        made = together(one, other, live)
        assert (made if made is UNREAD else desired_value(made, live)) == after


@pytest.mark.parametrize(
    ("key", "base", "days", "after"),
    [
        ("field_2fbca6", datetime(2026, 3, 31, 17, tzinfo=UTC), 14, date(2026, 4, 15)),
        ("field_2fbca6", date(2026, 4, 1), -2, date(2026, 3, 30)),
        (
            "field_0e381c",
            datetime(2026, 4, 1, 1, 2, 3, 4, tzinfo=UTC),
            1,
            datetime(2026, 4, 2, 1, 2, 3, tzinfo=UTC),
        ),
        ("field_0e381c", date(2026, 4, 1), 1, datetime(2026, 4, 1, 16, tzinfo=UTC)),
    ],
)
def test_days_are_counted_from_days_and_moments(key: str, base: Any, days: int, after: Any) -> None:
    codec = demo_catalog().codec("story", key)
    assert counted_from(base, days, codec) == after
