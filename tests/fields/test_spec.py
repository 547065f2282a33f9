"""Specifications of fields, and the names of people."""

from __future__ import annotations

import pytest

from reconciler.fields.spec import FieldSpec, People, Person

PRIORITY = FieldSpec("field_1", "Priority", "select", alias="prio")


@pytest.mark.parametrize(
    ("word", "answers"),
    [("field_1", True), ("Priority", True), ("prio", True), ("priority", False), ("", False)],
)
def test_a_field_answers_to_its_key_its_alias_and_its_name(word: str, answers: bool) -> None:  # noqa: FBT001
    assert PRIORITY.answers_to(word) is answers


def test_an_empty_alias_is_not_a_word_for_a_field() -> None:
    assert not FieldSpec("field_1", "Priority", "select").answers_to("")


def test_a_field_without_a_name_is_shown_by_its_key() -> None:
    assert PRIORITY.label == "Priority"
    assert FieldSpec("field_1", "", "select").label == "field_1"


def test_a_person_is_shown_by_e_mail_and_by_key_where_no_e_mail_is_known() -> None:
    people = People(by_key={"1": Person("1", "ana@example.com", "Ana"), "2": Person("2", "", "Robot")})
    assert [people.show(key) for key in ("1", "2", "3")] == ["ana@example.com", "2", "3"]
