"""Reads the environment of a GitHub job: the address of the API, the repository, the account."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.forge.variables import ADDRESS, TOKEN, checked_variable

REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
ELSEWHERE = "run it in a GitHub job"
PULL = re.compile(r"refs/pull/([1-9][0-9]*)/merge")


@dataclass(frozen=True, slots=True)
class Job:
    """One repository of one GitHub, and the token that the job uses for it."""

    api: str
    graphql: str
    server: str
    repository: str
    token: str = field(repr=False)
    pull: int | None = None
    branch: str = ""

    @property
    def owner(self) -> str:
        """The account that the repository belongs to."""
        return self.repository.partition("/")[0]

    def git_config(self) -> dict[str, str]:
        """Return the configuration that gives git the token, so that no command line shows it."""
        if not self.server.startswith("https://"):
            return {}
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {f"http.{self.server}/.extraheader": f"AUTHORIZATION: basic {basic}"}


def job_from(environ: Mapping[str, str]) -> Job:
    """Read the variables of a job; raises CannotRun, which names a variable and no value."""
    api = checked_variable(environ, "GITHUB_API_URL", ADDRESS, ELSEWHERE)
    token = checked_variable(environ, "GITHUB_TOKEN", TOKEN, "pass it: `GITHUB_TOKEN: ${{ github.token }}`")
    hit = PULL.fullmatch(environ.get("GITHUB_REF", ""))
    return Job(
        api=api.rstrip("/"),
        graphql=environ.get("GITHUB_GRAPHQL_URL") or f"{api.rstrip('/')}/graphql",
        server=environ.get("GITHUB_SERVER_URL", "").rstrip("/"),
        repository=checked_variable(environ, "GITHUB_REPOSITORY", REPOSITORY, ELSEWHERE),
        token=token,
        pull=int(hit[1]) if hit else pull_of(environ.get("GITHUB_EVENT_PATH")),
        branch=environ.get("GITHUB_REF_NAME", ""),
    )


def pull_of(event: str | None) -> int | None:
    """Return the pull request of an event, None where it is about none."""
    try:
        told = json.loads(Path(event).read_text(encoding="utf-8")) if event else {}
        return int(told["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
