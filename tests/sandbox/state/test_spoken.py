"""What people say at the doors is found by any of its names, and values have words."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import demo_world
from reconciler.sandbox.state.spoken import (
    Unheard,
    field_named,
    item_named,
    option_named,
    person_named,
    role_owners,
    type_named,
    wire_value,
)

STORY = 6300012300
WORLD = demo_world()
ITEM = WORLD.item(STORY)
KIND = WORLD.type_of(ITEM)


@pytest.mark.parametrize("word", [STORY, str(STORY)])
def test_an_item_is_its_id(word: object) -> None:
    assert item_named(WORLD, word).id == STORY


@pytest.mark.parametrize("word", [1, "x", True, None, -5, [STORY], "9" * 5000, "²"])
def test_what_is_no_item_is_a_sentence(word: object) -> None:
    with pytest.raises(Unheard, match=r"^no item .*; (did you mean|there is) '63000"):
        item_named(WORLD, word)


@pytest.mark.parametrize("word", ["field_2fbca6", "due", "Due"])
def test_a_field_is_its_key_alias_or_name(word: str) -> None:
    assert field_named(KIND, word).key == "field_2fbca6"


@pytest.mark.parametrize("word", ["7310000000000000002", "bo@example.com", "Bo"])
def test_a_person_is_a_key_an_e_mail_or_a_name(word: str) -> None:
    assert person_named(WORLD, word).key == "7310000000000000002"


def test_a_type_is_its_key_or_name_and_an_option_its_id_label_or_path() -> None:
    assert type_named(WORLD, "release").api_name == "release"
    priority, area = field_named(KIND, "priority"), field_named(KIND, "Area")
    assert [option_named(priority, word).value for word in ("P3", "option_3")] == ["option_3"] * 2
    assert option_named(area, "Payments / Cards") is option_named(area, "Cards")


def test_a_name_that_is_not_there_is_a_sentence_with_similar_ones() -> None:
    for find in (
        lambda: type_named(WORLD, "stroy"),
        lambda: field_named(KIND, "Priorty"),
        lambda: option_named(field_named(KIND, "priority"), "P"),
        lambda: person_named(WORLD, "bo@exmaple.com"),
        lambda: role_owners(WORLD, ITEM, "RDD", "Bo"),
    ):
        with pytest.raises(Unheard, match=r"^no .*; did you mean '"):
            find()


@pytest.mark.parametrize(
    ("field", "word", "wire"),
    [
        ("priority", "P3", {"value": "option_3"}),
        ("priority", {"value": "option_3"}, {"value": "option_3"}),
        ("priority", "", None),
        ("story_points", "8", 8),
        ("story_points", "-0.5", -0.5),
        ("needs_qa", "true", True),
        ("due", "2026-12-01", 1796054400000),
        ("due", "2026-12-01T09:00:00Z", 1796115600000),
        ("reviewer", "bo@example.com", "7310000000000000002"),
        ("watchers", "Bo, ana@example.com", ["7310000000000000002", "7310000000000000001"]),
        ("notes", "P3, a text", "P3, a text"),
        ("notes", None, None),
    ],
)
def test_a_value_has_words_of_its_type(field: str, word: Any, wire: Any) -> None:
    assert wire_value(WORLD, ITEM, field_named(KIND, field), word) == wire


def test_a_path_of_labels_is_a_value_with_its_children() -> None:
    area = field_named(KIND, "Area")
    made = wire_value(WORLD, ITEM, area, "Payments / Cards")
    assert made["value"] == option_named(area, "Payments").value
    assert made["children"] == {"value": option_named(area, "Payments / Cards").value}


@pytest.mark.parametrize(
    ("field", "word", "told"),
    [
        ("story_points", "many", "Story points takes a number, not 'many'"),
        ("needs_qa", "yes", "Needs QA takes true or false, not 'yes'"),
        ("due", "tomorrow", "Due takes a day such as 2026-12-01, not 'tomorrow'"),
    ],
)
def test_a_word_of_another_type_is_a_sentence(field: str, word: str, told: str) -> None:
    with pytest.raises(Unheard, match=told):
        wire_value(WORLD, ITEM, field_named(KIND, field), word)


def test_a_role_gets_people_and_the_other_roles_stay() -> None:
    before = {one["role"]: one["owners"] for one in ITEM.values["role_owners"]}
    made = {one["role"]: one["owners"] for one in role_owners(WORLD, ITEM, "RD", "Bo")}
    assert made == {**before, "rd": ["7310000000000000002"]}
    assert role_owners(WORLD, ITEM, "rd", None)[-1] == {"role": "rd", "owners": []}
