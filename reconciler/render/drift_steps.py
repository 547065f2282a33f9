"""Advice about drift: which side of a change is which, and the commands that settle what drifted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.language import _, counted
from reconciler.model import HeldBy, Plan
from reconciler.render.groups import updates_of
from reconciler.render.safe import SafeText, safe_text

SIDES = "Each change reads: live value → desired value."
NAMED = 3
"""Items that a command names; the reader adds others."""


def next_steps(plans: Sequence[Plan]) -> tuple[SafeText, ...]:
    """Return the commands that put values back or take them into the files, as lines; none without drift.

    Of several spaces those that all have in common are named once, and each other names its space.
    """
    drifted = [plan for plan in plans if updates_of(plan)]
    lines = dict.fromkeys(line for plan in drifted for line in steps(plan, several=len(plans) > 1))
    return tuple(map(safe_text, [_(SIDES), _("Next:"), *(f"  {line}" for line in lines)])) if lines else ()


def steps(plan: Plan, *, several: bool) -> Iterator[str]:
    """Yield what to do about each kind of drift that the plan has; `several`: it is one of several spaces."""
    space = f" --space {plan.space}" if several else ""
    held = [one.held for update in plan.skipped for one in update.changes if one.held]
    if plan.updates:
        fields = counted(plan.fields, "field")
        yield _("put back {fields}:  reconciler drift --heal{space}", fields=fields, space=space)
    if any(one.by is HeldBy.APPLIED_UNKNOWN for one in held):
        yield _("compare with the last applied commit, to put it back:  reconciler drift --applied REF")
    if any(one.by is HeldBy.POLICY for one in held):
        yield _("put back skipped drift:  reconciler apply --drift heal --applied REF --only ITEM")
    if any(one.by is HeldBy.POLICY and one.detail == "accept" for one in held):
        yield _("propose the live values in a pull request, for the policy `accept`:  reconciler accept")
    rows = [(update, one) for update in updates_of(plan) for one in update.changes]
    if ruled := [update.ref.id for update, one in rows if one.rules]:
        yield _(
            "keep what a rule's member has live, by an entry of its own:  reconciler pull {id} --into FILE",
            id=f"{ruled[0]}{space}",
        )
    refs = list(dict.fromkeys(plan.address(update.ref) for update, one in rows if not one.rules))
    if not refs:
        return
    more = (
        _("  (and {more_items})", more_items=counted(len(refs) - NAMED, "more item"))
        if len(refs) > NAMED
        else ""
    )
    named = " ".join(f"--only {ref}" for ref in refs[:NAMED])
    yield _(
        "take live values into the files:  reconciler pull --refresh {named}{more}", named=named, more=more
    )
