"""A row of an answer becomes a live item; what cannot be read is unreadable, never empty."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import Place
from reconciler.fields.spec import FieldSpec, Option, People, Person
from reconciler.fields.values import Seen
from reconciler.meegle.items import Decoder, is_aborted, side_effects
from reconciler.meegle.rows import NO_FIELDS, NO_ROLES
from reconciler.model import Item, Ref, SideEffect
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec

PRIORITY = FieldSpec("f1", "Priority", "select", options=(Option("o1", "P0"), Option("o2", "P1")))
POINTS = FieldSpec("f2", "Points", "number")
RD = FieldSpec("rd", "RD", "role")
QA = FieldSpec("qa", "QA", "role", locked=True, members=("7101",))
STORY = TypeSpec("t1", "Story", "story", (PRIORITY, POINTS), (RD, QA))
BO = Person("7102", "bo@example.com", "Bo")
CATALOG = Catalog("k", "demo", {"t1": STORY}, People(by_key={"7102": BO}))
KEYS = ("f1", "f2", "roles/rd")
HERE = Place("a.yaml", 1, 1)


def row(**changed: Any) -> dict[str, Any]:
    """Return a row that holds P0, 3 points and Bo as RD, with some members changed."""
    values = {
        "f1": {"value": "o1", "label": "P0"},
        "f2": 3,
        "role_owners": [{"role": "rd", "owners": ["7102"]}],
    }
    values |= {key: value for key, value in changed.items() if key != "fields"}
    fields = [{"field_key": key, "field_value": value} for key, value in values.items()]
    return {"id": 1, "name": "Pay", "fields": changed.get("fields", fields)}


def observed(raw: dict[str, Any]) -> Item:
    return Decoder(CATALOG).observe(raw, "t1", KEYS)


WANT = DesiredItem(
    Ref("t1", 1),
    HERE,
    tuple(
        DesiredField(key, value, HERE)
        for key, value in zip(
            KEYS, ("o1", observed(row()).values["f2"].value, frozenset({"7102"})), strict=True
        )
    ),
)


def test_a_row_is_read_as_canonical_values() -> None:
    item = observed(row())
    assert item.ref == Ref("t1", 1)
    assert item.name == "Pay"
    assert item.values == {"f1": Seen("o1"), "f2": Seen(3), "roles/rd": Seen(frozenset({"7102"}))}
    assert item.unreadable == {}
    assert item.roles == (("rd", ("7102",)),)


@pytest.mark.parametrize(
    ("raw", "unreadable"),
    [
        (row(f2="many"), {"f2"}),
        (row(f1=["o1"]), {"f1"}),
        (row(role_owners={"rd": ["7102"]}), {"roles/rd"}),
        (row(aborted="yes"), set(KEYS)),
        (row(fields=None), set(KEYS)),
    ],
    ids=["number", "option", "roles", "aborted", "fields"],
)
def test_a_value_in_a_form_that_no_page_knows_is_unreadable(
    raw: dict[str, Any], unreadable: set[str]
) -> None:
    item = observed(raw)
    assert set(item.unreadable) == unreadable
    assert set(item.values) == set(KEYS) - unreadable


def test_the_reason_names_what_the_answer_lacks() -> None:
    without = [{"field_key": "f2", "field_value": 3}]
    assert observed(row(fields=without)).unreadable == {"roles/rd": NO_ROLES}
    assert observed(row(fields=without)).values["f1"] == Seen(None)
    assert observed(row(fields={})).unreadable["f1"] == NO_FIELDS


def test_a_live_role_that_the_space_does_not_list_is_strange() -> None:
    item = observed(row(role_owners=[{"role": "rd", "owners": []}, {"role": "pm", "owners": ["7102"]}]))
    assert item.strange_roles == ("pm",)


def test_a_field_that_is_gone_from_the_space_is_not_read() -> None:
    without = replace(STORY, fields=(POINTS,))
    item = Decoder(replace(CATALOG, types={"t1": without})).observe(row(), "t1", KEYS)
    assert set(item.values) == {"f2", "roles/rd"}


@pytest.mark.parametrize(
    ("wire", "answer"), [(None, False), ({"is_aborted": True}, True), ({"is_aborted": False}, False)]
)
def test_an_item_is_terminated_only_if_the_answer_says_so(wire: Any, *, answer: bool) -> None:
    assert is_aborted(wire) == (answer, "")


@pytest.mark.parametrize("wire", [True, "true", {}, {"is_aborted": "true"}])
def test_whether_an_item_is_terminated_is_not_guessed(wire: Any) -> None:
    answer, reason = is_aborted(wire)
    assert not answer
    assert "whether the item is terminated" in reason


def test_an_item_that_holds_all_desired_values_is_in_sync() -> None:
    assert Decoder(CATALOG).is_in_sync(row(), WANT, KEYS)


@pytest.mark.parametrize(
    "raw",
    [
        row(f1={"value": "o2", "label": "P1"}),
        row(f2=None),
        row(f2="many"),
        row(role_owners=[{"role": "rd", "owners": ["7102", "7101"]}]),
        row(role_owners=None),
        row(aborted={"is_aborted": True}),
        row(aborted="yes"),
        row(fields=None),
    ],
    ids=["option", "empty", "odd", "one more", "no roles", "terminated", "odd state", "no fields"],
)
def test_a_row_that_differs_or_is_odd_is_never_in_sync(raw: dict[str, Any]) -> None:
    assert not Decoder(CATALOG).is_in_sync(raw, WANT, KEYS)


def test_an_expected_value_that_is_not_live_keeps_an_item_from_being_in_sync() -> None:
    points, priority = tuple(WANT.fields)[1], DesiredField("f1", "o2", HERE)
    want = DesiredItem(WANT.ref, HERE, (points,), expects=(priority,))
    assert not Decoder(CATALOG).is_in_sync(row(), want, ("f2", "f1"))
    assert Decoder(CATALOG).is_in_sync(row(f1={"value": "o2", "label": "P1"}), want, ("f2", "f1"))


@pytest.mark.parametrize(("live", "moves"), [(("7102",), True), (("7101",), False), ((), False)])
def test_a_locked_role_moves_back_where_its_people_are_not_the_default(
    live: tuple[str, ...], *, moves: bool
) -> None:
    item = Item(Ref("t1", 1), "Pay", {}, roles=(("rd", ("7102",)), ("qa", live)))
    effect = SideEffect("qa", "QA", ("7102",), ("7101",), (CATALOG.people.show("7102"),))
    assert side_effects(item, CATALOG) == ((effect,) if moves else ())


def test_items_of_equal_people_are_told_apart_from_those_of_others() -> None:
    decoder = Decoder(CATALOG)

    def people(raw: dict[str, Any], **more: Any) -> tuple[object, object]:
        item = decoder.observe({**raw, **more}, "t1", KEYS)
        return item.roles, item.audience

    bo = ((("rd", ("7102",)),), frozenset({"7102"}))
    both = frozenset({"7102", "7103"})
    assert people(row()) == people(row()) == bo
    assert people(row(), created_by="7103") == (bo[0], both)
    assert people(row(watchers=["7103"])) == (bo[0], both)
    assert people(row(), current_nodes=[{"id": "a", "owners": ["7103"]}]) == (bo[0], both)
    assert people(row(role_owners=[{"role": "rd", "owners": None}])) == ((("rd", ()),), frozenset())
    assert people(row(role_owners="7102")) == ((), None)
    assert people(row(role_owners=[{"role": "rd"}])) == ((), None)
    assert people(row(watchers=[7102])) == (bo[0], None)
    assert people(row()) == bo


def test_a_role_that_could_not_be_read_once_is_unreadable_again() -> None:
    decoder = Decoder(CATALOG)
    for _ in range(2):
        item = decoder.observe(row(role_owners=[{"role": "rd"}]), "t1", KEYS)
        assert "roles/rd" in item.unreadable
