"""The sticky note of a merge request (docs.gitlab.com/api/notes/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from reconciler.errors import CannotRun
from reconciler.forge.gitlab.rest import GitLab
from reconciler.forge.rest import ForgeRefused
from reconciler.forge.sticky import Text, find_comment


def write_note(gitlab: GitLab, body: str) -> str:
    """Create or update the note about a space, and fold older ones away; returns what was done."""
    path = f"/merge_requests/{merge_request(gitlab)}/notes"
    found = find_comment(notes(gitlab, path), body)
    done = put_note(gitlab, path, body, found.current)
    return done + fold_notes(gitlab, path, found.outdated)


def merge_request(gitlab: GitLab) -> int:
    """Return the merge request of the job; raises CannotRun where it is about none."""
    if gitlab.job.merge_request is None:
        fix = "run it in a merge request pipeline, which has CI_MERGE_REQUEST_IID"
        raise CannotRun("this job is about no merge request", fix)
    return gitlab.job.merge_request


def notes(gitlab: GitLab, path: str) -> Iterator[Text]:
    """Yield the notes of a merge request but GitLab's own about what happened to it."""
    for row in gitlab.pages("list the notes", path, by="id", sort="asc", order_by="created_at"):
        if not row.get("system"):
            yield note_text(gitlab, row)


def note_text(gitlab: GitLab, row: dict[str, Any]) -> Text:
    """Read a note."""
    return Text(int(row["id"]), "", gitlab.wrote(row.get("author")), str(row.get("body") or ""))


def put_note(gitlab: GitLab, path: str, body: str, current: Text | None) -> str:
    """Write the text into the current note, or into a new one; returns what was done."""
    if current and current.body == body:
        return "unchanged"
    if current:
        try:
            gitlab.call("update the note", "PUT", f"{path}/{current.number}", {"body": body}, by="id")
        except ForgeRefused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
        else:
            return "updated"
    gitlab.call("write a note", "POST", path, {"body": body}, by="id")
    return "created"


def fold_notes(gitlab: GitLab, path: str, outdated: Iterable[Text]) -> str:
    """Fold older notes away, now that the new one is there; a failure is a word beside what was done."""
    try:
        for one in outdated:
            text = one.body.partition("\n")[2]
            body = f"<details><summary>Outdated</summary>\n\n{text}\n</details>\n"
            gitlab.call("fold a note away", "PUT", f"{path}/{one.number}", {"body": body}, by="id")
    except CannotRun as error:
        return f"; an older one could not be folded away: {error}"
    return ""
