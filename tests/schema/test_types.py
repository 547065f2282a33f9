"""Types: a word means a field by its key, else by its alias, else by its display name."""

from __future__ import annotations

from msgspec.structs import replace

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.types import TypeSpec, change_key, every_option, find_named, strings

ONE = FieldSpec("f1", "Owner", "text", alias="who")
TWO = FieldSpec("f2", "Owner", "text", alias="f1")
THREE = FieldSpec("who", "Stage", "text")
QA = FieldSpec("qa", "QA", "role")
STORY = TypeSpec("67c7", "Story", "story", (ONE, TWO, THREE), (QA,))


def test_a_key_goes_before_an_alias_and_an_alias_before_a_name() -> None:
    assert find_named(STORY.fields, "f1") == (ONE,)
    assert find_named(STORY.fields, "who") == (THREE,)
    assert find_named(STORY.fields, "Stage") == (THREE,)


def test_a_display_name_of_several_fields_means_all_of_them_and_no_word_means_none() -> None:
    assert find_named(STORY.fields, "Owner") == (ONE, TWO)
    assert find_named(STORY.fields, "") == find_named(STORY.fields, "owner") == ()


def test_a_role_is_told_from_a_field_of_the_same_key() -> None:
    assert change_key(QA) == "roles/qa"
    assert set(STORY.by_key) == {"f1", "f2", "who", "roles/qa"}


def test_files_write_the_api_name_of_a_type_and_its_key_where_there_is_none() -> None:
    assert STORY.word == "story"
    assert replace(STORY, api_name="").word == "67c7"
    assert not STORY.answers_to("Stories")


def test_the_options_of_a_field_are_those_of_all_levels_and_of_its_sub_fields() -> None:
    tree = Option("eu", "Europe", children=(Option("fr", "France"),))
    rows = FieldSpec("rows", "Rows", "compound_field", subfields=(replace(ONE, options=(tree,)),))
    assert [one.id for one in every_option(rows)] == ["eu", "fr"]


def test_every_text_in_a_wire_value_is_found_at_any_depth() -> None:
    assert list(strings({"value": "a", "children": [{"value": "b", "n": 7}, None]})) == ["a", "b"]
