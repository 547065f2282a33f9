"""What every codec offers beside reading and writing."""

from __future__ import annotations

import pytest

from reconciler.fields.codec import describe_node
from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Wrong
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec, node_of, read


def test_people_and_items_are_found_wherever_a_value_names_them() -> None:
    rows = node_of("v: {contains: [{env: a, who: [ana, {contains: [bo@example.com]}]}, {env: b}]}\n")
    assert [one.text for one in codec(space.KEYED).people_in(rows)] == ["ana", "bo@example.com"]
    assert [one.text for one in codec(space.WATCHERS).people_in(node_of("v: {contains: [ana]}\n"))] == ["ana"]
    assert list(codec(space.NOTES).people_in(node_of("v: ana\n"))) == []
    named = codec(space.SPRINT).targets_in(
        node_of('v: {contains: [{name: "26-12"}, 5, {type: story, name: x}]}\n')
    )
    assert [(one.type, one.name) for one in named] == [("", "26-12"), ("story", "x")]


@pytest.mark.parametrize(
    "spec", [space.NOTES, space.PRIORITY, space.PLATFORM, space.AREA, space.ROWS, space.DUE]
)
def test_null_and_nothing_else_empties_a_field_of_any_type(spec: FieldSpec) -> None:
    assert read(spec, "null") == codec(spec).empty
    with pytest.raises(Wrong):
        read(spec, '""')


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("null", "null"),
        ('"null"', "'null'"),
        ('""', "an empty text"),
        ("P0", "'P0'"),
        ("x" * 61, "a text of 61 characters"),
        ("[a]", "a list"),
        ("{a: b}", "a map"),
    ],
)
def test_a_message_repeats_a_short_text_and_only_the_kind_of_anything_else(written: str, word: str) -> None:
    assert describe_node(node_of(f"v: {written}\n")) == word


def test_an_editor_offers_null_beside_the_shapes_of_the_type_and_the_fields_name_as_title() -> None:
    assert codec(space.NEEDS_QA).schema() == {
        "title": "Needs qa",
        "anyOf": [{"type": "boolean"}, {"type": "null"}],
    }


def test_only_names_that_the_space_resolves_are_looked_up() -> None:
    looked_up = {
        spec.key: codec(spec).is_looked_up
        for spec in (space.WATCHERS, space.SPRINT, space.BUSINESS, space.PRIORITY, space.NOTES)
    }
    assert looked_up == {
        "watchers": True,
        "sprint": True,
        "business": True,
        "priority": False,
        "notes": False,
    }
