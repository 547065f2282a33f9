"""GitLab behind the protocol of all forges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from reconciler.forge.git_push import push_tree
from reconciler.forge.gitlab.issues import write_issue
from reconciler.forge.gitlab.job import job_from
from reconciler.forge.gitlab.markdown import gitlab_text
from reconciler.forge.gitlab.merge_requests import close_request, write_request
from reconciler.forge.gitlab.notes import write_note
from reconciler.forge.gitlab.rest import GitLab


class GitLabForge:
    """One project on GitLab."""

    request = "Merge request"

    def __init__(self, gitlab: GitLab) -> None:
        """Speak through this client."""
        self.gitlab = gitlab

    @classmethod
    def of_job(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables of the job."""
        return cls(GitLab(job_from(environ)))

    def __enter__(self) -> Self:
        """Return the forge."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.gitlab.__exit__(kind, error, trace)

    def text(self, markdown: str) -> str:
        """Return the text without lines that command GitLab."""
        return gitlab_text(markdown)

    def write_comment(self, body: str) -> str:
        """Keep the note up to date."""
        return write_note(self.gitlab, body)

    def write_issue(self, title: str, body: str, *, pending: bool) -> str:
        """Keep the issue up to date."""
        return write_issue(self.gitlab, title, body, pending=pending)

    def push(self, root: Path, tree: str, title: str, branch: str) -> None:
        """Push with the token, which no command line shows."""
        job = self.gitlab.job
        right = "give RECONCILER_FORGE_TOKEN the scope `write_repository` and the role Developer"
        push_tree(root, tree, title, branch, job.remote, job.git_config(), right)

    def write_request(self, branch: str, title: str, body: str) -> str:
        """Keep the merge request up to date."""
        return write_request(self.gitlab, branch, title, body)

    def close_request(self, branch: str) -> str:
        """Close the merge request."""
        return close_request(self.gitlab, branch)
