"""A warmed process without threads, which forks a run of the command line for each order on its stdin.

An order is one line of JSON, a list of runs that go on at the same time; the answer is one line, a list of
how each ended.  The seams of a run are put in from here: the product knows none of them.
"""

from __future__ import annotations

import errno
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler import cli
from reconciler.__main__ import leave, main

Object = dict[str, Any]
JOURNAL: Final = ".reconciler/runs/"
"""What the path of every file holds that the journal opens."""
LATER: Final = (
    *(
        "filelock",
        "reconciler.apply.lock",
        "reconciler.apply.carry_out",
        "reconciler.cli.apply_steps",
        "reconciler.cli.progress",
    ),
    *("reconciler.apply.saved_plan", "reconciler.apply.journal", "reconciler.render.events"),
)
"""What a run imports only when it needs it, and each fork would import anew."""
HEARD: Final = (signal.SIGINT, signal.SIGTERM)
"""Signals that wait until a run can hear them: a process that is coming up is not what is looked at."""
_write, _fsync, _open, _mkdir = os.write, os.fsync, os.open, os.mkdir
_send, _recv = socket.socket.send, socket.socket.recv


@dataclass(slots=True)
class Seams:
    """Where a run can be killed or be refused by the disk, counted as it goes.

    `kill_at`: the step at which it is killed, 0: at none.  `trace`: a word or more for each step.
    `fail`: `[call, nth, how, lasting]`, where how is the name of an error, `short`, which writes only a
    part, or `torn`: a part, and then the disk is full.
    """

    kill_at: int = 0
    fail: list[Any] = field(default_factory=list)
    count: int = 0
    trace: list[str] = field(default_factory=list)
    files: set[int] = field(default_factory=set)
    calls: dict[str, int] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)
    out: Path = Path()

    def step(self, label: str) -> None:
        """Count a step; the run is killed at its own."""
        with self.lock:
            self.count += 1
            self.trace.append(label)
            if self.count == self.kill_at:
                self.tell()
                os.kill(os.getpid(), signal.SIGKILL)

    def tell(self) -> None:
        """Write down how far the run came, whole or not at all: it may be killed here, too."""
        with self.lock:
            part = self.out.with_suffix(".part")
            part.write_text(json.dumps({"steps": self.count, "trace": self.trace, "calls": self.calls}))
            part.replace(self.out)

    def refusal(self, call: str) -> str:
        """Count a call to the file system; returns how it is to fail, if it is."""
        with self.lock:
            count = self.calls[call] = self.calls.get(call, 0) + 1
        if not self.fail or self.fail[0] != call:
            return ""
        _, nth, how, lasting = self.fail
        return str(how) if count == nth or (lasting and count > nth) else ""

    def refuse(self, call: str) -> bool:
        """Raise what the disk is to say to this call, if anything; true: write only a part."""
        how = self.refusal(call)
        if how == "torn":
            self.fail = [call, self.calls[call] + 1, "ENOSPC", self.fail[3]]
        if how in ("", "short", "torn"):
            return bool(how)
        number = getattr(errno, how)
        raise OSError(number, os.strerror(number))

    def open(self, path: Any, *rest: Any, **named: Any) -> int:
        """Open a file; those of a journal are remembered."""
        ours = JOURNAL in os.fsdecode(path)
        if ours:
            self.refuse("open")
        number = _open(path, *rest, **named)
        if ours:
            self.files.add(number)
            self.step("open")
        return number

    def mkdir(self, path: Any, *rest: Any, **named: Any) -> None:
        """Make a folder."""
        ours = JOURNAL in os.fsdecode(path)
        if ours:
            self.refuse("mkdir")
        _mkdir(path, *rest, **named)
        if ours:
            self.step("mkdir")

    def write(self, number: int, data: Any) -> int:
        """Write to a file; a line of a journal in two halves, with a step after each."""
        if number not in self.files:
            return _write(number, data)
        short = self.refuse("write")
        half = _write(number, data[: len(data) // 2])
        if short:
            return half
        self.step("torn")
        rest = _write(number, data[half:])
        self.step(f"line {bytes(data).decode()}")
        return half + rest

    def fsync(self, number: int) -> None:
        """Sync a file."""
        if number in self.files:
            self.refuse("fsync")
        _fsync(number)
        if number in self.files:
            self.step("synced")

    def send(self, line: socket.socket, data: Any, *rest: Any) -> int:
        """Send bytes, with a step before the first of a request and one after each piece."""
        head = bytes(data[:400])
        if b" HTTP/1.1\r\n" in head:
            self.step(f"before {head.decode('latin-1')}")
        sent = _send(line, data, *rest)
        self.step("sent")
        return sent

    def recv(self, line: socket.socket, *rest: Any) -> bytes:
        """Receive bytes, with a step after."""
        got = _recv(line, *rest)
        self.step("received")
        return got

    def put_in(self) -> None:
        """Put the seams in, in this process alone."""
        for owner, name, seam in (
            (os, "open", self.open),
            (os, "mkdir", self.mkdir),
            (os, "write", self.write),
            (os, "fsync", self.fsync),
            (socket.socket, "send", bound(self.send)),
            (socket.socket, "recv", bound(self.recv)),
        ):
            setattr(owner, name, seam)


def bound(seam: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that a class can hold as a method."""

    def method(line: socket.socket, *rest: Any) -> Any:
        return seam(line, *rest)

    return method


def run(order: Object) -> None:
    """Carry out one run in this forked process, and leave it."""
    folder = Path(order["folder"])
    os.chdir(folder)
    for number, name in ((1, "out"), (2, "err")):
        file = _open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    os.environ.update(order["environ"])
    seams = Seams(order.get("kill_at", 0), order.get("fail", []), out=Path(order["told"]))
    seams.put_in()
    for number in HEARD:
        signal.signal(number, leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    sys.argv = ["reconciler", *order["arguments"]]
    code = 70
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 71
    finally:
        seams.tell()
        sys.stdout.flush()
        os._exit(code)


def fork(order: Object) -> int:
    """Start one run; returns its process id."""
    pid = os.fork()
    if not pid:
        os.dup2(_open(os.devnull, os.O_RDONLY), 0)
        run(order)
    return pid


def ended(pids: dict[int, Object], began: float) -> list[int]:
    """Send the runs their signals in time, and wait for all; negative: ended by that signal."""
    codes: dict[int, int] = {}
    due = [(began + one["after"], pid, one["signal"]) for pid, one in pids.items() if "signal" in one]
    while len(codes) < len(pids):
        for pid in set(pids) - set(codes):
            done, status = os.waitpid(pid, os.WNOHANG if len(pids) > 1 or due else 0)
            if done:
                codes[pid] = os.waitstatus_to_exitcode(status)
        for one in [one for one in due if one[0] <= time.monotonic()]:
            due.remove(one)
            if one[1] not in codes:
                os.kill(one[1], one[2])
        if len(codes) < len(pids):
            time.sleep(0.0005)
    return [codes[pid] for pid in pids]


def serve() -> None:
    """Warm up by the first order, which is a plan, then fork a run for each that comes."""
    warming = json.loads(sys.stdin.readline())
    out = _open(warming["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    spoken = os.dup(1)
    os.dup2(out, 1)
    os.chdir(warming["folder"])
    os.environ.update(warming["environ"])
    code = cli.main(warming["arguments"])
    for name in LATER:
        importlib.import_module(name)
    sys.stdout.flush()
    os.dup2(spoken, 1)
    if threading.active_count() != 1:
        sys.exit("a forked run would inherit threads")
    gc.freeze()
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    sys.stdout.write(json.dumps(code) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        began = time.monotonic()
        pids = {fork(order): order for order in json.loads(line)}
        sys.stdout.write(json.dumps(ended(pids, began)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
