"""What a GitHub job's environment says: where the API is, which repository, as whom."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import CannotRun
from reconciler.meegle.http.connection import is_loopback

ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
TOKEN = re.compile(r"[!-~]+")
PULL = re.compile(r"refs/pull/([1-9][0-9]*)/merge")


@dataclass(frozen=True, slots=True)
class Job:
    """One repository of one GitHub, and the token by which the job speaks to it."""

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
        """Return the configuration by which git speaks to the server with the token, on no command line."""
        if not self.server.startswith("https://"):
            return {}
        basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        return {f"http.{self.server}/.extraheader": f"AUTHORIZATION: basic {basic}"}


def in_job(environ: Mapping[str, str]) -> bool:
    """Whether this is a GitHub job."""
    return environ.get("GITHUB_ACTIONS") == "true"


def job_from(environ: Mapping[str, str]) -> Job:
    """Read the variables of a job; raises CannotRun, which names a variable and no value."""
    api = checked(environ, "GITHUB_API_URL", ADDRESS)
    token = checked(environ, "GITHUB_TOKEN", TOKEN, "pass it: `GITHUB_TOKEN: ${{ github.token }}`")
    hit = PULL.fullmatch(environ.get("GITHUB_REF", ""))
    return Job(
        api=api.rstrip("/"),
        graphql=environ.get("GITHUB_GRAPHQL_URL") or f"{api.rstrip('/')}/graphql",
        server=environ.get("GITHUB_SERVER_URL", "").rstrip("/"),
        repository=checked(environ, "GITHUB_REPOSITORY", REPOSITORY),
        token=token,
        pull=int(hit[1]) if hit else pull_of(environ.get("GITHUB_EVENT_PATH")),
        branch=environ.get("GITHUB_REF_NAME", ""),
    )


def checked(
    environ: Mapping[str, str], name: str, form: re.Pattern[str], fix: str = "run it in a GitHub job"
) -> str:
    """Return a variable that has its form; an address must be https, or of this machine."""
    value = environ.get(name, "")
    hit = form.fullmatch(value)
    if hit is None or (form is ADDRESS and hit[1] != "https" and not is_loopback(hit[2])):
        raise CannotRun(f"{name} is {'not usable' if value else 'not set'}", fix)
    return value


def pull_of(event: str | None) -> int | None:
    """Return the pull request of an event, None where it is about none."""
    try:
        told = json.loads(Path(event).read_text(encoding="utf-8")) if event else {}
        return int(told["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
