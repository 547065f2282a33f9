"""The one issue about drift (docs.gitlab.com/api/issues/)."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.forge.gitlab.rest import GitLab
from reconciler.forge.sticky import Text, find_comment


def write_issue(gitlab: GitLab, title: str, body: str, *, pending: bool) -> str:
    """Keep one issue: opened while something is pending, closed when nothing is; returns what was done."""
    current = find_comment(issues(gitlab), body).current
    if current is None:
        if not pending:
            return "not needed"
        gitlab.call("open an issue", "POST", "/issues", {"title": title, "description": body}, by="iid")
        return "opened"
    if current.body == body and current.open == pending:
        return "unchanged"
    if not current.open and not pending:
        return "not needed"
    new = {"title": title, "description": body}
    if current.open != pending:
        new["state_event"] = "reopen" if pending else "close"
    gitlab.call("update the issue", "PUT", f"/issues/{current.number}", new, by="iid")
    return "updated" if pending else "closed"


def issues(gitlab: GitLab) -> Iterator[Text]:
    """Yield our issues, open or closed."""
    asked = {"scope": "all", "author_id": str(gitlab.user), "order_by": "created_at", "sort": "asc"}
    for row in gitlab.pages("list the issues", "/issues", by="iid", **asked):
        ours, is_open = gitlab.wrote(row.get("author")), row.get("state") == "opened"
        yield Text(int(row["iid"]), "", ours, str(row.get("description") or ""), is_open)
