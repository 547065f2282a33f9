"""One space: pins decide what a name means, live metadata decides what may be written."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec

PRIORITY = FieldSpec("f1", "Priority", "select", options=(Option("o1", "P0"), Option("o2", "P1")))
NOTES = FieldSpec("f2", "Notes", "text")
STORY = TypeSpec("t1", "Story", "story", (PRIORITY, NOTES), (FieldSpec("r1", "QA", "role"),))


def space(live: TypeSpec = STORY, pinned: TypeSpec = STORY) -> Catalog:
    return Catalog("k", "demo", {live.key: live}, pinned={pinned.key: pinned})


@pytest.mark.parametrize("word", ["t1", "Story", "story"])
def test_a_type_is_found_by_its_key_its_name_and_its_api_name(word: str) -> None:
    assert space().type_of(word) is STORY
    assert space().type_of("bug") is None


def test_a_live_type_does_not_take_over_the_name_of_a_pinned_one() -> None:
    thief = TypeSpec("t2", "Story", "story", (), ())
    assert space(live=thief).type_of("story") is STORY


def test_a_field_that_is_gone_retyped_or_calculated_may_not_be_written() -> None:
    def fault(*fields: FieldSpec) -> str | None:
        return space(live=replace(STORY, fields=fields)).fault("t1", "f2")

    assert fault(NOTES) is None
    assert fault(replace(NOTES, name="Renamed")) is None
    assert fault(PRIORITY) == "the field is gone from the space"
    assert fault(replace(NOTES, type="number")) == "the field is now of type number, and was text"
    assert (fault(replace(NOTES, calculated=True)) or "").startswith("the field cannot be written any more: ")
    assert fault(replace(NOTES, locked=True)) == "its members are now fixed by the space"


def test_a_field_is_called_by_its_live_name_and_by_the_pinned_one_if_it_is_gone() -> None:
    assert space(live=replace(STORY, fields=(replace(NOTES, name="Remarks"),))).label("t1", "f2") == "Remarks"
    assert space(live=replace(STORY, fields=())).label("t1", "f2") == "Notes"


def test_a_value_is_sent_in_the_form_that_the_space_was_found_to_take() -> None:
    assert space().encode("t1", "f2", None) == ""
    assert space().encode("t1", "f1", "o1") == {"value": "o1"}
    other = replace(space(), clears={"text": None}, forms={"select": "labelled"})
    assert other.encode("t1", "f2", None) is None
    assert other.encode("t1", "f1", "o1") == {"value": "o1", "label": "P0"}


def test_blanks_empty_a_field_only_where_the_space_trims_its_type() -> None:
    codec = space().codec("t1", "f2")
    assert not space().empties(codec, "  ")
    assert replace(space(), trims=frozenset({"text"})).empties(codec, "  ")
    assert space().empties(codec, None)


def test_the_digest_changes_with_the_chosen_option_and_not_with_another_one() -> None:
    def digest(*options: Option) -> str:
        live = replace(STORY, fields=(replace(PRIORITY, options=options), NOTES))
        return space(live=live).digest([("t1", "f1", {"value": "o1"})])

    before = digest(Option("o1", "P0"), Option("o2", "P1"))
    assert digest(Option("o1", "P0"), Option("o2", "renamed")) == before
    assert digest(Option("o1", "P0"), Option("o2", "P1"), Option("o3", "new")) == before
    assert digest(Option("o1", "renamed"), Option("o2", "P1")) != before
    assert digest(Option("o1", "P0", disabled=True), Option("o2", "P1")) != before
