"""The items that rows point to: a row is blocked where the space says that one is something else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.fields.spec import Items
from reconciler.plan.targets import ANOTHER, RENAME, calls, named_items, unlike
from reconciler.schema.catalog import Catalog
from reconciler.settings import SpaceSettings
from tests.road import apply_to, calm_world, pins_of, plan_of, words

STORY, SPRINT = 6300012320, 63
CALLED = frozenset({("sprint", "26-12")})


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The stories of the demo space, and one item that files name."""
    made = pins_of(calm_world()).catalog("demo", SpaceSettings(), {})
    return replace(made, items=Items({"sprint": "sprint"}, {("sprint", "26-12"): (SPRINT,)}, {}))


def test_an_item_is_called_by_every_name_that_the_files_give_it(catalog: Catalog) -> None:
    by_name = {("sprint", "26-12"): (SPRINT,), ("sprint", "December"): (SPRINT, 64)}
    found = calls(replace(catalog, items=Items({}, by_name, {})))
    assert found == {SPRINT: {("sprint", "26-12"), ("sprint", "December")}, 64: {("sprint", "December")}}


def test_an_item_that_is_as_the_files_call_it_is_not_blocked(catalog: Catalog) -> None:
    assert unlike(SPRINT, ("sprint",), CALLED, {SPRINT: ("sprint", "26-12")}, catalog) is None


@pytest.mark.parametrize(
    ("live", "types", "said", "repair"),
    [
        ({}, ("sprint",), "which is deleted, of another type, or not visible", ANOTHER),
        ({SPRINT: ("sprint", "27-01")}, ("sprint",), "which is sprint '27-01' in the space", RENAME),
        ({SPRINT: ("story", "26-12")}, ("sprint",), "in the space", RENAME),
        ({SPRINT: ("sprint", "26-12")}, ("story",), "the field does not take it", ANOTHER),
    ],
)
def test_an_item_that_is_something_else_is_told_with_the_way_out(
    catalog: Catalog, live: dict[int, tuple[str, str]], types: tuple[str, ...], said: str, repair: str
) -> None:
    found = unlike(SPRINT, types, CALLED, live, catalog)
    assert found
    assert said in found[0]
    assert found[1] == repair


def test_what_the_space_did_not_name_has_no_name_of_a_pin() -> None:
    items = Items({}, {}, {SPRINT: ("sprint", "as a pin says"), 65: ("sprint", "kept")})
    made = named_items(items, [SPRINT, 64], {64: ("sprint", "26-12")})
    assert made.known == {SPRINT: ("", ""), 64: ("sprint", "26-12"), 65: ("sprint", "kept")}


def test_a_row_to_an_item_that_is_deleted_after_the_plan_is_blocked_by_the_apply() -> None:
    world = calm_world()
    state = f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, fields: {{parent_story: {STORY + 3}}}}}\n"
    plan = plan_of(world, state)
    assert [one.id for one in plan.targets] == [STORY + 3]
    world.delete(STORY + 3)
    assert words(apply_to(world, plan)) == {"blocked": 1}
    assert world.writes == []
