"""Conditions as people write them: quotes, commas, signs and places."""

from __future__ import annotations

import pytest

from reconciler.desired.condition_parsing import (
    ConditionReader,
    every_condition,
    name_by,
    named_values,
    people_named,
)
from reconciler.errors import Place
from reconciler.fields.conditions import Comparison
from reconciler.fields.spec import People
from reconciler.fields.values import Wrong
from reconciler.manifest.nodes import Scalar
from tests.desired.demo_pins import demo_catalog, document

AT = Place("r.yaml", 7, 10)


def read(text: str, *, plain: bool = True) -> Comparison:
    catalog = demo_catalog()
    kind = catalog.types["story"]
    zone = kind.by_key["field_2fbca6"].zone
    return ConditionReader(kind, catalog, zone, name_by(kind), by_pins=True).read(Scalar(text, plain, AT))


@pytest.mark.parametrize(
    ("text", "operator", "operand"),
    [
        ("priority HAS ANY OF P0, P1", "HAS ANY OF", ("option_0", "option_1")),
        ("priority has  any of P0，P1", "HAS ANY OF", ("option_0", "option_1")),
        ('priority = "P0"', "=", ("option_0",)),
        ("priority!=P0", "!=", ("option_0",)),
        ('ext_ref = "a, b"', "=", ("a, b",)),
        ("ext_ref ~ a = b", "~", ("a = b",)),
        ("story_points >= 2.50", ">=", ("2.5",)),
        ("needs_qa = true", "=", (True,)),
        ("due IS NULL", "IS NULL", ()),
        ("due <= 2026-04-01", "<=", ("2026-04-01", 1774972800000, 1775059200000)),
        ("cutover > 2026-04-01T00:00:01+08:00", ">", (1774972801000, 1774972802000)),
        ("created_at = 2026-04-01", "=", (1774972800000, 1775059200000)),
        ("work_item_id HAS ANY OF 6300012300, 6300012300", "HAS ANY OF", (6300012300,)),
        ("Creator HAS ANY OF ana@example.com", "HAS ANY OF", ("7310000000000000001",)),
        ("owner != ana@example.com", "!=", ("7310000000000000001",)),
        ("created < 2026-04-01", "<", (1774972800000, 1775059200000)),
        ("updated < 2026-04-01", "<", (1774972800000, 1775059200000)),
        ("work_item_id >= 6300012300", ">=", (6300012300,)),
        ("area = Accounts / Profile", "=", ("acc_1",)),
        ("roles.RD CONTAINS ana@example.com", "CONTAINS", ("7310000000000000001",)),
    ],
)
def test_a_condition_is_read(text: str, operator: str, operand: tuple[object, ...]) -> None:
    made = read(text)
    assert (made.operator, made.operand) == (operator, operand)


def test_a_mistake_stands_at_its_own_value() -> None:
    with pytest.raises(Wrong) as found:
        read("priority HAS ANY OF P0, P9, P8", plain=False)
    assert [one.place.column for one in found.value.mistakes] == [10 + 1 + 24, 10 + 1 + 28]


def test_an_order_takes_one_id() -> None:
    assert read("work_item_id < 6300012300").kind == "number"
    with pytest.raises(Wrong) as found:
        read("work_item_id < 6300012300, 6300012301")
    assert found.value.mistakes[0].what == "< does not fit '6300012300, 6300012301'"


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("priority IS NULL x", 17, "IS NULL takes no value"),
        ("priority IS NULL AND due IS NULL", 17, "two conditions in one, with AND between them"),
        ("name ~ a AND story_points > 3", 9, "two conditions in one, with AND between them"),
        ("priority = P0 OR priority = P1", 14, "two conditions in one, with OR between them"),
        ("name ~ a && roles.RD IS NULL", 9, "two conditions in one, with && between them"),
        ("status != Done or status != doing", 15, "two conditions in one, with or between them"),
        ("name == x", 6, "'==' is no operator"),
        ("story_points <> 3", 14, "'<>' is no operator"),
        ("name =~ x", 6, "'=~' is no operator"),
        ("priority = P0, P1", 11, "= with 2 values, and 'Priority' holds one"),
        ("status != Done, doing", 10, "!= with 2 values, and 'status' holds one"),
        ("reviewer != ana@example.com, bo@example.com", 12, "!= with 2 values, and 'Reviewer' holds one"),
        ('name ~ ""', 7, "a condition without a value"),
        ("RD HAS ANY OF ana@example.com", 0, "'RD' is a role of story"),
        ("template = x", 0, "Template cannot be searched here"),
        ("start_time > 2026-01-01", 0, "Submitted at cannot be searched here"),
    ],
)
def test_what_would_mean_something_else_here_is_refused(text: str, column: int, what: str) -> None:
    with pytest.raises(Wrong) as found:
        read(text)
    (mistake,) = found.value.mistakes
    assert (mistake.what, mistake.place.column) == (what, AT.column + column)


@pytest.mark.parametrize(
    "text",
    ["name ~ search AND replace", 'name ~ "a AND due IS NULL"', 'name = "== x"', "tags = growth, debt"],
)
def test_texts_and_lists_that_only_look_so_are_read(text: str) -> None:
    assert read(text).operand


def test_more_values_than_a_search_takes_are_refused() -> None:
    with pytest.raises(Wrong, match="more than 50 values"):
        read("work_item_id HAS ANY OF " + ", ".join(str(6300012300 + n) for n in range(51)))


def test_people_and_values_that_only_the_space_knows_are_found() -> None:
    groups = People(groups={"team": ("ana@example.com", "bo@example.com")})
    assert list(people_named("reviewer HAS ANY OF team, x", groups)) == ["ana@example.com", "bo@example.com"]
    assert list(people_named("nonsense", groups)) == []
    name, values = named_values(Scalar('planning_release HAS ANY OF "Web 8.1", 63', True, AT))  # noqa: FBT003
    assert (name, [one.text for one in values]) == ("planning_release", ["Web 8.1", "63"])


def test_every_condition_of_a_file_is_found() -> None:
    rule = "{name: a, where: [a = 1, {any: [b = 2, c = 3]}], fields: {x: 1}}"
    text = f"space: demo\ntype: story\nrules:\n  - {rule}\n"
    assert [one.text for one in every_condition(document(text, "r.yaml"))] == ["a = 1", "b = 2", "c = 3"]
