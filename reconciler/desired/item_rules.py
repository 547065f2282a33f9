"""Rules over many items: which items a rule selects, and what it desires of each.  Pure.

A rule's value becomes a desired value once the item was read: `max: {days: 14, after: created}` rests on
another field of the item, `from: story` on the item to which a relation leads.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.errors import Place
from reconciler.fields.conditions import Condition, keys_of
from reconciler.fields.values import Desired, Overlay


class Limits(Struct, Overlay, frozen=True):
    """A desired range: a live value outside of it goes to the nearer end, an empty one to its only end."""

    least: Any = None
    most: Any = None

    def of(self, live: Any) -> Hashable:
        """Return the desired value for a live one."""
        after: Hashable = live
        if live is None:
            after = self.least if self.most is None else self.most
        elif self.most is not None and live > self.most:
            after = self.most
        elif self.least is not None and live < self.least:
            after = self.least
        return after


class Relative(Struct, frozen=True):
    """A day that is so many days after the day in another field of the item; before it, if negative."""

    days: int
    key: str
    label: str


class Bounds(Struct, frozen=True):
    """A range whose ends are values, or days relative to other fields of the item."""

    least: Any = None
    most: Any = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields on which the ends rest."""
        return tuple(one.key for one in (self.least, self.most) if isinstance(one, Relative))


class Following(Struct, frozen=True):
    """The value that the item has to which a relation leads; `key` is that of the relation."""

    key: str
    label: str


RuleValue: TypeAlias = Desired | Bounds | Following


class RuleField(NamedTuple):
    """The value that a rule desires of one field, and its place."""

    key: str
    value: RuleValue
    place: Place

    @property
    def reads(self) -> tuple[str, ...]:
        """The other fields of the item on which the value rests."""
        if isinstance(self.value, Bounds):
            return self.value.keys
        return (self.value.key,) if isinstance(self.value, Following) else ()


class Source(NamedTuple):
    """Who desires a field: rules and the strongest of their modes, or a file over the rule at a place."""

    rules: tuple[str, ...] = ()
    mode: str = "hold"
    outranked: Place | None = None


class ItemRule(Struct, frozen=True):
    """One rule; `where` are its conditions as written, `conditions` what they mean; all have to hold."""

    name: str
    mode: str
    type_key: str
    where: tuple[str, ...]
    conditions: tuple[Condition, ...]
    fields: tuple[RuleField, ...]
    place: Place
    at_most: int | None = None
    once: bool = False
    why: str = ""

    @property
    def asked(self) -> tuple[str, tuple[Condition, ...]]:
        """What a search for candidates is asked: the type, and the conditions."""
        return self.type_key, self.conditions

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields and facts to read of a candidate."""
        some = (key for one in self.fields for key in (one.key, *one.reads))
        return tuple(dict.fromkeys((*keys_of(self.conditions), *some)))
