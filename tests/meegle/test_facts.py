"""What every item has beside its fields, and what is told where an answer lacks it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.fields.conditions import FACTS
from reconciler.meegle.facts import READERS, read_fact
from reconciler.meegle.rows import read_row

RAW: dict[str, Any] = {
    "id": 6300012345,
    "name": "x",
    "created_by": "1",
    "created_at": 1774972800000,
    "updated_at": 1774972801000,
    "work_item_status": {"state_key": "doing"},
    "fields": [
        {"field_key": "watchers", "field_value": ["2"]},
        {"field_key": "role_owners", "field_value": [{"role": "rd", "owners": ["3"]}]},
    ],
}


def test_every_fact_has_a_reader() -> None:
    assert READERS.keys() == FACTS.keys()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("work_item_status", "doing"),
        ("people", frozenset({"1", "2", "3"})),
        ("created_at", datetime(2026, 3, 31, 16, tzinfo=UTC)),
        ("updated_at", datetime(2026, 3, 31, 16, 0, 1, tzinfo=UTC)),
        ("work_item_id", 6300012345),
    ],
)
def test_a_fact_is_read(key: str, value: object) -> None:
    assert read_fact(key, RAW, read_row(RAW)).value == value


@pytest.mark.parametrize("key", ["work_item_status", "people", "created_at", "updated_at"])
@pytest.mark.parametrize("odd", [None, {}, [], "soon", {"state_key": None}])
def test_what_has_an_unknown_shape_is_unreadable(key: str, odd: object) -> None:
    member = "created_by" if key == "people" else key
    if key == "people" and odd == "soon":
        odd = 7
    raw = {**RAW, member: odd}
    with pytest.raises((ValueError, TypeError)):
        read_fact(key, raw, read_row(raw))


def test_people_of_a_row_that_is_odd_are_unknown() -> None:
    raw = {**RAW, "fields": "none"}
    with pytest.raises(ValueError, match="fields"):
        read_fact("people", raw, read_row(raw))
