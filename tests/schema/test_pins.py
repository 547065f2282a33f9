"""Pins are written so that they are read back the same, and a folder that contradicts itself is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from reconciler.fields.spec import FieldSpec, Option
from reconciler.schema.pin_files import BadPins
from reconciler.schema.pins import Pins, decided, pin_files, read_pins, stems
from reconciler.schema.types import TypeSpec
from reconciler.settings import FieldSettings, SpaceSettings

PRIORITY = FieldSpec("f1", "Priority", "select", zone=None, options=(Option("o1", "P0", disabled=True),))
STORY = TypeSpec(
    "t1", "Story", "story", (PRIORITY,), (FieldSpec("r1", "QA", "role", zone=None, locked=True),)
)
PINS = Pins("64a0", {"t1": STORY}, {"ana@example.com": "71"}, {("t1", "26-12"): 7})


def saved(folder: Path, pins: Pins = PINS) -> Path:
    for name, text in pin_files(pins).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_pins_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    again = read_pins(saved(tmp_path))
    assert (again.space_key, again.people, again.items) == (PINS.space_key, PINS.people, PINS.items)
    assert pin_files(again) == pin_files(PINS)
    assert again.types["t1"].fields[0].options == PRIORITY.options


def test_no_folder_pins_nothing(tmp_path: Path) -> None:
    assert read_pins(tmp_path / "none") == Pins()


def test_what_the_settings_decide_is_not_pinned() -> None:
    hinted = replace(STORY, fields=(replace(PRIORITY, kind="moment", scale="0.01", row_key="env"),))
    assert pin_files(replace(PINS, types={"t1": hinted})) == pin_files(PINS)


def test_the_settings_are_laid_over_the_fields_of_their_type() -> None:
    rate = FieldSpec("f2", "Rate", "number")
    zone = ZoneInfo("UTC")
    settings = SpaceSettings(time_zone=zone, fields={"story": {"Rate": FieldSettings(scale=Decimal("0.01"))}})
    (made,) = decided(replace(STORY, fields=(rate,)), settings).fields
    assert (made.scale, made.zone) == ("0.01", zone)
    (other,) = decided(replace(STORY, key="t2", api_name="bug", name="Bug", fields=(rate,)), settings).fields
    assert other.scale == "1"


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("copy.json", {"format_version": "1.0", "space_key": "64a0"}, "it holds no type"),
        ("people.json", {"ana@example.com": 7}, "it maps e-mails to user keys"),
        ("items.json", {"t1": {"26-12": 0}}, "it maps types to names and ids"),
        ("profile.json", {"clears": {"text": "zero"}}, "it says `clears`"),
        ("profile.json", {"forms": {"select": "loud"}}, "select has no form loud, but documented, labelled"),
        ("profile.json", {"forms": {"magic": "loud"}}, "there is no field type magic"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, file: str, content: object, reason: str) -> None:
    (saved(tmp_path) / file).write_text(json.dumps(content))
    with pytest.raises(BadPins, match=reason):
        read_pins(tmp_path)


def test_two_files_of_one_type_or_of_two_spaces_are_refused(tmp_path: Path) -> None:
    text = (saved(tmp_path) / "story.json").read_text()
    (tmp_path / "twin.json").write_text(text)
    with pytest.raises(BadPins, match=r"another file pins the type 't1' too\); delete one of both"):
        read_pins(tmp_path)
    (tmp_path / "twin.json").write_text(text.replace('"64a0"', '"other"').replace('"t1"', '"t2"'))
    with pytest.raises(BadPins, match="another file is of the space '64a0'"):
        read_pins(tmp_path)


def test_types_whose_names_differ_only_in_case_have_files_of_their_own() -> None:
    upper = replace(STORY, key="t2", api_name="Story")
    assert list(stems([STORY, upper])) == ["story", "t2"]


def test_a_catalog_of_pins_needs_no_network() -> None:
    catalog = PINS.catalog("demo", SpaceSettings(), {"team": ("ana@example.com",)})
    assert catalog.type_of("story")
    assert catalog.people.by_email["ana@example.com"].key == "71"
    assert catalog.items.by_name["t1", "26-12"] == (7,)


def test_messages_without_network_name_people_by_their_pinned_addresses() -> None:
    pins = Pins("pk", {}, {"ana@example.com": "7310000000000000001"})
    people = pins.catalog("demo", SpaceSettings(), {}).people
    assert people.show("7310000000000000001") == "ana@example.com"
    assert people.show("7310000000000000002") == "7310000000000000002"
