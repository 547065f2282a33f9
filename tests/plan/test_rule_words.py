"""Drift or newly selected: by what the operation records show of a field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reconciler.desired.item_rules import Limits
from reconciler.fields.values import Rule
from reconciler.meegle.records import Record
from reconciler.plan.rule_words import SLACK, was_moved_away
from tests.desired.demo_pins import demo_catalog

NOW = 1_790_000_000_000
APRIL = "1774972800000"


def record(
    key: str,
    old: tuple[str, ...] = (),
    new: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
    delete: tuple[str, ...] = (),
    at: int = NOW,
) -> Record:
    return Record(at, "user", "1", "", "", key, old, new, add, delete)


@pytest.mark.parametrize(
    ("key", "desired", "made", "moved"),
    [
        ("priority", "option_0", {"old": ("option_0",), "new": ("option_1",)}, True),
        ("priority", "option_0", {"old": ("option_2",), "new": ("option_1",)}, False),
        ("priority", "option_0", {"old": (), "new": ("option_1",)}, False),
        ("priority", "option_0", {"old": ("a", "b"), "new": ("option_1",)}, True),
        ("field_3724e6", Decimal(5), {"old": ("5",), "new": ("9",)}, True),
        ("field_3724e6", Decimal(5), {"old": ("4",), "new": ("9",)}, False),
        ("field_3724e6", Limits(most=Decimal(5)), {"old": ("4",), "new": ("9",)}, True),
        ("field_3724e6", Limits(most=Decimal(5)), {"old": ("8",), "new": ("9",)}, False),
        ("field_3724e6", Limits(most=Decimal(5)), {"old": ("many",), "new": ("9",)}, True),
        ("field_2fbca6", Limits(most=date(2026, 4, 1)), {"old": (APRIL,), "new": ("1",)}, True),
        ("field_2fbca6", Limits(most=date(2026, 3, 1)), {"old": (APRIL,), "new": ("1",)}, False),
        ("watchers", Rule(frozenset({"1"}), frozenset()), {"delete": ("1",)}, True),
        ("watchers", Rule(frozenset({"1"}), frozenset()), {"delete": ("2",)}, False),
        ("watchers", Rule(frozenset({"1"}), frozenset()), {"old": ("1", "2"), "new": ("2",)}, True),
        ("watchers", Rule(frozenset(), frozenset({"1"})), {"add": ("1",)}, True),
        ("watchers", frozenset({"1"}), {"old": ("1",), "new": ("1", "2")}, True),
        ("watchers", frozenset({"1"}), {"old": ("3",), "new": ("2",)}, False),
    ],
)
def test_a_record_shows_whether_the_field_was_moved_away(
    key: str,
    desired: Any,
    made: dict[str, tuple[str, ...]],
    moved: bool,  # noqa: FBT001 - a row
) -> None:
    codec = demo_catalog().codec("story", key)
    assert was_moved_away(key, desired, codec, [record(key, **made)], NOW) is moved  # type: ignore[arg-type]


def test_only_records_of_the_field_since_the_last_apply_count() -> None:
    codec = demo_catalog().codec("story", "priority")
    gone, come = ("option_0",), ("option_1",)
    other = record("scale", gone, come)
    old = record("priority", gone, come, at=NOW - SLACK - 1)
    assert not was_moved_away("priority", "option_0", codec, [other, old], NOW)
    fresh = record("priority", gone, come, at=NOW - SLACK)
    assert was_moved_away("priority", "option_0", codec, [fresh], NOW)
