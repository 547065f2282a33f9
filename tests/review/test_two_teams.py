"""Two teams with a folder each, one item in both, that apply at once from two machines: no write is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.git_repository import commit, git

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
OWN = 12
"""Stories that each team has for itself; their PUTs take a second at the usual pace."""
POINTS = "field_3724e6"
REFERENCE = "field_a1b2c3"
TEAMS = {"checkout": REFERENCE, "search": POINTS}
ROOT = Path(__file__).parents[2]


def folder(desk: Desk, team: str, first: int, shared: str) -> None:
    """Write the files of a team, whose shared item comes in the middle."""
    mine = [f"{{id: {STORY + first + n}, fields: {{{shared}}}}}" for n in range(OWN)]
    mine.insert(OWN // 2, f"{{id: {STORY}, fields: {{{shared}}}}}")
    desk.stories(*mine, file=f"state/{team}/stories.yaml")


@pytest.fixture
def repo(desk: Desk) -> Desk:
    """A repository of two teams."""
    git(desk.folder, "init", "-q")
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {share: 100%}}}\n")
    folder(desk, "checkout", 1, "ext_ref: ours")
    folder(desk, "search", 1 + OWN, "story_points: 99")
    commit(desk)
    return desk


class Machine:
    """A clone of the repository on a machine of its own: neither its lock nor its journals are shared."""

    def __init__(self, repo: Desk, home: Path, team: str) -> None:
        """Clone it."""
        self.team, self.clone = team, home / team
        git(repo.folder, "clone", "-q", str(repo.folder), str(self.clone))
        self.environ = {
            **os.environ,
            **repo.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_STATE_HOME": str(home / f"{team}-state"),
            "MEEGLE_RATE": "15",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command there."""
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.clone,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        """Run a command there to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err
        return out


def ended(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Wait for an apply, which must say that it did all; return its events."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def test_both_applies_do_what_their_reports_say_and_no_write_is_lost(repo: Desk, tmp_path: Path) -> None:
    machines = [Machine(repo, tmp_path / "machines", team) for team in TEAMS]
    for one in machines:
        one.run("plan", f"state/{one.team}", "--out", "plan.json")
    applies = [one.start("apply", "plan.json", "--format", "json") for one in machines]
    reports = [ended(one) for one in applies]
    puts = [
        (int(made.path.rsplit("/", 1)[1]), {pair["field_key"]: pair["field_value"] for pair in pairs})
        for made in repo.world.writes
        if isinstance(made.body, dict) and (pairs := made.body.get("update_fields"))
    ]
    # One PUT an item and team, each with the team's own field alone: so none can undo the other's.
    assert sorted((item, *fields) for item, fields in puts) == sorted(
        [(STORY, key) for key in TEAMS.values()]
        + [(STORY + 1 + n, REFERENCE) for n in range(OWN)]
        + [(STORY + 1 + OWN + n, POINTS) for n in range(OWN)]
    )
    # They were under way at the same time: neither began after the other had ended.
    order = [next(iter(fields)) for _, fields in puts]
    assert order != sorted(order)
    assert order != sorted(order, reverse=True)
    for report, key in zip(reports, TEAMS.values(), strict=True):
        rows = [one for one in report if one["event"] == "row"]
        assert {(one["id"], one["key"]) for one in rows} == {
            (item, key) for item, sent in puts if key in sent
        }
        assert {one["outcome"] for one in rows} == {"applied"}
        assert report[-1]["puts"] == OWN + 1
    # And what the reports say is live: a plan of everything finds no change.
    assert "No changes." in repo.run("plan").out


def test_what_both_recorded_is_the_whole_commit(repo: Desk, tmp_path: Path) -> None:
    machines = [Machine(repo, tmp_path / "machines", team) for team in TEAMS]
    hub = tmp_path / "hub.git"
    git(repo.folder, "clone", "-q", "--bare", str(repo.folder), str(hub))
    for one in machines:
        git(one.clone, "remote", "set-url", "origin", str(hub))
        one.environ["RECONCILER_RECORD_REF"] = "refs/reconciler/applied/{space}"
        one.run("plan", f"state/{one.team}", "--out", "plan.json")
    for one in machines:
        one.run("apply", "plan.json")
        one.run("record", "plan.json")
    for one in machines:
        one.run("record", "--fetch")
        shown = one.run("plan", "--base", "HEAD", "--applied", "refs/reconciler/applied/demo")
        assert "No changes." in shown
    message = git(machines[0].clone, "cat-file", "tag", "refs/reconciler/applied/demo").partition("\n\n")[2]
    assert json.loads(message)["unapplied"] == []
