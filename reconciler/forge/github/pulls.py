"""The one pull request that brings the files to the live values."""

from __future__ import annotations

from typing import Any

from reconciler.forge.github.rest import GitHub


def open_pull(github: GitHub, branch: str) -> dict[str, Any] | None:
    """Return the open pull request of a branch of this repository."""
    head = f"{github.job.owner}:{branch}"
    rows = github.pages("list the pull requests", "/pulls", by="number", state="open", head=head)
    return next((row for row in rows if github.wrote(row.get("user"))), None)


def write_pull(github: GitHub, branch: str, base: str, title: str, body: str) -> str:
    """Open the pull request of a branch, or bring its text up to date; returns what was done."""
    there = open_pull(github, branch)
    if there is None:
        new = {"title": title, "head": branch, "base": base, "body": body}
        github.call("open a pull request", "POST", "/pulls", new, by="number")
        return "opened"
    if there.get("body") == body:
        return "unchanged"
    github.call("update the pull request", "PATCH", f"/pulls/{there['number']}", {"body": body}, by="number")
    return "updated"


def close_pull(github: GitHub, branch: str) -> str:
    """Close the pull request of a branch, if it is open; returns what was done."""
    there = open_pull(github, branch)
    if there is None:
        return "not needed"
    github.call(
        "close the pull request", "PATCH", f"/pulls/{there['number']}", {"state": "closed"}, by="number"
    )
    return "closed"
