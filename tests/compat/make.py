"""Make one of each thing that a commit's build writes: what later builds must still read.

`c233f07/` was made so, from the checkout of a later commit beside one of c233f07 with an environment of
its own; no test runs this, and what it made is never made again:

    git worktree add ../old c233f07
    (cd ../old && PYTHONPATH=. .venv/bin/python ../reconciler/tests/compat/make.py \
        ../reconciler/tests/compat/c233f07)

Everything is written by that build's command line, against that build's sandbox and hub.  The service
stands behind MEEGLE_PROXY, so that the host that a plan and a journal are bound to is the same in every run.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli import COMMANDS
from reconciler.sandbox import World
from tests.conftest import desk_in
from tests.workflows.hub import NAME, Hub, git, running

NOW = "1795000000"
"""The second at which everything happens: 2026-11-18."""
BO = "7310000000000000002"
POINTS = "field_3724e6"
APPLIED = "refs/reconciler/applied/demo"
ITEMS = (6300012300, 6300012301, 6300012302)
BEGIN = """\
space: demo
type: story
items:
  - id: 6300012300
    fields: {priority: P0, story_points: 5}
  - id: 6300012301
    fields: {story_points: 3}
  - id: 6300012302
    fields: {story_points: 2}
"""
CHANGE = (
    ("P0, story_points: 5", "P3, story_points: 8"),
    ("story_points: 3", "story_points: null"),
    ("{story_points: 2}", "{story_points: 13}"),
)


@dataclass(frozen=True)
class Old:
    """The old build in a repository."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str, more: Mapping[str, str] | None = None) -> str:
        """Run a command to its end; `more` are variables."""
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.folder,
            env={**self.environ, **(more or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def journal(self) -> Path:
        """The one journal that is there."""
        (path,) = self.folder.glob(".reconciler/runs/*/journal.jsonl")
        return path


def main() -> None:
    """Write everything into the folder that is named."""
    target = Path(sys.argv[1]).absolute()
    target.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "board"
        folder.mkdir()
        with desk_in(folder) as desk, running(Path(temporary)) as hub:
            environ = {
                **os.environ,
                **desk.environ,
                "PYTHONPATH": str(Path.cwd()),
                "MEEGLE_BASE_URL": "http://127.0.0.1:1",
                "MEEGLE_PROXY": desk.service.url,
                "SOURCE_DATE_EPOCH": NOW,
                "GIT_AUTHOR_DATE": f"{NOW} +0000",
                "GIT_COMMITTER_DATE": f"{NOW} +0000",
            }
            os.environ.update({key: environ[key] for key in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")})
            write_all(Old(folder, environ), desk.world, hub, target)


def write_all(old: Old, world: World, hub: Hub, target: Path) -> None:
    """Go through the life of a repository once."""
    for item, points in zip(ITEMS, (5, 3, 2), strict=True):
        world.edit(item, POINTS, points)
    repository(old, hub)
    old.run("pull", "--snapshot", str(target / "snapshot.json"), "--space", "demo", *map(str, ITEMS))
    old.run("plan", "--base", "HEAD~1", "--applied", APPLIED, "--out", "plan.json")
    keep(old.folder / "plan.json", target)
    pull = hub.open_pull("main")
    old.run("comment", "plan.json", more=job(hub, f"refs/pull/{pull}/merge"))
    (target / "comment.md").write_text(hub.comments[0]["body"], encoding="utf-8")
    applies(old, world, target)
    old.run("record", "plan.json")
    old.run("record", "plan.json", more=job(hub, "refs/heads/main"))
    (target / "deployment.json").write_text(json.dumps(hub.deployments[-1], indent=1) + "\n")
    git(old.folder, "bundle", "create", "-q", str(target / "repository.bundle"), "--all")
    world.edit(ITEMS[0], POINTS, 21, by=BO)
    old.run("drift", "--format", "json=drift.json")
    old.run("comment", "drift.json", "--issue", more=job(hub, "refs/heads/main"))
    (target / "issue.md").write_text(hub.issues[0]["body"], encoding="utf-8")
    (target / "flags.json").write_text(json.dumps(flags(), indent=1) + "\n")


def repository(old: Old, hub: Hub) -> None:
    """Three commits: what `init` writes, three stories as they are live, which is recorded, and a change."""
    git(old.folder, "init", "-q", "-b", "main")
    git(old.folder, "remote", "add", "origin", str(hub.repo))
    old.run("init", "--space", "demo", "--type", "story")
    commit(old, "Init")
    state = old.folder / "state/demo/story.yaml"
    state.write_text(BEGIN, encoding="utf-8")
    commit(old, "Begin")
    old.run("plan", "--out", "begin.json")
    old.run("record", "begin.json")
    state.write_text(changed(BEGIN), encoding="utf-8")
    commit(old, "Change")
    git(old.folder, "push", "-q", "origin", "main")


def commit(old: Old, message: str) -> None:
    """Commit what stands in the folders that a repository has."""
    git(old.folder, "add", ".github", ".gitignore", ".vscode", "README.md", "schemas", "state")
    git(old.folder, "commit", "-q", "-m", message)


def changed(text: str) -> str:
    """The second version of the stories."""
    for before, after in CHANGE:
        text = text.replace(before, after)
    return text


def applies(old: Old, world: World, target: Path) -> None:
    """Carry the plan out twice, from the same start: once it is killed."""
    before = {key: item.copy() for key, item in world.items.items()}
    world.options.set({"latency_ms": 300})
    killed(old)
    keep(old.journal(), target, "killed.jsonl")
    shutil.rmtree(old.folder / ".reconciler/runs")
    world.options.set({"latency_ms": 0})
    world.items.clear()
    world.items.update(before)
    world.records.clear()
    events = old.run("apply", "plan.json", "--format", "json")
    (target / "events.jsonl").write_text(events, encoding="utf-8")
    keep(old.journal(), target, "finished.jsonl")


def killed(old: Old) -> None:
    """Apply slowly, and kill the run when it has one result and another PUT under way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "plan.json"],
        cwd=old.folder,
        env={**old.environ, "MEEGLE_RATE": "1"},
    )
    while True:
        time.sleep(0.01)
        found = list(old.folder.glob(".reconciler/runs/*/journal.jsonl"))
        text = found[0].read_text() if found else ""
        if text.count('"event":"intent"') == 2 and '"event":"answer"' in text:
            break
        assert process.poll() is None, text
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(2)  # until the service has dealt with what the run had sent


def job(hub: Hub, ref: str) -> Mapping[str, str]:
    """The variables of a job on the hub."""
    granted = {"pull-requests": "write", "issues": "write", "deployments": "write", "contents": "read"}
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": hub.url,
        "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql",
        "GITHUB_SERVER_URL": hub.url,
        "GITHUB_REPOSITORY": NAME,
        "GITHUB_REF": ref,
        "GITHUB_TOKEN": hub.token(granted),
    }


def keep(path: Path, target: Path, name: str = "") -> None:
    """Copy a file."""
    (target / (name or path.name)).write_bytes(path.read_bytes())


def flags() -> dict[str, list[str]]:
    """The options of each command, by every name."""
    return {name: sorted(names_of(name)) for name in COMMANDS}


def names_of(name: str) -> set[str]:
    """The names of the options of one command and of the commands below it."""
    command: Any = importlib.import_module(f"reconciler.cli.{name}").command
    below = [f"{one} {flag}" for one, sub in getattr(command, "commands", {}).items() for flag in opts(sub)]
    return {*opts(command), *below}


def opts(command: click.Command) -> set[str]:
    """The names of the options of a command."""
    some = [one for one in command.params if isinstance(one, click.Option)]
    return {flag for one in some for flag in (*one.opts, *one.secondary_opts)}


if __name__ == "__main__":
    main()
