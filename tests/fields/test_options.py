"""Options: read by label or id, compared by id."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.fields.options import label_forms, option_id, option_of
from reconciler.fields.spec import FieldSpec, Option
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec, node_of, read, refused


def test_a_label_means_the_option_that_can_be_chosen_where_a_disabled_one_has_it_too() -> None:
    twins = (Option("n1", "New", disabled=True), Option("n2", "New"), Option("o1", "Old", disabled=True))
    for spec in (replace(space.PRIORITY, options=twins), replace(space.BUSINESS, options=twins)):
        assert codec(spec).parse(node_of("v: New\n")) == "n2"
        assert codec(spec).parse(node_of("v: Old\n")) == "o1"
        assert codec(spec).dump("n1") in ({"id": "n1"}, [{"id": "n1"}])


OPTIONS = (Option("option_1", "P0"), Option("option_2", "P1"), Option("a1", "twin"), Option("a2", "twin"))
PRIORITY = FieldSpec("priority", "Priority", "select", options=OPTIONS)


@pytest.mark.parametrize("written", ["P1", "option_2", "{id: option_2}", '" P1 "'])
def test_an_option_is_found_by_its_label_or_its_id(written: str) -> None:
    assert read(PRIORITY, written) == "option_2"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("P2", "1:4: no option 'P2' on Priority; write one of 'P0', 'P1', 'twin'"),
        ("{id: P1}", "1:9: no option id 'P1' on Priority; write one of 'a1', 'a2', 'option_1', 'option_2'"),
        ("twin", "1:4: 'twin' matches several options of Priority; write {id: a1} or {id: a2}"),
        ("[P0]", "1:4: expected one option of Priority, found a list; write its label, or {id: …}"),
        ('""', "1:4: expected one option of Priority, found an empty text; write its label, or {id: …}"),
    ],
)
def test_a_label_without_exactly_one_option_is_refused_with_what_to_write(written: str, said: str) -> None:
    assert refused(PRIORITY, written) == [said]


def test_a_label_that_yaml_cut_at_a_comment_is_not_taken_for_a_shorter_one() -> None:
    fixes = replace(PRIORITY, options=(Option("f", "Fix"), Option("f2", "Fix #2")))
    assert refused(fixes, "Fix #2") == [
        "1:4: the text after ' #' is a comment to YAML; quote the text: \"Fix #2\""
    ]
    assert read(fixes, '"Fix #2"') == "f2"
    assert read(fixes, "Fix # the usual one") == "f"


def test_a_renamed_option_is_the_same_value_and_a_removed_one_is_shown_by_its_id() -> None:
    bound = codec(PRIORITY)
    assert bound.decode({"value": "option_1", "label": "Urgent"}).value == "option_1"
    assert bound.show("option_1") == "P0"
    assert bound.show("gone") == "gone"
    assert bound.dump("a1") == {"id": "a1"}


@pytest.mark.parametrize(
    "wire", [7, True, ["option_1"], {"label": "P0"}, {"value": "", "x": 1}, '{"value": 1}']
)
def test_an_answer_without_the_id_of_an_option_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected an option with its id"):
        option_id(wire)


@pytest.mark.parametrize(
    ("label", "forms"), [("P0", ["P0"]), ("1.10", ["1.10", 1.1]), ("3", ["3", 3]), ("true", ["true", True])]
)
def test_an_editor_accepts_a_label_also_where_yaml_reads_another_type(label: str, forms: list[Any]) -> None:
    assert list(label_forms(label)) == forms


def test_an_option_of_the_metadata_is_disabled_by_the_number_one_alone() -> None:
    wire = {
        "value": "eu",
        "label": "Europe",
        "is_disabled": 2,
        "children": [{"value": "fr", "is_disabled": 1}],
    }
    assert option_of(wire) == Option("eu", "Europe", children=(Option("fr", "", disabled=True),))
