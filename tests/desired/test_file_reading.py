"""Files as the pins alone read them."""

from __future__ import annotations

from pathlib import Path

from reconciler.desired.file_reading import Reading, of_space, one_name
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.settings import Settings, SpaceSettings

KEY = "64a0c1f2e3b4d5a6c7e8f901"
SETTINGS = Settings(spaces={"demo": SpaceSettings(project_key=KEY)})
FILE = b"space: %s\ntype: story\nitems: [6300012345, 6300012346]\n"


def test_a_space_that_files_name_by_its_key_has_the_name_of_the_settings() -> None:
    assert [one_name(word, SETTINGS) for word in (KEY, "demo", "other")] == ["demo", "demo", "other"]


def test_files_of_one_space_are_those_that_name_it_by_name_or_by_key() -> None:
    read = [read_bytes(FILE % word, f"{n}.yaml")[0] for n, word in enumerate((b"demo", KEY.encode(), b"b"))]
    manifest = Manifest(tuple(one for one in read if one))
    assert [one.file for one in of_space(manifest, "demo", SETTINGS).documents] == ["0.yaml", "1.yaml"]


def test_a_file_of_a_type_without_a_pin_is_kept_for_the_space_to_read(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SETTINGS, [])
    reading.take_bytes(FILE % b"demo", "stories.yaml")
    done = reading.done(None)
    assert [one.file for one in done.unread["demo"].documents] == ["stories.yaml"]
    assert done.offline["demo"].items == ()
    assert not done.offline["demo"].is_settled


def test_an_outline_holds_the_items_that_a_file_names(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SETTINGS, [])
    reading.take_bytes(FILE % KEY.encode(), "stories.yaml")
    (outline,) = reading.done(None).outlines_of("demo")
    assert outline.ids == (6300012345, 6300012346)
