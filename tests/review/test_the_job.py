"""A pull request brings files into the folder in which a job runs: none of them runs, and none is read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.install.checkout import ROOT, checkout_in
from tests.workflows.conftest import POINTS, team
from tests.workflows.hub import git

if TYPE_CHECKING:
    from tests.workflows.conftest import Team

__all__ = ["team"]

MODULES = (
    "pip",
    "venv",
    "ensurepip",
    "sitecustomize",
    "usercustomize",
    "httpx",
    "site",
    "json",
    "reconciler",
    "click",
)


def hostile(folder: Path) -> Path:
    """Write what a pull request could bring; returns the file in which whatever ran leaves its name."""
    ran = folder.with_name("ran.txt")
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write('{name}.py ')\n", encoding="utf-8")
    for name in ("pip", "encodings"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(
            f"open({str(ran)!r}, 'a').write('{name} ')\n", encoding="utf-8"
        )
    (folder / "evil.pth").write_text(f"import os; open({str(ran)!r}, 'a').write('pth')\n", encoding="utf-8")
    (folder / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/\n", encoding="utf-8")
    (folder / "setup.cfg").write_text("[install]\nprefix = /nonexistent\n", encoding="utf-8")
    (folder / ".netrc").write_text("machine 127.0.0.1 login mallory password x\n", encoding="utf-8")
    shell = f"touch {ran}"
    (folder / ".gitconfig").write_text(
        f"[core]\n\tfsmonitor = {shell}\n\tsshCommand = {shell}\n", encoding="utf-8"
    )
    hooks = folder / ".githooks"
    hooks.mkdir()
    for name in ("post-checkout", "pre-commit", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\n{shell}\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    for name in ("python3", "git", "sh", "reconciler", "pip"):
        (folder / name).mkdir(exist_ok=True)
    return ran


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A checkout of the tool, as a job makes it."""
    return checkout_in(tmp_path / "tool")


def test_no_file_of_the_workspace_runs_or_is_read_while_the_tool_is_installed_and_used(
    tool: Path, tmp_path: Path
) -> None:
    space = tmp_path / "workspace"
    space.mkdir()
    for name in ("state", "schemas"):
        shutil.copytree(ROOT / name, space / name)
    subprocess.run(["/usr/bin/env", "git", "init", "-q", str(space)], check=True)
    ran = hostile(space)
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GITHUB_"))}
    environ = {
        **known,
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "PYTHONPATH": str(space),
        "PYTHONSTARTUP": str(space / "site.py"),
    }
    done = subprocess.run(
        ["/bin/sh", str(tool / "install.sh")],
        cwd=space,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert not ran.exists(), ran.read_text(encoding="utf-8")
    program = tmp_path / "temp" / "reconciler" / "bin" / "reconciler"
    for words in (["--version"], ["validate"], ["doctor"], ["plan", "--offline"]):
        environ.pop("PYTHONPATH", None)
        subprocess.run([str(program), *words], cwd=space, env=environ, capture_output=True, check=False)
        assert not ran.exists(), (words, ran.read_text(encoding="utf-8"))


def test_a_committed_plan_folder_cannot_become_the_comment_or_be_applied(team: Team) -> None:
    team.settle()
    plan = {"format_version": "1.0", "resource_changes": [], "forged": True}
    team.write("plan/plan.json", json.dumps(plan))
    team.write("plan/plan.html", "<h1>Nothing to see</h1>")
    team.story("priority: P3, story_points: 5, due: 2026-04-21")
    team.commit("feature")
    run = team.runner.pull_request(team.hub.open_pull("feature"))
    assert run.results["plan"] == "failure", run.log()
    assert "plan" not in run.artifacts
    assert run.results["comment"] == "failure"
    assert team.hub.comments == []
    team.merge("feature")
    run = team.runner.push()
    assert run.results == {"plan": "failure", "apply": "skipped", "record": "skipped"}, run.log()
    assert team.world.writes == []


def test_a_committed_drift_folder_cannot_become_the_issue(team: Team) -> None:
    team.settle()
    team.write("drift/drift.json", json.dumps({"forged": True}))
    team.commit()
    run = team.runner.schedule()
    assert run.results["drift"] == "failure", run.log()
    assert "drift" not in run.artifacts
    assert team.hub.issues == []


def test_a_committed_journal_cannot_become_the_one_of_a_job(team: Team) -> None:
    team.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {story: {story_points: heal}}\n")
    team.commit()
    team.settle()
    team.move(POINTS, 8)
    team.write(".reconciler/runs/20261128/journal.jsonl", "{}\n")
    git(team.desk, "add", "--force", ".reconciler")
    team.commit()
    run = team.runner.schedule()
    assert (run.results["drift"], run.results["heal"]) == ("success", "failure"), run.log()
    assert "journal" not in run.artifacts
    team.story("priority: P3, story_points: 5, due: 2026-04-21")
    team.commit()
    run = team.runner.push()
    assert run.results == {"plan": "success", "apply": "failure", "record": "skipped"}, run.log()
    assert "journal" not in run.artifacts
    assert team.world.writes == []
