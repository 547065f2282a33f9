"""The code that the layers around the network share.

Each layer is an `httpx.BaseTransport` around another.  The guard notes on a request which
endpoint it is for, the reading layer notes on a response what it means; those between rely on it.
"""

from __future__ import annotations

from typing import Final

import httpx

from reconciler.meegle.http.answers import Answer
from reconciler.meegle.http.endpoints import Endpoint

_ENDPOINT: Final = "reconciler.endpoint"
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
