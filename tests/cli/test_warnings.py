"""`PYTHONWARNINGS=error` is meant for other programs: it ends no run of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.git_repository import commit, git

if TYPE_CHECKING:
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
version
"""
WARNS = """
import reconciler.__main__
import warnings
warnings.warn("old", DeprecationWarning, stacklevel=1)
"""


def run_of(desk: Desk) -> str:
    """Return the id of the only run."""
    return str(json.loads(desk.run("runs", "--format", "json").out)["run"])


def test_every_command_runs_where_warnings_are_errors(desk: Desk) -> None:
    git(desk.folder, "init", "-q")
    desk.stories("{id: 6300012320, fields: {priority: P3}}")
    commit(desk)
    desk.environ["PYTHONWARNINGS"] = "error"
    for line in COMMANDS.strip().splitlines():
        words = [run_of(desk) if word == "RUN" else word for word in line.split()]
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *words],
            cwd=desk.folder,
            env={
                **desk.environ,
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
