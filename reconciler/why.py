"""Why a field changes: what earlier commits wanted, against what is wanted and what is live.  Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.catalog import WantedItem
from reconciler.fields.base import Wanted, settle
from reconciler.model import Ref

Word: TypeAlias = Literal["changed here", "drift", "both", "newly managed", "pending"]
Wishes: TypeAlias = Mapping[tuple[Ref, str], Wanted]
"""What one commit wanted, by item and change key; what it did not name is not there."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the base wanted, and the last applied commit where it is another one."""

    base: Wishes
    applied: Wishes | None = None


def wishes(items: tuple[WantedItem, ...]) -> Wishes:
    """Return what items want, for a look-up."""
    return {(item.ref, one.key): one.wanted for item in items for one in item.fields}


def word_for(at: tuple[Ref, str], wanted: Wanted, live: Hashable, past: Past) -> Word:
    """Say why a field differs; asked only where it does.

    Wishes are compared by what they make of the live value.
    """
    if at not in past.base:
        return "newly managed"
    before, after = settle(past.base[at], live), settle(wanted, live)
    if before == live:
        return "changed here"
    if before != after:
        return "both"
    if past.applied is None or (at in past.applied and settle(past.applied[at], live) == after):
        return "drift"
    untouched = at not in past.applied or settle(past.applied[at], live) == live
    return "pending" if untouched else "both"


def released(items: tuple[WantedItem, ...], past: Past) -> Iterator[tuple[Ref, str]]:
    """Yield what the base named and the files do not name any more."""
    now = wishes(items)
    yield from sorted(at for at in past.base if at not in now)
