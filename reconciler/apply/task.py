"""One item under way: what was read of it, what was sent, and what became of its changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from reconciler.apply.bound_change import BoundChange, bind_change
from reconciler.fields.conditions import Condition, keys_of
from reconciler.meegle.http.verdict import Verdict
from reconciler.model import ROLES, Item, Ref, Update
from reconciler.model.outcomes import Applied, Outcome
from reconciler.schema.catalog import Catalog


class Sent(Struct):
    """Canonical values of one field: what we read before our PUTs, and what the PUTs held."""

    before: set[Hashable] = field(default_factory=set)
    after: set[Hashable] = field(default_factory=set)


class Task(Struct):
    """One item under way.  One thread at a time works on it: its sender, then whoever settles its window.

    `before` and `after` are the last reads before and after its PUT; `verdict` is None until a PUT leaves.
    `conditions` are those of the plan's rules, by name.
    """

    update: Update
    bound: dict[str, BoundChange] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    before: Item | None = None
    after: Item | None = None
    verdict: Verdict | None = None
    idem: str = ""
    generation: int = 0
    sends: int = 0
    sent: dict[str, Sent] = field(default_factory=dict)
    conditions: Mapping[str, tuple[Condition, ...]] = field(default_factory=dict)

    @property
    def watched(self) -> tuple[str, ...]:
        """The fields and facts that the conditions of its rules read."""
        names = {name for change in self.update.changes for name in change.rules}
        return tuple(key for name in sorted(names) for key in keys_of(self.conditions.get(name, ())))

    @property
    def ref(self) -> Ref:
        """The item."""
        return self.update.ref

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields to read of the item, those of the conditions of its rules too."""
        return tuple(dict.fromkeys([*(change.key for change in self.update.changes), *self.watched]))

    @property
    def open(self) -> tuple[BoundChange, ...]:
        """The changes that have no outcome yet."""
        return tuple(one for key, one in self.bound.items() if key not in self.outcomes)

    @property
    def applied(self) -> tuple[BoundChange, ...]:
        """The changes whose desired value was seen after a PUT."""
        return tuple(one for key, one in self.bound.items() if isinstance(self.outcomes.get(key), Applied))

    def bind(self, catalog: Catalog) -> None:
        """Bind the changes that have no outcome yet to their codecs."""
        for change in self.update.changes:
            if change.key not in self.outcomes:
                self.bound[change.key] = bind_change(change, catalog.codec(self.ref.type_key, change.key))

    def end(self, changes: Iterable[BoundChange], outcome: Outcome) -> None:
        """Give changes their outcome."""
        self.outcomes.update({one.key: outcome for one in changes})

    def steps(self, changes: Iterable[BoundChange]) -> Iterator[dict[str, Any]]:
        """Yield the wire values of changes before and after their PUT."""
        for one in changes if self.before else ():
            live = self.before.values[one.key].value if self.before else None
            after = one.codec.encode(one.aim(live))
            yield {"key": one.key, "before": one.codec.encode(live), "after": after}

    def journal_steps(self) -> Iterator[dict[str, Any]]:
        """Yield the open changes as the journal keeps them: wire values, and the names that people read."""
        for one, step in zip(self.open, self.steps(self.open), strict=self.before is not None):
            spec, place = one.codec.spec, str(one.change.place)
            live = self.before.values[one.key].value if self.before else None
            about = {"name": spec.label, "alias": spec.alias, "type": spec.type, "place": place}
            yield {**step, **about, **one.labels(live), "clears": one.change.clears}

    def other_roles(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the roles that a PUT of one role sends along as they were read."""
        for role, members in self.before.roles if self.before else ():
            if (key := f"{ROLES}{role}") not in self.keys:
                yield key, members

    def remember_sent(self, catalog: Catalog) -> None:
        """Remember the values of a PUT that is about to leave."""
        assert self.before is not None  # noqa: S101 - an item that was not read is never sent
        self.sends += 1
        for one in self.open:
            live = self.before.values[one.key].value
            self.remember(one.key, live, one.aim(live))
        for key, members in self.other_roles() if any(one.change.is_role for one in self.open) else ():
            if catalog.spec(self.ref.type_key, key) is not None:
                self.remember(key, frozenset(members), frozenset(members))

    def remember(self, key: str, before: Hashable, after: Hashable) -> None:
        """Remember what a PUT makes of one field."""
        kept = self.sent.setdefault(key, Sent())
        kept.before.add(before)
        kept.after.add(after)
