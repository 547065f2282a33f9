"""A copy of the space plans as the space does, and is served by the sandbox to rehearse on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from reconciler.sandbox import Running
from reconciler.sandbox.demo.seeds import read_seed

if TYPE_CHECKING:
    from tests.conftest import Desk

ROOT = Path(__file__).parents[2]
STORY = 6300012320
ROWS = ("  ~ ", "  - ", "  x ", "  = ")


def content(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((desk.folder / "space.json").read_bytes())
    return told


@pytest.fixture
def home(desk: Desk) -> Desk:
    """The demo's repository beside its space."""
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, desk.folder / name)
    return desk


def test_a_plan_of_the_copy_is_the_plan_of_the_space(home: Desk) -> None:
    live = home.run("plan").out
    done = home.run("pull", "--snapshot", "space.json", "--keep-emails")
    assert done.code == 0, done.err
    assert home.world.writes == []
    home.environ = {}
    offline = home.run("plan", "--offline", "--snapshot", "space.json")
    assert offline.code == 0, offline.err
    assert rows(offline.out) == rows(live)


def rows(text: str) -> list[str]:
    """Return the rows of a plan, without what it costs and notes."""
    return [line for line in text.splitlines() if line.startswith("  ")]


def test_a_copy_keeps_to_its_published_schema(home: Desk) -> None:
    home.run("pull", "--snapshot", "space.json", "--keep-emails")
    schema = json.loads((ROOT / "schemas/snapshot.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(content(home))


def test_an_apply_is_rehearsed_on_the_copy_and_ends_with_no_difference(home: Desk) -> None:
    home.run("pull", "--snapshot", "space.json")
    home.run("plan", "--out", "plan.json")
    with Running(read_seed(home.folder / "space.json")) as service:
        service.world.options.throttle = False
        home.environ |= {
            "MEEGLE_BASE_URL": service.url,
            "MEEGLE_USER_KEY": service.world.credentials.user_key,
        }
        assert home.run("apply", "--yes").code == 0
        assert home.run("plan").out.startswith("No changes.")
    assert home.world.writes == []


def test_a_copy_of_a_whole_type_holds_its_items_and_those_they_point_to(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {}}\n")
    done = desk.run("pull", "--type", "release", "--snapshot", "space.json")
    assert done.code == 0, done.err
    made = content(desk)
    of_type = [one["id"] for one in made["items"] if one["type_key"] != "story"]
    live = [one.id for one in desk.world.items.values() if one.id // 100 == 63000143 and one.aborted is None]
    assert sorted(of_type) == sorted(live)
    assert {one["key"] for one in made["spaces"][0]["types"]} >= {"story", "issue"}


def test_a_copy_of_some_items_is_narrowed_as_a_pull_is(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {}}\n")
    done = desk.run("pull", "--type", "story", "--search", "priority = P0", "--snapshot", "space.json")
    assert done.code == 0, done.err
    assert {
        one["values"]["priority"]["value"] for one in content(desk)["items"] if one["type_key"] == "story"
    } >= {"option_0"}
    one = desk.run("pull", f"demo/story/{STORY}", "--snapshot", "space.json")
    assert one.code == 0
    assert STORY in {item["id"] for item in content(desk)["items"]}


def test_strangers_e_mails_stay_out_of_a_copy_unless_they_are_wanted(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{reviewer: bo@example.com}}}}")
    done = desk.run("pull", "--type", "story", "--snapshot", "space.json")
    assert done.err == "e-mails that no file mentions are hidden; --keep-emails keeps them\n"
    text = (desk.folder / "space.json").read_text(encoding="utf-8")
    assert "bo@example.com" in text
    assert "chen@example.com" not in text
    desk.run("pull", "--type", "story", "--snapshot", "space.json", "--keep-emails")
    assert "chen@example.com" in (desk.folder / "space.json").read_text(encoding="utf-8")


def test_formatting_of_a_text_is_copied_too(desk: Desk) -> None:
    detail = {"doc": "[]", "doc_html": "<p><strong>bold</strong></p>"}
    desk.world.items[STORY].rich["description"] = detail
    desk.write("state/reconciler.yaml", "spaces: {demo: {}}\n")
    desk.run("pull", f"demo/story/{STORY}", "--snapshot", "space.json")
    (item,) = [one for one in content(desk)["items"] if one["id"] == STORY]
    assert item["rich"] == {"description": detail}


def test_an_item_that_is_gone_is_left_out_and_told(desk: Desk) -> None:
    desk.stories(str(STORY), "6300099999")
    done = desk.run("pull", "--snapshot", "space.json")
    assert done.code == 0
    assert "left out 6300099999: deleted, of another type, or not visible\n" in done.err


def test_flags_of_files_do_not_stand_beside_a_copy(desk: Desk) -> None:
    for arguments in (("--snapshot", "x.json", "--into", "state/x.yaml"), ("--keep-emails",)):
        done = desk.run("pull", "--type", "story", *arguments)
        assert done.code == 1
        assert "--snapshot and --keep-emails are about a copy" in done.err


def test_an_address_in_a_text_of_the_files_is_not_hidden(desk: Desk) -> None:
    desk.stories(
        f"{{id: {STORY}, fields: {{description: 'ask Zoe@elsewhere.example.org', ext_ref: a+b@b.io}}}}"
    )
    assert desk.run("apply", "--yes").code == 0
    assert desk.run("pull", "--snapshot", "space.json").code == 0
    assert "\nNo changes." in desk.run("plan", "--offline", "--snapshot", "space.json").out
    desk.stories(f"{{id: {STORY}, fields: {{ext_ref: a+b@b.io}}}}")
    assert desk.run("pull", "--snapshot", "space.json").code == 0
    copy = (desk.folder / "space.json").read_text()
    assert ("Zoe@" in copy, "a+b@b.io" in copy) == (False, True)
