"""A team: a repository on a hub, a space, a runner between them, and the workflows that are ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Running, World, demo_world
from tests.workflows.hub import GIT, Hub, git, running
from tests.workflows.runner import Run, Runner, shims

BO = "7310000000000000002"
STORY, OTHER = 6300012320, 6300012321
POINTS = "field_3724e6"
DUE = "field_2fbca6"
MAY = 1779120000000
"""2026-05-19 in Shanghai."""


@dataclass(slots=True)
class Team:
    """Everything that a test moves."""

    hub: Hub
    world: World
    runner: Runner
    desk: Path

    def write(self, file: str, text: str) -> None:
        path = self.desk / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def story(self, fields: str, *, item: int = STORY, file: str = "state/demo/a.yaml") -> None:
        """Write a file that wants fields of one story."""
        self.write(file, f"space: demo\ntype: story\nitems:\n  - {{id: {item}, fields: {{{fields}}}}}\n")

    def commit(self, branch: str = "main") -> str:
        """Commit what was written and push it."""
        if branch != "main":
            git(self.desk, "switch", "-q", "-C", branch)
        git(self.desk, "add", "-A")
        git(self.desk, "commit", "-q", "-m", "change")
        git(self.desk, "push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return git(self.desk, "rev-parse", "HEAD")

    def merge(self, branch: str) -> None:
        """Merge a branch into the default branch, as the button does."""
        git(self.desk, "fetch", "-q", "origin")
        git(self.desk, "switch", "-q", "main")
        git(self.desk, "reset", "-q", "--hard", "origin/main")
        git(self.desk, "merge", "-q", "--no-ff", "-m", f"Merge {branch}", f"origin/{branch}")
        git(self.desk, "push", "-q", "origin", "main")

    def move(self, key: str, value: Any, item: int = STORY) -> None:
        """Bo changes a field in the page."""
        self.world.edit(item, key, value, by=BO)

    def settle(self) -> Run:
        """The first push, of what is live: it records the commit and sends nothing."""
        run = self.runner.push()
        assert run.results == {"plan": "success", "apply": "skipped", "record": "success"}, run.log()
        assert self.world.writes == []
        return run

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The bodies of all PUTs, as `{field key: value}`."""
        return [
            {pair["field_key"]: pair["field_value"] for pair in made.body["update_fields"]}
            for made in self.world.writes
            if isinstance(made.body, dict) and "update_fields" in made.body
        ]

    def value(self, key: str, item: int = STORY) -> Any:
        """What is live."""
        return self.world.item(item).values.get(key)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """A team whose first commit wants what is live of two stories, in two files."""
    shims(tmp_path / "shims")
    with running(tmp_path) as hub, Running(demo_world()) as service:
        service.world.options.throttle = False
        known = service.world.credentials
        runner = Runner(
            hub,
            tmp_path,
            machine={"MEEGLE_RATE": "0"},
            variables={"MEEGLE_BASE_URL": service.url},
            secrets={
                "MEEGLE_PLUGIN_ID": known.plugin_id,
                "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
                "MEEGLE_USER_KEY": known.user_key,
            },
        )
        desk = tmp_path / "desk"
        git(tmp_path, "init", "-q", str(desk))
        git(desk, "remote", "add", "origin", str(hub.repo))
        team = Team(hub, service.world, runner, desk)
        team.story("priority: P0, story_points: 5, due: 2026-04-21")
        team.world.edit(OTHER, POINTS, 3)
        team.story("story_points: 3", item=OTHER, file="state/demo/b.yaml")
        team.write("state/reconciler.yaml", "spaces:\n  demo:\n    guards: {share: 100%}\n")
        team.commit()
        assert GIT
        yield team
