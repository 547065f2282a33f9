"""GitHub's REST and GraphQL calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from reconciler.forge.github.job import Job
from reconciler.forge.rest import MOST_PAGES, PAGE, ForgeRefused, Known, OddAnswer, Rest, has_number

GITHUB: Final = Known("GitHub", "GITHUB_API_URL", {None: "check the job's `permissions:`"})

VIEWER: Final = "query { viewer { login } }"
MINIMIZE: Final = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
    "{ minimizedComment { isMinimized } } }"
)


class GitHub:
    """One repository's API, as one identity."""

    def __init__(self, job: Job) -> None:
        """Open nothing yet."""
        self.job = job
        self._login: str | None = None
        self._branch: str | None = None
        self._merged: dict[str, bool] = {}
        self._rest = Rest(
            GITHUB,
            job.api,
            {
                "accept": "application/vnd.github+json",
                "authorization": f"Bearer {job.token}",
                "x-github-api-version": "2022-11-28",
            },
        )

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._rest.__exit__(kind, error, trace)

    @property
    def login(self) -> str:
        """Our own name, without the `[bot]` that only some of GitHub's answers add."""
        if self._login is None:
            told = self.graphql("say who we are", VIEWER, {}, read=True)
            viewer = told.get("viewer")
            self._login = plain_login(str(viewer.get("login") or "")) if isinstance(viewer, dict) else ""
        return self._login

    def wrote(self, user: Mapping[str, Any] | None) -> bool:
        """Return True if an account is ours."""
        return bool(self.login) and plain_login(str((user or {}).get("login") or "")) == self.login

    @property
    def default_branch(self) -> str:
        """The branch to which changes are merged."""
        if self._branch is None:
            told = self.call("name the default branch", "GET", "")
            branch = told.get("default_branch") if isinstance(told, dict) else None
            if not isinstance(branch, str) or not branch:
                raise ForgeRefused(GITHUB, "name the default branch", HTTPStatus.OK, "no name")
            self._branch = branch
        return self._branch

    def was_merged(self, commit: str) -> bool:
        """Return True if a commit is on the default branch."""
        if commit not in self._merged:
            path = f"/compare/{quote(commit, safe='')}...{quote(self.default_branch)}"
            try:
                told = self.call("compare two commits", "GET", path, params={"per_page": "1"})
            except ForgeRefused as refused:
                if refused.status != HTTPStatus.NOT_FOUND:
                    raise
                told = None
            self._merged[commit] = isinstance(told, dict) and told.get("status") in {"ahead", "identical"}
        return self._merged[commit]

    def pages(self, what: str, path: str, *, by: str = "id", **params: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, each with the number that it is called `by`.

        A row without it may be ours, so that nobody knows what there is.
        """
        for page in range(1, MOST_PAGES + 1):
            asked = {**params, "per_page": str(PAGE), "page": str(page)}
            rows = self.call(what, "GET", path, params=asked)
            if not isinstance(rows, list):
                raise OddAnswer(GITHUB, what, "no list")
            if not all(has_number(row, by) for row in rows):
                raise OddAnswer(GITHUB, what, f"a list with a row that has no `{by}`")
            yield from rows
            if len(rows) < PAGE:
                return
        raise OddAnswer(GITHUB, what, f"a list of {MOST_PAGES * PAGE} rows and maybe more")

    def call(
        self,
        what: str,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        *,
        by: str = "id",
    ) -> Any:
        """Make one call below `/repos/OWNER/NAME` and return the JSON of its answer.

        What was written is answered as an object, with the number that it is called `by`.
        """
        url = f"{self.job.api}/repos/{self.job.repository}{path}"
        told = self._rest.ask(what, method, url, body, params, read=method == "GET")
        if method != "GET" and not has_number(told, by):
            raise OddAnswer(GITHUB, what, f"no object with its `{by}`")
        return told

    def graphql(self, what: str, query: str, variables: Mapping[str, str], *, read: bool = False) -> Any:
        """Make one GraphQL call; its own errors are failures, too."""
        body = {"query": query, "variables": variables}
        told = self._rest.ask(what, "POST", self.job.graphql, body, read=read)
        if not isinstance(told, dict) or told.get("errors") or not isinstance(told.get("data"), dict):
            errors = told.get("errors") if isinstance(told, dict) else None
            first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
            raise ForgeRefused(GITHUB, what, HTTPStatus.OK, str(first.get("message") or ""))
        return told["data"]

    def minimize(self, node_id: str) -> None:
        """Fold a comment away as outdated."""
        self.graphql("fold a comment away", MINIMIZE, {"id": node_id})


def plain_login(login: str) -> str:
    """Return a login without the ending that marks a bot."""
    return login.removesuffix("[bot]")
