"""The part of a drift report whose live values the files are to take over.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from reconciler.model import Change, Held, HeldBy, Plan

ACCEPT: Final = Held(HeldBy.POLICY, "accept")
"""Why a change is skipped whose live value the files are to take over."""


def acceptable(plan: Plan) -> Iterator[str]:
    """Yield each field that is to follow the live value, as a REF."""
    for update in plan.skipped:
        for one in update.changes:
            if one.held == ACCEPT:
                yield f"{update.ref.type_key}/{update.ref.id}.{one.key.replace('/', '.')}"


def files_to_follow(plan: Plan) -> set[str]:
    """Return the files with values that are to follow the live ones."""
    return {one.place.file for update in plan.skipped for one in update.changes if one.held == ACCEPT}


def proposed(plan: Plan) -> int:
    """Count the changes that rules propose, each of which becomes an entry in a file."""
    return sum(is_proposed(one) for update in plan.skipped for one in update.changes)


def is_proposed(change: Change) -> bool:
    """Return True if a rule proposes a change."""
    return change.held is not None and change.held.by is HeldBy.RULE_PROPOSES


def accepted(plan: Plan) -> Plan:
    """Return the plan with those changes alone, and with what rules propose."""
    kept = (
        replace(
            update, changes=tuple(one for one in update.changes if one.held == ACCEPT or is_proposed(one))
        )
        for update in plan.skipped
    )
    left = tuple(update for update in kept if update.changes)
    return replace(plan, updates=(), skipped=left, blocks=(), guards=(), notes=(), settings_changes=())
