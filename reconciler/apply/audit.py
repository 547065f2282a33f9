"""The audit of a run: a line for each PUT, with who, when and what, and digests instead of values.  Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.canonical_json import canonical


def audit_of(entries: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one line for each PUT of a run: who, when, where, and the digests of each field's two values.

    `answer` and `log_id` are null for a PUT whose answer the run never learned.  `chain` is the hash of the
    journal's line that the audit line was made from, so that the two can be compared.
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
    """Return the identity of a PUT under way: its item and its X-IDEM-UUID."""
    return entry["type"], entry["id"], entry["idem"]


def audit_line(begin: Mapping[str, Any], intent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the line of a PUT as it leaves, without an answer."""
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
    return hashlib.sha256(canonical(value).encode()).hexdigest()
