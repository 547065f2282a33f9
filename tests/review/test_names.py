"""Attacks on the names of related items: pins and ids that show one item to the reviewer and send another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.fields import codec_for
from reconciler.fields.spec import FieldSpec, People

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY, ISSUE, LIVE, NEXT, OTHER = 6300012320, 6300013300, 6300014301, 6300014302, 6300014303
NAMES = {LIVE: "The live one", NEXT: "The next one", OTHER: "Another one"}
GONE = "deleted, of another type, or not visible"


@pytest.fixture
def web(desk: Desk) -> Desk:
    """A story with a release; the files want the next one, and the pins are right."""
    for item_id, name in NAMES.items():
        desk.world.items[item_id].name = name
    story = desk.world.items[STORY]
    (spec,) = [one for one in desk.world.type_of(story).fields if one.name == "Release"]
    story.values[spec.key] = [LIVE]
    desired(desk, "[{name: The next one}]")
    assert desk.run("schema", "pull").code == 0
    return desk


def desired(desk: Desk, releases: str) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{Release: {releases}}}}}")


def pin(desk: Desk, ids: dict[str, int]) -> None:
    """Commit another `items.json`, as a pull request may."""
    path = desk.folder / "schemas/demo/items.json"
    (type_key,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({type_key: ids}), encoding="utf-8")


def test_a_right_name_is_shown_and_sent(web: Desk) -> None:
    done = web.run("apply", "--yes")
    assert f"+ {NEXT} (The next one)" in done.out
    assert (done.code, [list(one.values()) for one in web.sent]) == (0, [[[NEXT]]])


LIES = {
    "an issue": ({"The next one": ISSUE}, f"takes 'The next one' for {ISSUE}, which is {GONE}"),
    "nothing": ({"The next one": 1}, f"takes 'The next one' for 1, which is {GONE}"),
    "another release": (
        {"The next one": OTHER},
        f"takes 'The next one' for {OTHER}, which is release 'Another one' in the space",
    ),
    "a release that another name means": (
        {"The next one": OTHER, "Another one": OTHER},
        f"takes 'The next one' for {OTHER}, which is release 'Another one' in the space",
    ),
}


@pytest.mark.parametrize(("pins", "told"), LIES.values(), ids=LIES)
def test_a_name_that_the_pins_give_to_another_item_is_blocked_before_it_is_shown(
    web: Desk, pins: dict[str, int], told: str
) -> None:
    pin(web, pins)
    plan = web.run("plan", "--out", "plan.json")
    assert told.replace("takes", "the pins take") in plan.out
    assert "(The next one)" not in plan.out
    assert web.run("apply", "plan.json").code == 3
    assert web.run("apply", "--yes").code == 3
    assert web.sent == []


def test_a_wrong_name_takes_nothing_off_an_item(web: Desk) -> None:
    desired(web, "{excludes: [{name: The next one}]}")
    pin(web, {"The next one": LIVE})
    assert f"'The next one' for {LIVE}, which is release 'The live one'" in web.run("plan").out
    assert web.run("apply", "--yes").code == 3
    assert web.sent == []


def test_a_wrong_name_of_another_row_is_shown_by_the_name_that_the_space_gives(web: Desk) -> None:
    web.stories(
        f"{{id: {STORY}, fields: {{Release: [{NEXT}]}}}}",
        f"{{id: {STORY + 1}, fields: {{Release: [{{name: The old one}}]}}}}",
    )
    pin(web, {"The old one": LIVE})
    shown = web.run("plan", "--only", f"demo/story/{STORY}").out
    assert f"- {LIVE} (The live one)" in shown
    assert "The old one" not in shown


@pytest.mark.parametrize("target", [ISSUE, 1, STORY + 1], ids=["an issue", "nothing", "a story"])
def test_an_id_that_the_field_cannot_point_to_is_blocked(web: Desk, target: int) -> None:
    desired(web, f"[{LIVE}, {target}]")
    done = web.run("plan")
    assert f"it points to {target}, which is {GONE}" in done.out
    assert web.run("apply", "--yes").code == 3
    assert web.sent == []


def test_the_other_rows_of_the_item_are_sent(web: Desk) -> None:
    web.stories(f"{{id: {STORY}, fields: {{priority: P3, Release: [{{name: The next one}}]}}}}")
    pin(web, {"The next one": OTHER})
    assert web.run("apply", "--yes").code == 3
    assert [list(one) for one in web.sent] == [["priority"]]


def test_what_is_gone_since_the_plan_is_blocked_by_the_apply(web: Desk) -> None:
    web.run("plan", "--out", "plan.json")
    del web.world.items[NEXT]
    done = web.run("apply", "plan.json")
    assert f"it would point to {NEXT}, which is {GONE}" in done.out
    assert (done.code, web.sent) == (3, [])


def test_targets_are_read_once_by_fifty_and_the_forecast_counts_them(web: Desk) -> None:
    web.stories(
        *(f"{{id: {STORY + n}, fields: {{Release: [{{name: The next one}}, {OTHER}]}}}}" for n in range(8)),
        f"{{id: {STORY + 8}, fields: {{priority: P3}}}}",
    )
    before = web.asked("/query")
    made = web.run("plan", "--out", "plan.json")
    assert web.asked("/query") - before == 3  # nine stories, two releases, and who may be notified
    before = web.asked("/query")
    assert web.run("apply", "plan.json").code == 0
    reads = json.loads((web.folder / "plan.json").read_text(encoding="utf-8"))["requests"]["reads"]
    assert f"{reads} reads" in made.out
    # One question is for operation records, and one more asks who the run is.
    assert web.asked("/query") - before == reads


def test_a_row_in_sync_asks_nothing(web: Desk) -> None:
    desired(web, "[{name: The next one}]")
    assert web.run("apply", "--yes").code == 0
    before = web.asked("/query")
    assert web.run("plan").out.startswith("No changes.")
    assert web.asked("/query") - before == 1


def test_a_way_back_to_what_is_gone_is_blocked(web: Desk) -> None:
    assert web.run("apply", "--yes").code == 0
    del web.world.items[LIVE]
    (run,) = [path.parent.name for path in web.folder.glob(".reconciler/runs/*/journal.jsonl")]
    sent = len(web.sent)
    done = web.run("rollback", run, "--yes")
    assert f"it points to {LIVE}, which is {GONE}" in done.out
    assert (done.code, len(web.sent)) == (3, sent)


def test_items_in_the_rows_of_a_compound_field_are_found() -> None:
    one = FieldSpec(key="one", name="One", type="work_item_related_select", targets=("story",))
    many = FieldSpec(key="many", name="Many", type="work_item_related_multi_select")
    rows = FieldSpec(key="rows", name="Rows", type="compound_field", subfields=(one, many))
    value = ((("one", 5), ("many", frozenset({7, 6}))), (("one", 8),))
    codec = codec_for(rows, People())
    assert list(codec.links(value)) == [(("story",), 5), ((), 6), ((), 7), (("story",), 8)]
    assert list(codec.links(())) == []
