"""Past runs for a terminal: one line a run, or one run in full, with its changes as a plan shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from reconciler.errors import counted
from reconciler.history import CUT, PastRun, Person
from reconciler.model import Applied
from reconciler.render.groups import MANY
from reconciler.render.past_plan import past_outcome, past_plan, past_row
from reconciler.render.safe import safe_text
from reconciler.render.text import plan_lines
from reconciler.render.text_lines import row_line, short_label
from reconciler.render.text_many import row_lines

NOTHING = "-"
SHA = 12
"""Digits of a commit that a line shows."""
MINUTE, HOUR = 60, 3600


def runs_text(runs: Sequence[PastRun], *, changes: bool, full: bool) -> str:
    """Return one line a run; below it its changes if `changes`, one line a field if `full`."""
    rows = [columns(run) for run in runs]
    widths = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    lines: list[str] = []
    for run, cells in zip(runs, rows, strict=True):
        lines.append("  ".join(map(padded, cells, widths)).rstrip())
        lines += [f"  {line}".rstrip() for line in change_lines(run, full=full)] if changes else []
    return "".join(f"{line}\n" for line in lines)


def run_text(run: PastRun, *, full: bool) -> str:
    """Return one run in full."""
    told = [(name, value) for name, value in facts(run) if value]
    head = [f"{name:<14}{value}" for name, value in told]
    return "".join(f"{line.rstrip()}\n" for line in [*head, "", *change_lines(run, full=full)])


def columns(run: PastRun) -> tuple[str, ...]:
    """Return the cells of a run's line."""
    return (
        safe_text(run.id),
        safe_text(run.local(run.begun)),
        short_label(run.by.short) or NOTHING,
        safe_text((run.commit or NOTHING)[:SHA]),
        f"#{run.pull}" if run.pull else NOTHING,
        short_label(run.space),
        duration(run),
        counts_line(run),
    )


def counts_line(run: PastRun) -> str:
    """Return the PUTs of a run and what became of its fields; of a part of them, how many that is."""
    ended = ", ".join(f"{number} {word}" for word, number in run.counts.items()) or "nothing ended"
    part = (
        f"{len(run.changes)} of {counted(run.fields, 'field')} shown: "
        if len(run.changes) < run.fields
        else ""
    )
    stopped = f"; stopped: {run.stopped}" if run.stopped else ""
    return safe_text(f"{counted(run.puts, 'PUT')}, {part}{ended}{stopped}")


def duration(run: PastRun) -> str:
    """Return how long a run took."""
    seconds = run.seconds
    if seconds is None:
        return CUT
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min {seconds % MINUTE} s"
    return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"


def facts(run: PastRun) -> Iterator[tuple[str, str]]:
    """Yield the names and values of what is known of a run as a whole."""
    yield "run", safe_text(run.id)
    yield "time", f"{safe_text(run.local(run.begun))} ({duration(run)})"
    yield "by", person_line(run.by)
    yield "written as", person_line(run.user) if run.actor else ""
    by = f" by {person_line(run.author)}" if run.author else ""
    yield "commit", f"{safe_text(run.commit)}{by}" if run.commit else ""
    yield "pull request", f"#{run.pull}  {safe_text(run.pull_url or '')}".rstrip() if run.pull else ""
    yield "job", safe_text(run.run_url or "")
    yield "space", f"{safe_text(run.space)} at {safe_text(run.host)}"
    yield "result", counts_line(run)
    yield "last hash", safe_text(run.last_hash)
    yield "lacks", f"{', '.join(run.lacks)} (an older version wrote this journal)" if run.lacks else ""


def person_line(person: Person) -> str:
    """Return a person with everything that is known."""
    email = f" <{person.email}>" if person.email and person.email != person.short else ""
    key = f" ({person.key})" if person.key and person.key != person.short else ""
    return safe_text(f"{person.short}{email}{key}")


def change_lines(run: PastRun, *, full: bool) -> Iterator[str]:
    """Yield what was sent as a plan shows it, then what became of each field that did not end as applied."""
    plan = past_plan(run, (one for one in run.changes if one.sent))
    yield from plan_lines(plan, full=full)
    rest = [past_row(run, one) for one in run.changes if not isinstance(past_outcome(one), Applied)]
    yield from (
        row_lines(plan, rest) if len(rest) >= MANY and not full else (row_line(plan, one) for one in rest)
    )


# -- columns -----------------------------------------------------------------------------------------


def padded(cell: str, columns_wide: int) -> str:
    """Return a cell that is as wide as its column."""
    return cell + " " * (columns_wide - width(cell))


def width(text: str) -> int:
    """Return the columns of a terminal that a text takes: two for a Chinese sign, none for an accent."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )
