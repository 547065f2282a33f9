"""The plain forms of a space's parts: those of seeds and snapshots, read back as they were."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from reconciler.sandbox import demo_world
from reconciler.sandbox.state.model import Field, Option, Person, Space, plain

ANA = Person("7310000000000000001", "ana@example.com", "Ana", name_cn="安娜")


def test_members_with_their_default_are_left_out() -> None:
    assert plain(Field("f", "F", "select", options=[Option("a", "A")])) == {
        "key": "f",
        "name": "F",
        "type": "select",
        "options": [{"value": "a", "label": "A"}],
    }


def test_a_false_where_the_default_is_true_is_kept() -> None:
    assert plain(Field("f", "F", "text", layout=False))["layout"] is False


def test_a_whole_space_is_read_back_from_its_plain_form() -> None:
    spaces = list(demo_world().spaces.values())
    assert TypeAdapter(list[Space]).validate_python(plain(spaces)) == spaces


def test_a_slip_in_a_seed_is_not_a_silent_default() -> None:
    with pytest.raises(ValidationError, match="Unexpected keyword argument"):
        TypeAdapter(Person).validate_python({"key": "1", "email": "a@b.c", "name": "A", "membr": False})


def test_a_person_without_a_chinese_name_has_the_other_one_in_its_place() -> None:
    assert ANA.wire()["name"] == {"default": "安娜", "en_us": "Ana", "zh_cn": "安娜"}
    assert Person("1", "", "Bo").wire()["name_cn"] == "Bo"


def test_user_details_are_a_part_of_the_user_object() -> None:
    assert ANA.detail().items() <= ANA.wire().items()
    assert set(ANA.detail()) == {"user_key", "username", "email", "name_cn", "name_en"}
