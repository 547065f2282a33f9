"""Summarises a run in one object."""

from __future__ import annotations

from collections import Counter
from typing import Any


def summary(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a run did in one object; `ended` is null for one that was cut."""
    results = {(one["type"], one["id"]): one["outcomes"] for one in entries if one["event"] == "result"}
    counts = Counter(word.lower() for outcomes in results.values() for word in outcomes.values())
    begin = next((one for one in entries if one["event"] == "begin"), {})
    end = next((one for one in entries if one["event"] == "end"), None)
    return {
        "begun": begin.get("at"),
        "ended": end["at"] if end else None,
        "commit": begin.get("commit"),
        "digest": begin.get("digest"),
        "puts": sum(one["event"] == "intent" for one in entries),
        "outcomes": dict(sorted(counts.items())),
        "stopped": end.get("stopped") if end else "cut",
    }
