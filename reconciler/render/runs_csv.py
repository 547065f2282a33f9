"""The changes of past runs as a table for spreadsheets: one line a field, ids exact, no cell a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from reconciler.model.history import PastChange, PastRun
from reconciler.render.past_plan import shown
from reconciler.render.runs_text import person_line
from reconciler.render.safe import safe_text

COLUMNS = (
    *("time", "time_zone", "run", "by", "written_as", "author", "commit", "pull_request", "job"),
    *("item", "title", "field", "field_key", "before", "after", "outcome", "reason", "place", "log_id"),
)
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a cell begins that a spreadsheet would compute; the wide signs are those of Chinese and Japanese."""
ROUNDED = re.compile(r"0[0-9]+|[0-9]{16,}|[0-9]+(?:\.[0-9]+)?[eE][0-9]+")
"""Numbers of which a spreadsheet would lose digits: leading zeros, more than 15, what looks like 1e5."""


def runs_csv(runs: Iterable[PastRun]) -> str:
    """Return the table; a cell that a spreadsheet would compute or round begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(map(cell, row) for run in runs for row in rows(run))
    return out.getvalue()


def rows(run: PastRun) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each field of a run."""
    head = (
        run.id,
        person_line(run.by),
        person_line(run.user),
        person_line(run.author),
        run.commit or "",
        run.pull_url or (f"#{run.pull}" if run.pull else ""),
        run.run_url or "",
    )
    for one in run.changes:
        yield (*run.local(one.at or run.begun).rsplit(" ", 1), *head, *change_cells(run, one))


def change_cells(run: PastRun, one: PastChange) -> tuple[str, ...]:
    """Return the cells of one field; the item as a path, which no spreadsheet takes for a number."""
    before, after = (
        (shown(one.before_label, one.before), shown(one.after_label, one.after)) if one.sent else ("", "")
    )
    return (
        run.address(one.ref),
        one.title,
        one.label,
        one.key,
        before,
        after,
        one.result,
        one.reason,
        one.place,
        one.log_id,
    )


def cell(text: str) -> str:
    """Return a cell that a spreadsheet shows as it is."""
    plain = safe_text(text)
    return f"'{plain}" if FORMULA.match(plain) or ROUNDED.fullmatch(plain) else plain
