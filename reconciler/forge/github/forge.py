"""GitHub behind the protocol of all forges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from reconciler.forge.git_push import push_tree
from reconciler.forge.github.comments import write_comment, write_issue
from reconciler.forge.github.job import job_from
from reconciler.forge.github.pulls import close_pull, write_pull
from reconciler.forge.github.rest import GitHub


class GitHubForge:
    """One repository on GitHub."""

    request = "Pull request"

    def __init__(self, github: GitHub) -> None:
        """Speak through this client."""
        self.github = github

    @classmethod
    def of_job(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables of the job."""
        return cls(GitHub(job_from(environ)))

    def __enter__(self) -> Self:
        """Return the forge."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.github.__exit__(kind, error, trace)

    def text(self, markdown: str) -> str:
        """Return the text as it is: our Markdown is made for GitHub."""
        return markdown

    def write_comment(self, body: str) -> str:
        """Keep the comment up to date."""
        return write_comment(self.github, body)

    def write_issue(self, title: str, body: str, *, pending: bool) -> str:
        """Keep the issue up to date."""
        return write_issue(self.github, title, body, pending=pending)

    def push(self, root: Path, tree: str, title: str, branch: str) -> None:
        """Push with the job's token, which no command line shows."""
        config = self.github.job.git_config()
        push_tree(root, tree, title, branch, "origin", config, "give the job `contents: write`")

    def write_request(self, branch: str, title: str, body: str) -> str:
        """Keep the pull request up to date."""
        return write_pull(self.github, branch, self.github.job.branch, title, body)

    def close_request(self, branch: str) -> str:
        """Close the pull request."""
        return close_pull(self.github, branch)
