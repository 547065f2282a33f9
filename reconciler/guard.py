"""Refuse a plan that touches too much.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reconciler.model import GuardResult, Plan

SHARE_FROM = 10
"""The share of items counts only where the state names at least this many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one apply may touch: `changes` and `share` count items, `clears` and `both` fields."""

    changes: int = 100
    share: Decimal = Decimal("0.3")
    clears: int = 10
    both: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """A reviewed exception from the limits; it ends after the day `until`."""

    changes: int | None = None
    share: Decimal | None = None
    clears: int | None = None
    both: int | None = None
    until: date | None = None


NUMBERS = ("changes", "share", "clears", "both")


def unspent(granted: Iterable[Allowance], before: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Leave of each allowance the numbers that were not granted before until the same day.

    Numbers are what a reviewer let in: other words, another order or one more number beside them renew
    nothing.
    """
    spent = {(name, getattr(one, name), one.until) for one in before for name in NUMBERS}
    return tuple(
        replace(one, **{name: None for name in NUMBERS if (name, getattr(one, name), one.until) in spent})
        for one in granted
    )


def widened(limits: Limits, allowances: Iterable[Allowance], today: date) -> Limits:
    """Raise each limit to the largest that a standing allowance grants."""
    standing = [one for one in allowances if one.until is None or today <= one.until]
    return Limits(
        changes=max([limits.changes, *(one.changes for one in standing if one.changes is not None)]),
        share=max([limits.share, *(one.share for one in standing if one.share is not None)]),
        clears=max([limits.clears, *(one.clears for one in standing if one.clears is not None)]),
        both=max([limits.both, *(one.both for one in standing if one.both is not None)]),
    )


def judge(plan: Plan, limits: Limits) -> tuple[GuardResult, ...]:
    """Hold a plan against each limit."""
    items = len(plan.updates)
    share = Decimal(items) / plan.named if plan.named else Decimal(0)
    both = both_of(plan)
    return (
        GuardResult("changes", f"{limits.changes} items", f"{items} items", items <= limits.changes),
        GuardResult(
            "share",
            percent(limits.share),
            f"{percent(share)} of {plan.named} items",
            plan.named < SHARE_FROM or share <= limits.share,
        ),
        GuardResult(
            "clears", f"{limits.clears} fields", f"{plan.clears} fields", plan.clears <= limits.clears
        ),
        GuardResult("both", f"{limits.both} fields", f"{both} fields", both <= limits.both),
    )


def both_of(plan: Plan) -> int:
    """Count the fields that would overwrite what somebody changed in the meantime."""
    return sum(one.why == "both" for update in plan.updates for one in update.changes)


def percent(share: Decimal) -> str:
    """Show a share in percent with at most one decimal."""
    return f"{(share * 100).quantize(Decimal('0.1')).normalize():f}%"


def allow_line(plan: Plan) -> str:
    """Return the settings entry that would let this plan pass, ready to paste."""
    items = len(plan.updates)
    numbers = {"changes": str(items), "clears": str(plan.clears), "both": str(both_of(plan))}
    if plan.named:
        numbers["share"] = percent(Decimal(items) / plan.named + Decimal("0.0005"))
    failed = [f"{one.name}: {numbers[one.name]}" for one in plan.guards if not one.ok and one.name in numbers]
    return "guards: {allow: [{" + ", ".join(failed) + ", why: …}]}"
