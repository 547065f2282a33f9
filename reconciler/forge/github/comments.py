"""The sticky comment of a pull request, and the one issue about drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import CannotRun
from reconciler.forge.github.rest import GitHub
from reconciler.forge.rest import ForgeRefused
from reconciler.forge.sticky import Found, Text, find_comment

GONE = 404


def write_comment(github: GitHub, body: str) -> str:
    """Create or update the comment about a space, and fold older ones away; returns what was done."""
    number = pull_request(github)
    found = find_comment(comments(github, number), body)
    done = written_comment(github, number, body, found.current)
    return done + fold_comments(github, found.outdated)


def fold_comments(github: GitHub, outdated: Iterable[Text]) -> str:
    """Fold older comments away, now that the new one is there; where that fails it is only a pity."""
    try:
        for one in outdated:
            github.minimize(one.node_id)
    except CannotRun as error:
        return f"; an older one could not be folded away: {error}"
    return ""


def written_comment(github: GitHub, number: int, body: str, current: Text | None) -> str:
    """Write the text into the current comment, or into a new one; returns what was done."""
    if current is None:
        return created_comment(github, number, body)
    if current.body == body:
        return "unchanged"
    try:
        github.call("update the comment", "PATCH", f"/issues/comments/{current.number}", {"body": body})
    except ForgeRefused as refused:
        if refused.status != GONE:
            raise
        return created_comment(github, number, body)
    return "updated"


def created_comment(github: GitHub, number: int, body: str) -> str:
    """Write a new comment."""
    github.call("write a comment", "POST", f"/issues/{number}/comments", {"body": body})
    return "created"


def pull_request(github: GitHub) -> int:
    """Return the pull request of the job; raises CannotRun where it is about none."""
    if github.job.pull is None:
        raise CannotRun("this job is about no pull request", "run it on the event `pull_request`")
    return github.job.pull


def comments(github: GitHub, number: int) -> Iterator[Text]:
    """Yield the comments of a pull request."""
    for row in github.pages("list the comments", f"/issues/{number}/comments"):
        yield comment_text(github, row, int(row["id"]))


def comment_text(github: GitHub, row: dict[str, object], number: int) -> Text:
    """Read a comment or an issue."""
    user = row.get("user")
    ours = github.wrote(user if isinstance(user, dict) else None)
    is_open = row.get("state") in (None, "open")
    return Text(number, str(row.get("node_id") or ""), ours, str(row.get("body") or ""), is_open)


def write_issue(github: GitHub, title: str, body: str, *, pending: bool) -> str:
    """Keep one issue: opened while something is pending, closed when nothing is; returns what was done."""
    found = issue(github, body)
    state = "open" if pending else "closed"
    if found.current is None:
        if not pending:
            return "not needed"
        github.call("open an issue", "POST", "/issues", {"title": title, "body": body}, by="number")
        return "opened"
    if found.current.body == body and found.current.open == pending:
        return "unchanged"
    if not found.current.open and not pending:
        return "not needed"
    new = {"title": title, "body": body, "state": state}
    github.call("update the issue", "PATCH", f"/issues/{found.current.number}", new, by="number")
    return "updated" if pending else "closed"


def issue(github: GitHub, body: str) -> Found:
    """Find our issue, whether it is open or closed; the API lists pull requests as issues, too."""
    rows = github.pages("list the issues", "/issues", by="number", state="all")
    texts = (comment_text(github, row, int(row["number"])) for row in rows if not row.get("pull_request"))
    return find_comment(texts, body)
