"""One row of an answer: what is odd says nothing, and is never read as empty."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.unread import Disputed
from reconciler.meegle.rows import NO_FIELDS, fold_roles, read_row, role_list, sift


def test_the_values_of_a_row_are_its_fields_and_its_name() -> None:
    row = read_row({"name": "Pay", "fields": [{"field_key": "due", "field_value": 1}]})
    assert row == ({"name": "Pay", "due": 1}, "")


@pytest.mark.parametrize("fields", [None, {}, "due"])
def test_a_row_without_a_list_of_fields_says_so(fields: Any) -> None:
    assert read_row({"name": "Pay", "fields": fields}) == ({"name": "Pay"}, NO_FIELDS)


def test_two_values_of_one_field_are_disputed() -> None:
    twice = [{"field_key": "due", "field_value": 1}, {"field_key": "due", "field_value": 2}]
    assert isinstance(read_row({"fields": twice}).values["due"], Disputed)


def test_a_row_without_an_id_keeps_the_missing_items_from_being_taken_for_deleted() -> None:
    rows, odd = sift([{"id": 1}, {"name": "x"}], frozenset({1, 2}), "story", "k")
    assert rows == {1: {"id": 1}}
    assert odd == {2: "the answer holds an item without its id"}
    assert sift([{"id": 1}], frozenset({1, 2}), "story", "k") == ({1: {"id": 1}}, {})


def test_roles_that_are_not_desired_keep_their_people_and_their_order() -> None:
    live = role_list([{"role": "rd", "owners": ["1"]}, {"role": "qa", "owners": None}])
    assert fold_roles(live, {"qa": ["2"], "pm": ["3"]}) == [
        {"role": "rd", "owners": ["1"]},
        {"role": "qa", "owners": ["2"]},
        {"role": "pm", "owners": ["3"]},
    ]


@pytest.mark.parametrize("wire", [{}, [{"role": "rd"}], [{"owners": []}], [{"role": "rd", "owners": "1"}]])
def test_roles_in_another_form_are_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected"):
        role_list(wire)
