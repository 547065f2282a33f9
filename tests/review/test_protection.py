"""Attacks on `protect`: a change, a saved plan or a rollback that would write what is protected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
OTHER = STORY + 1


def settings(*entries: str, more: str = "") -> str:
    return f"spaces:\n  demo:\n    drift: {{default: heal}}\n    protect: [{', '.join(entries)}]\n{more}"


ITEM = f"{{type: story, item: {STORY}, why: legal hold}}"
FIELD = "{type: story, field: [story_points, PM]}"


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository whose base desires what is live, and whose files want more."""
    git(desk.folder, "init", "-q")
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 5}}}}")
    desk.write("state/reconciler.yaml", settings())
    commit(desk)
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3, story_points: 99}}}}",
        f"{{id: {OTHER}, fields: {{priority: P3, story_points: 99}}}}",
    )
    return desk


def sent(desk: Desk) -> list[set[str]]:
    return [set(one) for one in desk.sent]


def test_a_protected_item_is_blocked_and_the_others_are_sent(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", settings(ITEM))
    done = repo.run("apply", "--yes", "--max-share", "100%")
    assert done.code == 3
    assert "blocked: protected (legal hold); lift it in `protect` of the settings" in done.out
    assert sent(repo) == [{"priority", "field_3724e6"}]


def test_a_protected_field_is_blocked_on_every_item(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", settings(FIELD))
    assert repo.run("apply", "--yes", "--max-share", "100%").code == 3
    assert sent(repo) == [{"priority"}, {"priority"}]
    both = f"{{type: story, item: [{STORY}], field: story_points}}"
    repo.write("state/reconciler.yaml", settings(both))
    assert repo.run("apply", "--yes", "--max-share", "100%").code == 3
    assert sent(repo)[2:] == [{"field_3724e6"}]


@pytest.mark.parametrize("entry", [ITEM, FIELD])
def test_a_change_cannot_lift_what_its_base_protects(repo: Desk, entry: str) -> None:
    repo.write("state/reconciler.yaml", settings(entry))
    commit(repo)
    repo.write("state/reconciler.yaml", settings())
    made = json.loads(repo.run("plan", "--base", "HEAD", "--format", "json").out)
    assert any("protected" in one["reason"] for one in made["blocked"])
    commit(repo)
    made = json.loads(repo.run("plan", "--base", "HEAD", "--format", "json").out)
    assert made["blocked"] == []


def test_a_saved_plan_of_what_is_protected_since_is_refused(repo: Desk) -> None:
    assert repo.run("plan", "--out", "plan.json").code == 0
    for entry in (ITEM, FIELD):
        repo.write("state/reconciler.yaml", settings(entry))
        done = repo.run("apply", "plan.json", "--max-share", "100%")
        assert (done.code, repo.world.writes) == (1, []), done.out + done.err
        assert "is protected" in done.err
        assert "which was not so when it was made" in done.err


def test_neither_healing_nor_a_rollback_touches_what_is_protected(repo: Desk) -> None:
    assert repo.run("apply", "--yes", "--max-share", "100%").code == 0
    commit(repo)
    count = len(repo.sent)
    [run] = (repo.folder / ".reconciler/runs").iterdir()
    repo.write("state/reconciler.yaml", settings(ITEM, "{type: story, field: [priority, Story points]}"))
    commit(repo)
    done = repo.run("rollback", run.name, "--yes", "--max-share", "100%")
    assert (done.code, len(repo.sent)) == (3, count)
    repo.world.edit(STORY, "priority", {"value": "option_0"}, by="7310000000000000102")
    done = repo.run("drift", "--applied", "HEAD", "--heal", "--yes")
    assert (done.code, len(repo.sent)) == (3, count), done.out + done.err


def test_what_was_blocked_is_pending_once_the_protection_is_lifted(repo: Desk) -> None:
    repo.write("state/reconciler.yaml", settings(ITEM))
    commit(repo)
    assert repo.run("plan", "--base", "HEAD~1", "--applied", "HEAD~1", "--out", "plan.json").code == 0
    assert repo.run("apply", "plan.json", "--max-share", "100%").code == 3
    assert repo.run("record", "plan.json").code == 0
    repo.write("state/reconciler.yaml", settings())
    commit(repo)
    ref = "refs/reconciler/applied/demo"
    assert "protected" in repo.run("plan", "--base", ref, "--applied", ref).out
    shown = repo.run("plan", "--base", "HEAD", "--applied", ref).out
    assert "99  pending" in shown, shown
