"""JSON calls to a forge.  A call that fails is a failure, never a silence; a redirect is never followed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

import httpx
import tenacity

from reconciler import __version__
from reconciler.errors import CannotRun
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

NEXT: Final = re.compile(r'<([^<>]*)>\s*;\s*rel="next"')

NO_JSON: Final = object()
"""Marks an answer that is no JSON; None would be the JSON null."""


class Known(NamedTuple):
    """How messages speak of a forge: its name, the variable of its address, and the rights that calls need.

    `rights` holds the way out by the status of a refusal; `None` is for every other status.
    """

    name: str
    variable: str
    rights: Mapping[int | None, str]


class ForgeRefused(CannotRun):
    """The forge answered, and not with what was asked for."""

    def __init__(self, forge: Known, what: str, status: int, message: str) -> None:
        """Make the message; `message` is the forge's own."""
        self.status = status
        said = f' "{message[:LONGEST_MESSAGE]}"' if message else ""
        fix = forge.rights.get(status) or forge.rights[None]
        super().__init__(f"{forge.name} refused to {what}: {status}{said}", fix)


class OddAnswer(CannotRun):
    """The forge, or a server on the way to it, answered in an undocumented form: nothing is known."""

    def __init__(self, forge: Known, what: str, how: str) -> None:
        """Make the message."""
        fix = f"check {forge.variable} and what stands between, then run it again"
        super().__init__(f"{forge.name}'s answer, asked to {what}, is {how}", fix)


class Unreachable(CannotRun):
    """The forge did not answer."""


class Passing(Exception):
    """An answer or a failure that may be another one soon; `wait` is what the forge asks for, in seconds."""

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


class Page(NamedTuple):
    """The JSON of an answer, and the parameters of the list's next page; None where it names none."""

    told: Any
    following: Mapping[str, str] | None


class Rest:
    """A forge's API as one identity, reached through one address."""

    def __init__(
        self,
        forge: Known,
        api: str,
        headers: Mapping[str, str],
        *,
        proxy: str | None = None,
        authorities: Path | None = None,
    ) -> None:
        """Open nothing yet.  `authorities` is a file with certificates to trust beside the system's."""
        self.forge = forge
        self.api = api
        self._http = httpx.Client(
            transport=Deadline(Whole(Network(api, proxy, authorities))),
            follow_redirects=False,
            trust_env=False,
            headers={
                "accept-encoding": "identity",
                "user-agent": f"meegle-reconciler/{__version__}",
                **headers,
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

    def ask(
        self,
        what: str,
        method: str,
        url: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        *,
        read: bool,
    ) -> Any:
        """Return the JSON of the answer."""
        return self.ask_page(what, method, url, body, params, read=read).told

    def ask_page(
        self,
        what: str,
        method: str,
        url: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        *,
        read: bool,
    ) -> Page:
        """Return the JSON of the answer, with the way to the next page of a list.

        A read is asked again where that may help; a write only where a limit kept it from being done.
        """
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=waited,
            retry=tenacity.retry_if_exception(
                lambda error: isinstance(error, Passing) and (read or error.wait is not None)
            ),
            reraise=True,
        )
        try:
            page: Page = trying(self._once, what, method, url, body, params)
        except Passing as passing:
            final = passing.final
        else:
            return page
        raise final

    def _once(self, what: str, method: str, url: str, body: Any, params: Mapping[str, str] | None) -> Page:
        typed = {} if body is None else {"content-type": "application/json"}
        content = None if body is None else json_bytes(body)
        try:
            response = self._http.request(method, url, params=params, content=content, headers=typed)
        except httpx.HTTPError as error:
            why = failure_of(error, self.api)
        else:
            told = read_response(self.forge, what, response)
            return Page(told, next_params(response.headers.get("link", "")))
        raise Passing(Unreachable(f"{self.forge.name} cannot be reached to {what} ({why})", "run it again"))


def json_bytes(body: object) -> bytes:
    """Return JSON in UTF-8, whose bytes a chat counts; half a character, which has no bytes, is escaped."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


def next_params(link: str) -> Mapping[str, str] | None:
    """Return the parameters of the next page by a `Link` header; its host and path are not believed."""
    hit = NEXT.search(link)
    return dict(parse_qsl(urlsplit(hit[1]).query)) if hit else None


def waited(state: tenacity.RetryCallState) -> float:
    """Return the seconds to wait before the next attempt: what the forge asks for, else with full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Passing) and error.wait is not None:
        return error.wait
    return tenacity.wait_random_exponential(multiplier=0.5, max=5)(state)


def read_response(forge: Known, what: str, response: httpx.Response) -> Any:
    """Return the JSON of a success; raises ForgeRefused, or Passing where another attempt may help."""
    try:
        told = json.loads(response.content) if response.content else None
    except (ValueError, RecursionError):
        told = NO_JSON
    if response.is_success:
        if told is NO_JSON:
            raise OddAnswer(forge, what, "no JSON")
        return told
    refused = ForgeRefused(forge, what, response.status_code, message_of(told))
    asked = response.headers.get("retry-after", "")
    if asked.isdecimal() and float(asked) <= LONGEST_WAIT:
        raise Passing(refused, float(asked))
    if response.status_code in PASSING:
        raise Passing(refused)
    raise refused


def message_of(told: object) -> str:
    """Return the words of the forge about a failure, in whichever of its forms."""
    if not isinstance(told, dict):
        return ""
    for name in ("message", "error_description", "error"):
        if found := told.get(name):
            return found if isinstance(found, str) else json.dumps(found)
    return ""


def has_number(told: object, by: str) -> bool:
    """Return True if an answer, or a row of one, is an object with its number."""
    return isinstance(told, dict) and type(told.get(by)) is int
