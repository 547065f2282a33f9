"""Who applies, for which commit and pull request, and where: the facts with which a journal begins.

All of it is said by the job, by git and by the space.  Whatever one of them does not know is null; nothing
here keeps an apply from running.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reconciler.errors import ReconcilerError
from reconciler.git import git_text
from reconciler.meegle.http.failures import Interrupted

if TYPE_CHECKING:
    from reconciler.meegle.writer import Writer
    from reconciler.model import Plan

COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")
PULL_REF: Final = re.compile(r"refs/pull/([1-9][0-9]{0,17})/")
PULLS: Final = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        r"^Merge pull request [#!]([1-9][0-9]{0,17})\b",  # GitHub, Gitee
        r"^See merge request \S*!([1-9][0-9]{0,17})$",  # GitLab
        r"\A.*\((?:pull request )?[#!]([1-9][0-9]{0,17})\)$",  # GitHub after a squash, Bitbucket
        r"\A!([1-9][0-9]{0,17})\s",  # Gitee after a squash
    )
)
"""How forges name the pull request in the message of the commit that they make of it."""


def provenance(plan: Plan, writer: Writer, environ: Mapping[str, str], root: Path) -> dict[str, Any]:
    """Return the members of a journal's first line that say who applies, why, and in which time zone."""
    author, message = commit_words(root, plan.commit)
    number = pull_number(environ, message)
    return {
        "space_name": plan.space,
        "types": dict(plan.types),
        "time_zone": writer.settings.clock.key,
        "user_key": writer.user_key,
        "user": acting_user(writer),
        "actor": job_actor(environ),
        "commit": plan.commit,
        "author": author,
        "pull": number,
        "pull_url": pull_url(environ, number),
        "run_url": run_url(environ),
    }


def person(key: str | None, name: str | None, email: str | None) -> dict[str, str] | None:
    """Return a person with what is known of them; None if that is nothing."""
    known = {"key": key, "name": name, "email": email}
    return {word: one for word, one in known.items() if one} or None


def acting_user(writer: Writer) -> dict[str, str] | None:
    """Return the user of the space as whom the run writes; by the key alone where the space names nobody."""
    key = writer.user_key
    try:
        known = writer.meet([key] if key else []).people.by_key.get(key)
    except Interrupted:
        raise
    except ReconcilerError:  # a plugin may write items, and may not look up people
        known = None
    return person(key, known.name, known.email) if known else person(key, None, None)


def job_actor(environ: Mapping[str, str]) -> dict[str, str] | None:
    """Return the person who started the CI job, None elsewhere."""
    if environ.get("GITLAB_CI"):
        names = ("GITLAB_USER_LOGIN", "GITLAB_USER_NAME", "GITLAB_USER_EMAIL")
        return person(*map(environ.get, names))
    return person(environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR"), None, None)


def commit_words(root: Path, commit: str | None) -> tuple[dict[str, str] | None, str]:
    """Return the author of a commit and its message; nothing where git does not know the commit."""
    if commit is None or not COMMIT.fullmatch(commit):
        return None, ""
    told = git_text(root, "log", "-1", "--no-show-signature", "--format=%an%x00%ae%x00%B", commit, "--")
    name, _, rest = (told or "").partition("\0")
    email, _, message = rest.partition("\0")
    return person(None, name, email), message.strip()


def pull_number(environ: Mapping[str, str], message: str) -> int | None:
    """Return the number of the pull request: the job's own, else the one that the commit's message names."""
    own = PULL_REF.match(environ.get("GITHUB_REF", ""))
    word = own[1] if own else environ.get("CI_MERGE_REQUEST_IID", "")
    if word.isdecimal():
        return int(word)
    return next((int(hit[1]) for form in PULLS if (hit := form.search(message))), None)


def pull_url(environ: Mapping[str, str], number: int | None) -> str | None:
    """Return the address of a pull request of the job's repository."""
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    project = environ.get("CI_PROJECT_URL")
    if number is None or not (project or (server and repository)):
        return None
    return f"{project}/-/merge_requests/{number}" if project else f"{server}/{repository}/pull/{number}"


def run_url(environ: Mapping[str, str]) -> str | None:
    """Return the address of the CI run that applies, by the variables of its job; None elsewhere."""
    parts = [environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else environ.get("CI_JOB_URL")
