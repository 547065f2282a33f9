"""One line of text: a change, an outcome, a value cut to what a terminal shows."""

from __future__ import annotations

from reconciler.language import _, told
from reconciler.model import Change, Plan
from reconciler.model.outcomes import Ignored, NotTried, Row, word
from reconciler.render.explain import is_long, one_line
from reconciler.render.groups import shows_members, steps, why_line
from reconciler.render.safe import SafeText, isolated, safe_text
from reconciler.render.width import columns

LONGEST = 160
"""Characters of a value that a line shows."""


def short_label(label: str) -> SafeText:
    """Return a harmless label, cut where it is too long for a line."""
    return isolated(cut(safe_text(label)))


def cut(text: SafeText) -> SafeText:
    """Cut a text that is too long for a line, and close what it isolates."""
    if len(text) <= LONGEST:
        return text
    held = text[:LONGEST]
    ends = "\u2069" * (held.count("\u2068") - held.count("\u2069"))
    return SafeText(_("{text}… ({number} characters)", text=f"{held}{ends}", number=len(text)))


def change_line(change: Change, width: int, heading: str) -> str:
    """Return one line: sign, field, before → after, why, place; its file where it differs from `heading`."""
    name = isolated(safe_text(change.name)) + " " * (width - columns(safe_text(change.name)))
    why = short_label(why_line([change]))
    why_shown = f"  {why}" if why else ""
    file = "" if change.place.file == heading else safe_text(change.place.file)
    sign = "-" if change.clears else "~"
    return f"{sign} {name}  {value_line(change)}{why_shown}   {file}:{change.place.line}"


def value_line(change: Change) -> str:
    """Return before → after, the members that come and go, or what differs in a long text."""
    if shows_members(change):
        return "  ".join(
            [
                *(f"+ {short_label(label)}" for label in change.added),
                *(f"- {short_label(label)}" for label in change.removed),
            ]
        )
    return cut(one_line(change)) if is_long(change) else " → ".join(map(short_label, steps(change)))


def row_line(plan: Plan, row: Row) -> str:
    """Return one row's outcome with its reason."""
    what, why = ending(row)
    field = f" {safe_text(row.name)}" if row.name else ""
    return f"{what}{_(': ')}{safe_text(plan.address(row.ref))}{field}{_(': ')}{why}"


def ending(row: Row) -> tuple[str, str]:
    """Return the word for a row's outcome, and its reason with what to do."""
    reason = told(getattr(row.outcome, "reason", ""))
    if isinstance(row.outcome, Ignored):
        desired = row.change.after_label if row.change else ""
        reason = _("desired {desired}, stored {got}", desired=desired, got=row.outcome.got)
    advice = getattr(row.outcome, "advice", "")
    what = "not attempted" if isinstance(row.outcome, NotTried) else word(row.outcome)
    return _(what), f"{short_label(reason)}{told(advice)}"
