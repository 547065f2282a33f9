"""A plan as a file: read back as itself, sealed, and with a digest of its changes alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.plan.plan_data import digest
from reconciler.plan.plan_file import dumps, load_plan, plan_of, seal
from reconciler.plan.plan_json import PlanFile

if TYPE_CHECKING:
    from tests.conftest import Desk


CHANGE = "{id: 6300012300, fields: {priority: P3, story_points: 5}}"


AGREES = "{id: 6300012301, fields: {priority: P1}}"


def test_a_saved_plan_reads_back_as_itself_and_shows_the_same(desk: Desk) -> None:
    desk.stories(CHANGE, "{id: 6300012301, fields: {watchers: {contains: [ana@example.com]}}}")
    planned = desk.run("plan", "--out", "plan.json")
    made = load_plan((desk.folder / "plan.json").read_bytes())
    assert digest(plan_of(made)) == made.digest
    assert desk.run("show", "plan.json").out == planned.out


def test_the_json_view_names_what_policies_look_for(desk: Desk) -> None:
    desk.stories(CHANGE)
    made = json.loads(desk.run("plan", "--format", "json").out)
    (change,) = made["resource_changes"]
    assert change["address"] == "demo/story/6300012300"
    assert change["change"]["actions"] == ["update"]
    assert change["change"]["after"] == {"priority": {"value": "option_3"}, "field_3724e6": 5}
    assert (made["applyable"], made["complete"], made["errored"]) == (True, True, False)


def test_the_digest_is_equal_on_two_clocks_in_two_folders_and_by_two_hosts_of_one_service(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk.stories(CHANGE)
    here = json.loads(desk.run("plan", "--format", "json").out)
    there = replace(desk, folder=tmp_path_factory.mktemp("elsewhere"))
    there.write("state/moved.yaml", f"# moved\n\nspace: demo\ntype: story\nitems: [{CHANGE}]\n")
    there.environ = {**desk.environ, "SOURCE_DATE_EPOCH": "1000000000"}
    there.environ["MEEGLE_BASE_URL"] = desk.environ["MEEGLE_BASE_URL"].replace("127.0.0.1", "localhost")
    moved = json.loads(there.run("plan", "--format", "json").out)
    assert moved["digest"] == here["digest"]
    assert moved["seal"] != here["seal"]
    assert (moved["timestamp"], moved["host"]) != (here["timestamp"], here["host"])


@pytest.mark.parametrize(
    ("items", "flags", "word", "code"),
    [
        ([AGREES], [], "no_changes", 0),
        ([CHANGE], [], "changes", 0),
        ([CHANGE], ["--detailed-exitcode"], "changes", 2),
        ([CHANGE, "{id: 999, fields: {priority: P0}}"], [], "blocked", 0),
        ([CHANGE, "{id: 999, fields: {priority: P0}}"], ["--strict"], "blocked", 1),
        (["{id: 6300012300, fields: {priority: null}}"], [], "guard", 0),
    ],
)
def test_the_exit_reason_is_one_word(
    desk: Desk, items: list[str], flags: list[str], word: str, code: int
) -> None:
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {clears: 0}}}\n")
    desk.stories(*items)
    done = desk.run("plan", "--format", "json", *flags)
    assert (json.loads(done.out)["exit_reason"], done.code) == (word, code)


LARGE = 9_007_199_254_740_993
"""2^53 + 1, which no double holds."""


def test_ids_have_a_text_beside_them_for_programs_that_round(desk: Desk) -> None:
    rows = "{id: 6300012300, fields: {parent_story: 6300012301, planning_release: [6300014300, 6300014301]}}"
    desk.stories(rows, "{id: 9007199254740993, fields: {priority: P1}}")
    made = json.loads(desk.run("plan", "--format", "json").out)
    (change,) = made["resource_changes"]
    assert (change["id"], change["id_text"]) == (6300012300, "6300012300")
    texts = {one["key"]: one.get("after_text") for one in change["fields"]}
    assert texts == {"field_7872c9": "6300012301", "planning_sprint": ["6300014300", "6300014301"]}
    (block,) = made["blocked"]
    assert (block["id"], block["id_text"]) == (LARGE, "9007199254740993")
    assert int(float(block["id"])) != LARGE


def test_a_plan_of_an_older_version_has_no_texts_and_its_seal_holds(desk: Desk) -> None:
    desk.stories("{id: 6300012300, fields: {parent_story: 6300012301}}")
    desk.run("plan", "--out", "plan.json")
    old = PlanFile.model_validate(without_texts(json.loads((desk.folder / "plan.json").read_bytes())))
    old = old.model_copy(update={"seal": seal(old)})
    assert "_text" not in dumps(old)
    assert load_plan(dumps(old)) == old


def without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_texts(one) for key, one in value.items() if not key.endswith("_text")}
    return [without_texts(one) for one in value] if isinstance(value, list) else value
