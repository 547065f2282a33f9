"""Past runs for a terminal: one line a run, or one run in full, with its changes as a plan shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.language import _, counted, told
from reconciler.model.history import CUT, PastRun, Person
from reconciler.model.outcomes import Applied
from reconciler.render.groups import MANY
from reconciler.render.past_plan import past_outcome, past_plan, past_row
from reconciler.render.safe import safe_text
from reconciler.render.text import plan_lines
from reconciler.render.text_lines import row_line, short_label
from reconciler.render.text_many import row_lines
from reconciler.render.width import columns, padded

NOTHING = "-"
SHA = 12
"""Digits of a commit that a line shows."""
MINUTE, HOUR = 60, 3600
NAME = 14
"""Columns of the name of a fact."""


def runs_text(runs: Sequence[PastRun], *, changes: bool, full: bool) -> str:
    """Return one line a run; below it its changes if `changes`, one line a field if `full`."""
    rows = [cells_of(run) for run in runs]
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)]
    lines: list[str] = []
    for run, cells in zip(runs, rows, strict=True):
        lines.append("  ".join(map(padded, cells, widths)).rstrip())
        lines += [f"  {line}".rstrip() for line in change_lines(run, full=full)] if changes else []
    return "".join(f"{line}\n" for line in lines)


def run_text(run: PastRun, *, full: bool) -> str:
    """Return one run in full."""
    head = [f"{padded(_(name), NAME)}{value}" for name, value in facts(run) if value]
    return "".join(f"{line.rstrip()}\n" for line in [*head, "", *change_lines(run, full=full)])


def cells_of(run: PastRun) -> tuple[str, ...]:
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
    ended = _(", ").join(told(f"{number} {word}") for word, number in run.counts.items()) or _(
        "nothing ended"
    )
    part = (
        _("{number} of {fields} shown: ", number=len(run.changes), fields=counted(run.fields, "field"))
        if len(run.changes) < run.fields
        else ""
    )
    stopped = _("; stopped: {why}", why=told(run.stopped)) if run.stopped else ""
    return safe_text(f"{counted(run.puts, 'PUT')}{_(', ')}{part}{ended}{stopped}")


def duration(run: PastRun) -> str:
    """Return how long a run took."""
    seconds = run.seconds
    if seconds is None:
        return told(CUT)
    if seconds < MINUTE:
        return _("{seconds} s", seconds=seconds)
    if seconds < HOUR:
        return _("{minutes} min {seconds} s", minutes=seconds // MINUTE, seconds=seconds % MINUTE)
    return _("{hours} h {minutes} min", hours=seconds // HOUR, minutes=seconds % HOUR // MINUTE)


def facts(run: PastRun) -> Iterator[tuple[str, str]]:
    """Yield the names and values of what is known of a run as a whole."""
    yield "run", safe_text(run.id)
    yield "time", _("{time} ({duration})", time=safe_text(run.local(run.begun)), duration=duration(run))
    yield "by", person_line(run.by)
    yield "written as", person_line(run.user) if run.actor else ""
    by = _(" by {person}", person=person_line(run.author)) if run.author else ""
    yield "commit", f"{safe_text(run.commit)}{by}" if run.commit else ""
    yield (
        "pull request",
        f"#{run.pull}  {safe_text(run.pull_url or '')}".rstrip() if run.pull else "",
    )
    yield "job", safe_text(run.run_url or "")
    yield "space", _("{space} at {host}", space=safe_text(run.space), host=safe_text(run.host))
    yield "result", counts_line(run)
    yield "last hash", safe_text(run.last_hash)
    yield (
        "lacks",
        _("{lacks} (an older version wrote this journal)", lacks=_(", ").join(map(told, run.lacks)))
        if run.lacks
        else "",
    )


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
