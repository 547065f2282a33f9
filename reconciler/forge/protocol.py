"""The protocol of all forges: texts that are kept up to date, and the last applied commit."""

from __future__ import annotations

from collections.abc import Callable, Container
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from reconciler.plan.last_applied import Record

Report = Callable[[str], None]
"""Takes one line for people."""


class Forge(Protocol):
    """One repository on one forge, as the identity of one job.

    The writing methods return what was done, such as `created`, `updated` or `unchanged`.  Each raises
    CannotRun, which names the forge and, where the forge refused, the right that is missing.
    """

    request: str
    """The forge's word for a proposed change, such as `Pull request`."""

    def __enter__(self) -> Self:
        """Return the forge."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""

    def text(self, markdown: str) -> str:
        """Return a text of ours as this forge must be given it, so that nothing in it commands the forge."""

    def write_comment(self, body: str) -> str:
        """Keep the one comment about a space up to date on the change that the job is about."""

    def write_issue(self, title: str, body: str, *, pending: bool) -> str:
        """Keep one issue: open while something is pending, closed when nothing is."""

    def push(self, root: Path, tree: str, title: str, branch: str) -> None:
        """Make the branch one commit with this tree on top of the commit that is checked out."""

    def write_request(self, branch: str, title: str, body: str) -> str:
        """Open the request to merge a branch, or bring its text up to date."""

    def close_request(self, branch: str) -> str:
        """Close the request to merge a branch, if it is open."""


class Records(Protocol):
    """Where the last applied commit of a space is kept between jobs."""

    def newest(self, root: Path, space: str, report: Report) -> Record | None:
        """Return the newest record that may be believed; None where there never was one.

        Commits that it names are fetched.  Raises CannotRun where there are records and none may be believed.
        """

    def latest(self, root: Path, space: str, known: Container[str], report: Report) -> Record | None:
        """Return the newest record whose commit is in `known`, or may have been merged.

        It only tells whether a commit was recorded that the caller does not know: nothing is planned by it.
        A known commit needs no proof.  Where the job may not ask whether another one was merged, it counts.
        """

    def make(self, root: Path, record: Record) -> str:
        """Keep a record for later jobs; returns where it is."""
