"""The one merge request that brings the files to live values (docs.gitlab.com/api/merge_requests/)."""

from __future__ import annotations

from typing import Any

from reconciler.forge.gitlab.rest import GitLab


def open_merge_request(gitlab: GitLab, branch: str) -> dict[str, Any] | None:
    """Return our open merge request of a branch of this project."""
    asked = {"state": "opened", "scope": "all", "source_branch": branch, "author_id": str(gitlab.user)}
    rows = gitlab.pages("list the merge requests", "/merge_requests", by="iid", **asked)
    mine = (row for row in rows if gitlab.wrote(row.get("author")) and row.get("source_branch") == branch)
    return next(mine, None)


def write_request(gitlab: GitLab, branch: str, title: str, body: str) -> str:
    """Open the merge request of a branch, or bring its text up to date; returns what was done."""
    there = open_merge_request(gitlab, branch)
    if there is None:
        new = {
            "source_branch": branch,
            "target_branch": gitlab.job.branch,
            "title": title,
            "description": body,
            "remove_source_branch": True,
        }
        gitlab.call("open a merge request", "POST", "/merge_requests", new, by="iid")
        return "opened"
    if there.get("description") == body:
        return "unchanged"
    path = f"/merge_requests/{there['iid']}"
    gitlab.call("update the merge request", "PUT", path, {"description": body}, by="iid")
    return "updated"


def close_request(gitlab: GitLab, branch: str) -> str:
    """Close the merge request of a branch, if it is open; returns what was done."""
    there = open_merge_request(gitlab, branch)
    if there is None:
        return "not needed"
    path = f"/merge_requests/{there['iid']}"
    gitlab.call("close the merge request", "PUT", path, {"state_event": "close"}, by="iid")
    return "closed"
