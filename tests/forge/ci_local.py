"""The pieces of a GitLab pipeline in another program's hands: `python -m tests.forge.ci_local PROGRAM`.

PROGRAM is gitlab-ci-local (npm; 4.61.0 runs on Node 20, and needs rsync).  Its shell executor runs the jobs
of a push to the default branch against the sandbox: the plan, the apply, which sends, and the record.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from reconciler.adopt.workflows import of_gitlab
from reconciler.plan.last_applied import Record
from reconciler.sandbox import Running, demo_world
from tests.forge.gitlab_runner import shims
from tests.workflows.hub import git

ORIGIN = "ssh://git@localhost/acme/board.git"
STATE = "space: demo\ntype: story\nitems:\n  - {id: 6300012320, fields: {priority: P3}}\n"


def repository(folder: Path) -> Path:
    """A clone with the pieces and one story, and its bare origin."""
    git(folder, "init", "-q", "--bare", "origin.git")
    git(folder / "origin.git", "symbolic-ref", "HEAD", "refs/heads/main")
    desk = folder / "desk"
    git(folder, "init", "-q", str(desk))
    for path, text in {
        **of_gitlab(),
        "state/demo/a.yaml": STATE,
        ".gitignore": ".gitlab-ci-local/\n",
    }.items():
        (desk / path).parent.mkdir(parents=True, exist_ok=True)
        (desk / path).write_text(text, encoding="utf-8")
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "first")
    git(desk, "push", "-q", str(folder / "origin.git"), "HEAD:main")
    git(desk, "remote", "add", "origin", ORIGIN)
    return desk


def main(program: str) -> None:
    """Run the jobs; raises AssertionError where one does not do what it is for."""
    with tempfile.TemporaryDirectory() as name, Running(demo_world()) as service:
        folder = Path(name)
        shims(folder / "shims")
        (folder / "home").mkdir()
        desk = repository(folder)
        known = service.world.credentials
        variables = {
            "CI_PIPELINE_SOURCE": "push",
            "CI_DEFAULT_BRANCH": "main",
            "HOME": str(folder / "home"),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{folder}/origin.git.insteadOf",
            "GIT_CONFIG_VALUE_0": ORIGIN,
            "MEEGLE_BASE_URL": service.url,
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
            "RECONCILER_RECORD_REF": "refs/heads/reconciler/applied/{space}",
        }
        words = [word for key, value in variables.items() for word in ("--variable", f"{key}={value}")]

        def run(job: str) -> str:
            path = f"{folder / 'shims'}{os.pathsep}{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
            command = [program, "--force-shell-executor", "--shell-isolation", f"reconciler:{job}", *words]
            env = {**os.environ, "PATH": path}
            done = subprocess.run(command, cwd=desk, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{job}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        assert "P0 → P3" in run("plan-merged")
        assert service.world.writes == []
        assert "plan/plan.json: OK" in run("apply")
        assert service.world.item(6300012320).values["priority"] == {"value": "option_3"}
        assert "waits for reconciler:apply" in run("record-unchanged")
        run("plan-merged")
        run("record-unchanged")
        said = git(folder / "origin.git", "log", "-1", "--format=%s", "reconciler/applied/demo")
        assert Record.model_validate_json(said).commit == git(desk, "rev-parse", "HEAD")
    print("6 passed: the jobs of a push, by gitlab-ci-local")  # noqa: T201 - for `make deep`


if __name__ == "__main__":
    main(sys.argv[1])
