"""Drift: the differences that somebody in the space may have made."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from reconciler.errors import counted
from reconciler.model import Change, Held, HeldBy, Plan, Update, Why
from reconciler.plan.planner import leaving
from reconciler.schema.catalog import Catalog

MOVED = frozenset({None, Why.DRIFT, Why.CONFLICTING})
"""Reasons for what somebody in the space may have done; None where no commit is known."""


def drifted_changes(plan: Plan) -> Plan:
    """Keep the rows of what somebody may have moved, and count the others."""
    rows = [one for update in (*plan.updates, *plan.skipped) for one in update.changes]
    ours, ignored = sum(one.why not in MOVED for one in rows), sum(map(is_ignored, rows))
    notes = {
        f"{counted(ours, 'field')} changed here, not applied yet: no drift, `reconciler apply` follows": ours,
        f"{counted(ignored, 'field')} with a difference that the settings ignore": ignored,
    }
    return replace(
        plan,
        updates=tuple(only_moved(plan.updates)),
        skipped=tuple(only_moved(plan.skipped)),
        released=(),
        notes=(*plan.notes, *(note for note, count in notes.items() if count)),
    )


def only_moved(updates: Iterable[Update]) -> Iterable[Update]:
    """Yield the items with their moved fields."""
    for update in updates:
        if changes := tuple(one for one in update.changes if one.why in MOVED and not is_ignored(one)):
            yield replace(update, changes=changes)


def is_ignored(change: Change) -> bool:
    """Return True if the settings leave a field out of drift."""
    return change.held is not None and change.held.by is HeldBy.IGNORED


def healable(plan: Plan, catalog: Catalog) -> Plan:
    """Skip every row but drift proper: a row that was changed here, too, or one without a known commit."""
    held = Held(HeldBy.APPLIED_UNKNOWN if plan.base is None else HeldBy.CHANGED_HERE_TOO)
    left = leaving(plan, lambda _, one: None if one.why is Why.DRIFT else held, catalog)
    return replace(left, whole=False)
