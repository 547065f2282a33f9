"""The profile of a space: only what differs from the documented form decides what is sent."""

from __future__ import annotations

from reconciler.schema.profile import Report, Tried, profile_of, trimmed


def test_the_documented_form_is_sent_unless_only_another_one_is_kept() -> None:
    assert (
        Tried("select", "Priority", "null", forms={"documented": "kept", "labelled": "kept"}).form
        == "documented"
    )
    assert (
        Tried("select", "Priority", "null", forms={"documented": "dropped", "labelled": "kept"}).form
        == "labelled"
    )
    assert Tried("select", "Priority", "null", forms={"documented": "dropped"}).form == "documented"


def test_a_field_that_no_form_empties_has_none() -> None:
    assert Tried("text", "Notes", "text", clears={"text": "kept", "null": "empties"}).clear == "null"
    assert Tried("text", "Notes", "text", clears={"text": "empties", "null": "empties"}).clear == "text"
    assert Tried("text", "Notes", "text", clears={"text": "kept", "batch_update": "empties"}).clear == ""


def test_a_profile_holds_only_the_forms_that_are_not_documented_and_keeps_what_was_not_tried() -> None:
    report = Report(
        [
            Tried("text", "Notes", "text", {"documented": "kept"}, {"text": "kept", "null": "empties"}),
            Tried("select", "Priority", "null", {"documented": "kept"}, {"null": "empties"}),
        ]
    )
    before = {"clears": {"select": "list", "link": "null"}, "forms": {"number": "text"}}
    made = profile_of(report, before)
    assert made["clears"] == {"link": "null", "text": "null"}
    assert made["forms"] == {"number": "text"}
    assert set(made["found"]["types"]) == {"text", "select"}


def test_a_profile_without_an_exception_has_no_empty_parts() -> None:
    assert profile_of(Report(facts={"clock": "right"}), {}) == {"found": {"types": {}, "clock": "right"}}


def test_the_types_whose_texts_are_trimmed_are_read_from_what_was_found() -> None:
    found = {"types": {"text": {"stored": "trimmed"}, "link": {"forms": {"documented": "kept"}}, "odd": 7}}
    assert trimmed(found) == {"text"}
    assert trimmed({"types": []}) == trimmed({}) == frozenset()


def test_a_tried_type_is_one_line_for_people() -> None:
    tried = Tried(
        "text", "Notes", "text", {"documented": "kept"}, {"text": "kept", "null": "empties"}, "null"
    )
    assert str(tried) == "text (Notes): kept; emptied by null, text kept; reads empty as null"
