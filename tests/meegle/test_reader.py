"""All that planning asks of one live space, and what it keeps of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from reconciler.desired.claims import desired_state
from reconciler.errors import ReconcilerError
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.meegle.reader import Reader
from reconciler.model import Ref
from reconciler.schema.pins import Pins
from tests.road import DECISIONS

if TYPE_CHECKING:
    from reconciler.sandbox import World

RELEASE = "67c7c0e46f6789d587d7ab5e"
STORY, OTHER = Ref("story", 6300012320), Ref("story", 6300012321)


def manifest(*items: str) -> Manifest:
    text = "space: demo\ntype: story\nitems:\n" + "".join(f"  - {item}\n" for item in items)
    read, mistakes = read_bytes(text.encode(), "a.yaml")
    assert mistakes == []
    assert read
    return Manifest((read,))


def test_a_reader_has_no_way_to_write(reader: Reader) -> None:
    assert not {"put", "batch", "permit"} & set(dir(reader))


def test_an_opened_space_has_the_fields_of_the_types_that_are_named_and_the_names_of_all(
    reader: Reader,
) -> None:
    types = reader.catalog.types
    assert types["story"].fields
    assert types["issue"].fields == ()
    assert types[RELEASE].api_name == "release"


def test_what_is_looked_up_makes_a_new_catalog_and_leaves_the_older_as_it_was(reader: Reader) -> None:
    before = reader.catalog
    after = reader.meet(["bo@example.com"])
    assert after is reader.catalog
    assert "bo@example.com" in after.people.by_email
    assert "bo@example.com" not in before.people.by_email


def test_files_are_learned_once_for_all_that_they_mention(world: World, reader: Reader) -> None:
    some = manifest(
        "{id: 6300012320, fields: {reviewer: ana@example.com, business: Cards}}",
        "{id: 6300012321, roles: {RD: [bo@example.com]}}",
    )
    state = desired_state(some, reader.learn(some))
    assert state.mistakes == []
    asked = [made.body for made in world.calls if made.path.endswith("/user/query")]
    assert asked == [{"emails": ["ana@example.com", "bo@example.com"]}]


def test_a_related_item_is_found_by_its_exact_name_although_the_list_is_fuzzy(
    world: World, reader: Reader
) -> None:
    releases = [one for one in world.items.values() if one.type_key == RELEASE]
    releases[0].name, releases[1].name = "Web 9", "Web 9.1"
    items = reader.find_items([(RELEASE, "Web 9"), (RELEASE, "Web 10")], {}).items
    assert items.by_name == {(RELEASE, "Web 9"): (releases[0].id,), (RELEASE, "Web 10"): ()}
    assert reader.name_notes == [f"'Web 9' is {releases[0].id}, not pinned; `reconciler schema pull` pins it"]


def test_a_name_that_is_pinned_is_not_asked_for(world: World, reader: Reader) -> None:
    reader.open(["story"], {}, Pins(items={(RELEASE, "Web 9"): 77}))
    world.calls.clear()
    assert reader.find_items([(RELEASE, "Web 9")], {}).items.by_name == {(RELEASE, "Web 9"): (77,)}
    assert world.calls == []
    assert reader.name_notes == []


def test_an_item_is_confirmed_in_the_first_of_the_types_that_has_it(reader: Reader) -> None:
    reader.open(["story", "issue"], {})
    found = reader.confirm(
        {6300013300: ["story", "issue"], STORY.id: ["story", "issue"], 1: ["story", "issue"]}
    )
    assert {one: type_key for one, (type_key, _) in found.items()} == {6300013300: "issue", STORY.id: "story"}


def test_a_survey_decodes_only_the_items_that_differ(world: World, reader: Reader) -> None:
    for item_id, option in ((STORY.id, "option_0"), (OTHER.id, "option_1")):
        world.item(item_id).values["priority"] = {"value": option}
    both = manifest(*[f"{{id: {one.id}, fields: {{priority: P0}}}}" for one in (STORY, OTHER)])
    survey = reader.survey(desired_state(both, reader.learn(both)).items)
    assert survey.in_sync == frozenset({STORY})
    assert {ref: item.values["priority"].value for ref, item in survey.live.items()} == {OTHER: "option_1"}


def test_an_item_that_is_not_there_is_neither_live_nor_in_sync(reader: Reader) -> None:
    gone = manifest("{id: 6300099999, fields: {priority: P0}}")
    survey = reader.survey(desired_state(gone, reader.learn(gone)).items)
    assert (survey.live, survey.in_sync) == ({}, frozenset())


@pytest.mark.parametrize("name", ["demo", "64a0c1f2e3b4d5a6c7e8f901"])
def test_a_space_that_is_named_as_the_service_names_it_needs_no_note(reader: Reader, name: str) -> None:
    again = Reader(reader.client, name, DECISIONS, reader.user_key)
    again.open(["story"], {})
    assert again.notes == []


def test_a_space_under_another_name_is_noted_for_the_reviewer(world: World, reader: Reader) -> None:
    settings = replace(DECISIONS, project_key=next(iter(world.spaces)))
    ours = Reader(reader.client, "ours", settings, reader.user_key)
    ours.open(["story"], {})
    assert ours.notes == ["the service calls the space 'demo', not 'ours'"]


def test_a_space_that_nobody_knows_is_refused(reader: Reader) -> None:
    with pytest.raises(ReconcilerError, match="no space 'dmeo'"):
        Reader(reader.client, "dmeo", DECISIONS, reader.user_key).open(["story"], {})
