"""`PYTHONWARNINGS=error` is meant for other programs: it ends no run of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.git_repository import commit, git
from tests.workflows.hub import NAME, running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk

COMMANDS = """
validate
plan --base HEAD
plan --out p.json
show p.json --format html=a.html --format markdown
apply p.json --max-share 100%
drift --applied HEAD
runs
runs verify
rollback RUN --out q.json
pull 6300012321 --into state/more.yaml
pull --refresh
pull --snapshot s.json
plan --offline --snapshot s.json
schema pull
schema check
fmt
why 6300012320.priority
doctor
comment p.json --print
completion bash
completion zsh
completion fish
version
"""
AFTER_AN_APPLY = """
plan --out p.json
apply p.json --max-share 100%
record p.json
record --fetch
rules
rules points
notify p.json --print
notify --run last --print
sandbox do edit 6300012320 Priority P2 --by bo@example.com
sandbox do writes
drift --out d.json
notify --drift d.json --print
accept d.json
schema pull
move --fields priority --from state/stories.yaml --into state/more.yaml
init --space demo --type issue
init --check
"""
RULES = """\
space: demo
type: story
rules:
  - name: points
    why: the board asks for it
    where: ["name ~ audit"]
    fields: {story_points: 5}
"""
WARNS = """
import reconciler.__main__
import warnings
warnings.warn("old", DeprecationWarning, stacklevel=1)
"""


def run_of(desk: Desk) -> str:
    """Return the id of the only run."""
    return str(json.loads(desk.run("runs", "--format", "json").out)["run"])


def run_each(desk: Desk, lines: str) -> None:
    """Run each line as a program of its own, where warnings are errors; all must succeed."""
    for line in lines.strip().splitlines():
        words = [run_of(desk) if word == "RUN" else word for word in line.split()]
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *words],
            cwd=desk.folder,
            env={
                **desk.environ,
                "PYTHONWARNINGS": "error",
                "PATH": "/usr/bin:/bin",
                "HOME": str(desk.folder),
                "RECONCILER_CACHE": str(desk.folder.parent / "cache"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (line, done.stderr)
        assert "internal error" not in done.stderr


def test_every_command_runs_where_warnings_are_errors(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    commit(desk)
    run_each(desk, COMMANDS)


def test_what_follows_an_apply_runs_where_warnings_are_errors(desk: Desk, tmp_path: Path) -> None:
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    desk.write("state/rules.yaml", RULES)
    desk.write("state/reconciler.yaml", "spaces: {demo: {drift: {default: accept}}}\n")
    git(desk.folder, "init", "-q")
    commit(desk)
    with running(tmp_path) as hub:
        git(desk.folder, "remote", "add", "origin", str(hub.repo))
        git(desk.folder, "push", "-q", "origin", "HEAD:refs/heads/main")
        desk.environ |= {
            "RECONCILER_SANDBOX": f"{desk.service.url}/_sandbox/{desk.world.admin_token}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": hub.url,
            "GITHUB_SERVER_URL": hub.url,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_REF_NAME": "main",
            "GITHUB_TOKEN": hub.token(dict.fromkeys(("contents", "pull-requests", "deployments"), "write")),
        }
        run_each(desk, AFTER_AN_APPLY)
    assert [one["head"]["ref"] for one in hub.pulls] == ["reconciler/accept-demo"]
    assert len(hub.deployments) == 1


def test_a_warning_of_a_library_is_printed_and_ends_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARNS],
        env={"PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "DeprecationWarning: old" in done.stderr
