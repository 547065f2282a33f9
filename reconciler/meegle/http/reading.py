"""One request out; one whole answer in, or one word about why not.

Everything that httpx can raise ends here, as NotSent, NoAnswer or TlsFailed.  Their texts are
ours: httpx repeats a header's value in some of its own.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import httpx

from reconciler.errors import CannotRun
from reconciler.meegle.http.answers import Answer, Broken, read_answer, unread_answer
from reconciler.meegle.http.failures import NoAnswer, NotSent, TlsFailed
from reconciler.meegle.http.layer import Layer, members_of, read_response
from reconciler.meegle.http.network import time_left
from reconciler.meegle.http.secrets import Secrets

SIZE_CAP: Final = 16 * 1024 * 1024
"""Bytes of a decoded answer."""

BITE: Final = 4096
"""Bytes that are decompressed at a time: at most 4 MiB come out of them at once."""

GZIP: Final = 16 + zlib.MAX_WBITS
"""Makes zlib expect the head and the check sum of gzip."""

CODINGS: Final = frozenset({"", "identity", "gzip"})
"""One coding: gzip inside gzip would multiply a million times before anybody could count."""

NOT_SENT: Final[tuple[tuple[type[httpx.HTTPError], str], ...]] = (
    (httpx.ConnectTimeout, "the connection was not opened in time"),
    (httpx.PoolTimeout, "no free connection"),
    (httpx.ProxyError, "the proxy refused"),
    (httpx.ConnectError, "no connection"),
    (httpx.UnsupportedProtocol, "no such protocol"),
    (httpx.LocalProtocolError, "a request that cannot be written"),
)
"""The errors that httpx raises before a byte of the request has left."""

NO_ANSWER: Final[tuple[tuple[type[httpx.HTTPError], str], ...]] = (
    (httpx.ReadTimeout, "no whole answer in time"),
    (httpx.WriteTimeout, "not sent in time"),
    (httpx.RemoteProtocolError, "the connection was cut or spoke no HTTP"),
    (httpx.NetworkError, "the connection broke"),
)


class Reading(Layer):
    """Take in the whole answer, at most `cap` bytes of it, and read its meaning."""

    def __init__(self, inner: httpx.BaseTransport, host: str, secrets: Secrets, cap: int = SIZE_CAP) -> None:
        """Read answers of `host`, and keep our secrets out of its words."""
        super().__init__(inner)
        self._host = host
        self._secrets = secrets
        self._cap = cap

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return a response that holds its content and its meaning."""
        try:
            response = self.inner.handle_request(request)
            try:
                content = _content(response, self._cap)
            finally:
                response.close()
        except httpx.HTTPError as error:
            failure = failure_of(error, self._host)
        else:
            answer = self._answer(response, content, members_of(request))
            return read_response(response, content if isinstance(content, bytes) else b"", answer)
        # Raised out here, so that the exception does not carry httpx's own, which knows the request.
        raise failure

    def _answer(
        self, response: httpx.Response, content: bytes | Broken, members: Iterable[str] | None
    ) -> Answer:
        if isinstance(content, Broken):
            return unread_answer(response.status_code, content)
        answer = read_answer(response.status_code, response.headers, content, members)
        return self._secrets.hidden_in(answer)


def failure_of(error: httpx.HTTPError, host: str) -> NotSent | NoAnswer | CannotRun:
    """Return, in our own words, what an exception of httpx means for the request."""
    cause = _cause(error)
    if isinstance(error, httpx.ConnectError) and isinstance(cause, ssl.SSLError):
        return TlsFailed(host, cause.reason or "TLS")
    for kind, reason in NOT_SENT:
        if isinstance(error, kind):
            return NotSent(": ".join(filter(None, (reason, _detail(cause)))))
    for kind, reason in NO_ANSWER:
        if isinstance(error, kind):
            return NoAnswer(reason)
    return NoAnswer("the call failed")


def _content(response: httpx.Response, cap: int) -> bytes | Broken:
    if response.headers.get("content-encoding", "").strip().lower() not in CODINGS:
        return Broken("an answer in a coding that was not asked for", passing=False)
    packed = response.headers.get("content-encoding", "").strip().lower() == "gzip"
    stream = _Bites(response.stream, BITE if packed else cap)
    chunks: list[bytes] = []
    size = 0
    try:
        for chunk in _unpacked(stream) if packed else stream:
            chunks.append(chunk)
            size += len(chunk)
            if size > cap:
                return Broken(f"an answer of more than {cap} bytes", passing=False, oversized=True)
    except zlib.error:
        return Broken("an answer that cannot be decompressed")
    return b"".join(chunks)


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip holds, member after member; raises zlib.error where the last one is cut.

    httpx 0.28 would return the first member alone, and a cut one without a word.
    """
    member = zlib.decompressobj(GZIP)
    for piece in pieces:
        rest = piece
        while rest:
            if member.eof:
                member = zlib.decompressobj(GZIP)
            yield member.decompress(rest)
            rest = member.unused_data
    if not member.eof:
        raise zlib.error


class _Bites(httpx.SyncByteStream):
    """The raw bytes of a response in pieces of at most `size`, while the call's time lasts."""

    def __init__(self, raw: httpx.SyncByteStream | httpx.AsyncByteStream, size: int) -> None:
        self._raw = raw
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._raw, httpx.SyncByteStream):
            raise httpx.RemoteProtocolError("")
        for chunk in self._raw:
            if time_left() <= 0:
                raise httpx.ReadTimeout("")
            for start in range(0, len(chunk), self._size):
                yield chunk[start : start + self._size]


def _cause(error: BaseException) -> OSError | None:
    """Return the system's own exception behind one of httpx, if there is any."""
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, OSError):
        # httpcore's pool raises again `from None`, which leaves the context alone.
        behind = behind.__cause__ or behind.__context__
    return behind


def _detail(cause: OSError | None) -> str:
    """Return the system's word for a failed connection; it holds no text of ours."""
    if isinstance(cause, socket.gaierror):
        return "unknown host name"
    return cause.strerror or "" if cause is not None else ""
