"""Believable content: the same number gives the same words and values, and none that its field refuses."""

from __future__ import annotations

import pytest

from reconciler.sandbox.demo.content import DAY_MS, FIRST_DAY, TITLES, Ground, description, title, value
from reconciler.sandbox.state.model import Field, Option

GROUND = Ground(["ana", "bo", "chen"], {"story": [63, 64]}, ["line"])
OPTIONS = [Option("a", "A"), Option("gone", "Gone", disabled=True), Option("b", "B")]


def test_the_second_round_of_titles_is_told_from_the_first() -> None:
    count = len(TITLES["story"])
    made = [title("story", n) for n in range(2 * count)]
    assert made[:count] == list(TITLES["story"])
    assert len(set(made)) == len(made)


def test_a_type_without_titles_of_its_own_has_those_of_stories() -> None:
    assert title("no such type", 0) == title("story", 0)


def test_a_description_ends_as_the_page_writes_it() -> None:
    assert description(7).count("\n") == 2
    assert description(7).endswith("\n")


@pytest.mark.parametrize("n", range(5))
def test_a_disabled_option_is_never_chosen(n: int) -> None:
    assert value(Field("f", "F", "select", options=OPTIONS), n, GROUND) in ({"value": "a"}, {"value": "b"})


def test_a_field_without_options_or_items_to_point_to_stays_empty() -> None:
    assert value(Field("f", "F", "select"), 1, GROUND) is None
    assert value(Field("f", "F", "work_item_related_select", targets=["bug"]), 1, GROUND) is None


@pytest.mark.parametrize("more", [{"computed": True}, {"formula": ["points"]}])
def test_a_value_that_the_service_keeps_itself_is_not_made(more: dict[str, object]) -> None:
    assert value(Field("f", "F", "number", **more), 1, GROUND) is None  # type: ignore[arg-type]


def test_a_day_is_a_midnight_and_a_moment_is_not() -> None:
    day = value(Field("f", "F", "date"), 3, GROUND)
    assert (day - FIRST_DAY) % DAY_MS == 0
    assert (value(Field("f", "F", "date", kind="moment"), 3, GROUND) - FIRST_DAY) % DAY_MS != 0


def test_nobody_is_named_twice_in_one_value() -> None:
    for n in range(9):
        people = value(Field("f", "F", "multi_user"), n, GROUND)
        assert len(set(people)) == len(people) > 0
