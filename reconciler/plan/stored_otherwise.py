"""Differences that the settings explain by how the service stores a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from reconciler.model import Change, Plan, Ref, Update
from reconciler.plan.planner import touched
from reconciler.plan.policy import ignores
from reconciler.schema.catalog import Catalog
from reconciler.settings import SpaceSettings


def made_of(sent: Any, stored: Any) -> str:
    """Return the word for what makes the stored value of the sent one."""
    if isinstance(sent, str) and isinstance(stored, str):
        kept = {sent.strip(): "trimmed", sent.lower(): "lower-cased", sent.upper(): "upper-cased"}
        return kept.get(stored, "otherwise")
    return "rounded" if is_number(sent) and is_number(stored) and is_rounded(sent, stored) else "otherwise"


def is_number(value: Any) -> bool:
    """Return True if a value is a number; a bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_rounded(sent: float, stored: float) -> bool:
    """Return True if a number is the other one, rounded either way at its own last digit."""
    exact, kept = Decimal(str(sent)), Decimal(str(stored)).normalize()
    last = Decimal(1).scaleb(min(int(kept.as_tuple().exponent), 0))
    return abs(exact - kept) * 2 <= last


HIDDEN = (
    "{} differences left out, since the settings say that the space stores it otherwise (`stores: otherwise`)"
)


def as_stored(plan: Plan, decisions: SpaceSettings, catalog: Catalog) -> Plan:
    """Take out the rows that the settings explain by what the service makes of a value.

    The two values tell that, so it needs no base.  `otherwise` explains every difference of its field: what
    is left out for its sake is counted in a note, since no value shows that the space made it.
    """

    def explained(item: Ref, change: Change) -> str:
        how = made_of(change.after, change.before)
        stored = {one.stores for one in ignores(decisions, catalog, item.type_key, change.key)}
        return next((word for word in (how, "otherwise") if word in stored), "")

    def rest(updates: Iterable[Update]) -> tuple[Update, ...]:
        pairs = ((one, tuple(row for row in one.changes if not explained(one.ref, row))) for one in updates)
        return tuple(replace(one, changes=rows) for one, rows in pairs if rows)

    told = replace(plan, updates=rest(plan.updates), skipped=rest(plan.skipped))
    gone = items_of(plan) - items_of(told)
    rows = [(one.ref, row) for one in (*plan.updates, *plan.skipped) for row in one.changes]
    hidden = Counter(row.name for ref, row in rows if explained(ref, row) == "otherwise")
    notes = [f"{name}: {HIDDEN.format(count)}" for name, count in sorted(hidden.items())]
    return replace(
        told,
        in_sync=told.in_sync + len(gone),
        metadata_digest=catalog.digest(touched(told.updates)),
        notes=(*told.notes, *notes),
    )


def items_of(plan: Plan) -> set[Ref]:
    """Return the items that have a row."""
    return {one.ref for one in (*plan.updates, *plan.skipped)} | {one.ref for one in plan.blocks}
