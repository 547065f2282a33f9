"""A live value is written so that it is read back the same, or it is not written at all."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.desired.written_values import Unwritable, file_word, write_value
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Seen
from reconciler.manifest.edit.yaml_text import Noted, Text
from reconciler.model import Ref
from reconciler.schema.types import TypeSpec
from tests.desired.demo_pins import demo_catalog

STORY = Ref("story", 6300012320)
NOTES, PARENT, RELEASES, ROWS = "field_a1b2c4", "field_7872c9", "planning_sprint", "field_5a711c"


def written(key: str, wire: Any) -> object:
    catalog = demo_catalog()
    return write_value(STORY, key, catalog.codec("story", key).decode(wire), catalog)


@pytest.mark.parametrize(
    ("key", "wire", "plain"),
    [
        ("priority", {"value": "option_0"}, "P0"),
        ("priority", None, None),
        ("field_3724e6", 3, 3),
        (PARENT, 6300012321, 6300012321),
        (RELEASES, [6300014310, 5], [5, Noted(6300014310, "Web 8.1")]),
        ("watchers", ["7310000000000000099"], ["7310000000000000099"]),
    ],
)
def test_a_value_is_written_with_the_names_of_the_pins(key: str, wire: Any, plain: object) -> None:
    assert written(key, wire) == plain


@pytest.mark.parametrize("text", ["no", "1.10", "a # b", "2026-12-01", "null"])
def test_a_text_that_yaml_would_take_for_something_else_is_marked_as_text(text: str) -> None:
    plain = written(NOTES, text)
    assert isinstance(plain, Text)
    assert plain == text


@pytest.mark.parametrize(
    ("key", "wire", "reason"),
    [
        (NOTES, "a\x00b", r"no file can hold it: the character \u0000"),
        (PARENT, STORY.id, "Parent points to the item itself"),
        (ROWS, [[{"field_key": "x"}]], "the rows hold x, which a write would lose"),
    ],
)
def test_a_value_that_would_be_read_back_as_another_is_not_written(key: str, wire: Any, reason: str) -> None:
    with pytest.raises(Unwritable) as told:
        written(key, wire)
    assert str(told.value) == reason


def test_a_field_that_is_not_pinned_is_not_written() -> None:
    with pytest.raises(Unwritable, match="the pins do not know it"):
        write_value(STORY, "field_new", Seen("x"), demo_catalog())


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        (FieldSpec("field_1a", "Due date", "date", alias="due"), "due"),
        (FieldSpec("priority", "Priority", "select"), "priority"),
        (FieldSpec("field_1a", "Due date", "date"), "Due date"),
        (FieldSpec("field_1a", "Twice", "date"), "field_1a"),
        (FieldSpec("role_1a", "QA", "role", alias="tester"), "QA"),
    ],
    ids=["alias", "key", "name", "name of two", "role"],
)
def test_a_field_is_written_by_its_best_word_that_means_it_alone(spec: FieldSpec, word: str) -> None:
    twin = FieldSpec("field_2b", "Twice", "text")
    fields, roles = ((twin,), (spec,)) if spec.type == "role" else ((spec, twin), ())
    assert file_word(spec, TypeSpec("t", "T", "t", fields, roles)) == word
