"""The verdict of a plan and of an apply: one sentence, the same in every view.

Counts that are zero are left out; programs read JSON, which has every count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from reconciler.errors import counted
from reconciler.model import (
    Already,
    Applied,
    Blocked,
    Conflict,
    Ignored,
    NotTried,
    Plan,
    Rejected,
    Report,
    Unknown,
    Why,
)
from reconciler.render.reasons import held_word

NO_CHANGES = "No changes. Live work items match the desired state."

LONG_PLAN = 20
"""Changes beyond which a plan begins with a summary by field."""
REPEATED = 10
"""Items on which some field must differ for the summary: many different fields are read one by one."""
SUMMED = 12
"""Fields that a summary names; the others are counted."""

RESULTS = (
    (Already, "already in sync"),
    (Blocked, "blocked"),
    (Conflict, "conflict"),
    (Ignored, "ignored"),
    (Rejected, "rejected"),
    (Unknown, "unknown"),
    (NotTried, "not attempted"),
)
"""The results of an apply that are counted one by one, and their words."""


def plan_verdict(plan: Plan) -> str:
    """Return the verdict of a plan."""
    if plan.failures:
        return f"Failed: {counted(len(plan.failures), 'error')}, nothing was planned."
    if plan.is_empty:
        return NO_CHANGES
    aside = list(not_sent(plan))
    if plan.updates:
        parts = ", ".join([f"{counted(len(plan.updates), 'item')} to update ({fields(plan)})", *aside])
    else:
        parts = "; ".join(["nothing to update", ", ".join(aside)])
    in_sync = f" {counted(plan.in_sync, 'item')} in sync." if plan.in_sync else ""
    return f"Plan: {parts}.{in_sync}"


def fields(plan: Plan) -> str:
    """Return how many fields are written, how many of them are cleared, and how much drift is healed."""
    healed = sum(one.why is Why.DRIFT for update in plan.updates for one in update.changes)
    more = ((plan.clears, "cleared"), (healed, "healed"))
    counts = [f"{number} {word}" for number, word in more if number]
    return ", ".join([counted(plan.fields, "field"), *counts])


def not_sent(plan: Plan) -> Iterator[str]:
    """Yield the counts of what needs a decision or is not sent: conflicting, skipped, blocked."""
    if both := plan.count(Why.CONFLICTING):
        yield f"{both} conflicting"
    skipped = Counter(
        held_word(one.held)
        for update in plan.skipped
        for one in update.changes
        if one.held and one.why is not Why.CONFLICTING
    )
    if len(skipped) == 1:
        yield from (f"{number} skipped ({word})" for word, number in skipped.items())
    elif skipped:
        listed = ", ".join(f"{number} {word}" for word, number in sorted(skipped.items()))
        yield f"{skipped.total()} skipped ({listed})"
    if plan.blocks:
        yield f"{len(plan.blocks)} blocked"


def summary(plan: Plan, said: Callable[[str], str]) -> str | None:
    """Return on how many items each field differs, skipped ones too, the most first; None for a short plan.

    Fields of one name are counted together: `By field: Priority on 212 items, Due on 40.`  `said` makes a
    name harmless for a view.
    """
    updates = (*plan.updates, *plan.skipped)
    if sum(len(update.changes) for update in updates) <= LONG_PLAN:
        return None
    rows = Counter(
        name for name, _ in {(one.name, update.ref) for update in updates for one in update.changes}
    )
    found = sorted(rows.items(), key=lambda one: (-one[1], one[0]))
    (first, most), *others = found[:SUMMED]
    if most < REPEATED:
        return None
    shown = [f"{said(first)} on {counted(most, 'item')}", *(f"{said(name)} on {n}" for name, n in others)]
    more = [f"{len(found) - SUMMED} more"] if len(found) > SUMMED else []
    return f"By field: {', '.join([*shown, *more])}."


def forecast_lines(plan: Plan) -> Iterator[str]:
    """Yield how many requests an apply will send, if it will send any."""
    if plan.updates:
        ahead = plan.forecast
        yield f"Requests: {requests(ahead.puts, ahead.reads)}, about {ahead.seconds} s at 15/s."


def requests(puts: int, reads: int) -> str:
    """Return the numbers of PUTs and of reads."""
    return f"{counted(puts, 'PUT')}, {counted(reads, 'read')}"


def applied_line(report: Report) -> str:
    """Return the verdict of an apply."""
    items = len({row.ref for row in report.rows if isinstance(row.outcome, Applied)})
    written = counted(report.count(Applied), "field")
    done = f"{counted(items, 'item')} ({written})" if items else "nothing"
    numbers = ((report.count(kind), word) for kind, word in RESULTS)
    rest = ", ".join(
        f"{number} {word}s" if word == "conflict" and number > 1 else f"{number} {word}"
        for number, word in numbers
        if number
    )
    return f"Applied: {done}. {rest}." if rest else f"Applied: {done}."
