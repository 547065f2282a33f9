"""The plugin's token: fetched when first needed, renewed before it ends, by one thread for all.

Within its life the service hands out the same token with less time left (endpoints.md 2.2), so
asking early is harmless and asking often is useless.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Final

import httpx
from msgspec import Struct

from reconciler.meegle.http.answers import kind_of_answer
from reconciler.meegle.http.codes import Kind
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.http.endpoints import PLUGIN_TOKEN
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of

AHEAD: Final = 180.0
"""Seconds before its end from which a token is renewed, as the vendor's own client does."""

SOONEST: Final = 1.0
LONGEST_LIFE: Final = 30 * 24 * 3600.0
"""Seconds that no token lives: a longer life is a mistake, or somebody else's file."""
VISIBLE: Final = re.compile(r"[!-~]+")
"""The characters of a token: those that a header can carry."""


class Token(Struct, frozen=True):
    """A token, when to renew it and when it ends, both by the monotonic clock in seconds."""

    text: str
    renew_at: float
    ends_at: float

    def __repr__(self) -> str:
        """Return a text that does not show the token."""
        return f"Token(renew_at={self.renew_at!r}, ends_at={self.ends_at!r})"


def token_from(text: str, left: float, now: float) -> Token:
    """Make a token that has `left` seconds to live.

    In its last minutes half of what is left is waited: the service may still give the old one.
    """
    return Token(text, now + max(left - AHEAD, left / 2, SOONEST), now + left)


class Tokens:
    """Hold the current token; `fetch` gets one from the service and may raise."""

    def __init__(self, fetch: Callable[[], tuple[str, float]], clock: Callable[[], float]) -> None:
        """Start without a token: nothing is asked before it is needed."""
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._generation = 0

    @property
    def generation(self) -> int:
        """A number that grows when the token's text changes: an X-IDEM-UUID holds within one."""
        return self._generation

    def current(self) -> str:
        """Return a token that lives; whoever finds none fetches it while the others wait."""
        with self._lock:
            now = self._clock()
            if self._token is None or now >= self._token.renew_at:
                self._token = self._renewed(now)
            return self._token.text

    def discard(self, text: str) -> None:
        """Forget a token that the service refused, unless another took its place already."""
        with self._lock:
            if self._token is not None and self._token.text == text:
                self._token = None

    def _renewed(self, now: float) -> Token:
        text, left = self._fetch()
        if self._token is None or self._token.text != text:
            self._generation += 1
        return token_from(text, left, now)


class Auth(Layer):
    """Add the token and the acting user; after a refused token renew it, and repeat a read once."""

    def __init__(self, inner: httpx.BaseTransport, connection: Connection, tokens: Tokens) -> None:
        """Act as `connection.user_key`."""
        super().__init__(inner)
        # A person's own token says who acts; the service ignores the header with it (endpoints.md 2.4).
        self._identity = [] if connection.user_token else [(b"X-USER-KEY", connection.user_key.encode())]
        if connection.auth_mode:
            self._identity.append((b"x-auth-mode", str(connection.auth_mode).encode()))
        self._tokens = tokens

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send with the current token.  A refused write is not repeated here."""
        endpoint = endpoint_of(request)
        if endpoint == PLUGIN_TOKEN:
            return self.inner.handle_request(request)
        response, renewed = self._send(request)
        if renewed and endpoint.reads:
            response, _ = self._send(request)
        return response

    def _send(self, request: httpx.Request) -> tuple[httpx.Response, bool]:
        token = self._tokens.current()
        response = self.inner.handle_request(self._signed(request, token))
        refused = kind_of_answer(answer_of(response)) is Kind.TOKEN
        if refused:
            self._tokens.discard(token)
        return response, refused

    def _signed(self, request: httpx.Request, token: str) -> httpx.Request:
        """Return the request with our headers: a copy, as another try will carry another token."""
        ours = [(b"X-PLUGIN-TOKEN", token.encode()), *self._identity]
        return httpx.Request(
            request.method,
            request.url,
            headers=[*request.headers.raw, *ours],
            stream=request.stream,
            extensions=request.extensions,
        )
