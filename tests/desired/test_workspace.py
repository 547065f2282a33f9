"""The files of a run: which space they are about, how many items that is, and what ends the run early."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.workspace import changed_files, open_workspace, open_workspaces
from reconciler.errors import CannotRun, InputError
from reconciler.model import RunSpaces
from tests.desired.conftest import ITEM
from tests.desired.demo_pins import STORIES
from tests.git_repository import git

SECOND = ITEM.replace("6300012320", "6300012321")


def test_a_run_without_paths_is_about_the_whole_state(state: Path) -> None:
    workspace = open_workspace((), None)
    assert (workspace.space, workspace.named, workspace.whole, workspace.words) == (
        "demo",
        1,
        True,
        {"story"},
    )
    assert workspace.root == state.parent
    assert workspace.notes == ()


def test_a_run_on_one_file_counts_the_items_of_all_files(state: Path) -> None:
    (state / "b.yaml").write_text(STORIES + SECOND + ITEM.replace("6300012320", "6300012322"))
    workspace = open_workspace((Path("state/b.yaml"),), None)
    assert [one.file for one in workspace.outlines] == ["state/b.yaml"]
    assert (workspace.named, workspace.whole) == (3, False)
    assert [one.file for one in workspace.manifest.documents] == ["state/b.yaml"]


def test_of_two_spaces_one_is_chosen(state: Path) -> None:
    (state / "b.yaml").write_text(STORIES.replace("demo", "web") + ITEM)
    with pytest.raises(CannotRun, match="the files name 2 spaces: demo, web"):
        open_workspace((), None)
    workspace = open_workspace((), "web")
    assert [one.file for one in workspace.outlines] == ["state/b.yaml"]
    with pytest.raises(CannotRun, match="no file names the space 'other'"):
        open_workspace((), "other")


def test_a_run_about_several_spaces_has_a_workspace_for_each_by_name(state: Path) -> None:
    (state / "b.yaml").write_text(STORIES.replace("demo", "web") + SECOND + ITEM)
    (state / "c.yaml").write_text(STORIES.replace("demo", "app") + ITEM)
    every = open_workspaces(())
    assert [(one.space, one.named, [doc.file for doc in one.outlines]) for one in every] == [
        ("app", 1, ["state/c.yaml"]),
        ("demo", 1, ["state/a.yaml"]),
        ("web", 2, ["state/b.yaml"]),
    ]
    assert {one.spaces for one in every} == {RunSpaces(("app", "demo", "web"), ("app", "demo", "web"))}
    some = open_workspaces((), ("web", "app", "web"))
    assert [(one.space, one.spaces and one.spaces.chosen) for one in some] == [
        ("app", ("app", "web")),
        ("web", ("app", "web")),
    ]
    (part,) = open_workspaces((Path("state/b.yaml"),))
    assert (part.space, part.named, part.whole) == ("web", 2, False)


def test_mistakes_that_the_pins_reveal_end_a_checked_run_alone(state: Path) -> None:
    (state / "a.yaml").write_text(STORIES + ITEM.replace("P0", "P9"))
    with pytest.raises(InputError) as told:
        open_workspace((), None)
    assert [str(one.place) for one in told.value.mistakes] == ["state/a.yaml:4:41"]
    assert [one.file for one in open_workspace((), None, checked=False).manifest.documents] == [
        "state/a.yaml"
    ]


def test_only_files_that_differ_from_a_commit_count_with_since(state: Path) -> None:
    (state / "b.yaml").write_text(STORIES + SECOND)
    git(state.parent, "init", "-q")
    git(state.parent, "add", ".")
    git(state.parent, "commit", "-qm", "State")
    (state / "b.yaml").write_text(STORIES + SECOND.replace("P0", "P1"))
    workspace = open_workspaces((), since="HEAD")[0]
    assert workspace.differing == ("state/b.yaml",)
    assert changed_files(workspace) == ("state/b.yaml",)
    assert changed_files(open_workspace((), None)) is None


def test_a_folder_of_runs_that_came_with_the_checkout_is_noted(state: Path) -> None:
    (state.parent / ".reconciler").symlink_to(state)
    (note,) = open_workspace((), None).notes
    assert note.startswith("note: .reconciler is a link, so nothing of it is used")


def test_a_misspelt_space_is_told_at_its_place_with_the_one_that_is_meant(state: Path) -> None:
    (state / "b.yaml").write_text(STORIES.replace("demo", "dmo") + SECOND)
    with pytest.raises(InputError) as told:
        open_workspace((), None)
    assert str(told.value) == (
        "state/b.yaml:1:8: no space 'dmo' in the settings or the pins; "
        "did you mean 'demo'? Else choose one with --space"
    )


def test_mistakes_of_the_settings_hide_those_that_they_explain(state: Path) -> None:
    (state / "reconciler.yaml").write_text("peple: {team: [ana@example.com]}\n")
    fields = "{reviewer: team, cutover: 2026-12-01T09:30, nosuch: 1, priority: P9}"
    (state / "a.yaml").write_text(f"{STORIES}  - {{id: 6300012320, fields: {fields}}}\n")
    with pytest.raises(InputError) as told:
        open_workspace((), None)
    assert [one.what for one in told.value.mistakes] == [
        "no field 'nosuch' on story",
        "no option 'P9' on Priority",
        "no key 'peple' on this map",
    ]
