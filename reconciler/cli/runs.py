"""`reconciler runs`: past applies, by their journals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from reconciler.cli.output import say, say_json
from reconciler.errors import CannotRun

RUNS = Path(".reconciler/runs")
VERIFY = "verify"


@click.command("runs")
@click.argument("run", required=False)
@click.option("--journal", type=click.Path(path_type=Path), help="A journal that was downloaded.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
@click.option("--audit", is_flag=True, help="One JSON line a PUT: who, when, what, and no value.")
def command(run: str | None, journal: Path | None, fmt: str, *, audit: bool) -> int:
    """List past applies, show RUN, or `verify` that no journal was changed."""
    from reconciler.journal import audit_of, read_journal

    if run == VERIFY:
        return verified([journal] if journal else sorted(RUNS.glob("*/journal.jsonl")))
    if audit:
        paths = (
            [journal or RUNS / str(run) / "journal.jsonl"]
            if journal or run
            else sorted(RUNS.glob("*/journal.jsonl"))
        )
        for path in paths:
            say_json("".join(f"{json.dumps(one, sort_keys=True)}\n" for one in audit_of(read_journal(path))))
        return 0
    if journal or run:
        entries = list(read_journal(journal or RUNS / str(run) / "journal.jsonl"))
        (say_json if fmt == "json" else say)(
            "".join(f"{json.dumps(one)}\n" for one in entries) if fmt == "json" else lines(entries)
        )
        return 0
    found = {path.parent.name: list(read_journal(path)) for path in sorted(RUNS.glob("*/journal.jsonl"))}
    if fmt == "json":
        say_json(
            "".join(f"{json.dumps({'run': name, **summary(entries)})}\n" for name, entries in found.items())
        )
    else:
        say(
            "".join(f"{name}  {told(summary(entries))}\n" for name, entries in found.items())
            or "No runs yet.\n"
        )
    return 0


def verified(paths: list[Path]) -> int:
    """Read every journal to its end and print its last hash; 1 where one is damaged."""
    from reconciler.journal import FIRST, read_journal

    damaged = 0
    for path in paths:
        try:
            entries = list(read_journal(path))
        except CannotRun as error:
            damaged += 1
            say(f"{path.parent.name}  {error}\n")
            continue
        last = entries[-1]["chain"] if entries else FIRST
        say(f"{path.parent.name}  {len(entries)} lines, last hash {last}\n")
    return 1 if damaged else 0


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


def told(one: dict[str, Any]) -> str:
    """Return a summary on one line."""
    from reconciler.render.safe import safe_text

    outcomes = ", ".join(f"{count} {word}" for word, count in one["outcomes"].items()) or "nothing ended"
    stopped = f"; stopped: {one['stopped']}" if one["stopped"] else ""
    return safe_text(f"{one['puts']} PUT, {outcomes}{stopped}")


def lines(entries: list[dict[str, Any]]) -> str:
    """Return a journal as people read it."""
    return "".join(f"{line}\n" for one in entries for line in entry_lines(one))


def entry_lines(one: dict[str, Any]) -> Iterator[str]:
    """Yield what one entry says."""
    from reconciler.render.safe import safe_text

    where = f"{one['type']}/{one['id']}" if "id" in one else ""
    match one["event"]:
        case "intent":
            pairs = ", ".join(
                f"{pair['field_key']} = {json.dumps(pair['field_value'])}" for pair in one["fields"]
            )
            yield safe_text(f"{one['at']}  intent  {where}  {pairs}")
        case "answer":
            log_id = f" (log id {one['log_id']})" if one.get("log_id") else ""
            yield safe_text(f"{one['at']}  answer  {where}  {one['answer']}{log_id}")
        case "result":
            words = ", ".join(f"{key} {word.lower()}" for key, word in one["outcomes"].items())
            yield safe_text(f"{one['at']}  result  {where}  {words}")
        case event:
            rest = {
                key: value for key, value in one.items() if key not in {"n", "at", "event", "chain"} and value
            }
            yield safe_text(
                f"{one['at']}  {event}  {', '.join(f'{key} {value}' for key, value in rest.items())}"
            )
