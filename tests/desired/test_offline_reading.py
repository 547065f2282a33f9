"""Files are read by the pins alone: what these settle, what they refuse, what the space has to tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from reconciler.desired.file_reading import Files
from reconciler.desired.offline_reading import (
    Validation,
    is_confirmed,
    items_known,
    read_by_pins,
    read_files,
    unexplained,
    validate_files,
)
from reconciler.errors import Mistake, Place, UnknownName, WrongShape
from tests.desired.conftest import ITEM
from tests.desired.demo_pins import STORIES, demo_catalog


def told(files: Files) -> list[str]:
    return [str(one) for one in files.mistakes]


def test_values_that_the_pins_settle_need_no_space(state: Path) -> None:
    del state
    files = read_by_pins([])
    assert told(files) == []
    read = files.offline["demo"]
    assert read.is_settled
    assert [[(one.key, one.desired) for one in item.fields] for item in read.items] == [
        [("priority", "option_0")]
    ]
    assert validate_files([]) == Validation(files.outlines)


def test_a_name_that_only_the_space_knows_is_an_open_question_and_no_mistake(state: Path) -> None:
    (state / "a.yaml").write_text(STORIES + "  - {id: 1, roles: {RD: [eve@example.com]}}\n")
    read = read_by_pins([]).offline["demo"]
    assert (read.is_settled, read.wrong) == (False, [])
    assert validate_files([])[1:4] == ((), 1, ())


def test_all_mistakes_of_files_and_settings_are_found_at_once(state: Path) -> None:
    (state / "a.yaml").write_text(STORIES + ITEM.replace("P0", "P9") + "  - {id: 1, fields: {notez: x}}\n")
    (state / "reconciler.yaml").write_text("spaces: {demo: {drift: {stroy: {priority: heal}}}}\n")
    assert [str(one.place) for one in validate_files([])[1]] == [
        "state/a.yaml:4:41",
        "state/a.yaml:5:22",
        "state/reconciler.yaml:1:25",
    ]


def test_a_state_without_items_is_a_mistake(state: Path) -> None:
    (state / "a.yaml").unlink()
    files = read_by_pins([])
    assert len(files.mistakes) == 1
    assert (files.outlines, files.offline) == ((), {})


def test_the_trees_of_all_files_are_read_with_the_settings(state: Path) -> None:
    (state / "b.yaml").write_text("space: demo\ntype: [\n")
    root, settings, manifest, mistakes = read_files([])
    assert root == state.parent
    assert settings.spaces == {}
    assert [one.file for one in manifest.documents] == ["state/a.yaml"]
    assert {one.place.file for one in mistakes} == {"state/b.yaml"}


def test_a_space_confirms_the_pins_while_every_name_means_the_same(state: Path) -> None:
    del state
    files = read_by_pins([])
    read, live = files.offline["demo"], demo_catalog()
    assert is_confirmed(read, files.outlines, live)
    assert not is_confirmed(read, files.outlines, replace(live, types={}))


def test_the_items_of_the_files_are_known_with_their_types(state: Path) -> None:
    del state
    assert items_known(read_by_pins([]).outlines, demo_catalog()) == {6300012320: ("story", "")}


@pytest.mark.parametrize(
    ("file", "kept"), [("sub/state/reconciler.yaml", ["name"]), ("state/a.yaml", ["name", "day"])]
)
def test_what_broken_settings_may_explain_is_left_out(file: str, kept: list[str]) -> None:
    place = Place("state/b.yaml", 1, 1)
    name = UnknownName(place, "field", "x", "story", ())
    day = WrongShape(place, "a day", "text", "2026-12-01")
    told = [Mistake(Place(file, 1, 1), "what", "fix")]
    assert unexplained([name, day], told) == [{"name": name, "day": day}[one] for one in kept]
