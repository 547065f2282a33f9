"""Plans of a part of a commit: they are applied, recorded, counted together, and the rest stays pending."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
POINTS = "field_3724e6"
APPLIED = "refs/reconciler/applied/demo"


def team(desk: Desk, name: str, first: int, points: int, priority: str = "P0") -> None:
    """Write the folder of a team: two stories of its own, and one field of the story that both have."""
    field = "priority: " + priority if name == "a" else f"story_points: {points}"
    desk.stories(
        *(f"{{id: {STORY + first + n}, fields: {{story_points: {points}}}}}" for n in range(2)),
        f"{{id: {STORY}, fields: {{{field}}}}}",
        file=f"state/{name}/stories.yaml",
    )


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository of two teams, of which all is applied and recorded."""
    git(desk.folder, "init", "-q")
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {share: 100%}}}\n")
    team(desk, "a", 1, 1)
    team(desk, "b", 3, 1)
    commit(desk)
    applied(desk)
    return desk


def planned(desk: Desk, *arguments: str, out: str = "plan.json", known: bool = True) -> dict[str, Any]:
    """Save a plan, held against the record that is known."""
    there = known and git(desk.folder, "for-each-ref", APPLIED)
    against = ["--applied", APPLIED] if there else []
    done = desk.run("plan", *arguments, *against, "--out", out)
    assert done.code == 0, done.err
    made: dict[str, Any] = json.loads((desk.folder / out).read_text())
    return made


def applied(desk: Desk, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Plan a part, apply the plan and record it; return the record."""
    planned(desk, *arguments)
    done = desk.run("apply", "plan.json")
    assert done.code == code, done.out + done.err
    return recorded(desk)


def recorded(desk: Desk, plan: str = "plan.json") -> dict[str, Any]:
    done = desk.run("record", plan)
    assert done.code == 0, done.err
    return record(desk)


def record(desk: Desk) -> dict[str, Any]:
    _, _, message = git(desk.folder, "cat-file", "tag", APPLIED).partition("\n\n")
    made: dict[str, Any] = json.loads(message)
    return made


def rows(made: dict[str, Any]) -> list[tuple[int, str | None, str | None]]:
    return [(one["id"] - STORY, one["key"], one["commit"]) for one in made["unapplied"]]


def whys(made: dict[str, Any]) -> dict[int, str]:
    return {one["id"] - STORY: field["why"] for one in made["resource_changes"] for field in one["fields"]}


def changed(desk: Desk) -> str:
    """Commit a change of both folders; return the commit before."""
    before = git(desk.folder, "rev-parse", "HEAD")
    team(desk, "a", 1, 2, "P3")
    team(desk, "b", 3, 2)
    commit(desk)
    return before


PARTS = {
    "a folder": ["state/a"],
    "a file": ["state/a/stories.yaml"],
    "a path as a REF": ["--only", "state/a"],
    "all but a path": ["--exclude", "state/b"],
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_the_rest_of_the_commit_stays_pending(repo: Desk, part: list[str]) -> None:
    before = changed(repo)
    made = applied(repo, *part)
    assert made["commit"] == git(repo.folder, "rev-parse", "HEAD")
    assert rows(made) == [(0, POINTS, before), (3, POINTS, before), (4, POINTS, before)]
    assert [one["id"] - STORY for one in made["changed"]] == [0, 1, 2]
    whole = planned(repo, "--base", "HEAD")
    assert whys(whole) == dict.fromkeys((0, 3, 4), "pending")
    assert rows(applied(repo)) == []


def test_the_part_of_one_field_leaves_the_other_fields_of_the_item(repo: Desk) -> None:
    before = changed(repo)
    made = applied(repo, "--only", f"{STORY}.priority")
    assert rows(made) == [(0, POINTS, before), *((n, POINTS, before) for n in (1, 2, 3, 4))]


def test_without_a_record_all_the_rest_was_never_applied(repo: Desk) -> None:
    git(repo.folder, "update-ref", "-d", APPLIED)
    changed(repo)
    made = applied(repo, "state/a")
    assert rows(made) == [(0, POINTS, None), (3, None, None), (4, None, None)]
    assert whys(planned(repo, "--base", "HEAD")) == dict.fromkeys((0, 3, 4), "pending")


def test_parts_that_were_planned_side_by_side_are_recorded_one_after_the_other(repo: Desk) -> None:
    changed(repo)
    for name in "ab":
        planned(repo, f"state/{name}", out=f"{name}.json")
    for name in "ab":
        assert repo.run("apply", f"{name}.json").code == 0
        recorded(repo, f"{name}.json")
    assert rows(record(repo)) == []
    assert [one["id"] - STORY for one in record(repo)["changed"]] == [0, 1, 2, 3, 4]
    assert planned(repo, "--base", "HEAD")["exit_reason"] == "no_changes"


def test_first_parts_that_were_planned_side_by_side_are_recorded_too(repo: Desk) -> None:
    git(repo.folder, "update-ref", "-d", APPLIED)
    changed(repo)
    for name in "ab":
        planned(repo, f"state/{name}", out=f"{name}.json")
    for name in "ba":
        assert repo.run("apply", f"{name}.json").code == 0
        recorded(repo, f"{name}.json")
    assert rows(record(repo)) == []


def test_what_was_pending_for_long_keeps_the_commit_whose_value_it_has(repo: Desk) -> None:
    first = changed(repo)
    applied(repo, "state/a")
    team(repo, "a", 1, 3)
    commit(repo)
    assert rows(applied(repo, "state/a")) == [(n, POINTS, first) for n in (0, 3, 4)]


def test_drift_outside_of_the_part_is_drift_still(repo: Desk) -> None:
    changed(repo)
    applied(repo, "state/a")
    applied(repo, "state/b")
    repo.world.edit(STORY + 3, POINTS, 9)
    made = planned(repo, "--base", "HEAD")
    assert [one["fields"][0]["why"] for one in made["left_alone"]] == ["drift"]


def test_a_row_of_the_part_that_was_not_applied_is_left_behind_too(repo: Desk) -> None:
    before = changed(repo)
    planned(repo, "state/a")
    repo.world.edit(STORY + 1, POINTS, 7)
    assert repo.run("apply", "plan.json").code == 3
    left = rows(recorded(repo))
    assert left == [(n, POINTS, before) for n in (0, 1, 3, 4)]


def test_a_file_that_cannot_be_read_outside_of_the_part_keeps_its_rows_behind(repo: Desk) -> None:
    before = git(repo.folder, "rev-parse", "HEAD")
    team(repo, "a", 1, 2)
    repo.write("state/b/stories.yaml", "space: demo\ntype: story\nitems: [")
    commit(repo)
    planned(repo, "state/a")
    assert repo.run("apply", "plan.json").code == 0
    assert {one for one in rows(recorded(repo)) if one[0] in (3, 4)} == {
        (3, POINTS, before),
        (4, POINTS, before),
    }


def test_the_guards_count_all_parts_of_one_commit(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", "spaces: {demo: {guards: {share: 100%, changes: 4}}}\n")
    changed(repo)
    applied(repo, "state/a")
    made = planned(repo, "state/b")
    [guard] = [one for one in made["guards"] if one["name"] == "changes"]
    assert (guard["actual"], guard["ok"]) == ("5 items, earlier parts of the commit included", False)
    [share] = [one for one in made["guards"] if one["name"] == "share"]
    assert share["actual"] == "100% of 5 items, earlier parts of the commit included"
    refused = repo.run("apply", "plan.json")
    assert refused.code == 4
    assert "guards: {allow: [{changes: 5, why: …}]}" in refused.out
    git(repo.folder, "commit", "-q", "--allow-empty", "-m", "another one")
    made = planned(repo, "state/b")
    assert [one["actual"] for one in made["guards"] if one["name"] == "changes"] == ["3 items"]


def test_a_part_that_did_not_know_the_last_applied_commit_is_not_recorded(repo: Desk) -> None:
    changed(repo)
    planned(repo, "state/a", known=False)
    assert repo.run("apply", "plan.json").code == 0
    done = repo.run("record", "plan.json")
    assert done.code == 1
    assert "which the plan of a part did not know" in done.err


def test_a_plan_of_everything_is_not_recorded_over_a_later_commit_either(repo: Desk) -> None:
    changed(repo)
    planned(repo, out="whole.json")
    team(repo, "a", 1, 7, "P1")
    later = commit(repo)
    applied(repo, "state/a")
    assert repo.run("apply", "whole.json").code == 3
    done = repo.run("record", "whole.json")
    assert done.code == 1
    assert f"the last applied commit is {later[:12]}, which the plan did not know" in done.err
    assert record(repo)["commit"] == later
    assert set(whys(planned(repo, "--base", "HEAD"))) <= {0, 3, 4}


def test_a_plan_of_everything_is_recorded_over_parts_of_its_commit(repo: Desk) -> None:
    changed(repo)
    planned(repo, out="whole.json")
    applied(repo, "state/a")
    assert repo.run("apply", "whole.json").code == 0
    assert rows(recorded(repo, "whole.json")) == []


def test_a_part_of_files_that_are_of_no_commit_is_not_recorded(repo: Desk) -> None:
    team(repo, "a", 1, 2)
    planned(repo, "state/a")
    assert repo.run("apply", "plan.json").code == 0
    assert "nothing recorded" in repo.run("record", "plan.json").err
