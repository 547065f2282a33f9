"""Schemas of single words: the days of the calendar, ids, texts, labels that are taken and not offered."""

from __future__ import annotations

from datetime import date, timedelta

import jsonschema
import pytest

from reconciler.manifest.editor_words import ANY_TEXT, DAY, ID, present, unoffered


def takes(schema: object, value: object) -> bool:
    validator = jsonschema.Draft7Validator(schema)  # type: ignore[arg-type]  # a plain object
    return validator.is_valid(value)


def test_a_day_is_a_day_of_the_calendar() -> None:
    first = date(1896, 1, 1)
    days = {str(first + timedelta(at)) for at in range(366 * 210)}
    for year in (1896, 1900, 1999, 2000, 2024, 2026, 2100):
        for month in range(14):
            for day in range(33):
                text = f"{year}-{month:02}-{day:02}"
                assert takes(DAY, text) == (text in days), text
    assert not takes(DAY, "2026-12-1")


def test_an_id_is_positive_and_below_the_largest() -> None:
    assert [takes(ID, one) for one in (0, 1, 2**63 - 1, 2**63, "1", 1.5)] == [False, True, True, *[False] * 3]


def test_a_text_is_no_list_no_map_and_no_null() -> None:
    assert all(takes(ANY_TEXT, one) for one in ("", "a", 7, 0.5, True))
    assert not takes(ANY_TEXT, None)
    assert not takes(ANY_TEXT, [])
    assert not takes(ANY_TEXT, {})


@pytest.mark.parametrize(
    "label", ["Flash", "a.b", "C++", "(old)", "a|b", "a/b", "$5", "a-b c", "\\d", "支付 [1]"]
)
def test_a_label_that_is_not_offered_is_taken_as_it_is(label: str) -> None:
    schema = unoffered(["other", label])
    assert takes(schema, label)
    assert not takes(schema, f"{label}x")
    assert not takes(schema, "axb")


def test_a_key_may_be_asked_for() -> None:
    assert takes(present("a"), {"a": None})
    assert not takes(present("a"), {"b": 1})
