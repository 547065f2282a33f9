"""`reconciler runs`: past applies, by their journals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from reconciler.cli.completers import complete_run
from reconciler.cli.streams import say, say_json, tell
from reconciler.desired.committed_run_files import RUNS, refuse_foreign
from reconciler.errors import CannotRun, counted

VERIFY = "verify"


@click.command("runs")
@click.argument("run", required=False, shell_complete=complete_run)
@click.option("--journal", type=click.Path(path_type=Path), help="A journal that was downloaded.")
@click.option(
    "--anchor",
    "anchors",
    metavar="HASH",
    multiple=True,
    help="With verify: the last hash that a run printed; may be given several times.",
)
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
@click.option("--audit", is_flag=True, help="One JSON line a PUT: who, when, what, and no value.")
def command(run: str | None, journal: Path | None, anchors: tuple[str, ...], fmt: str, *, audit: bool) -> int:
    """List past applies, show RUN, or `verify` that no journal was changed.

    `verify` reads every journal to its end, and compares its last hash with each --anchor and with the
    record of the last applied commit; without one of them a journal is only consistent in itself.
    """
    from reconciler.apply.run_folder import journal_of

    refuse_foreign()
    one = journal or (journal_of(run) if run and run != VERIFY else None)
    paths = [one] if one else sorted(RUNS.glob("*/journal.jsonl"))
    if run == VERIFY:
        return verified(paths, anchors)
    if anchors:
        raise CannotRun("--anchor is for `runs verify`", "add verify, or leave it out")
    if audit:
        return audited(paths)
    return show_journal(one, fmt) if one else list_journals(paths, fmt)


def verified(paths: list[Path], anchors: tuple[str, ...]) -> int:
    """Say of every journal whether it is what its run wrote; 1 where one is not, or has no end."""
    from reconciler.apply.journal_anchors import given, recorded_anchors, verdicts
    from reconciler.render.safe import safe_text

    found = list(verdicts(paths, [*given(anchors), *recorded_anchors(Path.cwd())]))
    for one in found:
        say(f"{safe_text(one.line)}\n")
    return 0 if all(one.fine for one in found) else 1


def audited(paths: list[Path]) -> int:
    """Print one JSON line a PUT."""
    from reconciler.apply.audit import audit_of
    from reconciler.apply.journal import read_journal

    for path in paths:
        say_json("".join(f"{json.dumps(one, sort_keys=True)}\n" for one in audit_of(read_journal(path))))
    return 0


def show_journal(path: Path, fmt: str) -> int:
    """Print one journal in full."""
    from reconciler.apply.journal import read_journal

    entries = list(read_journal(path))
    if fmt == "json":
        say_json("".join(f"{json.dumps(one)}\n" for one in entries))
    else:
        say(journal_text(entries))
    return 0


def list_journals(paths: list[Path], fmt: str) -> int:
    """Print a line a run; one that cannot be read does not hide the others, and is told, with 1."""
    from reconciler.apply.journal import read_journal
    from reconciler.apply.run_summary import summary
    from reconciler.render.safe import safe_text

    broken: list[str] = []
    for path in paths:
        name = path.parent.name
        try:
            one = summary(list(read_journal(path)))
        except CannotRun as error:
            broken.append(f"{name}  {error}")
            continue
        if fmt == "json":
            say_json(f"{json.dumps({'run': name, **one})}\n")
        else:
            say(f"{safe_text(name)}  {summary_line(one)}\n")
    if not paths and fmt == "text":
        say("No runs yet.\n")
    tell(*broken)
    return 1 if broken else 0


def summary_line(one: dict[str, Any]) -> str:
    """Return a summary on one line."""
    from reconciler.render.safe import safe_text

    outcomes = ", ".join(f"{count} {word}" for word, count in one["outcomes"].items()) or "nothing ended"
    stopped = f"; stopped: {one['stopped']}" if one["stopped"] else ""
    return safe_text(f"{counted(one['puts'], 'PUT')}, {outcomes}{stopped}")


def journal_text(entries: list[dict[str, Any]]) -> str:
    """Return a journal as people read it."""
    return "".join(f"{line}\n" for one in entries for line in entry_lines(one))


def entry_lines(one: dict[str, Any]) -> Iterator[str]:
    """Yield what one entry says."""
    from reconciler.render.safe import safe_text

    where = f"{one['type']}/{one['id']}" if "id" in one and "type" in one else ""
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
            facts = ", ".join(f"{key} {value}" for key, value in rest.items())
            yield safe_text(f"{one['at']}  {event}  {facts}".rstrip())
