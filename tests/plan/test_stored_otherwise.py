"""Differences that the settings explain by how the service stores a value."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.manifest.shapes import read
from reconciler.model import Plan
from reconciler.plan.stored_otherwise import as_stored, made_of
from reconciler.settings import SpaceSettings
from tests.render.plans import plan_with, priority, text, update
from tests.road import calm_world, pins_of


@pytest.mark.parametrize(
    ("sent", "stored", "how"),
    [
        (" hello ", "hello", "trimmed"),
        ("HeLLo", "hello", "lower-cased"),
        ("hello", "HELLO", "upper-cased"),
        ("hello", "bye", "otherwise"),
        (1.23456, 1, "rounded"),
        (1.25, 1.3, "rounded"),
        (1.25, 1.2, "rounded"),
        (2.5, 4, "otherwise"),
        (1, True, "otherwise"),
        ("1", 1, "otherwise"),
        (None, "x", "otherwise"),
    ],
)
def test_the_two_values_tell_what_the_service_made_of_one(sent: Any, stored: Any, how: str) -> None:
    assert made_of(sent, stored) == how


def stored(plan: Plan, stores: str) -> Plan:
    entry = {"type": "story", "field": "priority", "stores": stores, "why": "they know"}
    decisions = read(SpaceSettings, {"ignore": (entry,)})
    return as_stored(plan, decisions, pins_of(calm_world()).catalog("demo", decisions, {}))


TRIMMED = priority("hello", " hello ")
CHANGED = priority("bye", "hello")


def test_a_difference_that_the_entry_explains_is_in_sync() -> None:
    made = stored(plan_with(update(1, TRIMMED)), "trimmed")
    assert (made.updates, made.in_sync, made.notes) == ((), 97, ())


def test_a_difference_that_it_does_not_explain_is_still_a_change() -> None:
    plan = plan_with(update(1, CHANGED))
    assert stored(plan, "trimmed").updates == plan.updates


def test_the_other_fields_of_the_item_stay_and_it_is_not_counted_as_in_sync() -> None:
    made = stored(plan_with(update(1, TRIMMED, replace(text("a", "b"), key="name"))), "trimmed")
    assert ([one.key for row in made.updates for one in row.changes], made.in_sync) == (["name"], 96)


def test_what_no_value_shows_is_left_out_and_counted_in_a_note() -> None:
    made = stored(plan_with(update(1, CHANGED), update(2, CHANGED)), "otherwise")
    assert made.updates == ()
    (note,) = made.notes
    assert note.startswith("Priority: 2 differences left out")
