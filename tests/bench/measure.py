"""What one whole process costs: CPU seconds of it and of its children, wall seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

REPOSITORY = Path(__file__).parents[2]
MIB = 1024
"""Kilobytes in a MiB, the unit in which Linux tells the peak."""
RECONCILER = (sys.executable, "-m", "reconciler")
"""The command as `python -m` runs it; the wrapper that pip makes costs a little less."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: CPU and wall in seconds, peak resident memory in MiB; and its stdout."""

    cpu: float
    wall: float
    peak: float
    out: str = ""


def cost_of(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; raises RuntimeError where it does not end well.

    Linux counts the peak from what the parent held when it started the child, so the parent stays small.
    """
    began = time.monotonic()
    out = folder / ".stdout"
    with out.open("w+b") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "RECONCILER_CACHE": "off", **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = out.read_text("utf-8", "replace")
    out.unlink()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, time.monotonic() - began, usage.ru_maxrss / MIB, said)


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the median and the most of several rounds."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up the rounds."""
        return cls(min(values), median(values), max(values))

    def __str__(self) -> str:
        """Return `median (least to most)`."""
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def ratios(some: Sequence[Cost], others: Sequence[Cost]) -> Spread:
    """Compare CPU round by round: both processes ran one after the other on the same machine."""
    return Spread.of([one.cpu / other.cpu for one, other in zip(some, others, strict=True)])


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the service saw it; `at` is the second when it came."""

    method: str
    path: str
    status: int
    at: float

    @property
    def is_query(self) -> bool:
        """Whether items were read by their ids."""
        return self.path.endswith("/query") and "/work_item/" in self.path


class Service:
    """The pretend service in a process of its own: its variables, its switches, and what it was asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Take a process that has just started."""
        self.process = process
        self.environ: dict[str, str] = self.line()

    def line(self) -> Any:
        """Read one line of its answers."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def calls(self, **switches: object) -> list[Call]:
        """Return the calls since the last time, and turn switches for those to come."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(switches) + "\n")
        self.process.stdin.flush()
        return [Call(*one) for one in self.line()]


@contextmanager
def service(count: int, spaces: Sequence[str] = ()) -> Iterator[Service]:
    """Serve so many stories without a limiter, and as many of each further space."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.service", str(count), *spaces],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Service(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
