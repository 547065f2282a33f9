"""GitLab's REST calls (docs.gitlab.com/api/rest/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

from reconciler.forge.gitlab.job import Job
from reconciler.forge.rest import MOST_PAGES, PAGE, Known, OddAnswer, Rest, has_number

MOVED: Final = "the address has moved, and a token is never sent after a redirect; check CI_API_V4_URL"
GITLAB: Final = Known(
    "GitLab",
    "CI_API_V4_URL",
    {
        301: MOVED,
        302: MOVED,
        307: MOVED,
        308: MOVED,
        401: "RECONCILER_FORGE_TOKEN is wrong, expired or revoked; make a new project access token",
        403: "give RECONCILER_FORGE_TOKEN the scope `api` and the role Reporter, for requests Developer; "
        "CI_JOB_TOKEN cannot do it, and a locked discussion takes notes of members alone",
        404: "GitLab hides what a token may not see; take a token of this project as RECONCILER_FORGE_TOKEN",
        None: "read what GitLab says, mend that, and run it again",
    },
)


class GitLab:
    """One project's API, as one identity."""

    def __init__(self, job: Job) -> None:
        """Open nothing yet."""
        self.job = job
        self._user: int | None = None
        headers = {"accept": "application/json", "private-token": job.token}
        self._rest = Rest(GITLAB, job.api, headers, proxy=job.proxy, authorities=job.authorities)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._rest.__exit__(kind, error, trace)

    @property
    def user(self) -> int:
        """The id of the account that the token belongs to: of a project access token a bot's."""
        if self._user is None:
            what = "say who we are"
            told = self._rest.ask(what, "GET", f"{self.job.api}/user", read=True)
            if not has_number(told, "id"):
                raise OddAnswer(GITLAB, what, "no object with its `id`")
            self._user = int(told["id"])
        return self._user

    def wrote(self, author: object) -> bool:
        """Return True if an account is ours."""
        return isinstance(author, dict) and author.get("id") == self.user

    def pages(self, what: str, path: str, *, by: str, **params: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, each with the number that it is called `by`.

        Only the `Link` header says where a list ends: GitLab leaves out of a page what the token may not see,
        so that a page may be short, or empty, and not be the last.
        """
        asked: Mapping[str, str] | None = {**params, "per_page": str(PAGE)}
        url = f"{self.job.api}/projects/{self.job.project}{path}"
        for _ in range(MOST_PAGES):
            page = self._rest.ask_page(what, "GET", url, params=asked, read=True)
            rows, asked = page
            if not isinstance(rows, list):
                raise OddAnswer(GITLAB, what, "no list")
            if not all(has_number(row, by) for row in rows):
                raise OddAnswer(GITLAB, what, f"a list with a row that has no `{by}`")
            yield from rows
            if asked is None:
                return
        raise OddAnswer(GITLAB, what, f"a list of {MOST_PAGES} pages and maybe more")

    def call(self, what: str, method: str, path: str, body: Mapping[str, Any], *, by: str) -> dict[str, Any]:
        """Write below the project; the answer is an object, with the number that it is called `by`."""
        url = f"{self.job.api}/projects/{self.job.project}{path}"
        told: Any = self._rest.ask(what, method, url, body, read=False)
        if not has_number(told, by):
            raise OddAnswer(GITLAB, what, f"no object with its `{by}`")
        return dict(told)
