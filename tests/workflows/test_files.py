"""The workflows as files: what linters and reviewers look at."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from reconciler.adopt.space_secrets import ready_for
from reconciler.adopt.workflows import read_table, ready, written_anew
from tests.install.requires import pins_of
from tests.workflows.runner import FLOWS, ROOT

READY = ROOT / "reconciler" / "templates" / "workflows"
FILES = [*sorted(FLOWS.glob("*.yml")), ROOT / "action.yml"]


def program(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).with_name(name)
    return subprocess.run([str(path), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def flow(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = YAML(typ="safe").load(path)
    return made


def test_actionlint_finds_nothing() -> None:
    done = program("actionlint", *map(str, sorted(FLOWS.glob("*.yml"))))
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing() -> None:
    strict = ("--offline", "--no-progress", "--persona", "auditor")
    # A folder beside files is looked through only below `.github`, and nothing says so: name each template.
    done = program("zizmor", *strict, ".github", "action.yml", *map(str, sorted(READY.glob("*.yml"))))
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr


def test_linters_find_nothing_in_workflows_that_hand_on_the_secrets_of_two_spaces(tmp_path: Path) -> None:
    flows = tmp_path / ".github" / "workflows"
    flows.mkdir(parents=True)
    for name in ready():
        (flows / name).write_text(ready_for(name, ("DEMO", "WEB_SHOP")), encoding="utf-8")
    done = program("actionlint", *map(str, sorted(flows.iterdir())))
    assert (done.returncode, done.stdout) == (0, "")
    done = program("zizmor", "--offline", "--no-progress", "--persona", "auditor", str(flows))
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout + done.stderr


def test_a_new_repository_gets_the_workflows_that_this_one_runs() -> None:
    ready = {path.name: path.read_bytes() for path in READY.iterdir()}
    assert set(ready) == {"plan.yml", "apply.yml", "drift.yml"}
    assert ready == {name: (FLOWS / name).read_bytes() for name in ready}


def test_our_own_check_calls_make_test_alone() -> None:
    steps = flow(FLOWS / "check.yml")["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["exec make test"]


@pytest.mark.parametrize("path", [*FILES, *READY.glob("*.yml")], ids=lambda path: path.name)
def test_every_action_is_the_one_of_the_table_with_its_version_beside_it(path: Path) -> None:
    pins = {action.pin for action in read_table().actions.values()}
    used = [line.strip() for line in path.read_text().splitlines() if "uses:" in line]
    assert {line.removeprefix("- ").removeprefix("uses: ") for line in used} <= pins


def test_no_action_runs_on_a_runtime_that_github_has_removed_or_is_about_to() -> None:
    assert {action.runtime for action in read_table().actions.values()} == {"node24"}
    text = (ROOT / "reconciler/templates/actions/actions.yml").read_text("utf-8")
    assert text.count("- uses:") == len({action.name for action in read_table().actions.values()}) == 4


def test_templates_and_workflows_are_as_the_table_makes_them() -> None:
    made = written_anew(ROOT)
    assert made
    for path, text in made.items():
        assert path.read_text("utf-8") == text, f"run `python -m reconciler.adopt.workflows`: {path.name}"


@pytest.mark.parametrize("path", sorted(FLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_nothing_is_granted_that_a_job_does_not_name(path: Path) -> None:
    made = flow(path)
    assert made["permissions"] == {}
    assert "pull_request_target" not in made["on"]
    assert all("permissions" in job and "timeout-minutes" in job for job in made["jobs"].values())
    assert made["concurrency"]["cancel-in-progress"] is (path.name == "check.yml")


@pytest.mark.parametrize("path", sorted(READY.glob("*.yml")), ids=lambda path: path.name)
def test_a_step_that_ends_in_reconciler_execs_it_so_that_signals_arrive(path: Path) -> None:
    scripts = [step["run"] for job in flow(path)["jobs"].values() for step in job["steps"] if "run" in step]
    last = [script.strip().replace("\\\n", "").splitlines()[-1].strip() for script in scripts]
    assert all(
        line.startswith("exec ") for line in last if "reconciler " in line and "reconciler/" not in line
    )
    assert any("exec reconciler" in line for line in last)


def test_only_a_job_behind_the_environment_can_write_to_the_space() -> None:
    writing = re.compile(r"reconciler (apply|rollback|doctor)|--heal")
    jobs = {name: job for path in READY.iterdir() for name, job in flow(path)["jobs"].items()}
    assert {"apply", "heal"} <= set(jobs)
    for path in READY.iterdir():
        for name, job in flow(path)["jobs"].items():
            scripts = "".join(step.get("run", "") for step in job["steps"])
            assert bool(writing.search(scripts)) == ("environment" in job) == (name in {"apply", "heal"})


def test_the_lock_of_the_action_holds_all_that_the_package_needs_and_nothing_else() -> None:
    lock = {pin.name for pin in pins_of("requirements-run.lock")}
    assert lock == needed("meegle-reconciler", "sandbox") | {"setuptools"}


def needed(name: str, extra: str) -> set[str]:
    """The distributions that one with an extra needs, theirs included."""
    found: set[str] = set()
    ahead = [(canonicalize_name(name), frozenset({"", extra}))]
    seen = set()
    while ahead:
        one, extras = ahead.pop()
        for line in importlib.metadata.requires(one) or []:
            need = Requirement(line)
            if need.marker and not any(need.marker.evaluate({"extra": word}) for word in extras):
                continue
            more = (canonicalize_name(need.name), frozenset({"", *need.extras}))
            if more not in seen:
                seen.add(more)
                found.add(more[0])
                ahead.append(more)
    return found
