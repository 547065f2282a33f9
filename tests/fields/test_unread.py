"""Answers in an unknown form are reported by their shape; only documented empty forms are empty."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.unread import Disputed, Unreadable, is_id, is_nothing, is_unset, shape_of


@pytest.mark.parametrize(
    ("wire", "shape"),
    [
        (None, "null"),
        (True, "true"),
        (7, "number"),
        (0.5, "number"),
        ("", '""'),
        ("a secret", "text"),
        ([], "[]"),
        (["a", "b"], "[text, …]"),
        ({}, "{}"),
        ({"value": "x", "children": None}, "{value: text, children: null}"),
        (dict.fromkeys("abcde", 1), "{a: number, b: number, c: number, d: number, …}"),
        ([[[["deep"]]]], "[[[[…]]]]"),
        (Disputed(("x", 1)), "several values: text and number"),
    ],
)
def test_a_shape_names_members_and_kinds_and_repeats_no_value(wire: Any, shape: str) -> None:
    assert shape_of(wire) == shape


def test_the_name_of_a_member_is_cut_where_it_is_long() -> None:
    assert shape_of({"n" * 1000: 1}) == "{" + "n" * 40 + ": number}"


def test_an_unreadable_value_is_reported_by_what_was_expected_and_what_came() -> None:
    assert str(Unreadable("a number", ["1"])) == "expected a number, got [text]"


@pytest.mark.parametrize(
    ("wire", "nothing", "unset"),
    [
        (None, True, True),
        ("", True, True),
        ([], False, True),
        ({}, False, True),
        ({"value": "", "label": None}, False, True),
        ({"value": "", "other": None}, False, False),
        ({"value": "x"}, False, False),
        (0, False, False),
        (False, False, False),
        (" ", False, False),
        ([None], False, False),
    ],
)
def test_only_the_documented_empty_forms_are_empty(wire: Any, nothing: bool, unset: bool) -> None:  # noqa: FBT001
    assert is_nothing(wire) is nothing
    assert is_unset(wire, ("value", "label")) is unset


@pytest.mark.parametrize("wire", ["", " ", None, 7, '{"id": 1}', "[1]", '"1"', {"id": "1"}])
def test_json_in_a_text_and_blanks_are_no_ids(wire: Any) -> None:
    assert is_id("option_1")
    assert not is_id(wire)
