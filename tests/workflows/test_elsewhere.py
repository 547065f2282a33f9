"""The recipe for any other CI system, as it stands in the docs."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from reconciler.plan.last_applied_ref import record_at
from tests.workflows.conftest import OTHER, POINTS
from tests.workflows.hub import git
from tests.workflows.runner import ROOT

if TYPE_CHECKING:
    from tests.workflows.conftest import Team

REF = "refs/reconciler/applied/demo"


def script() -> str:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(), re.DOTALL)
    (found,) = [str(one) for one in blocks if "reconciler record plan.json" in one]
    return found


def reconcile(team: Team) -> subprocess.CompletedProcess[str]:
    """One run of the script in a clone of its own, as a cron job would make it."""
    clone = team.runner.folder / "cron"
    if not clone.exists():
        git(team.runner.folder, "clone", "-q", str(team.hub.repo), str(clone))
        (clone / ".git" / "info" / "exclude").write_text("plan.json\n")
        subprocess.run(
            ["/bin/sh", str(ROOT / "install.sh"), str(clone.parent / "tool")], check=True, env=environ(team)
        )
    return subprocess.run(
        ["/bin/sh", "-c", script()], cwd=clone, env=environ(team), capture_output=True, text=True, check=False
    )


def environ(team: Team) -> dict[str, str]:
    folder = team.runner.folder
    path = os.pathsep.join([str(folder / "tool" / "bin"), str(folder / "shims"), os.environ["PATH"]])
    own = {"PATH": path, "HOME": str(folder), "MEEGLE_BASE_URL": team.runner.variables["MEEGLE_BASE_URL"]}
    return {**team.runner.machine, **team.runner.secrets, **own}


def test_the_script_of_the_docs_applies_records_and_heals(team: Team) -> None:
    policy = "spaces:\n  demo:\n    guards: {share: 100%}\n    drift: {story: {story_points: heal}}\n"
    team.write("state/reconciler.yaml", policy)
    first = team.commit()
    done = reconcile(team)
    assert done.returncode == 0, done.stderr
    assert git(team.hub.repo, "rev-parse", f"{REF}^{{commit}}") == first
    team.world.options.drops = [{"field": "priority"}]
    team.move(POINTS, 8)
    team.story("priority: P3, story_points: 5, due: 2026-04-21")
    team.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    second = team.commit()
    done = reconcile(team)
    assert done.returncode == 3, done.stderr
    record = record_at(team.hub.repo, REF, "demo")
    assert record.commit == second
    assert [(one.key, one.commit) for one in record.unapplied] == [("priority", first)]
    assert (team.value(POINTS), team.value(POINTS, OTHER)) == (5, 4)
    team.world.options.drops = []
    done = reconcile(team)
    assert done.returncode == 0, done.stderr
    assert team.value("priority") == {"value": "option_3"}
    assert record_at(team.hub.repo, REF, "demo").unapplied == []
