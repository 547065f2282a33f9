"""Generated items: the same for the same number, and valid."""

from __future__ import annotations

import pytest

from reconciler.sandbox import World, demo_world
from reconciler.sandbox.demo.generate import BadCount, generate
from tests.sandbox.api import STORIES, Api


def _same(one: World, other: World) -> bool:
    return (one.spaces, one.people, one.items, one.records) == (
        other.spaces,
        other.people,
        other.items,
        other.records,
    )


def test_generated_items_are_the_same_each_time_and_pass_their_own_checks() -> None:
    first, second = demo_world(), demo_world()
    for world in (first, second):
        assert generate(world, ["story=60", "Release=3"]) == 63
    assert _same(first, second)
    api = Api(world=first)
    first.options.throttle = False
    item = api.read(6400000007)
    skipped = {"template", "aborted", "deleted", "multi_attachment", "field_656741"}
    computed = {f.key for f in first.type_of(first.item(6400000007)).fields if f.computed}
    pairs = [
        {"field_key": row["field_key"], "field_value": row["field_value"]}
        for row in item["fields"]
        if row["field_key"] not in skipped | computed
    ]
    api.ok("PUT", f"{STORIES}/6400000007", {"update_fields": pairs})
    assert api.read(6400000007)["fields"] == item["fields"]


@pytest.mark.parametrize("wish", ["story", "story=0", "story=many", "nothing=3", "=3"])
def test_a_wish_that_says_no_type_and_number_is_refused(wish: str) -> None:
    with pytest.raises(BadCount, match="--generate"):
        generate(demo_world(), [wish])
