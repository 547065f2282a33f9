"""The journal of an apply on disk: intents before their PUTs leave, results once they are known."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.apply.journal_lines import LINES, Line
from reconciler.canonical_json import canonical
from reconciler.clock import now
from reconciler.errors import CannotRun

FIRST = "0" * 64
"""The hash that the first line is chained to."""


class JournalFailed(CannotRun):
    """The journal cannot be written; no PUT leaves without a record."""

    def __init__(self, path: Path, reason: str) -> None:
        """Make the message."""
        super().__init__(
            f"cannot write {path.name} ({reason})", "nothing more was sent; mend the disk and run it again"
        )


class Journal:
    """An append-only file of JSON lines, numbered, chained by SHA-256 and synced to disk."""

    def __init__(self, folder: Path, on_line: Callable[[str], None] | None = None) -> None:
        """Make the run's folder (0700) and its journal (0600); `on_line` is given each line once synced."""
        self.on_line = on_line
        self.path = folder / "journal.jsonl"
        self.number = 0
        self.chain = FIRST
        self.failure = ""
        self.lock = threading.Lock()
        try:
            folder.mkdir(parents=True, mode=0o700)
            self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            descriptor = os.open(folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        except OSError as error:
            raise JournalFailed(self.path, error.strerror or "failed") from None

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; a thread that still writes fails instead of writing elsewhere."""
        with self.lock:
            os.close(self.file)
            self.file = -1

    def write(self, event: str, **members: Any) -> None:
        """Append one line and wait until it is on the disk; raises JournalFailed.

        After a failure nobody knows what the disk holds, so nothing is written behind it.
        """
        with self.lock:
            if self.failure:
                raise JournalFailed(self.path, self.failure)
            self.number += 1
            entry = {"n": self.number, "at": now().isoformat(), "event": event, **members}
            line = seal_line(entry, self.chain)
            try:
                data = memoryview(line.encode())
                while data:
                    data = data[os.write(self.file, data) :]
                os.fsync(self.file)
            except OSError as error:
                self.failure = error.strerror or "failed"
                raise JournalFailed(self.path, self.failure) from None
            self.chain = json.loads(line)["chain"]
            if self.on_line:
                self.on_line(line)


def seal_line(entry: Mapping[str, Any], chain: str) -> str:
    """Return a line that carries the hash of itself and of all before it."""
    return canonical({**entry, "chain": link(chain, canonical(entry))}) + "\n"


def link(chain: str, body: str) -> str:
    """Return the next hash of the chain."""
    return hashlib.sha256((chain + body).encode()).hexdigest()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries; a torn last line is cut, damage before it raises CannotRun."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise CannotRun(f"cannot read {path} ({error.strerror})", "check the path") from None
    chain = FIRST
    for number, line in enumerate(lines, 1):
        if number == len(lines):
            return
        entry = _entry(line, chain)
        if entry is None:
            raise CannotRun(
                f"line {number} of {path.name} is damaged", "restore the file; nothing was read from it"
            )
        chain = entry["chain"]
        yield entry


def _entry(line: bytes, chain: str) -> dict[str, Any] | None:
    """Return the entry of a line; None if it does not follow on `chain`, or is not a journal's line."""
    try:
        entry = json.loads(line)
        claimed = entry.pop("chain")
        if claimed != link(chain, canonical(entry)):
            return None
        LINES.get(entry.get("event"), Line).model_validate(entry)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return {**entry, "chain": claimed}
