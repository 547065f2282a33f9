"""Stand-ins at the seams of the client: a service with prepared answers, and a clock that is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.throttle import Wait

SECRET = "5ec2e7-of-the-plugin-5ec2e7"
TOKEN = "p-70cafe70-token"
USER = "7310000000000000001"
TOKEN_PATH = "/open_api/authen/plugin_token"

Reaction = httpx.Response | Exception


def connected(base_url: str = "http://127.0.0.1:1", **environ: str) -> Connection:
    return connection_from(
        {
            "MEEGLE_BASE_URL": base_url,
            "MEEGLE_PLUGIN_ID": "MII_0123456789ABCDEF",
            "MEEGLE_PLUGIN_SECRET": SECRET,
            "MEEGLE_USER_KEY": USER,
            "MEEGLE_RATE": "0",
        }
        | environ
    )


def good(data: object = None) -> httpx.Response:
    return httpx.Response(200, json={"err_code": 0, "err_msg": "", "err": {}, "data": data})


def refusal(code: int, message: str = "", status: int = 400, **headers: str) -> httpx.Response:
    body = {"err_code": code, "err_msg": message, "err": {"code": code, "msg": message, "log_id": "2026L0G"}}
    return httpx.Response(status, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def token_answer(token: str = TOKEN, expire_time: object = 7200) -> httpx.Response:
    body = {"data": {"token": token, "expire_time": expire_time}, "error": {"code": 0, "msg": "success"}}
    return httpx.Response(200, json=body)


class Service(httpx.BaseTransport):
    """Answer calls with `answers` in turn, the last one for ever; tokens from `tokens` likewise."""

    def __init__(self, *answers: Reaction, tokens: tuple[Reaction, ...] | None = None) -> None:
        self._answers = list(answers) or [good()]
        self._tokens = list(tokens or (token_answer(),))
        self._lock = threading.Lock()
        self.requests: list[httpx.Request] = []
        self.token_requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request = httpx.Request(
            request.method, request.url, headers=request.headers.raw, content=request.read()
        )
        with self._lock:
            if request.url.path == TOKEN_PATH:
                self.token_requests.append(request)
                return _react(self._tokens)
            self.requests.append(request)
            return _react(self._answers)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


def _react(reactions: list[Reaction]) -> httpx.Response:
    reaction = reactions.pop(0) if len(reactions) > 1 else reactions[0]
    if isinstance(reaction, Exception):
        raise reaction
    return httpx.Response(
        reaction.status_code, headers=reaction.headers, stream=httpx.ByteStream(reaction.content)
    )


class Time:
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.stopped = False

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        if seconds > 0:
            self.waits.append(seconds)
        self.now += seconds
        return self.stopped


def no_wait(_: float) -> bool:
    return False


quick: Wait = no_wait


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve each connection on loopback with `serve`, in a thread of its own; give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                serve(connection)
            except OSError:
                return

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=one, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=loop)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()


def request_from(connection: socket.socket) -> bytes:
    """Read one request, head and body, as it came over the wire."""
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := connection.recv(65536)):
            return received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def raw_token(token: str = TOKEN) -> bytes:
    return http(token_answer(token).content)
