"""Values: canonical ones, which are compared with `==`, and desired ones, which may name only a part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.errors import Mistake

EMPTY = None
"""The canonical value of an empty scalar field; that of an empty set is `frozenset()`."""
EMPTY_LABEL = "(empty)"
UNREAD: Any = object()
"""Marks a value that was not read yet; None is a value."""


# What a file desires: a value, or D(L).
#
# Many fields are desired whole: `priority: P0` is a value, and it is in sync if the live value L
# equals it.  Other fields are shared with people: a file names some watchers, some cells of a row, or
# the words of a text, and the rest belongs to others.  Such a desired value is a function D of the
# live value, for a set
#
#     D(L) = (L ∪ contains) ∖ excludes
#
# and the same two questions are asked of every field: is D(L) == L (in sync), and if not, what is
# sent (D(L), whole, since the API replaces values whole).  A plain value is the constant function.
#
# D(D(L)) == D(L), for every D and L: after an apply the field is in sync, so a second plan is empty.
# D is applied to the live value read just before the PUT, not to the one that the plan saw: members
# that others added in between are kept.  The planner knows only `desired_value` and `==`, no field type.
class Overlay:
    """A desired value that names only a part, and takes the rest from the live value.

    Not an ABC: its metaclass would make `isinstance(value, Overlay)` slow, and every value is asked.
    """

    __slots__ = ()

    @abstractmethod
    def of(self, live: Any) -> Hashable:
        """Return the desired value for a live value; a value that is already desired stays as it is."""


class Rule(Struct, Overlay, frozen=True):
    """A rule about some members of a set: D(L) = (L ∪ contains) ∖ excludes."""

    contains: frozenset[Hashable]
    excludes: frozenset[Hashable]

    @property
    def named(self) -> frozenset[Hashable]:
        """The members that the rule names."""
        return self.contains | self.excludes

    def of(self, live: Any) -> frozenset[Hashable]:
        """Return the desired set for a live set."""
        assert isinstance(live, frozenset)  # noqa: S101 - a rule is only ever made by a set's codec
        return (live | self.contains) - self.excludes


def desired_value(desired: Desired, live: Hashable) -> Hashable:
    """Return the canonical value that `desired` makes of `live`."""
    return desired.of(live) if isinstance(desired, Overlay) else desired


class Seen(NamedTuple):
    """A decoded live value, with notes such as `formatted`. Only the value is compared."""

    value: Hashable
    notes: tuple[str, ...] = ()


class Wrong(Exception):
    """An authored value that the field cannot hold; carries every mistake in it."""

    def __init__(self, *mistakes: Mistake) -> None:
        """Keep the mistakes."""
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


Desired: TypeAlias = Hashable | Overlay
