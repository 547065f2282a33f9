"""The wire itself: httpcore's pool on a backend that knows when the call must be over.

httpx counts a timeout from byte to byte, so a server that sends one byte a minute holds a
client for ever, and headers that drip are out of reach from outside.  Here every read, write
and handshake gets what is left of the whole call's time.
"""

from __future__ import annotations

import ssl
import time
import typing
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

import httpcore
import httpx

from reconciler.meegle.http.layer import Layer

DEADLINE: Final = 60.0
"""Seconds for one call, from connecting to the last byte."""

CONNECT: Final = 10.0
MOST_CONNECTIONS: Final = 32
KEPT_OPEN: Final = 15.0
"""Seconds for which an idle connection is used again; servers drop them not much later."""

PIECE: Final = 4096
"""Bytes written at a time, so that a server that hardly reads is noticed too."""

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_ends_at: ContextVar[float] = ContextVar("_ends_at", default=float("inf"))


def time_left() -> float:
    """Return the seconds that the current call has left; infinite outside of one."""
    return _ends_at.get() - time.monotonic()


@contextmanager
def ends_in(seconds: float) -> Iterator[None]:
    """Give what happens inside that many seconds altogether."""
    before = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(before)


class Deadline(Layer):
    """Give each call, its whole answer included, one stretch of time."""

    def __init__(self, inner: httpx.BaseTransport, seconds: float = DEADLINE) -> None:
        """Allow `seconds` for a call; `inner` must read the whole answer."""
        super().__init__(inner)
        self._seconds = seconds

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on within its time."""
        with ends_in(self._seconds):
            return self.inner.handle_request(request)


class Network(httpx.BaseTransport):
    """A pool of connections, directly or through one proxy.  TLS is always verified."""

    def __init__(self, base_url: str, proxy: str | None = None, authorities: Path | None = None) -> None:
        """Open nothing yet.  `authorities` is a file with certificates to trust beside the system's."""
        needs_tls = base_url.startswith("https:") or (proxy or "").startswith("https:")
        context = _tls_context(authorities) if needs_tls else None
        backend = _Backend()
        if proxy is None:
            self._pool = httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=MOST_CONNECTIONS,
                keepalive_expiry=KEPT_OPEN,
                network_backend=backend,
            )
        else:
            self._pool = _proxy_pool(proxy, context, backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; raises httpx's exceptions."""
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise httpx.LocalProtocolError("an asynchronous body")
        limits = {"connect": CONNECT, "read": DEADLINE, "write": DEADLINE, "pool": DEADLINE}
        with _mapped():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": {name: min(value, time_left()) for name, value in limits.items()}},
                )
            )
        return httpx.Response(response.status, headers=response.headers, stream=_Stream(response))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    """The body of a response, with httpx's exceptions for httpcore's."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _mapped():
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _mapped():
            self._response.close()


class _Backend(httpcore.NetworkBackend):
    """Sockets whose waits end with the call."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            host, port, _within(timeout, httpcore.ConnectTimeout), local_address, socket_options
        )
        return _TimedStream(stream)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A stream of bytes; each of its steps gets what is left of the call's time."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._inner.write(buffer[start : start + PIECE], _within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, _within(timeout, httpcore.ConnectTimeout))
        )

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)


def _within(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    left = time_left()
    if left <= 0:
        raise late
    soonest = min(left, float("inf") if timeout is None else timeout)
    return None if soonest == float("inf") else soonest


def _tls_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Trust the public authorities, those that this system trusts, and those of a file."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if authorities:
        context.load_verify_locations(authorities)
    return context


def _proxy_pool(
    proxy: str, context: ssl.SSLContext | None, backend: httpcore.NetworkBackend
) -> httpcore.HTTPProxy:
    parsed = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(
        proxy_url=httpcore.URL(
            scheme=parsed.url.raw_scheme, host=parsed.url.raw_host, port=parsed.url.port, target=b"/"
        ),
        proxy_auth=parsed.raw_auth,
        ssl_context=context,
        proxy_ssl_context=context if parsed.url.scheme == "https" else None,
        max_connections=MOST_CONNECTIONS,
        keepalive_expiry=KEPT_OPEN,
        network_backend=backend,
    )


_HTTPX_FOR: Final[tuple[tuple[type[Exception], type[httpx.TransportError]], ...]] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.ProxyError, httpx.ProxyError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
)


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except tuple(theirs for theirs, _ in _HTTPX_FOR) as error:
        ours = next(ours for theirs, ours in _HTTPX_FOR if isinstance(error, theirs))
        raise ours("") from error
