"""The record of an apply on disk: intents before they leave, results when they are known."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

from reconciler.clock import now
from reconciler.errors import CannotRun

FIRST = "0" * 64
"""What the first line's chain begins with."""


class JournalFailed(CannotRun):
    """The journal cannot be written; no PUT leaves without a record."""

    def __init__(self, path: Path, reason: str) -> None:
        """Make the message."""
        super().__init__(
            f"cannot write {path.name} ({reason})", "nothing more was sent; mend the disk and run it again"
        )


class Journal:
    """An append-only file of JSON lines, numbered, chained by SHA-256 and synced to disk."""

    def __init__(self, folder: Path, seen: Callable[[str], None] | None = None) -> None:
        """Make the run's folder (0700) and its journal (0600); `seen` is given each line once it is kept."""
        self.seen = seen
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
            line = sealed(entry, self.chain)
            try:
                data = memoryview(line.encode())
                while data:
                    data = data[os.write(self.file, data) :]
                os.fsync(self.file)
            except OSError as error:
                self.failure = error.strerror or "failed"
                raise JournalFailed(self.path, self.failure) from None
            self.chain = json.loads(line)["chain"]
            if self.seen:
                self.seen(line)


def _moment(text: str) -> str:
    """Return a time with its zone as it stands; raises ValueError for any other text."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time without a zone")
    return text


class _Line(BaseModel):
    """What every line holds; whoever can write a file can chain it, too."""

    model_config = ConfigDict(strict=True)
    n: int
    at: Annotated[str, AfterValidator(_moment)]
    event: str


class _Begin(_Line):
    host: str
    space: str
    space_name: str | None = None
    commit: str | None = None
    digest: str | None = None
    run_url: str | None = None


class _Pair(BaseModel):
    field_key: str
    field_value: Any


class _Step(BaseModel):
    key: str
    before: Any
    after: Any


class _OfItem(_Line):
    type: str
    id: int


class _Intent(_OfItem):
    idem: str
    fields: list[_Pair]
    changes: list[_Step] = []


class _Answer(_OfItem):
    idem: str
    answer: str
    log_id: str = ""


class _Result(_OfItem):
    outcomes: dict[str, str]


class _End(_Line):
    stopped: str | None = None


_LINES: dict[str, type[_Line]] = {
    "begin": _Begin,
    "intent": _Intent,
    "answer": _Answer,
    "result": _Result,
    "end": _End,
}


def sealed(entry: Mapping[str, Any], chain: str) -> str:
    """Return a line that carries the hash of itself and of all before it."""
    body = json.dumps(entry, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return (
        json.dumps(
            {**entry, "chain": link(chain, body)}, ensure_ascii=True, separators=(",", ":"), sort_keys=True
        )
        + "\n"
    )


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
    """Return what a line says; None where it does not follow on `chain`, or is no line of a journal."""
    try:
        entry = json.loads(line)
        claimed = entry.pop("chain")
        body = json.dumps(entry, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
        if claimed != link(chain, body):
            return None
        _LINES.get(entry.get("event"), _Line).model_validate(entry)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return {**entry, "chain": claimed}


def audit_of(entries: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one line for each PUT of a run: who, when, where, of each field the digests of both values.

    `answer` and `log_id` are null for a PUT of which the run learned no answer.  `chain` is the hash of
    the journal's line that says so, by which the line can be held against the journal.
    """
    begin: Mapping[str, Any] = {}
    waiting: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries:
        match entry["event"]:
            case "begin":
                begin = entry
            case "intent":
                made = audit_line(begin, entry)
                waiting[put_of(entry)] = made
            case "answer" if made := waiting.pop(put_of(entry), {}):
                yield {**made, **{name: entry.get(name) for name in ("answer", "log_id", "chain")}}
    yield from waiting.values()


def put_of(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells one PUT under way from the others: its item and its X-IDEM-UUID."""
    return entry["type"], entry["id"], entry["idem"]


def audit_line(begin: Mapping[str, Any], intent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a PUT when it leaves."""
    return {
        "at": intent["at"],
        "actor": begin.get("user_key"),
        "run_url": begin.get("run_url"),
        "commit": begin.get("commit"),
        "host": begin.get("host"),
        "space": begin.get("space"),
        "type": intent["type"],
        "id": intent["id"],
        "fields": [
            {"key": one["key"], "before": value_digest(one["before"]), "after": value_digest(one["after"])}
            for one in intent.get("changes") or ()
        ],
        "idem": intent["idem"],
        "answer": None,
        "log_id": None,
        "chain": intent["chain"],
    }


def value_digest(value: Any) -> str:
    """Return the SHA-256 of a value in canonical JSON."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
