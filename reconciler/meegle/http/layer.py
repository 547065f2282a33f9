"""The code that the layers around the network share.

Each layer is an `httpx.BaseTransport` around another.  The guard notes on a request which
endpoint it is for, the reading layer notes on a response what it means; those between rely on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import httpx

from reconciler.meegle.http.answers import Answer
from reconciler.meegle.http.endpoints import Endpoint

_ENDPOINT: Final = "reconciler.endpoint"
_MEMBERS: Final = "reconciler.members"
_ANSWER: Final = "reconciler.answer"


class Layer(httpx.BaseTransport):
    """A transport around a transport; closing it closes what it holds."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        """Wrap `inner`."""
        self.inner = inner

    def close(self) -> None:
        """Close the wrapped transport."""
        self.inner.close()


def mark(request: httpx.Request, endpoint: Endpoint) -> None:
    """Note on a request which endpoint it is for."""
    request.extensions = {**request.extensions, _ENDPOINT: endpoint}


def endpoint_of(request: httpx.Request) -> Endpoint:
    """Return the endpoint that the guard found."""
    endpoint: Endpoint = request.extensions[_ENDPOINT]
    return endpoint


def mark_members(request: httpx.Request, members: Sequence[str] | None) -> None:
    """Note on a request which members of the rows of its answer will be read; None for all."""
    request.extensions = {**request.extensions, _MEMBERS: members}


def members_of(request: httpx.Request) -> Sequence[str] | None:
    """Return the members that will be read; None for all."""
    members: Sequence[str] | None = request.extensions.get(_MEMBERS)
    return members


def read_response(response: httpx.Response, content: bytes, answer: Answer) -> httpx.Response:
    """Return a response that holds its whole content, and its meaning."""
    kept = [(name, value) for name, value in response.headers.raw if name.lower() not in _ABOUT_THE_BODY]
    return httpx.Response(
        response.status_code,
        headers=kept,
        content=content,
        extensions={**response.extensions, _ANSWER: answer},
    )


def answer_of(response: httpx.Response) -> Answer:
    """Return the answer as the reading layer understood it."""
    answer: Answer = response.extensions[_ANSWER]
    return answer


_ABOUT_THE_BODY: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
