"""The candidates of a rule: by the call that lists them at the least cost, and never too few."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.desired.condition_parsing import ConditionReader, name_by
from reconciler.errors import Place
from reconciler.manifest.nodes import Scalar
from reconciler.meegle.candidates import candidates
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from tests.bench.work import world_of
from tests.road import DECISIONS, app_of, calm_world, connection_to

if TYPE_CHECKING:
    from reconciler.sandbox import World

STORY = 6300012300


def found(world: World, *texts: str) -> tuple[set[int], str]:
    """The ids that were found, and the ending of the last path that was asked."""
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        reader.open(["story"], {})
        reader.meet(["ana@example.com"])
        kind = reader.catalog.types["story"]
        read = ConditionReader(kind, reader.catalog, reader.settings.time_zone, name_by(kind)).read
        conditions = tuple(read(Scalar(one, plain=True, place=Place("", 1, 1))) for one in texts)
        ((_, refs),) = candidates(reader, [(kind.key, conditions)]).by_list()
        ids = {ref.id for ref in refs}
        return ids, world.calls[-1].path.rpartition("/")[2]


def alive(world: World) -> set[int]:
    return {one.id for one in world.items.values() if one.type_key == "story" and one.aborted is None}


@pytest.mark.parametrize(
    ("texts", "way"),
    [
        (("priority = P0",), "params"),
        (("status = Done",), "filter"),
        (("status != Done",), "filter"),
        (("people HAS ANY OF ana@example.com",), "filter"),
        (("created_at >= 2026-01-01", "updated_at < 2027-01-01"), "filter"),
        (("status = Done", "priority = P0"), "params"),
        (("roles.RD IS NULL",), "filter"),
        (("work_item_id HAS ANY OF 6300012300, 6300012301",), "params"),
        (("owner = ana@example.com",), "params"),
        (("work_item_id >= 6300012300",), "params"),
    ],
)
def test_the_cheapest_call_lists_them(texts: tuple[str, ...], way: str) -> None:
    world = calm_world()
    ids, asked = found(world, *texts)
    assert asked == way
    assert ids <= alive(world)


def test_more_hits_than_a_search_has_are_listed_by_a_cursor() -> None:
    world = calm_world()
    some, _ = found(world, "priority = P0")
    world.options.search_ceiling = 3
    again, asked = found(world, "priority = P0")
    assert asked == "universal_search"
    assert again == some
    assert len(some) > 3


def test_a_condition_that_the_service_cannot_search_lists_all() -> None:
    world = calm_world()
    assert found(world, "roles.RD IS NULL")[0] == alive(world)


def test_more_conditions_than_a_search_takes_are_left_to_the_judge() -> None:
    world = calm_world()
    many = [f"work_item_id > {one}" for one in range(1, 60)]
    ids, asked = found(world, *many)
    assert (ids, asked) == (alive(world), "params")


def calls(world: World, *groups: tuple[str, ...]) -> tuple[list[set[int]], dict[str, int]]:
    """The ids in each list for several conditions on stories, and how many calls each path got."""
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        reader.open(["story"], {})
        kind = reader.catalog.types["story"]
        read = ConditionReader(kind, reader.catalog, reader.settings.time_zone, name_by(kind)).read
        asked = [
            (kind.key, tuple(read(Scalar(one, plain=True, place=Place("", 1, 1))) for one in texts))
            for texts in groups
        ]
        before = len(world.calls)
        lists = list(candidates(reader, asked).by_list())
        paths = Counter(made.path.rpartition("/")[2] for made in world.calls[before:])
    assert [one for some, _ in lists for one in some] == asked
    return [{ref.id for ref in refs} for _, refs in lists], dict(paths)


@pytest.fixture(scope="module")
def crowd() -> World:
    """A space of 3,079 stories."""
    return world_of(3_000)


LEVELS = [(f"priority = P{level}", "work_item_id >= 6400000001") for level in range(4)]


def test_a_type_is_listed_whole_where_rules_select_most_of_it(crowd: World) -> None:
    (found_ids,), paths = calls(crowd, *LEVELS, ("story_points IS NOT NULL",))
    assert alive(crowd) == found_ids
    assert paths == {"params": 5, "filter": 16}


def test_a_type_is_not_listed_whole_for_rules_that_select_a_part_of_it(crowd: World) -> None:
    lists, paths = calls(crowd, *LEVELS[:1])
    assert paths == {"params": len(lists[0]) // 50 + 1}


def test_a_list_that_the_service_refuses_leaves_the_searches_as_they_are(crowd: World) -> None:
    ceiling, crowd.options.filter_ceiling = crowd.options.filter_ceiling, 100
    lists, paths = calls(crowd, *LEVELS, ("story_points IS NOT NULL",))
    crowd.options.filter_ceiling = ceiling
    assert set().union(*lists) <= alive(crowd)
    assert len(lists) == 5
    assert paths["params"] > 60
