"""A project in a folder of a larger repository: from the top by its path, and from its own folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
WRONG = f"{{id: {STORY}, fields: {{nosuch: 1, priority: P9, due: someday}}}}"
RIGHT = f"{{id: {STORY}, fields: {{priority: P3}}}}"
SETTINGS = "spaces:\n  demo:\n    project_key: 64a0c1f2e3b4d5a6c7e8f901\n    guards: {changes: 0}\n"


@pytest.fixture
def sub(desk: Desk) -> Desk:
    """The desk of a project in `sub/`, with settings and pins of its own."""
    git(desk.folder, "init", "-q")
    own = replace(desk, folder=desk.folder / "sub")
    own.folder.mkdir()
    assert own.run("init", "--space", "demo", "--type", "story").code == 0
    for path in (own.folder / "state/demo").glob("*.yaml"):
        path.unlink()
    return own


def committed(desk: Desk) -> None:
    git(desk.folder, "add", ".")
    git(desk.folder, "commit", "-qm", "change")


@pytest.mark.parametrize("settings", ["sub/state/reconciler.yaml", "sub/reconciler.yaml", None])
def test_pins_are_found_beside_the_settings_from_wherever_a_run_starts(
    desk: Desk, sub: Desk, settings: str | None
) -> None:
    usual = desk.folder / "sub/state/reconciler.yaml"
    text = usual.read_text()
    usual.unlink()
    if settings:
        desk.write(settings, text)
    sub.stories(WRONG, file="state/demo/story.yaml")
    for path in ("sub/state", "sub/state/demo", "sub/state/demo/story.yaml", str(sub.folder / "state")):
        told = desk.run("validate", path)
        assert [word in told.out for word in ("nosuch", "P9", "someday")] == [True] * 3, path
        assert told.code == 1
    for folder in ("sub", "sub/state", "sub/state/demo"):
        if settings or folder == "sub":
            told = replace(desk, folder=desk.folder / folder).run(
                "validate", *([] if folder == "sub" else ["."])
            )
            assert "nosuch" in told.out, folder


def test_pins_in_the_folder_of_the_run_are_still_found(desk: Desk, sub: Desk) -> None:
    (sub.folder / "schemas").rename(desk.folder / "schemas")
    sub.stories(WRONG, file="state/demo/story.yaml")
    assert "nosuch" in desk.run("validate", "sub/state").out
    sub.stories(RIGHT, file="state/demo/story.yaml")
    assert desk.run("schema", "pull", "sub/state").code == 0
    assert not (sub.folder / "schemas").exists()


def test_pins_are_written_beside_the_settings(desk: Desk, sub: Desk) -> None:
    pins = sub.folder / "schemas/demo/story.json"
    text = pins.read_text()
    for path in (sub.folder / "schemas/demo").iterdir():
        path.unlink()
    pins.parent.rmdir()
    sub.stories(RIGHT, file="state/demo/story.yaml")
    done = desk.run("schema", "pull", "sub/state")
    assert (done.code, pins.read_text()) == (0, text)
    assert "sub/schemas/demo/story.json" in done.out
    assert not (desk.folder / "schemas").exists()
    assert replace(desk, folder=sub.folder / "state").run("schema", "pull", ".").code == 0
    assert not (sub.folder / "state/schemas").exists()


def test_a_project_in_a_folder_is_planned_applied_and_rolled_back_from_the_top(desk: Desk, sub: Desk) -> None:
    sub.stories(RIGHT.replace("P3", "P0"), file="state/demo/story.yaml")
    committed(desk)
    sub.stories(RIGHT, file="state/demo/story.yaml")
    committed(desk)
    done = desk.run("plan", "sub/state", "--base", "HEAD~1", "--out", "plan.json")
    assert "changed here" in done.out
    assert desk.run("apply", "plan.json").code == 0
    begun = json.loads(next(desk.folder.glob(".reconciler/runs/*/journal.jsonl")).read_text().splitlines()[0])
    assert begun["state"] == "sub/state"
    back = desk.run("rollback", "last", "--yes")
    assert back.code == 0, back
    assert "+++ b/sub/state/demo/story.yaml" in back.out
    adopted = desk.run("pull", "6300012321", "--type", "story", "--into", "sub/state/demo/more.yaml")
    assert adopted.code == 0, adopted
    first = (sub.folder / "state/demo/more.yaml").read_text().splitlines()[0]
    assert first.endswith("$schema=../../schemas/demo/story.schema.json")
    assert not (desk.folder / "schemas").exists()


def test_a_saved_plan_meets_the_guards_of_its_own_project(desk: Desk, sub: Desk) -> None:
    sub.stories(RIGHT, file="state/demo/story.yaml")
    assert desk.run("plan", "sub/state", "--out", "plan.json").code == 0
    sub.write("state/reconciler.yaml", SETTINGS)
    assert desk.run("apply", "plan.json").code == 4
    sub.write("state/reconciler.yaml", SETTINGS.replace("0}", "9}"))
    desk.write("state/reconciler.yaml", SETTINGS)
    assert desk.run("apply", "plan.json").code == 4, "no plan chooses other settings than those of state/"
    assert desk.sent == []


def test_a_plan_that_names_a_folder_elsewhere_meets_the_guards_here(desk: Desk, sub: Desk) -> None:
    sub.stories(RIGHT, file="state/demo/story.yaml")
    sub.write("state/reconciler.yaml", SETTINGS)
    assert desk.run("plan", "sub/state", "--out", "plan.json").code == 0
    text = (desk.folder / "plan.json").read_text()
    for elsewhere in ("..", "/", "nowhere", str(desk.folder.parent)):
        (desk.folder / "plan.json").write_text(text.replace('"sub/state"', json.dumps(elsewhere)))
        assert desk.run("apply", "plan.json").code in {1, 4}
    assert desk.sent == []


def test_two_projects_are_validated_in_one_call_and_planned_one_by_one(desk: Desk, sub: Desk) -> None:
    other = replace(desk, folder=desk.folder / "other")
    other.folder.mkdir()
    assert other.run("init", "--space", "demo", "--type", "issue").code == 0
    for path in (other.folder / "state/demo").glob("*.yaml"):
        path.unlink()
    sub.stories(WRONG, file="state/demo/story.yaml")
    other.stories("{id: 6300012345, fields: {unheard: 1}}", file="state/demo/issue.yaml", type_="issue")
    told = desk.run("validate", "sub/state", "other/state")
    assert [word in told.out for word in ("nosuch", "unheard")] == [True, True]
    told = desk.run("plan", "sub/state", "other/state")
    assert told.code == 1
    assert "other/state/reconciler.yaml:1:1: settings of another project" in told.err
    told = desk.run("plan", ".")
    assert told.code == 1
    assert "name one project at a time: sub/state" in told.err


def test_a_repository_that_is_called_state_keeps_its_pins_inside(desk: Desk) -> None:
    home = replace(desk, folder=desk.folder / "state")
    home.folder.mkdir()
    git(home.folder, "init", "-q")
    home.write("reconciler.yaml", SETTINGS)
    home.stories(RIGHT, file="items/story.yaml")
    assert home.run("schema", "pull", "items").code == 0
    assert (home.folder / "schemas/demo/story.json").is_file()
    assert not Path(desk.folder, "schemas").exists()
