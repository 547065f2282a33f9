"""The part of a drift report whose live values the files are to take over.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from reconciler.model import Held, HeldBy, Plan

ACCEPT: Final = Held(HeldBy.POLICY, "accept")
"""Why a change is skipped whose live value the files are to take over."""


def acceptable(plan: Plan) -> Iterator[str]:
    """Yield each field that is to follow the live value, as a REF."""
    for update in plan.skipped:
        for one in update.changes:
            if one.held == ACCEPT:
                yield f"{update.ref.type_key}/{update.ref.id}.{one.key.replace('/', '.')}"


def accepted(plan: Plan) -> Plan:
    """Return the plan with those changes alone."""
    kept = (
        replace(update, changes=tuple(one for one in update.changes if one.held == ACCEPT))
        for update in plan.skipped
    )
    left = tuple(update for update in kept if update.changes)
    return replace(plan, updates=(), skipped=left, blocks=(), guards=(), notes=(), settings_changes=())
