"""What files mention and only the space can look up: people, business lines, items by name."""

from __future__ import annotations

import pytest

from reconciler.desired.claims import desired_state
from reconciler.desired.mentions import (
    Mentions,
    ids_in,
    items_in,
    mentions_in,
    points_right,
    points_somewhere,
)
from reconciler.fields.values import Rule
from reconciler.manifest.nodes import Manifest
from tests.desired.demo_pins import demo_catalog, document, stories

RELEASE = "67c7c0e46f6789d587d7ab5e"
ITEM = 6300012320


@pytest.mark.parametrize(
    ("item", "mentions"),
    [
        ("{id: 1, fields: {priority: P0, notes: bo@example.com}}", Mentions()),
        ("{id: 1, roles: {RD: [bo@example.com]}}", Mentions(people={"bo@example.com"})),
        ("{id: 1, fields: {reviewer: ana}}", Mentions(people={"ana@example.com"})),
        ("{id: 1, fields: {watchers: [payments]}}", Mentions(people={"ana@example.com", "bo@example.com"})),
        ("{id: 1, expect: {reviewer: bo@example.com}}", Mentions(people={"bo@example.com"})),
        ("{id: 1, fields: {business: Payments}}", Mentions(lines=True)),
        ("{id: 1, fields: {planning_release: [{name: Web 9}, 5]}}", Mentions(targets={(RELEASE, "Web 9")})),
        ("{id: 1, fields: {reviewr: ana}}", Mentions()),
    ],
)
def test_only_what_the_space_has_to_look_up_is_mentioned(item: str, mentions: Mentions) -> None:
    assert mentions_in(Manifest((stories(item),)), demo_catalog()) == mentions


def test_a_file_of_an_unknown_type_mentions_nothing() -> None:
    text = "space: demo\ntype: stroy\nitems: [{id: 1, roles: {RD: [bo@example.com]}}]\n"
    manifest = Manifest((document(text),))
    assert mentions_in(manifest, demo_catalog()) == Mentions()
    assert items_in(manifest, demo_catalog()) == {}


def test_the_items_of_the_files_are_known_by_their_type_before_anybody_asks() -> None:
    releases = document("space: demo\ntype: release\nitems: [9]\n")
    assert items_in(Manifest((stories("1", "2"), releases)), demo_catalog()) == {
        1: ("story", ""),
        2: ("story", ""),
        9: (RELEASE, ""),
    }


@pytest.mark.parametrize(
    ("desired", "ids"),
    [
        (None, set()),
        (7, {7}),
        (frozenset({7, 8}), {7, 8}),
        (Rule(contains=frozenset({7}), excludes=frozenset({8})), {7, 8}),
    ],
)
def test_the_ids_of_a_relation_are_those_that_it_names(desired: object, ids: set[int]) -> None:
    assert set(ids_in(desired)) == ids


@pytest.mark.parametrize(
    ("target_type", "is_right"),
    [(RELEASE, True), ("story", False), ("", True)],
    ids=["right", "wrong", "unknown"],
)
def test_a_relation_points_right_unless_its_item_is_of_a_type_that_the_field_does_not_take(
    target_type: str, *, is_right: bool
) -> None:
    catalog = demo_catalog()
    state = desired_state(Manifest((stories("{id: 1, fields: {planning_release: [9]}}"),)), catalog)
    assert state.mistakes == []
    assert points_right(state.items, {9: (target_type, "")}, catalog) is is_right


@pytest.mark.parametrize(("key", "points"), [("planning_sprint", True), ("priority", False)])
def test_only_fields_of_relations_point_somewhere(key: str, *, points: bool) -> None:
    assert points_somewhere(demo_catalog(), {("story", "field"): {"word": key}}) is points
