"""A runner of GitLab pipelines: every script in order, with the real shell, in a real clone.

What is known of GitLab's side is done here by what docs.gitlab.com/ci/yaml/ says: included files, `extends`,
`rules`, `needs`, manual jobs, variables with a scope and protected ones, artifacts and dotenv reports.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from ruamel.yaml import YAML

from tests.forge.lab import NAME, PROJECT, Lab
from tests.workflows.hub import git

ROOT = Path(__file__).parents[2]
PIECES = ROOT / "reconciler" / "templates" / "gitlab"
STEP = 180.0
MOST_DOTENV = 20
MOST_DOTENV_BYTES = 5 * 1024


class Variable(NamedTuple):
    """A CI/CD variable of the project, as its settings show it."""

    name: str
    value: str
    scope: str = "*"
    protected: bool = False


@dataclass(slots=True)
class JobRun:
    """What became of a job: `success`, `failed`, `manual` (waits for a person), `created` or `skipped`."""

    result: str = "created"
    log: str = ""
    code: int | None = None
    artifacts: Path | None = None
    dotenv: dict[str, str] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """One pipeline; jobs that no rule lets in are not part of it."""

    jobs: dict[str, JobRun]

    @property
    def results(self) -> dict[str, str]:
        return {name.removeprefix("reconciler:"): job.result for name, job in self.jobs.items()}

    def log(self) -> str:
        return "".join(f"== {name}\n{job.log}" for name, job in self.jobs.items())

    def job(self, name: str) -> JobRun:
        return self.jobs[f"reconciler:{name}"]


@dataclass(slots=True)
class Runner:
    """The machine, and what a maintainer of the project has set."""

    lab: Lab
    folder: Path
    machine: dict[str, str]
    variables: list[Variable] = field(default_factory=list)
    before_job: Callable[[str, Run], None] = lambda _job, _run: None
    interrupt: Callable[[], bool] | None = None
    approves: bool = True
    """Whether somebody starts the manual job."""
    count: int = 0

    def merge_request(self, iid: int) -> Run:
        """A pipeline of a merge request: of the branch as it is, in the project that the branch is in."""
        request = next(one for one in self.lab.requests if one["iid"] == iid)
        fork = request["source_project_id"] != PROJECT
        given = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": str(iid),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": request["target_branch"],
            "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT),
            "CI_MERGE_REQUEST_PROJECT_URL": f"{self.lab.url}/{NAME}",
            "CI_PROJECT_ID": str(request["source_project_id"]),
        }
        return self.run(request["source_branch"], given, trusted=not fork, protected=False)

    def push(self) -> Run:
        """The pipeline of a push to the default branch, which is protected."""
        return self.run("main", {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"})

    def schedule(self) -> Run:
        given = {"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main", "RECONCILER_DRIFT": "true"}
        return self.run("main", given)

    def run(self, branch: str, given: dict[str, str], *, trusted: bool = True, protected: bool = True) -> Run:
        self.count += 1
        sha = git(self.lab.repo, "rev-parse", f"refs/heads/{branch}")
        base = {
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.lab.url}/api/v4",
            "CI_SERVER_URL": self.lab.url,
            "CI_PROJECT_ID": str(PROJECT),
            "CI_PROJECT_URL": f"{self.lab.url}/{NAME}",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_SHA": sha,
            "CI_PIPELINE_ID": str(self.count),
            "CI_PIPELINE_URL": f"{self.lab.url}/{NAME}/-/pipelines/{self.count}",
            **given,
        }
        settings = self.variables if trusted else []
        seen = [one for one in settings if one.scope == "*" and (protected or not one.protected)]
        plain = {one.name: one.value for one in seen}
        run = Run({})
        for name, job in included(self.lab.repo, sha).items():
            if when := allowed(job, {**plain, **base}):
                run.jobs[name] = JobRun()
                Job(self, run, name, job, base, when, settings, protected=protected).go()
        self.hold_secrets(run)
        return run

    def hold_secrets(self, run: Run) -> None:
        """No secret and no token stands in a log, a variable or an artifact."""
        hidden = [one.value for one in self.variables if one.name.endswith(("SECRET", "TOKEN"))]
        hidden += list(self.lab.tokens)
        texts = [f"{job.log}{job.dotenv}" for job in run.jobs.values()]
        for job in run.jobs.values():
            files = job.artifacts.rglob("*") if job.artifacts else []
            texts += [one.read_text(errors="replace") for one in files if one.is_file()]
        assert not [one for one in hidden if any(one in text for text in texts)]


def included(repo: Path, sha: str) -> dict[str, dict[str, Any]]:
    """The jobs of a commit's pieces, each with what it extends."""
    yaml = YAML(typ="safe")
    top = yaml.load(git(repo, "show", f"{sha}:.gitlab-ci.yml"))
    assert [one["local"] for one in top["include"]] == ["/.gitlab/reconciler/*.yml"]
    names = git(repo, "ls-tree", "--name-only", sha, ".gitlab/reconciler/").splitlines()
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        found |= yaml.load(git(repo, "show", f"{sha}:{name}"))

    def whole(job: dict[str, Any]) -> dict[str, Any]:
        parent = whole(found[job["extends"]]) if "extends" in job else {}
        return merged(parent, job)

    return {name: whole(job) for name, job in found.items() if not name.startswith(".")}


def merged(parent: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """Deep for maps, and the job's own for all else."""
    made = dict(parent)
    for key, value in job.items():
        old = made.get(key)
        made[key] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return made


PART = re.compile(r'\$(\w+)|"([^"]*)"|(==|!=|&&|\|\|)')


def allowed(job: Mapping[str, Any], variables: Mapping[str, str]) -> str:
    """`when` of the first rule that fits; empty where none does."""
    for rule in job["rules"]:
        if holds(rule["if"], variables):
            return str(rule.get("when", "on_success"))
    return ""


def holds(text: str, variables: Mapping[str, str]) -> bool:
    """A rule's expression: `&&` binds closer than `||`; a variable alone holds where it is not empty."""
    assert not PART.sub("", text).strip(), text
    return any(all(compared(one, variables) for one in two.split("&&")) for two in text.split("||"))


def compared(text: str, variables: Mapping[str, str]) -> bool:
    values, sign = [], ""
    for hit in PART.finditer(text):
        if hit[3]:
            sign = hit[3]
        else:
            values.append(variables.get(hit[1]) if hit[1] else hit[2])
    if not sign:
        return bool(values[0])
    return (values[0] == values[1]) == (sign == "==")


@dataclass(slots=True)
class Job:
    """One job on its own fresh machine."""

    runner: Runner
    run: Run
    name: str
    job: dict[str, Any]
    base: dict[str, str]
    when: str
    settings: list[Variable]
    protected: bool

    @property
    def made(self) -> JobRun:
        return self.run.jobs[self.name]

    def go(self) -> None:
        needs = [self.run.jobs[one] for one in self.job.get("needs", [])]
        if any(one.result in {"manual", "created"} for one in needs):
            return  # it waits for the manual job
        if self.when != "always" and any(one.result != "success" for one in needs):
            self.made.result = "skipped"
            return
        if self.when == "manual" and not self.runner.approves:
            self.made.result = "manual"
            return
        self.runner.before_job(self.name.removeprefix("reconciler:"), self.run)
        folder = self.runner.folder / f"run{self.runner.count}" / self.name.replace(":", "-")
        work = folder / "work"
        work.mkdir(parents=True)
        environ = self.environ(folder, needs)
        if environ.get("GIT_STRATEGY") != "none":
            self.clone(work, environ)
        for one in needs:
            if one.artifacts:
                shutil.copytree(one.artifacts, work, dirs_exist_ok=True)
        code = self.shell(work, environ, [*self.job.get("before_script", []), *self.job["script"]])
        self.made.code = code
        self.made.result = "failed" if code else "success"
        if after := self.job.get("after_script"):
            self.shell(work, environ, after)
        self.keep(work)

    def environ(self, folder: Path, needs: list[JobRun]) -> dict[str, str]:
        scope = self.job.get("environment", {}).get("name", "")
        mine = {
            one.name: one.value
            for one in self.settings
            if fnmatchcase(scope, one.scope) and (self.protected or not one.protected)
        }
        handed = {key: value for one in needs for key, value in one.dotenv.items()}
        job_id = f"{self.runner.folder.name}-{self.runner.count}-{self.name.replace(':', '-')}"
        found = {
            **{key: str(value) for key, value in self.job.get("variables", {}).items()},
            **mine,
            **handed,
            **self.base,
            "CI_JOB_ID": job_id,
            "CI_JOB_NAME": self.name,
            "CI_JOB_URL": f"{self.runner.lab.url}/{NAME}/-/jobs/{len(self.run.jobs)}",
            "CI_JOB_TOKEN": self.runner.lab.token("ana", job=True),
            "CI_PROJECT_DIR": str(folder / "work"),
        }
        filled = {
            key: re.sub(r"\$(\w+)", lambda hit: found.get(hit[1], ""), value) for key, value in found.items()
        }
        path = os.pathsep.join([str(self.runner.folder / "shims"), os.environ["PATH"]])
        return {**self.runner.machine, "PATH": path, "HOME": str(folder), **filled}

    def clone(self, work: Path, environ: Mapping[str, str]) -> None:
        """A detached checkout, as the runner makes it, with the job's own credentials in the remote."""
        assert environ["GIT_DEPTH"] == "0"
        scheme, _, rest = self.runner.lab.url.partition("://")
        git(work, "init", "-q")
        origin = f"{scheme}://gitlab-ci-token:{environ['CI_JOB_TOKEN']}@{rest}/{NAME}.git"
        git(work, "remote", "add", "origin", origin)
        git(work, "fetch", "-q", "--no-tags", "origin", environ["CI_COMMIT_SHA"])
        git(work, "checkout", "-q", "--detach", environ["CI_COMMIT_SHA"])

    def shell(self, work: Path, environ: Mapping[str, str], lines: list[str]) -> int:
        """All lines in one shell, which ends at the first that fails."""
        script = work.parent / "script.sh"
        script.write_text("set -eo pipefail\n" + "\n".join(lines) + "\n")
        process = subprocess.Popen(
            ["/bin/bash", "--noprofile", "--norc", str(script)],
            cwd=work,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="surrogateescape",
        )
        waited = 0.0
        while True:
            try:
                self.made.log += process.communicate(timeout=0.2)[0]
                break
            except subprocess.TimeoutExpired:
                waited += 0.2
            if self.runner.interrupt and self.runner.interrupt():
                self.runner.interrupt = None
                process.send_signal(signal.SIGTERM)
            if waited > STEP:
                process.kill()
        return process.returncode

    def keep(self, work: Path) -> None:
        """Artifacts and reports of the job, read as strictly as GitLab reads them."""
        told = self.job.get("artifacts", {})
        if self.made.result == "failed" and told.get("when") != "always":
            return
        kept = work.parent / "artifacts"
        for path in told.get("paths", []):
            if (work / path).exists():
                shutil.copytree(work / path, kept / path)
                self.made.artifacts = kept
        for kind, path in told.get("reports", {}).items():
            if (work / path).exists():
                self.report(kind, (work / path).read_text())

    def report(self, kind: str, text: str) -> None:
        if kind == "dotenv":
            pairs = [line.partition("=") for line in text.splitlines()]
            assert len(pairs) <= MOST_DOTENV
            assert len(text) <= MOST_DOTENV_BYTES
            assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) and sign for name, sign, _ in pairs), text
            self.made.dotenv = {name: value for name, _, value in pairs}
        elif kind == "junit":
            self.made.reports[kind] = ET.fromstring(text)  # noqa: S314 - our own text
        else:
            self.made.reports[kind] = json.loads(text)


def shims(folder: Path) -> None:
    """The image's `reconciler`: this checkout."""
    folder.mkdir()
    program = folder / "reconciler"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m reconciler "$@"\n')
    program.chmod(0o755)
