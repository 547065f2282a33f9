"""Each field of an item is set in one place, by the item itself or by a default of its file."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.desired.claims import DesiredState, desired_state
from reconciler.manifest.nodes import Document, Manifest
from reconciler.model import Ref
from tests.desired.demo_pins import demo_catalog, document, stories

NOTES = "field_a1b2c4"
WITH_DEFAULTS = """\
space: demo
type: story
defaults:
  fields: {priority: P1, notes: Wait}
items:
  - id: 6300012320
    fields: {priority: P0}
  - id: 6300012321
    unmanaged: [notes]
"""


def read(*documents: Document) -> DesiredState:
    return desired_state(Manifest(documents), demo_catalog())


def values(state: DesiredState) -> dict[int, dict[str, Any]]:
    return {item.ref.id: {one.key: one.desired for one in item.fields} for item in state.items}


def mistakes(state: DesiredState) -> list[str]:
    return [str(one) for one in state.mistakes]


def test_a_value_of_the_item_wins_over_the_default_and_unmanaged_takes_no_default() -> None:
    state = read(document(WITH_DEFAULTS))
    assert mistakes(state) == []
    assert values(state) == {
        6300012320: {"priority": "option_0", NOTES: "Wait"},
        6300012321: {"priority": "option_1"},
    }
    assert [(str(one.place), one.by_default) for one in state.items[0].fields] == [
        ("a.yaml:7:14", False),
        ("a.yaml:4:26", True),
    ]


def test_an_item_has_the_fields_of_all_files_and_items_are_in_order_of_their_ids() -> None:
    state = read(
        stories("{id: 2, fields: {priority: P0}}"),
        stories("{id: 2, fields: {notes: Go}}", "{id: 1, fields: {notes: Wait}}", file="b.yaml"),
    )
    assert mistakes(state) == []
    assert [item.ref for item in state.items] == [Ref("story", 1), Ref("story", 2)]
    assert values(state) == {1: {NOTES: "Wait"}, 2: {"priority": "option_0", NOTES: "Go"}}


def test_the_command_keeps_what_a_file_says_of_all_its_items() -> None:
    """Whichever file was read first; of one file alone nothing can be moved."""
    sprint = document("space: demo\ntype: story\ndefaults: {roles: {RD: []}}\nitems: [1]\n", "z.yaml")
    own = stories("{id: 1, roles: {RD: []}}", file="a b.yaml")
    command = "`reconciler move --fields roles.RD --from 'a b.yaml' --into z.yaml`"
    for some in ((own, sprint), (sprint, own)):
        assert [one.rpartition(": ")[2] for one in mistakes(read(*some))] == [command]
    twice = stories("{id: 1, fields: {notes: Go}}", "{id: 1, fields: {notes: Go}}")
    assert mistakes(read(twice))[-1].endswith("; keep it in one place")


def test_an_expected_value_is_no_desired_value() -> None:
    (item,) = read(stories("{id: 1, expect: {priority: P0}, fields: {notes: Go}}")).items
    assert [one.key for one in item.fields] == [NOTES]
    assert [(one.key, one.desired) for one in item.expects] == [("priority", "option_0")]


@pytest.mark.parametrize("first", ["P0", "P9"], ids=["a value", "a value with a mistake"])
def test_a_field_that_two_files_set_is_a_mistake_that_names_both_places(first: str) -> None:
    state = read(
        stories(f"{{id: 1, fields: {{priority: {first}}}}}"),
        stories("{id: 1, fields: {priority: P1, notes: Go}}", file="b.yaml"),
    )
    twice = "b.yaml:4:22: Priority of this item stands at a.yaml:4:22 too; keep it in one place"
    command = "reconciler move --fields priority --from b.yaml --into a.yaml"
    assert mistakes(state)[-1] == f"{twice}: `{command}`"
    assert values(state)[1].get("priority") != "option_1"
    assert values(state)[1][NOTES] == "Go"


def test_two_names_of_one_field_in_one_item_are_a_mistake() -> None:
    state = read(stories("{id: 1, fields: {priority: P0, Priority: P1}}"))
    assert mistakes(state) == ["a.yaml:4:36: the same field as at a.yaml:4:22; name it once"]
    assert values(state) == {1: {"priority": "option_0"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{id: 1, fields: {notez: Go}}", "a.yaml:4:22: no field 'notez' on story; did you mean 'notes'?"),
        (
            "{id: 1, unmanaged: [priorty]}",
            "a.yaml:4:25: no field 'priorty' on story; did you mean 'priority'?",
        ),
        ("{id: 1, roles: {QAA: []}}", "a.yaml:4:21: no role 'QAA' on story; did you mean 'QA'?"),
        (
            "{id: 1, fields: {priority: P9}}",
            "a.yaml:4:32: no option 'P9' on Priority; write one of 'P0', 'P1', 'P2', 'P3'",
        ),
    ],
)
def test_a_name_without_a_meaning_sets_nothing(text: str, message: str) -> None:
    state = read(stories(text))
    assert mistakes(state) == [message]
    assert values(state) == {1: {}}


def test_the_same_mistake_is_reported_for_each_item_that_has_it() -> None:
    wrong = read(stories(*[f"{{id: {n}, fields: {{priority: P9}}}}" for n in (1, 2)])).mistakes
    assert [str(one.place) for one in wrong] == ["a.yaml:4:32", "a.yaml:5:32"]


def test_a_mistake_in_the_defaults_is_reported_once() -> None:
    state = read(document(WITH_DEFAULTS.replace("notes: Wait", "notez: Wait").replace("[notes]", "[due]")))
    assert mistakes(state) == ["a.yaml:4:26: no field 'notez' on story; did you mean 'notes'?"]


def test_a_file_of_a_type_that_is_not_pinned_gives_no_items() -> None:
    state = read(document("space: demo\ntype: stroy\nitems: [1]\n"))
    assert mistakes(state) == ["a.yaml:2:7: no type 'stroy' on demo; did you mean 'story'?"]
    assert state.items == ()
