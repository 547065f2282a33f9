"""Seeds and snapshots: read, checked at their place, written and loaded as the same space."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from reconciler.sandbox import World, demo_world
from reconciler.sandbox.demo.seeds import BadSeed, read_seed, schema, write_seed
from reconciler.sandbox.http.serving import snapshot
from tests.sandbox.api import BO, HEX, STORY

ROOT = Path(__file__).parents[3]


def _same(one: World, other: World) -> bool:
    return (one.spaces, one.people, one.items, one.records) == (
        other.spaces,
        other.people,
        other.items,
        other.records,
    )


def test_a_snapshot_is_loaded_as_the_same_space(tmp_path: Path) -> None:
    world = demo_world()
    world.edit(STORY, "field_a1b2c3", "1.10 'quoted' 多行\nno", by=BO)
    world.edit(STORY, "field_a1b2c4", "\x85 \u2028 \x7f \U0001f600\nitems:\n- {", by=BO)
    file = tmp_path / "space.yaml"
    text = write_seed(world, world.items.values())
    file.write_text(text, encoding="utf-8")
    assert _same(read_seed(file), world)
    by_yaml = YAML(typ="safe").load(text)
    assert by_yaml["items"][0]["id"] == 6300012300
    item = next(each for each in by_yaml["items"] if each["id"] == STORY)
    assert item["values"] == world.item(STORY).values


def test_a_snapshot_fits_its_published_schema(tmp_path: Path) -> None:
    published = json.loads((ROOT / "schemas/snapshot.schema.json").read_text(encoding="utf-8"))
    assert published == schema()
    world = demo_world()
    text = write_seed(world, [world.item(STORY), world.item(6300013300)])
    file = tmp_path / "space.yaml"
    file.write_text(text, encoding="utf-8")
    jsonschema.Draft202012Validator(published).validate(YAML(typ="safe").load(text))


def test_e_mails_are_hidden_but_for_the_people_that_state_names(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "a.yaml").write_text("people: {ana: ANA@example.com}\n", encoding="utf-8")
    file = tmp_path / "space.yaml"
    assert snapshot(file, state=state, only=["6300012320"]) == 0
    text = file.read_text(encoding="utf-8")
    assert "ana@example.com" in text
    assert "bo@example.com" not in text
    assert snapshot(file, state=state, only=["6300012320"], keep_emails=True) == 0
    assert "bo@example.com" in file.read_text(encoding="utf-8")


def test_addresses_inside_texts_are_hidden_too() -> None:
    world = demo_world()
    world.edit(STORY, "description", "Ask carol@example.org, not ana@example.com.")
    text = write_seed(world, [world.item(STORY)], named=["ana@example.com"])
    assert "carol@example.org" not in text
    assert "not ana@example.com" in text


def test_a_snapshot_holds_a_selection(tmp_path: Path) -> None:
    file = tmp_path / "space.yaml"
    assert snapshot(file, only=["release", "6300012301"], state=None) == 0
    items = read_seed(file).items
    assert len(items) == 51
    assert 6300012301 in items


def test_a_seed_may_be_json_and_may_turn_switches(tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    seed = {
        "people": [{"key": "1", "email": "a@example.com", "name": "A"}],
        "spaces": [
            {
                "key": HEX,
                "simple_name": "tiny",
                "name": "Tiny",
                "types": [
                    {
                        "key": "story",
                        "name": "Story",
                        "api_name": "story",
                        "fields": [{"key": "name", "name": "Name", "type": "text"}],
                    }
                ],
            }
        ],
        "items": [{"id": 1, "type_key": "story", "name": "One"}],
        "switches": {"per_second": 3},
    }
    file.write_text(json.dumps(seed), encoding="utf-8")
    world = read_seed(file)
    assert (world.item(1).name, world.item(1).project, world.options.per_second) == ("One", HEX, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: [", "while parsing"),
        ("people: []\nspaces: []\ncolour: red\n", "colour: Extra inputs are not permitted"),
        ("people: [{key: '1', email: a, nam: x}]\nspaces: []\n", "people.0.nam"),
        ("people: []\nspaces: []\nformat_version: 2\n", "format_version"),
        ("[]", "valid dictionary"),
        (
            (
                "people: []\nspaces: [{key: a, simple_name: a, name: a}]\n"
                "items: [{id: 1, type_key: x, name: y}]\n"
            ),
            "no type x",
        ),
        ("people: []\nspaces: []\nswitches: {zz: 1}\n", "no such switch: zz"),
        ("people: []\nspaces: []\nitems: [{id: 1, type_key: x, name: y}]\n", "no type x"),
    ],
)
def test_a_slip_in_a_seed_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSeed, match=told):
        read_seed(file)
