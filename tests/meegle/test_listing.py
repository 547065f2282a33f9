"""Items that a command names by what they are: each condition that is set narrows the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.listing import MOST_PEOPLE, Filters, list_items

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.sandbox import World

ABORTED = 6300012311


def ids(reader: Reader, filters: Filters) -> set[int]:
    return {ref.id for ref in filters.refs(reader, reader.catalog.types["story"])}


def live(world: World) -> set[int]:
    """The stories that are not terminated."""
    return {one.id for one in world.items.values() if one.type_key == "story" and one.aborted is None}


def test_without_conditions_all_items_but_terminated_ones_are_listed(world: World, reader: Reader) -> None:
    assert not Filters()
    assert ids(reader, Filters()) == live(world)
    assert ABORTED not in live(world)


def test_items_of_several_types_are_listed_at_once(reader: Reader) -> None:
    assert {ref.type_key for ref in list_items(reader, ["story", "issue"], body={})} == {"story", "issue"}


def test_a_name_and_a_search_both_hold(world: World, reader: Reader) -> None:
    named = {one for one in live(world) if "audit" in world.item(one).name.lower()}
    urgent = {one for one in live(world) if world.item(one).values["priority"]["value"] == "option_0"}
    assert ids(reader, Filters(name="audit")) == named
    assert ids(reader, Filters(search=("priority=P0",))) == urgent
    both = ids(reader, Filters(name="audit", search=("priority=P0",)))
    assert both == named & urgent
    assert 0 < len(both) < len(named)


def test_every_condition_reaches_the_service_in_its_own_form(reader: Reader) -> None:
    filters = Filters(
        name="audit",
        statuses=("Done",),
        since="1970-01-02",
        people=("ana@example.com",),
        search=("priority=P0",),
    )
    assert filters.body(reader, reader.catalog.types["story"]) == {
        "work_item_name": "audit",
        "work_item_status": [{"state_key": "end"}],
        "updated_at": {"start": 57_600_000},
        "user_keys": ["7310000000000000001"],
    }


def test_more_people_than_the_service_takes_are_refused_before_a_list_is_asked_for(
    world: World, reader: Reader
) -> None:
    some = tuple(one.key for one in list(world.people.values())[: MOST_PEOPLE + 1])
    assert len(some) == MOST_PEOPLE + 1
    with pytest.raises(CannotRun, match="--person names 11 people"):
        ids(reader, Filters(people=some))
    assert not [one for one in world.calls if one.path.endswith("/filter")]


@pytest.mark.parametrize(
    "filters",
    [Filters(statuses=("Dnoe",)), Filters(people=("nobody@example.com",)), Filters(search=("priorty=P0",))],
    ids=["status", "person", "field"],
)
def test_a_condition_that_means_nothing_lists_nothing_and_is_refused(
    reader: Reader, filters: Filters
) -> None:
    with pytest.raises(CannotRun):
        ids(reader, filters)
