"""One item under way, and what applying asks of a space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.apply.outcomes import aim
from reconciler.meegle.http.throttle import Permit
from reconciler.meegle.http.verdict import Verdict
from reconciler.meegle.records import Record
from reconciler.model import ROLES, Applied, Change, Item, Outcome, Ref, Update
from reconciler.schema.catalog import Catalog


class Remote(Protocol):
    """What applying asks of a space."""

    catalog: Catalog
    user_key: str

    @property
    def plugin_id(self) -> str:
        """By which operation records name our own writes."""

    @property
    def token_generation(self) -> int:
        """A number that changes with the token."""

    def items(self, desired: Mapping[Ref, Sequence[str]], size: int = 50) -> dict[Ref, Item]:
        """Read items now."""

    def records(self, refs: Iterable[Ref], until: int, span: int) -> dict[Ref, tuple[Record, ...]]:
        """Read what was done to items in the `span` milliseconds before `until`."""

    def meet(self, words: Iterable[str]) -> None:
        """Look up people, for the catalog."""

    def permit(self) -> Permit:
        """Wait for the turn of one PUT."""

    def put(self, ref: Ref, pairs: list[dict[str, Any]], idem: str, permit: Permit) -> Verdict:
        """Send one PUT."""


@dataclass(slots=True)
class Sent:
    """Canonical values of one field: what we read before our PUTs, and what they held."""

    before: set[Hashable] = field(default_factory=set)
    after: set[Hashable] = field(default_factory=set)


@dataclass(slots=True)
class Task:
    """One item under way: what was read before and after its PUT, and what became of its fields."""

    update: Update
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    before: Item | None = None
    after: Item | None = None
    verdict: Verdict | None = None
    idem: str = ""
    generation: int = 0
    sends: int = 0
    sent: dict[str, Sent] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields to read of the item."""
        return tuple(change.key for change in self.update.changes)

    @property
    def open(self) -> tuple[Change, ...]:
        """The changes that have no outcome yet."""
        return tuple(change for change in self.update.changes if change.key not in self.outcomes)

    @property
    def applied(self) -> tuple[Change, ...]:
        """The changes whose wanted value was seen after a PUT."""
        return tuple(one for one in self.update.changes if isinstance(self.outcomes.get(one.key), Applied))

    def end(self, changes: Iterable[Change], outcome: Outcome) -> None:
        """Give changes their outcome."""
        self.outcomes.update({change.key: outcome for change in changes})

    def steps(self, changes: Iterable[Change], catalog: Catalog) -> Iterator[dict[str, Any]]:
        """Yield the wire values of changes before and after their PUT."""
        for change in changes if self.before else ():
            codec = catalog.codec(self.update.ref.type_key, change.key)
            live = self.before.values[change.key].value if self.before else None
            after = codec.encode(aim(change, codec, live))
            yield {"key": change.key, "before": codec.encode(live), "after": after}

    def other_roles(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the roles that a PUT of one role sends along as they were read."""
        for role, members in self.before.roles if self.before else ():
            if (key := f"{ROLES}{role}") not in self.keys:
                yield key, members

    def leaves(self, catalog: Catalog) -> None:
        """Remember the values of a PUT that is about to leave."""
        assert self.before is not None  # noqa: S101 - an item that was not read is never sent
        self.sends += 1
        for change in self.open:
            live = self.before.values[change.key].value
            after = aim(change, catalog.codec(self.update.ref.type_key, change.key), live)
            kept = self.sent.setdefault(change.key, Sent())
            kept.before.add(live)
            kept.after.add(after)
        for key, members in self.other_roles() if any(one.is_role for one in self.open) else ():
            if catalog.spec(self.update.ref.type_key, key) is None:
                continue
            kept = self.sent.setdefault(key, Sent())
            kept.before.add(frozenset(members))
            kept.after.add(frozenset(members))
