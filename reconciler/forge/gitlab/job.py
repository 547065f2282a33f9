"""Reads the variables of a GitLab job: the address of the API, the project, the account.

The variables are those of docs.gitlab.com/ci/variables/predefined_variables/.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.errors import CannotRun
from reconciler.forge.variables import ADDRESS, PROXY, TOKEN, checked_variable

NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
BRANCH: Final = re.compile(r"[^\s~^:?*\[\\-][^\s~^:?*\[\\]*")
ELSEWHERE: Final = "run it in a GitLab job"
ASK_FOR_ONE: Final = (
    "make a project access token with the scope `api`, and give it to this job in RECONCILER_FORGE_TOKEN; "
    "CI_JOB_TOKEN cannot write notes"
)


@dataclass(frozen=True, slots=True)
class Job:
    """One project of one GitLab, and the token that the job uses for it.

    `authorities` is a file with certificates to trust beside the system's; `merge_request` is the number in
    the project (`iid`), None where the pipeline is about no merge request.
    """

    api: str
    project: str
    project_url: str
    token: str = field(repr=False)
    branch: str
    merge_request: int | None = None
    authorities: Path | None = None
    proxy: str | None = field(default=None, repr=False)

    @property
    def remote(self) -> str:
        """The address of the repository, without the job's own credentials, which may not push."""
        return f"{self.project_url}.git"

    def git_config(self) -> dict[str, str]:
        """Return the configuration that gives git the token, so that no command line shows it."""
        basic = base64.b64encode(f"reconciler:{self.token}".encode()).decode()
        config = {f"http.{self.remote}.extraheader": f"AUTHORIZATION: basic {basic}"}
        if self.authorities:
            config[f"http.{self.remote}.sslCAInfo"] = str(self.authorities)
        if self.proxy:
            config[f"http.{self.remote}.proxy"] = self.proxy
        return config


def job_from(environ: Mapping[str, str]) -> Job:
    """Read the variables of a job; raises CannotRun, which names a variable and no value."""
    iid = environ.get("CI_MERGE_REQUEST_IID", "")
    authorities = environ.get("CI_SERVER_TLS_CA_FILE")
    if authorities and not Path(authorities).is_file():
        raise CannotRun("CI_SERVER_TLS_CA_FILE names no file", "let the runner make it, or unset it")
    return Job(
        api=checked_variable(environ, "CI_API_V4_URL", ADDRESS, ELSEWHERE).rstrip("/"),
        project=checked_variable(environ, "CI_PROJECT_ID", NUMBER, ELSEWHERE),
        project_url=checked_variable(environ, "CI_PROJECT_URL", ADDRESS, ELSEWHERE).rstrip("/"),
        token=checked_variable(environ, "RECONCILER_FORGE_TOKEN", TOKEN, ASK_FOR_ONE),
        branch=checked_variable(environ, "CI_DEFAULT_BRANCH", BRANCH, ELSEWHERE),
        merge_request=int(iid) if NUMBER.fullmatch(iid) else None,
        authorities=Path(authorities) if authorities else None,
        proxy=checked_variable(environ, "RECONCILER_FORGE_PROXY", PROXY, "write it as http://HOST:PORT")
        if environ.get("RECONCILER_FORGE_PROXY")
        else None,
    )
