"""The last applied commit as a deployment: from one job to the next without a state file."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from reconciler.errors import CannotRun
from reconciler.forge.github.job import job_from
from reconciler.forge.github.rest import GitHub
from reconciler.forge.rest import ForgeRefused
from reconciler.git import fetch
from reconciler.plan.last_applied import Record, not_live, read_record

SHOWN = 140
"""Characters of a deployment's description."""


def task_of(space: str) -> str:
    """Return the task that tells the deployments of a space from all others."""
    return f"reconciler:{space}"


def own_records(github: GitHub, space: str) -> Iterator[tuple[int, Record | None]]:
    """Yield the deployments that a job like this one made for a space, newest first; None for an odd payload.

    A job with `environment:` makes deployments of its own; their task is another one.
    """
    task = task_of(space)
    rows = github.pages("list the deployments", "/deployments", task=task)
    mine = [row for row in rows if row.get("task") == task and github.wrote(row.get("creator"))]
    for row in sorted(mine, key=lambda row: int(row["id"]), reverse=True):
        payload = row.get("payload")
        record = read_record(payload if isinstance(payload, str) else json.dumps(payload), space)
        yield int(row["id"]), record if record and record.commit == row.get("sha") else None


def newest_record(github: GitHub, space: str, tell: Callable[[str], None] = lambda _: None) -> Record | None:
    """Return the newest record that a job like this one made for a space.

    Any workflow that is granted `deployments: write` can make a record in our name, also one of a branch that
    nobody reviewed.  So each commit of a record must have come to the default branch: what such a record may
    do is to name another commit that was merged.  Where no record is left to believe, none is made up: raises
    CannotRun.
    """
    strangers = 0
    for number, record in own_records(github, space):
        if record is None:
            why = "holds no record that this version can read"
        elif all(github.was_merged(commit) for commit in record.commits()):
            return record
        else:
            why = f"names a commit that is not on {github.default_branch}"
        strangers += 1
        tell(f"deployment {number} is left out: it {why}")
    if strangers:
        raise CannotRun(
            f"no record of {space} names commits of {github.default_branch} alone",
            "see who made these deployments; name the last applied commit by --applied",
        )
    return None


def latest_record(
    github: GitHub, space: str, known: Container[str], tell: Callable[[str], None]
) -> Record | None:
    """Return the newest record whose commit is known, or may have been merged.

    The job `record` may have `deployments: write` alone, as all workflows of the first version: then GitHub
    does not compare commits of a private repository for it.
    """
    for number, record in own_records(github, space):
        if record and (record.commit in known or may_be_merged(github, number, record.commit, tell)):
            return record
    return None


def may_be_merged(github: GitHub, number: int, commit: str, tell: Callable[[str], None]) -> bool:
    """Return False if a commit is not on the default branch; True, too, where the job may not ask."""
    try:
        return github.was_merged(commit)
    except ForgeRefused as refused:
        if refused.status != HTTPStatus.FORBIDDEN:
            raise
        tell(f"deployment {number} counts, merged or not: the job has no `contents: read` to compare commits")
        return True


def make_record(github: GitHub, record: Record) -> int:
    """Make a deployment that holds a record, and say how it went; returns its id.

    `required_contexts` must be empty, else GitHub waits for checks of the commit and answers 409.
    """
    made: dict[str, Any] = github.call(
        "make a deployment",
        "POST",
        "/deployments",
        {
            "ref": record.commit,
            "task": task_of(record.space),
            "environment": f"reconciler/{record.space}",
            "description": f"applied; {not_live(record)}"[:SHOWN],
            "payload": record.model_dump(mode="json"),
            "required_contexts": [],
            "auto_merge": False,
            "production_environment": False,
        },
    )
    number = int(made["id"])
    state = {"state": "failure" if record.unapplied else "success", "description": not_live(record)}
    github.call("say how the deployment went", "POST", f"/deployments/{number}/statuses", state)
    return number


class Deployments:
    """The records of one repository on GitHub."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Read the variables of the job."""
        self.job = job_from(environ)

    def newest(self, root: Path, space: str, report: Callable[[str], None]) -> Record | None:
        """Return the newest record that may be believed, with its commits fetched."""
        with GitHub(self.job) as github:
            record = newest_record(github, space, report)
        if record:
            fetch(root, record.commits(), self.job.git_config())
        return record

    def latest(
        self, root: Path, space: str, known: Container[str], report: Callable[[str], None]
    ) -> Record | None:
        """Return the newest record whose commit is known, or may have been merged; needs no checkout."""
        del root
        with GitHub(self.job) as github:
            return latest_record(github, space, known, report)

    def make(self, root: Path, record: Record) -> str:
        """Make a deployment of it."""
        del root
        with GitHub(self.job) as github:
            return f"deployment {make_record(github, record)}"
