"""Which forge a job runs on, by its environment: to add a forge is to add a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.forge.protocol import Forge, Records


class Row(NamedTuple):
    """How a forge is known by its jobs, and how it is opened; both raise CannotRun for a wrong variable."""

    name: str
    variable: str
    """Is `true` in a job of this forge."""
    address: str
    """Holds the API's address; another CI system may set it, with what else the forge needs."""
    forge: Callable[[Mapping[str, str]], Forge]
    records: Callable[[Mapping[str, str]], Records]


def github_forge(environ: Mapping[str, str]) -> Forge:
    """Open GitHub."""
    from reconciler.forge.github.forge import GitHubForge

    return GitHubForge.of_job(environ)


def github_records(environ: Mapping[str, str]) -> Records:
    """Keep records as GitHub's deployments."""
    from reconciler.forge.github.deployments import Deployments

    return Deployments(environ)


def gitlab_forge(environ: Mapping[str, str]) -> Forge:
    """Open GitLab."""
    from reconciler.forge.gitlab.forge import GitLabForge

    return GitLabForge.of_job(environ)


def gitlab_records(environ: Mapping[str, str]) -> Records:
    """Keep records on a branch; reading takes what the job's clone has, pushing the token."""
    from reconciler.forge.git_records import BRANCH, GitRecords
    from reconciler.forge.gitlab.job import job_from

    if not environ.get("RECONCILER_FORGE_TOKEN"):
        return GitRecords(BRANCH)
    job = job_from(environ)
    return GitRecords(BRANCH, job.remote, job.git_config())


FORGES: Final = (
    Row("GitHub", "GITHUB_ACTIONS", "GITHUB_API_URL", github_forge, github_records),
    Row("GitLab", "GITLAB_CI", "CI_API_V4_URL", gitlab_forge, gitlab_records),
)


def row_of(environ: Mapping[str, str]) -> Row | None:
    """Return the forge whose job this is; None elsewhere."""
    return next((row for row in FORGES if environ.get(row.variable) == "true"), None)


def forge_of(environ: Mapping[str, str]) -> Forge:
    """Open the forge whose job this is, or whose address another CI system sets."""
    row = row_of(environ) or next((row for row in FORGES if environ.get(row.address)), None)
    if row is None:
        names = " or ".join(row.name for row in FORGES)
        raise CannotRun(
            f"this is no job of {names}", "run it in one, or print the text with `reconciler comment --print`"
        )
    return row.forge(environ)


def record_store(environ: Mapping[str, str]) -> Records | None:
    """Return where records are kept between jobs; None where this repository alone keeps them.

    RECONCILER_RECORD_REF names a ref on any forge.
    """
    from reconciler.forge.git_records import VARIABLE, GitRecords

    row = row_of(environ)
    records = row.records(environ) if row else None
    if form := environ.get(VARIABLE):
        given = records if isinstance(records, GitRecords) else None
        return GitRecords(form, given.remote, given.config) if given else GitRecords(form)
    return records
