"""A runner of workflows: every `run:` step in order, with the real shell, in a real clone.

The few actions that our workflows use are done here by what their pages say.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.workflows.expressions import filled, holds
from tests.workflows.hub import NAME, Hub, git

ROOT = Path(__file__).parents[2]
FLOWS = ROOT / ".github" / "workflows"
STEP = 180.0
"""Seconds that a step may take."""


@dataclass(slots=True)
class JobRun:
    """What became of a job."""

    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    codes: dict[str, int] = field(default_factory=dict)
    """The exit code of each step by its name."""


@dataclass(slots=True)
class Run:
    """One run of a workflow."""

    jobs: dict[str, JobRun]
    artifacts: dict[str, Path]

    @property
    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}

    def log(self) -> str:
        return "".join(job.log for job in self.jobs.values())


@dataclass(slots=True)
class Runner:
    """The machine, and what an administrator of the repository has set."""

    hub: Hub
    folder: Path
    machine: dict[str, str]
    """Variables of the machine itself."""
    flows: Path = FLOWS
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    environment_secrets: dict[str, str] = field(default_factory=dict)
    before_job: Callable[[str, Run], None] = lambda _job, _run: None
    """What happens just before a job starts."""
    interrupt: Callable[[], bool] | None = None
    """When it is true, the job under way is cancelled, once, as GitHub cancels it."""
    count: int = 0

    def pull_request(self, number: int) -> Run:
        """The event of a new or moved pull request."""
        pull = next(one for one in self.hub.pulls if one["number"] == number)
        fork = pull["head"]["repo"]["full_name"] != NAME
        event = {"pull_request": {"number": number, "head": pull["head"]}}
        sha = self.hub.merge_ref(number)
        return self.run("plan", "pull_request", f"refs/pull/{number}/merge", sha, event, trusted=not fork)

    def push(self) -> Run:
        """The event of a push to the default branch."""
        return self.run("apply", "push", "refs/heads/main", self.main(), {})

    def schedule(self) -> Run:
        """The clock."""
        return self.run("drift", "schedule", "refs/heads/main", self.main(), {})

    def main(self) -> str:
        return git(self.hub.repo, "rev-parse", "refs/heads/main")

    def run(
        self, flow: str, event: str, ref: str, sha: str, payload: dict[str, Any], *, trusted: bool = True
    ) -> Run:
        """Run one workflow to its end."""
        made: dict[str, Any] = YAML(typ="safe").load(self.flows / f"{flow}.yml")
        assert event in made["on"]
        self.count += 1
        work = self.folder / f"run{self.count}"
        github = {
            "ref": ref,
            "ref_name": ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
            "sha": sha,
            "repository": NAME,
            "event_name": event,
            "event": {**payload, "repository": {"default_branch": "main"}},
        }
        run = Run({}, {})
        for name, job in made["jobs"].items():
            JobRunner(self, run, work / name, dict(github), made, name, job, trusted=trusted).go()
        self.hold_secrets(run)
        return run

    def hold_secrets(self, run: Run) -> None:
        """No secret and no token stands in a log, a summary, an output or an artifact."""
        secret = self.secrets | self.environment_secrets
        hidden = [secret[name] for name in secret if "_SECRET" in name] + list(self.hub.tokens)
        texts = [f"{job.log}{job.summary}{job.outputs}" for job in run.jobs.values()]
        for folder in run.artifacts.values():
            texts += [one.read_text(errors="replace") for one in folder.rglob("*") if one.is_file()]
        assert not [one for one in hidden if any(one in text for text in texts)]


def run_action(runner: Runner, folder: Path, inputs: Mapping[str, str], env: Mapping[str, str]) -> JobRun:
    """Use `action.yml` in a job of its own, in a folder that is there; returns what it gives."""
    made: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")
    github = {"ref": "refs/heads/main", "ref_name": "main", "sha": "", "event_name": "push", "event": {}}
    job = JobRunner(runner, Run({}, {}), folder, github, {}, "action", {"steps": []}, trusted=True)
    (folder / "temp").mkdir(parents=True)
    job.env = dict(env)
    job.inputs = {key: inputs.get(key, one["default"]) for key, one in made["inputs"].items()}
    for step in made["runs"]["steps"]:
        job.step(step, ROOT)
    job.made.outputs = {key: job.fill(one["value"]) for key, one in made["outputs"].items()}
    job.made.result = job.status
    return job.made


@dataclass(slots=True)
class JobRunner:
    """One job on its own fresh machine."""

    runner: Runner
    run: Run
    folder: Path
    github: dict[str, Any]
    flow: dict[str, Any]
    name: str
    job: dict[str, Any]
    trusted: bool
    status: str = "success"
    steps: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    made: JobRun = field(default_factory=JobRun)

    @property
    def needs(self) -> dict[str, Any]:
        listed = self.job.get("needs") or []
        names = [listed] if isinstance(listed, str) else listed
        return {
            one: {"result": self.run.jobs[one].result, "outputs": self.run.jobs[one].outputs} for one in names
        }

    @property
    def context(self) -> dict[str, Any]:
        named = self.job.get("environment")
        secrets = {**self.runner.secrets, **(self.runner.environment_secrets if named else {})}
        return {
            "github": self.github,
            "vars": self.runner.variables if self.trusted else {},
            "secrets": secrets if self.trusted else {},
            "needs": self.needs,
            "steps": self.steps,
            "env": self.env,
            "inputs": self.inputs,
        }

    def functions(self, *, step: bool) -> dict[str, Callable[..., Any]]:
        fine = all(one["result"] == "success" for one in self.needs.values())
        return {
            "always": lambda: True,
            "success": lambda: self.status == "success" if step else fine,
            "failure": lambda: self.status == "failure",
            "cancelled": lambda: self.status == "cancelled",
            "hashFiles": lambda path: "x" if (self.space / path).exists() else "",
        }

    @property
    def space(self) -> Path:
        return self.folder / "work"

    def go(self) -> None:
        """Run the job, or skip it."""
        self.run.jobs[self.name] = self.made
        if not holds(self.job.get("if"), self.context, self.functions(step=False)):
            self.made.result = "skipped"
            return
        self.runner.before_job(self.name, self.run)
        if named := self.job.get("environment"):
            self.runner.hub.environment_deployment(self.github["sha"], named)
        for path in (self.space, self.folder / "temp"):
            path.mkdir(parents=True)
        granted = self.job.get("permissions") or self.flow.get("permissions") or {}
        if not self.trusted:
            granted = dict.fromkeys(granted, "read")
        self.github["token"] = self.runner.hub.token(granted)
        self.env = {k: self.fill(v) for k, v in (self.job.get("env") or {}).items()}
        for step in self.job["steps"]:
            self.step(step)
        self.made.result = self.status
        for key, text in (self.job.get("outputs") or {}).items():
            self.made.outputs[key] = self.fill(text)

    def fill(self, text: Any) -> str:
        return filled(text, self.context, self.functions(step=True))

    def step(self, step: Mapping[str, Any], action: Path | None = None) -> None:
        """Run one step, or skip it."""
        if not holds(step.get("if"), self.context, self.functions(step=True)):
            return
        inputs = {key: self.fill(value) for key, value in (step.get("with") or {}).items()}
        outputs: dict[str, str] = {}
        if "uses" in step:
            code = ACTIONS[step["uses"].partition("@")[0]](self, inputs)
        else:
            code, outputs = self.shell(step, action)
        self.made.codes[step["name"]] = code
        if "id" in step:
            self.steps[step["id"]] = {"outputs": outputs, "outcome": "failure" if code else "success"}
        if code and self.status == "success" and not step.get("continue-on-error"):
            self.status = "failure"

    def shell(self, step: Mapping[str, Any], action: Path | None) -> tuple[int, dict[str, str]]:
        """Run a script as the runner does."""
        temp = self.folder / "temp"
        files = {name: temp / name for name in ("output", "path", "summary", "env")}
        for name in ("output", "summary"):
            files[name].write_text("")
        for name in ("path", "env"):
            files[name].touch()
        script = temp / "script.sh"
        script.write_text(self.fill(step["run"]))
        strict = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        process = subprocess.Popen(
            ["/bin/bash", *strict, str(script)],
            cwd=self.space,
            env=self.variables(step, files, action),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="surrogateescape",
        )
        log = self.watched(process)
        self.made.log += log
        self.made.summary += files["summary"].read_text(errors="surrogateescape")
        pairs = [line.partition("=") for line in files["output"].read_text().splitlines()]
        return process.returncode, {key: value for key, _, value in pairs}

    def watched(self, process: subprocess.Popen[str]) -> str:
        """Wait for a step, and cancel it where that is asked: SIGINT, then SIGTERM, then the end."""
        waited = 0.0
        while True:
            try:
                return process.communicate(timeout=0.2)[0]
            except subprocess.TimeoutExpired:
                waited += 0.2
            if self.runner.interrupt and self.runner.interrupt():
                self.runner.interrupt, self.status = None, "cancelled"
                process.send_signal(signal.SIGINT)
            if waited > STEP:
                process.kill()

    def variables(
        self, step: Mapping[str, Any], files: Mapping[str, Path], action: Path | None
    ) -> dict[str, str]:
        event = self.folder / "temp" / "event.json"
        event.write_text(json.dumps(self.github["event"]))
        more = [line for line in files["path"].read_text().splitlines() if line]
        own = {key: self.fill(value) for key, value in (step.get("env") or {}).items()}
        return {
            **self.runner.machine,
            "PATH": os.pathsep.join([*reversed(more), str(self.runner.folder / "shims"), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "CI": "true",
            "RUNNER_TEMP": str(self.folder / "temp"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.runner.hub.url,
            "GITHUB_GRAPHQL_URL": f"{self.runner.hub.url}/graphql",
            "GITHUB_SERVER_URL": self.runner.hub.url,
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_RUN_ID": str(self.runner.count),
            "GITHUB_REF": self.github["ref"],
            "GITHUB_REF_NAME": self.github["ref_name"],
            "GITHUB_SHA": self.github["sha"],
            "GITHUB_EVENT_NAME": self.github["event_name"],
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKSPACE": str(self.space),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_PATH": str(files["path"]),
            "GITHUB_ENV": str(files["env"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            **({"GITHUB_ACTION_PATH": str(action)} if action else {}),
            **self.env,
            **own,
        }


def checkout(job: JobRunner, inputs: Mapping[str, str]) -> int:
    """The commit of the event into the workspace; the tool's repository is this one, as it is."""
    assert inputs["persist-credentials"] == "false"
    if path := inputs.get("path"):
        (job.space / path).parent.mkdir(exist_ok=True)
        (job.space / path).symlink_to(ROOT)
        return 0
    origin = f"file://{job.runner.hub.repo}"
    git(job.space, "init", "-q")
    git(job.space, "remote", "add", "origin", origin)
    granted = job.job.get("permissions") or {}
    if granted.get("contents") != "write":
        git(job.space, "remote", "set-url", "--push", "origin", "file:///not-allowed")
    depth = inputs.get("fetch-depth", "1")
    git(job.space, "fetch", "-q", "--no-tags", "--depth", depth, "origin", job.github["ref"])
    git(job.space, "checkout", "-q", "--detach", job.github["sha"])
    return 0


def upload(job: JobRunner, inputs: Mapping[str, str]) -> int:
    """A folder becomes an artifact of the run; of hidden files only where that is asked."""
    source = job.space / inputs["path"]
    files = [one for one in source.rglob("*") if one.is_file()] if source.is_dir() else []
    if inputs.get("include-hidden-files") != "true":
        hidden = inputs["path"].startswith(".")
        files = [] if hidden else [one for one in files if "/." not in str(one.relative_to(source))]
    if not files:
        return 1 if inputs["if-no-files-found"] == "error" else 0
    target = job.runner.folder / f"artifacts{job.runner.count}" / inputs["name"]
    shutil.copytree(source, target)
    job.run.artifacts[inputs["name"]] = target
    return 0


def download(job: JobRunner, inputs: Mapping[str, str]) -> int:
    """An artifact of the same run."""
    if inputs["name"] not in job.run.artifacts:
        return 1
    shutil.copytree(job.run.artifacts[inputs["name"]], job.space / inputs["path"], dirs_exist_ok=True)
    return 0


ACTIONS: dict[str, Callable[[JobRunner, Mapping[str, str]], int]] = {
    "actions/checkout": checkout,
    "actions/upload-artifact": upload,
    "actions/download-artifact": download,
}


def shims(folder: Path) -> None:
    """A `python3` that makes a pretend environment of this checkout instead of installing one.

    What pip is asked for is written down beside it.
    """
    folder.mkdir()
    real = f'PYTHONPATH={ROOT} exec {sys.executable} -m reconciler "$@"'
    program = folder / "python3"
    program.write_text(
        "#!/bin/sh\n"
        'case "$2 $3" in\n'
        '"-c "*) ;;\n'
        '"-m pip") exit 99 ;;\n'
        '"-m venv")\n'
        '    mkdir -p "$4/bin"\n'
        f"""    printf '#!/bin/sh\\necho "$@" >> {folder}/pip.log\\n' > "$4/bin/python"\n"""
        f"""    printf '#!/bin/sh\\n%s\\n' '{real}' > "$4/bin/reconciler"\n"""
        '    touch "$4/bin/pip" "$4/pyvenv.cfg"\n'
        '    chmod +x "$4"/bin/* ;;\n'
        "*) exit 98 ;;\n"
        "esac\n"
    )
    program.chmod(0o755)
