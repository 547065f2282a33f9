"""The verdict of a plan and of an apply: one sentence, the same in every view.

Counts that are zero are left out; programs read JSON, which has every count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from reconciler.language import _, counted, told
from reconciler.model import HeldBy, Plan, Why
from reconciler.model.outcomes import (
    Already,
    Applied,
    Blocked,
    Conflict,
    Ignored,
    LeftSelection,
    NotTried,
    Rejected,
    Report,
    Unknown,
)
from reconciler.plan.guard import people
from reconciler.render.reasons import held_word

NO_CHANGES = "No changes. Live work items match the desired state."

LONG_PLAN = 20
"""Changes beyond which a plan begins with a summary by field."""
REPEATED = 10
"""Items on which some field must differ for the summary: many different fields are read one by one."""
SUMMED = 12
"""Fields that a summary names; the others are counted."""

REPORTED: Mapping[HeldBy, Callable[[int], str]] = {
    HeldBy.RULE_CHECKS: lambda number: counted(number, "violation"),
    HeldBy.RULE_PROPOSES: lambda number: counted(number, "proposal"),
}
"""What rules only report, in the words of the verdict."""

RESULTS = (
    (Already, "{number} already in sync"),
    (Blocked, "{number} blocked"),
    (Conflict, ""),
    (Ignored, "{number} ignored"),
    (Rejected, "{number} rejected"),
    (Unknown, "{number} unknown"),
    (NotTried, "{number} not attempted"),
    (LeftSelection, "{number} left the selection"),
)
"""The results of an apply that are counted one by one, and their words; conflicts have a plural."""


def plan_verdict(plan: Plan) -> str:
    """Return the verdict of a plan."""
    if plan.failures:
        return _("Failed: {errors}, nothing was planned.", errors=counted(len(plan.failures), "error"))
    if plan.is_empty:
        return _(NO_CHANGES)
    aside = list(not_sent(plan))
    if plan.updates:
        parts = _(", ").join(
            [
                _(
                    "{items} to update ({fields})",
                    items=counted(len(plan.updates), "item"),
                    fields=fields(plan),
                ),
                *aside,
            ]
        )
    else:
        parts = _("; ").join([_("nothing to update"), _(", ").join(aside)])
    in_sync = _(" {items} in sync.", items=counted(plan.in_sync, "item")) if plan.in_sync else ""
    return _("Plan: {parts}.{in_sync}", parts=parts, in_sync=in_sync)


def fields(plan: Plan) -> str:
    """Return how many fields are written, how many of them are cleared, and how much drift is healed."""
    healed = sum(one.why is Why.DRIFT for update in plan.updates for one in update.changes)
    more = ((plan.clears, "{number} cleared"), (healed, "{number} healed"))
    counts = [_(word, number=number) for number, word in more if number]
    return _(", ").join([counted(plan.fields, "field"), *counts])


def not_sent(plan: Plan) -> Iterator[str]:
    """Yield the counts of what needs a decision or is not sent: conflicting, skipped, blocked."""
    if both := plan.count(Why.CONFLICTING):
        yield _("{number} conflicting", number=both)
    skipped = Counter(
        held_word(one.held)
        for update in plan.skipped
        for one in update.changes
        if one.held and one.why is not Why.CONFLICTING and one.held.by not in REPORTED
    )
    for by, words in REPORTED.items():
        if number := sum(
            bool(one.held and one.held.by is by) for update in plan.skipped for one in update.changes
        ):
            yield words(number)
    if len(skipped) == 1:
        yield from (
            _("{number} skipped ({word})", number=number, word=told(word)) for word, number in skipped.items()
        )
    elif skipped:
        listed = _(", ").join(f"{number} {told(word)}" for word, number in sorted(skipped.items()))
        yield _("{number} skipped ({listed})", number=skipped.total(), listed=listed)
    if plan.blocks:
        yield _("{number} blocked", number=len(plan.blocks))
    if plan.blocked_rules:
        yield _("{rules} blocked", rules=counted(len(plan.blocked_rules), "rule"))


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
    shown = [
        _("{name} on {items}", name=said(first), items=counted(most, "item")),
        *(_("{name} on {number}", name=said(name), number=n) for name, n in others),
    ]
    more = [_("{number} more", number=len(found) - SUMMED)] if len(found) > SUMMED else []
    return _("By field: {fields}.", fields=_(", ").join([*shown, *more]))


def forecast_lines(plan: Plan) -> Iterator[str]:
    """Yield how many requests an apply will send, if it will send any."""
    if plan.updates:
        ahead = plan.forecast
        yield _(
            "Requests: {requests}, about {seconds} s at 15/s.",
            requests=requests(ahead.puts, ahead.reads),
            seconds=ahead.seconds,
        )


def notified_line(plan: Plan, said: Callable[[str], str]) -> Iterator[str]:
    """Yield how many people an apply may notify and who is affected most; `said` makes a name harmless."""
    notified = plan.notified
    if not plan.updates or notified is None:
        return
    if notified.count:
        named = [f"{said(one.name)} ({counted(one.items, 'item')})" for one in notified.people]
        more = notified.count - len(notified.people)
        listed = _(", ").join([*named, *([_("{number} more", number=more)] if more else [])])
        yield _("May notify {people}: {listed}.", people=told(people(notified.count)), listed=listed)
    if notified.unknown:
        yield _("The people of {items} are unknown.", items=counted(notified.unknown, "item"))


def requests(puts: int, reads: int) -> str:
    """Return the numbers of PUTs and of reads."""
    return _(", ").join([counted(puts, "PUT"), counted(reads, "read")])


def applied_line(report: Report, blocked_rules: int = 0) -> str:
    """Return the verdict of an apply; a rule that was blocked has no rows."""
    items = len({row.ref for row in report.rows if isinstance(row.outcome, Applied)})
    written = counted(report.count(Applied), "field")
    done = _("{items} ({fields})", items=counted(items, "item"), fields=written) if items else _("nothing")
    numbers = ((report.count(kind), kind, words) for kind, words in RESULTS)
    parts = [
        counted(number, "conflict") if kind is Conflict else _(words, number=number)
        for number, kind, words in numbers
        if number
    ]
    if blocked_rules:
        parts.append(_("{rules} blocked", rules=counted(blocked_rules, "rule")))
    rest = _(", ").join(parts)
    return _("Applied: {done}. {rest}.", done=done, rest=rest) if rest else _("Applied: {done}.", done=done)
