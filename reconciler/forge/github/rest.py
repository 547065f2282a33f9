"""GitHub's REST and GraphQL calls.  A call that fails is a failure, never a silence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx
import tenacity

from reconciler import __version__
from reconciler.errors import CannotRun
from reconciler.forge.github.job import Job
from reconciler.meegle.http.layer import Layer
from reconciler.meegle.http.network import Deadline, Network
from reconciler.meegle.http.reading import SIZE_CAP, failure_of

PAGE: Final = 100
MOST_PAGES: Final = 100
"""Pages of a list that are read: ten thousand rows."""

ATTEMPTS: Final = 4
PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses after which a read is asked again."""

LONGEST_WAIT: Final = 60.0
"""Seconds that a limit may make us wait."""

LONGEST_MESSAGE: Final = 300

NO_JSON: Final = object()
"""Stands for an answer that is none: null is one."""

VIEWER: Final = "query { viewer { login } }"
MINIMIZE: Final = (
    "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
    "{ minimizedComment { isMinimized } } }"
)


class ForgeRefused(CannotRun):
    """GitHub answered, and not with what was asked for."""

    def __init__(self, what: str, status: int, message: str) -> None:
        """Make the message; `message` is GitHub's own."""
        self.status = status
        said = f' "{message[:LONGEST_MESSAGE]}"' if message else ""
        super().__init__(f"GitHub refused to {what}: {status}{said}", "check the job's `permissions:`")


class OddAnswer(CannotRun):
    """GitHub, or something on the way to it, answered in a form that no page describes: nothing is known."""

    def __init__(self, what: str, how: str) -> None:
        """Make the message."""
        fix = "check GITHUB_API_URL and what stands between, then run it again"
        super().__init__(f"GitHub's answer, asked to {what}, is {how}", fix)


class Unreachable(CannotRun):
    """GitHub did not answer."""


class Passing(Exception):
    """An answer or a failure that may be another one soon; `wait` is what GitHub asks for, in seconds."""

    def __init__(self, final: CannotRun, wait: float | None = None) -> None:
        """Keep what to raise if it stays."""
        super().__init__()
        self.final = final
        self.wait = wait


class Whole(Layer):
    """Take in the whole answer within the call's time, at most a cap of it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return a response that holds its content."""
        response = self.inner.handle_request(request)
        try:
            content = bytearray()
            assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - ours is a client without async
            for chunk in response.stream:
                content += chunk
                if len(content) > SIZE_CAP:
                    raise httpx.RemoteProtocolError("")
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=response.headers, content=bytes(content))


class GitHub:
    """One repository's API, as one identity."""

    def __init__(self, job: Job, transport: httpx.BaseTransport | None = None) -> None:
        """Open nothing yet."""
        self.job = job
        self._login: str | None = None
        self._branch: str | None = None
        self._merged: dict[str, bool] = {}
        self._http = httpx.Client(
            transport=Deadline(Whole(transport or Network(job.api))),
            follow_redirects=False,
            trust_env=False,
            headers={
                "accept": "application/vnd.github+json",
                "accept-encoding": "identity",
                "authorization": f"Bearer {job.token}",
                "user-agent": f"meegle-reconciler/{__version__}",
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
        self._http.close()

    @property
    def login(self) -> str:
        """Our own name, without the `[bot]` that only some of GitHub's answers add."""
        if self._login is None:
            told = self.graphql("say who we are", VIEWER, {}, read=True)
            viewer = told.get("viewer")
            self._login = plain(str(viewer.get("login") or "")) if isinstance(viewer, dict) else ""
        return self._login

    def wrote(self, user: Mapping[str, Any] | None) -> bool:
        """Whether an account is ours."""
        return bool(self.login) and plain(str((user or {}).get("login") or "")) == self.login

    @property
    def default_branch(self) -> str:
        """The branch to which changes are merged."""
        if self._branch is None:
            told = self.call("name the default branch", "GET", "")
            branch = told.get("default_branch") if isinstance(told, dict) else None
            if not isinstance(branch, str) or not branch:
                raise ForgeRefused("name the default branch", httpx.codes.OK, "no name")
            self._branch = branch
        return self._branch

    def was_merged(self, commit: str) -> bool:
        """Whether a commit is on the default branch."""
        if commit not in self._merged:
            path = f"/compare/{quote(commit, safe='')}...{quote(self.default_branch)}"
            try:
                told = self.call("compare two commits", "GET", path, params={"per_page": "1"})
            except ForgeRefused as refused:
                if refused.status != httpx.codes.NOT_FOUND:
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
                raise OddAnswer(what, "no list")
            if not all(has_number(row, by) for row in rows):
                raise OddAnswer(what, f"a list with a row that has no `{by}`")
            yield from rows
            if len(rows) < PAGE:
                return
        raise OddAnswer(what, f"a list of {MOST_PAGES * PAGE} rows and maybe more, which nobody reads")

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
        told = self._asked(what, method, url, body, params, read=method == "GET")
        if method != "GET" and not has_number(told, by):
            raise OddAnswer(what, f"no object with its `{by}`")
        return told

    def graphql(self, what: str, query: str, variables: Mapping[str, str], *, read: bool = False) -> Any:
        """Make one GraphQL call; its own errors are failures, too."""
        body = {"query": query, "variables": variables}
        told = self._asked(what, "POST", self.job.graphql, body, None, read=read)
        if not isinstance(told, dict) or told.get("errors") or not isinstance(told.get("data"), dict):
            errors = told.get("errors") if isinstance(told, dict) else None
            first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
            raise ForgeRefused(what, httpx.codes.OK, str(first.get("message") or ""))
        return told["data"]

    def minimize(self, node_id: str) -> None:
        """Fold a comment away as outdated."""
        self.graphql("fold a comment away", MINIMIZE, {"id": node_id})

    def _asked(
        self, what: str, method: str, url: str, body: Any, params: Mapping[str, str] | None, *, read: bool
    ) -> Any:
        """Ask, and again where that is harmless; what GitHub limited it has not done."""
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=waited,
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, Passing) and (read or error.wait is not None)
            ),
            reraise=True,
        )
        try:
            return trying(self._once, what, method, url, body, params)
        except Passing as passing:
            final = passing.final
        raise final

    def _once(self, what: str, method: str, url: str, body: Any, params: Mapping[str, str] | None) -> Any:
        try:
            response = self._http.request(
                method, url, params=params, content=None if body is None else json.dumps(body).encode()
            )
        except httpx.HTTPError as error:
            told = failure_of(error, self.job.api)
        else:
            return read_response(what, response)
        raise Passing(Unreachable(f"GitHub cannot be reached to {what} ({told})", "run it again"))


def waited(state: tenacity.RetryCallState) -> float:
    """Return the seconds to wait before the next attempt: what GitHub asks for, else with full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Passing) and error.wait is not None:
        return error.wait
    return tenacity.wait_random_exponential(multiplier=0.5, max=5)(state)


def read_response(what: str, response: httpx.Response) -> Any:
    """Return the JSON of a success; raises ForgeRefused, or Passing where another attempt may help."""
    try:
        told = json.loads(response.content) if response.content else None
    except (ValueError, RecursionError):
        told = NO_JSON
    if response.is_success:
        if told is NO_JSON:
            raise OddAnswer(what, "no JSON")
        return told
    message = str(told.get("message") or "") if isinstance(told, dict) else ""
    refused = ForgeRefused(what, response.status_code, message)
    asked = response.headers.get("retry-after", "")
    if asked.isdecimal() and float(asked) <= LONGEST_WAIT:
        raise Passing(refused, float(asked))
    if response.status_code in PASSING:
        raise Passing(refused)
    raise refused


def has_number(told: object, by: str) -> bool:
    """Whether an answer, or a row of one, is an object with its number."""
    return isinstance(told, dict) and type(told.get(by)) is int


def plain(login: str) -> str:
    """Return a login without the ending that marks a bot."""
    return login.removesuffix("[bot]")
