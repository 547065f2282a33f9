"""A live value in a form that no page knows is blocked with its shape, and is never written over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.fields import CODECS
from tests.conftest import Desk
from tests.faults.hostile import Tamper, Tampering, counter_in, with_data

STORY = 6300012320
ANA, BO = "7310000000000000001", "7310000000000000002"
DUE, EXT_REF = "field_2fbca6", "field_a1b2c3"
RD = {"role": "rd", "owners": [ANA]}


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Tampering]]:
    with counter_in(tmp_path_factory.mktemp("desk")) as counter:
        yield counter.desk, counter.layer


def rows(change: Callable[[dict[str, Any]], None]) -> Tamper:
    """Answer with items that are changed so."""

    def of(data: Any) -> Any:
        for row in data:
            change(row)
        return data

    return with_data(of)


def holding(key: str, value: Any) -> Tamper:
    """Answer with items that hold this value."""

    def change(row: dict[str, Any]) -> None:
        others = [one for one in row["fields"] if one["field_key"] != key]
        row["fields"] = [*others, {"field_key": key, "field_value": value}]
        row["multi_texts"] = []

    return rows(change)


def dropping(key: str) -> Tamper:
    """Answer with items that lack an entry."""

    def change(row: dict[str, Any]) -> None:
        row["fields"] = [one for one in row["fields"] if one["field_key"] != key]

    return rows(change)


def with_members(**members: Any) -> Tamper:
    """Answer with items that have these members instead."""
    return rows(lambda row: row.update(members))


ODD = {
    "a text in blocks": ("fields: {description: new}", holding("description", {"content": [{"text": "x"}]})),
    "a business line as an object": (
        "fields: {business: Growth}",
        holding("business", {"id": "6", "name": "P"}),
    ),
    "roles as a map": ("roles: {RD: [bo@example.com]}", holding("role_owners", {"rd": [ANA]})),
    "roles by their long key": (
        "roles: {RD: [bo@example.com]}",
        holding("role_owners", [{"role_key": "role_demo_story_rd", "owners": [ANA]}]),
    ),
    "a role twice": (
        "roles: {RD: [bo@example.com]}",
        holding("role_owners", [RD, {"role": "rd", "owners": [BO]}]),
    ),
    "a role whose people stand elsewhere": (
        "roles: {RD: [bo@example.com]}",
        holding("role_owners", [RD, {"role": "role_d35160", "members": [BO]}]),
    ),
    "no roles at all": ("roles: {RD: [bo@example.com]}", dropping("role_owners")),
    "a date in seconds": ("fields: {due: 2026-12-01}", holding(DUE, 1764547200)),
    "an option without its id": ("fields: {priority: P3}", holding("priority", {"label": "P1"})),
    "fields as a map": ("fields: {priority: P3}", with_members(fields={"priority": {"value": "option_2"}})),
    "an entry by other names": (
        "fields: {priority: P3}",
        with_members(fields=[{"key": "priority", "value": {"value": "option_2"}}]),
    ),
    "a field with two values": (
        "fields: {ext_ref: new}",
        rows(lambda row: row["fields"].extend({"field_key": EXT_REF, "field_value": one} for one in "ab")),
    ),
    "a detail that lost the words": (
        "fields: {description: new}",
        with_members(
            fields=[{"field_key": "description", "field_value": "live words"}],
            multi_texts=[{"field_key": "description", "field_value": {"doc_text": "", "doc_html": ""}}],
        ),
    ),
    "no name": ("fields: {name: new}", with_members(name=None)),
    "an expected value": (
        "expect: {priority: P1}, fields: {name: new}",
        holding("priority", {"label": "P1"}),
    ),
    "a state that may mean terminated": ("fields: {name: new}", holding("aborted", "yes")),
}


TYPES = {
    "text": ("ext_ref", "new"),
    "multi_pure_text": ("ext_ref", "new"),
    "multi_text": ("description", "new"),
    "link": ("wiki", "'https://example.com/a'"),
    "link_cloud_doc": ("docs", "['https://example.com/a']"),
    "telephone": ("hotline", "'+8613800000000'"),
    "email": ("contact", "bo@example.com"),
    "number": ("story_points", "7"),
    "bool": ("needs_qa", "true"),
    "date": ("due", "2026-12-01"),
    "schedule": ("schedule", "{start: 2026-12-01, end: 2026-12-02}"),
    "select": ("priority", "P3"),
    "radio": ("scale", "M"),
    "priority": ("priority", "P3"),
    "multi_select": ("platform", "[Web]"),
    "tree_select": ("area", "Payments / Cards"),
    "tree_multi_select": ("markets", "[Payments / Cards]"),
    "business": ("business", "Growth"),
    "user": ("reviewer", "bo@example.com"),
    "multi_user": ("watchers", "[bo@example.com]"),
    "work_item_related_select": ("parent_story", "6300012321"),
    "work_item_related_multi_select": ("planning_release", "[6300012321]"),
    "linked_work_item": ("parent_story", "6300012321"),
    "compound_field": ("env_rows", "[]"),
}
"""A field for each managed type (it is made one where the demo space has none), and a value for it."""


def test_every_managed_type_has_a_row() -> None:
    assert {*TYPES, "role"} == set(CODECS)


@pytest.mark.parametrize("type_", TYPES)
def test_a_map_of_no_page_is_blocked_with_its_shape_whatever_the_type(
    spoiled: tuple[Desk, Tampering], type_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, layer = spoiled
    alias, value = TYPES[type_]
    kind = desk.world.type_of(desk.world.items[STORY])
    (field,) = (one for one in kind.fields if one.alias == alias)
    monkeypatch.setattr(field, "type", type_)
    desk.stories(f"{{id: {STORY}, fields: {{{alias}: {value}}}}}")
    layer.arm(holding(field.key, {"strange": [1]}), "story/query", times=100)
    done = desk.run("plan")
    assert "1 blocked" in done.out, done
    assert "the live value cannot be read: expected " in done.out
    assert ", got {strange: [number]}" in done.out
    assert "nothing to update" in done.out


@pytest.mark.parametrize("name", ODD)
def test_an_unknown_form_is_blocked_with_its_shape_at_planning(
    spoiled: tuple[Desk, Tampering], name: str
) -> None:
    desk, layer = spoiled
    body, tamper = ODD[name]
    desk.stories(f"{{id: {STORY}, {body}}}")
    layer.arm(tamper, "story/query", times=100)
    done = desk.run("plan")
    assert layer.hits
    assert "1 blocked" in done.out, done.out
    assert "cannot be read" in done.out
    assert "nothing to update" in done.out


@pytest.mark.parametrize("name", [name for name in ODD if name != "an expected value"])
def test_an_unknown_form_in_the_read_right_before_the_put_keeps_it_from_being_sent(
    spoiled: tuple[Desk, Tampering], name: str
) -> None:
    desk, layer = spoiled
    body, tamper = ODD[name]
    desk.stories(f"{{id: {STORY}, {body}}}")
    layer.arm(tamper, times=0)
    assert desk.run("plan", "--out", "plan.json").code == 0
    sent = len(desk.sent)
    layer.arm(tamper, "story/query", times=100)
    done = desk.run("apply", "plan.json", "--yes")
    assert len(desk.sent) == sent
    assert done.code == 3, done
    assert "cannot be read" in done.out


def test_a_live_role_that_the_space_does_not_list_keeps_the_roles_of_its_item_from_being_sent(
    spoiled: tuple[Desk, Tampering],
) -> None:
    desk, layer = spoiled
    desk.stories(f"{{id: {STORY}, fields: {{ext_ref: written}}, roles: {{RD: [bo@example.com]}}}}")
    layer.arm(holding("role_owners", [RD, {"role": "role_a1b2c3", "owners": [BO]}]), "story/query", times=100)
    done = desk.run("apply", "--yes")
    assert "the item has roles that the space does not list: role_a1b2c3" in done.out
    assert desk.sent[-1] == {EXT_REF: "written"}


def test_a_refresh_tells_of_a_value_that_cannot_be_read(spoiled: tuple[Desk, Tampering]) -> None:
    desk, layer = spoiled
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    layer.arm(holding("priority", {"label": "P1"}), "story/query", times=100)
    done = desk.run("pull", "--refresh")
    assert "it cannot be read: expected an option with its id, got {label: text}" in done.out + done.err
    assert (desk.folder / "state/stories.yaml").read_text(encoding="utf-8").count("P3") == 1
