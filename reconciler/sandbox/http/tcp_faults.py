"""Faults of the connection: a small TCP front before the service.

A WSGI app cannot reset a connection, and an in-process transport knows no sockets: these faults have a place
of their own. Rows of the `connection_faults` switch are `{kind, method?, path?, nth?, times?, …}`, as in
`faults.py`:

| kind | what the client sees | is the call carried out? |
| --- | --- | --- |
| `reset` | the connection is reset | no |
| `reset_after` | the connection is reset | yes |
| `no_answer` | the connection is closed without a byte | yes |
| `stall` | nothing for `delay_ms`, then the end | no |
| `stall_after` | nothing for `delay_ms`, then the end | yes |
| `cut` | the first `bytes` of the answer, then the end | yes |
| `drip` | the answer, one byte each `delay_ms` | yes |
| `latency` | the answer, `delay_ms` later | yes |
| `bandwidth` | the answer, `bytes` of it each `delay_ms` | yes |
| `half_close` | the first `bytes` of the answer, then the end, while the client may still send | yes |
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from reconciler.sandbox.http.faults import Counter
from reconciler.sandbox.state.world import World

Object = dict[str, Any]
HOST, HEAD_END, CHUNK = "127.0.0.1", b"\r\n\r\n", 65536
NOW: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a reset."""
CARRIED_OUT: Final = frozenset(
    {"reset_after", "no_answer", "stall_after", "cut", "drip", "latency", "bandwidth", "half_close"}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the line."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Front:
    """A context manager that listens on a loopback port and passes calls on to the service behind it."""

    def __init__(self, behind: str, world: World, *, port: int = 0) -> None:
        self.world, self.counter = world, Counter()
        self.behind = urlsplit(behind).netloc
        self.listener = socket.create_server((HOST, port), backlog=256)
        self.url = f"http://{HOST}:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(2)

    def run(self) -> None:
        """Accept until the listener is closed."""
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        rest = b""
        with line, contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            while True:
                asked, rest = _read(line, rest)
                if asked is None or not self._answer(line, asked):
                    return

    def _answer(self, line: socket.socket, asked: Asked) -> bool:
        """Answer one request; False when the connection is over."""
        with self.world.lock:
            rule = self.counter.hit(self.world.options.connection_faults, asked.method, asked.path) or {}
        kind = rule.get("kind", "")
        if kind and kind not in CARRIED_OUT:
            return self._spoil(line, kind, rule, b"")
        answer = self._pass_on(asked)
        if kind:
            return self._spoil(line, kind, rule, answer)
        line.sendall(answer)
        return True

    def _pass_on(self, asked: Asked) -> bytes:
        """Carry the call out; the answer as bytes, with its length."""
        inner = http.client.HTTPConnection(self.behind, timeout=60)
        with contextlib.closing(inner):
            inner.request(asked.method, asked.path, asked.body, asked.headers)
            answer = inner.getresponse()
            body = answer.read()
        head = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        skipped = {"connection", "content-length", "transfer-encoding"}
        head += [f"{name}: {value}" for name, value in answer.getheaders() if name.lower() not in skipped]
        head.append(f"Content-Length: {len(body)}")
        return "\r\n".join(head).encode("latin-1") + HEAD_END + body

    @staticmethod
    def _spoil(line: socket.socket, kind: str, rule: Object, answer: bytes) -> bool:
        """Do what a fault does to the line; the connection is over but after a slow answer."""
        delay = float(rule.get("delay_ms", 100)) / 1000
        if kind.startswith("reset"):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NOW)
        elif kind.startswith("stall"):
            time.sleep(delay)
        elif kind == "cut":
            line.sendall(answer[: int(rule.get("bytes", len(answer) // 2))])
        elif kind == "half_close":
            line.sendall(answer[: int(rule.get("bytes", 0))])
            line.shutdown(socket.SHUT_WR)
            while line.recv(CHUNK):
                continue
        elif kind in SLOW:
            _slowly(line, answer, SLOW[kind] or int(rule.get("bytes", 100)), delay)
            return True
        return False


SLOW: Final = {"latency": CHUNK, "bandwidth": 0, "drip": 1}
"""Bytes that are sent at a time; 0: as the rule says."""


def _slowly(line: socket.socket, answer: bytes, size: int, delay: float) -> None:
    """Send an answer in pieces, each after a pause."""
    for at in range(0, len(answer), size):
        time.sleep(delay)
        line.sendall(answer[at : at + size])


def _read(line: socket.socket, held: bytes) -> tuple[Asked | None, bytes]:
    """Read one request; None when the client has gone; also what came after it."""
    while HEAD_END not in held:
        more = line.recv(CHUNK)
        if not more:
            return None, b""
        held += more
    head, _, rest = held.partition(HEAD_END)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    length = int(next((value for name, value in headers.items() if name.lower() == "content-length"), "0"))
    while len(rest) < length:
        more = line.recv(CHUNK)
        if not more:
            return None, b""
        rest += more
    return Asked(method, path, headers, rest[:length]), rest[length:]
