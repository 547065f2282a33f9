"""Why a field changes: what earlier commits desired, what is desired now, and what is live.  Pure."""

# What is compared.  B(L) is the value that the base's desired state makes of the live value L, D(L) what
# this one makes of it (fields/values.py has the reason).  B is never compared with D, but B(L) with L and
# with D(L): `contains: [ana]` and `[ana]` are one desire where ana alone is live, and two where bo is, too.
#
# Base and applied, and what lies over what.
#
# Two questions need two pasts.  Did the author change the field here?  That is asked of the base, the
# commit before this change.  Did somebody in the space move the value?  That is asked of what the last
# apply really reached, since a value that was merged and never sent accuses nobody.  What was reached is
# the desired state of the commit that the record names, and over it the rows that did not end as applied:
# each has the value of the commit that the record gives for it, an older one where the apply left the row
# behind, a later one where an apply of that commit was cut short after it had sent the row.  If the
# record's commit is the base itself, such later rows lie over the base, too.  Without a record the base
# takes the place of what was reached.
#
# A commit that cannot be read is a doubt, never an empty state: its fields are skipped as `BASE_UNKNOWN`.

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from reconciler.desired.item_rules import ItemRule
from reconciler.desired.items import DesiredItem
from reconciler.fields.values import Desired, desired_value
from reconciler.model import Held, Ref, Unapplied, Why

DesiredValues: TypeAlias = Mapping[tuple[Ref, str], Desired]
"""The desired values of one commit, by item and change key; unmanaged fields are missing."""


class Doubt(Struct, frozen=True):
    """The part of a commit's desired state that could not be read: all of it, or some items."""

    every: bool = False
    ids: frozenset[int] = frozenset()

    def __or__(self, other: Doubt) -> Doubt:
        """Return what either of two commits leaves in doubt."""
        return Doubt(self.every or other.every, self.ids | other.ids)

    def covers(self, ref: Ref) -> bool:
        """Return True if the commit may have managed an item in a part that nobody can read."""
        return self.every or ref.id in self.ids


CERTAIN = Doubt()


class Past(Struct, frozen=True):
    """The desired values of the base, and those that the last apply reached if they differ."""

    base: DesiredValues
    applied: DesiredValues | None = None
    doubt: Doubt = CERTAIN
    applied_doubt: Doubt = CERTAIN

    def is_unknown(self, at: tuple[Ref, str]) -> bool:
        """Return True if nobody can say what an earlier commit desired of a field: that is not nothing."""
        if at not in self.base and self.doubt.covers(at[0]):
            return True
        return self.applied is not None and at not in self.applied and self.applied_doubt.covers(at[0])

    def reached(self, at: tuple[Ref, str]) -> Desired:
        """Return what the last apply reached, else what the base desired; asked of fields of the base."""
        return self.base[at] if self.applied is None else self.applied.get(at, self.base[at])


class ItemValues(Mapping[tuple[Ref, str], Desired]):
    """The desired values of items, found without an entry for each field: a run has many."""

    __slots__ = ("by_ref",)

    def __init__(self, items: Iterable[DesiredItem]) -> None:
        """Index the items."""
        self.by_ref = {item.ref: item for item in items}

    def __getitem__(self, at: tuple[Ref, str]) -> Desired:
        """Return the desired value of a field; raises KeyError if the item or the field is not managed."""
        ref, key = at
        for one in self.by_ref[ref].fields:
            if one.key == key:
                return one.desired
        raise KeyError(at)

    def holds(self, items: Collection[DesiredItem]) -> bool:
        """Return True if these are the very items that were indexed."""
        known = self.by_ref
        return len(items) == len(known) and all(known.get(one.ref) is one for one in items)

    def missing(self, items: Iterable[DesiredItem]) -> Iterator[tuple[Ref, str]]:
        """Yield the fields of some items that are not managed here."""
        for item in items:
            mine = self.by_ref.get(item.ref)
            known = mine.field_keys if mine else ()
            if known != item.field_keys:
                yield from ((item.ref, key) for key in item.field_keys if key not in known)

    def __iter__(self) -> Iterator[tuple[Ref, str]]:
        """Yield the managed fields."""
        return ((ref, key) for ref, item in self.by_ref.items() for key in item.field_keys)

    def __len__(self) -> int:
        """Return the number of managed fields."""
        return sum(len(item.fields) for item in self.by_ref.values())


def overlaid(
    at_commit: DesiredValues, rows: Iterable[Unapplied], earlier: Mapping[str, DesiredValues]
) -> DesiredValues:
    """Return what an apply had really reached: rows that it left behind have an earlier desired value.

    A row of its own outranks one for the whole item.
    """
    own = {(one.ref, one.key): one for one in rows}
    reached = dict(at_commit)
    for at in {*at_commit, *((one.ref, one.key) for one in own.values() if one.key is not None)}:
        ref, key = at
        behind = own.get((ref, key)) or own.get((ref, None))
        if behind is None or key is None:
            continue
        reached.pop((ref, key), None)
        before = earlier[behind.commit] if behind.commit else {}
        if (ref, key) in before:
            reached[ref, key] = before[ref, key]
    return reached


def why_for(at: tuple[Ref, str], desired: Desired, live: Hashable, past: Past) -> Why:
    """Say why a field differs; asked only where it does.

    Desired values are compared by what they make of the live value.  Whether somebody moved it in the
    space is told by what was applied; what was merged and never sent proves nothing about that.
    """
    if at not in past.base:
        return Why.NEWLY_MANAGED
    merged, after = desired_value(past.base[at], live), desired_value(desired, live)
    if merged == live:
        return Why.CHANGED_HERE
    here = merged != after
    sent = past.base if past.applied is None else past.applied
    if at not in sent:
        return Why.NEWLY_MANAGED if here else Why.PENDING
    reached = desired_value(sent[at], live)
    if reached == live:
        return Why.CHANGED_HERE if here else Why.PENDING
    return Why.DRIFT if reached == after and not here else Why.CONFLICTING


def released(items: tuple[DesiredItem, ...], past: Past) -> Iterator[tuple[Ref, str]]:
    """Yield what the base named and the files do not name any more."""
    base = past.base
    if isinstance(base, ItemValues) and base.holds(items):
        return
    now = ItemValues(items)
    if isinstance(base, ItemValues):
        # Most items of most runs are the very ones that the base desired.
        base = ItemValues(one for ref, one in base.by_ref.items() if now.by_ref.get(ref) is not one)
    yield from sorted(at for at in base if at not in now)


class Standpoint(Struct, frozen=True):
    """Where a plan is made from: the base commit, what was desired then, and why drift is skipped.

    `applied` is the last applied commit and `unapplied` what it left behind, if that is known.
    `notes` say what of those commits could not be read.

    `keeps` says of a field why an apply leaves its drift alone, or None where it heals it.
    `base_rules` and `applied_rules` are the rules of those commits, `older_rules` those of the commits whose
    values rows were left behind with; `members` are the ids that each rule
    selected at the last apply, at the time `applied_at`.  `newly_selected`: fields of members that differ
    and that nobody moved away since.
    """

    base: str
    past: Past
    keeps: Callable[[Ref, str], Held | None]
    applied: str | None = None
    unapplied: tuple[Unapplied, ...] = ()
    notes: tuple[str, ...] = ()
    base_rules: tuple[ItemRule, ...] = ()
    applied_rules: tuple[ItemRule, ...] = ()
    older_rules: Mapping[str, tuple[ItemRule, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    applied_at: int | None = None
    newly_selected: frozenset[tuple[Ref, str]] = frozenset()


class Refs(Struct, frozen=True):
    """The commits that a plan is held against, as they were named; `drift` overrides the policies."""

    base: str | None = None
    applied: str | None = None
    drift: str | None = None
