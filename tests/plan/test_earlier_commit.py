"""Plans against earlier commits, in real repositories."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.git_repository import commit

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"


def test_each_difference_has_its_word(repo: Desk) -> None:
    world = repo.world
    world.edit(STORY, "field_3724e6", 8, by=BO)
    world.edit(STORY, "field_2fbca6", 1779120000000, by=BO)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-12-01, ext_ref: x}}}}")
    done = repo.run("plan", "--base", "HEAD")
    rows = [line.strip() for line in done.out.splitlines()]
    assert "~ Priority            P0 → P3  changed here   :4" in rows
    assert "~ Due                 2026-04-21 → 2026-05-19 → 2026-12-01  conflicting   :4" in rows
    assert any(row.startswith("~ External reference") and "newly managed" in row for row in rows)
    assert "~ Story points  8 → 5  skipped (drift: report)   :4" in rows
    assert "1 conflicting, 1 skipped (drift)." in done.out
    assert "Guard 'both' stops an apply: 1 field, at most 0 fields are allowed." in done.out


def test_what_moved_under_us_is_told_in_the_names_of_terraform(repo: Desk) -> None:
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.world.edit(STORY, "field_2fbca6", 1779120000000, by=BO)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-12-01}}}}")
    made = json.loads(repo.run("plan", "--base", "HEAD", "--format", "json").out)
    (moved,) = made["resource_drift"]
    assert moved["address"] == f"demo/story/{STORY}"
    assert moved["change"] == {
        "actions": ["update"],
        "before": {"field_3724e6": 5, "field_2fbca6": 1776700800000},
        "after": {"field_3724e6": 8, "field_2fbca6": 1779120000000},
    }
    (both,) = (one for one in made["resource_changes"][0]["fields"] if one["why"] == "both")
    assert (both["base"], both["base_label"]) == (1776700800000, "2026-04-21")


def test_a_merge_never_undoes_an_edit_that_nobody_reviewed(repo: Desk) -> None:
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-04-21}}}}")
    assert repo.run("apply", "--yes", "--base", "HEAD").code == 0
    assert repo.sent == [{"priority": {"value": "option_3"}}]
    assert repo.world.item(STORY).values["field_3724e6"] == 8
    healed = repo.run("apply", "--yes", "--base", "HEAD", "--drift", "heal")
    assert healed.code == 4 or repo.world.item(STORY).values["field_3724e6"] == 5


def test_what_changed_on_both_sides_needs_its_own_number(repo: Desk) -> None:
    repo.world.edit(STORY, "priority", {"value": "option_1"}, by=BO)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-04-21}}}}")
    refused = repo.run("apply", "--yes", "--base", "HEAD")
    assert refused.code == 4
    assert "P0 → P1 → P3  conflicting" in refused.out
    assert "guards: {allow: [{both: 1, why: …}]}" in refused.out
    assert repo.run("apply", "--yes", "--base", "HEAD", "--accept-both", "1").code == 0


def test_what_the_files_no_longer_name_is_said_and_not_written(repo: Desk) -> None:
    repo.stories(f"{{id: {STORY}, fields: {{priority: P0, due: 2026-04-21}}}}")
    done = repo.run("plan", "--base", "HEAD")
    assert f"  . demo/story/{STORY}  Story points released: no longer managed\n" in done.out
    assert "No changes." in done.out
    assert repo.run("plan", "--base", "HEAD", "--only", f"{STORY}.priority").out.count("released") == 0


def test_items_are_followed_from_file_to_file(repo: Desk) -> None:
    (repo.folder / "state/stories.yaml").rename(repo.folder / "state/renamed.yaml")
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}", file="state/more.yaml")
    repo.stories(f"{{id: {STORY}, fields: {{story_points: 5, due: 2026-04-21}}}}", file="state/renamed.yaml")
    done = repo.run("plan", "--base", "HEAD")
    assert "P0 → P3  changed here" in done.out
    assert "released" not in done.out


def test_a_base_that_cannot_be_read_has_no_words_and_its_rows_are_skipped(repo: Desk) -> None:
    repo.write("state/stories.yaml", "<<<<<<< ours\n")
    broken = commit(repo)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    done = repo.run("plan", "--base", broken)
    assert done.code == 0
    assert done.out.startswith("base unknown: 1 field skipped, since nobody can read what the base wanted\n")
    assert "P0 → P3  skipped (base unknown)" in done.out
    assert f"note: base unknown: in the commit {broken[:12]} state/stories.yaml cannot be read\n" in done.out
    assert repo.run("apply", "--yes", "--base", broken).code == 0
    assert repo.sent == []


def test_everything_works_outside_a_repository(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert "P0 → P3   :4" in desk.run("plan").out
    done = desk.run("plan", "--base", "HEAD")
    assert (done.code, "not a git repository" in done.err) == (1, True)


def test_a_saved_plan_keeps_its_words(repo: Desk) -> None:
    repo.world.edit(STORY, "field_3724e6", 8, by=BO)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-04-21}}}}")
    planned = repo.run("plan", "--base", "HEAD", "--out", "plan.json")
    assert repo.run("show", "plan.json").out == planned.out


def test_limits_are_the_base_s_and_an_allowance_counts_while_the_base_does_not_have_it(repo: Desk) -> None:
    guards = "spaces:\n  demo:\n    guards: {{changes: {}, allow: [{}]}}\n"
    repo.write("state/reconciler.yaml", guards.format(0, ""))
    commit(repo)
    repo.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    repo.write("state/reconciler.yaml", guards.format(500, ""))
    raised = repo.run("apply", "--yes", "--base", "HEAD")
    assert raised.code == 4
    assert raised.out.startswith("settings changed: spaces.demo.guards.changes: 0 → 500\n")
    repo.write("state/reconciler.yaml", guards.format(0, "{changes: 1, why: reviewed}"))
    allowed = commit(repo)
    assert "Guard" not in repo.run("plan", "--base", "HEAD~1").out
    repo.stories(f"{{id: {STORY}, fields: {{priority: P2}}}}")
    again = repo.run("apply", "--yes", "--base", allowed)
    assert again.code == 4
    assert "Guard 'changes' stops an apply: 1 item, at most 0 items are allowed." in again.out
    planned = repo.run("plan", "--base", allowed, "--out", "plan.json")
    assert planned.code == 0
    assert repo.run("apply", "plan.json").code == 4
    assert repo.world.writes == []
