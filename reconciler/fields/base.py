"""What every field type answers, and the values that travel between them.

A codec is bound to the specification of one field of one space.  All comparing happens on
canonical values, which are hashable and meet in `==`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from reconciler.authored import Node, Scalar, kind_of
from reconciler.errors import Mistake, WrongShape

EMPTY = None
"""The canonical value of a scalar field that holds nothing; a set's is `frozenset()`."""

EMPTY_LABEL = "(empty)"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field: its id (`value` on the wire), label and state."""

    id: str
    label: str
    disabled: bool = False
    children: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What the space says about one field, and what the settings add to it.

    `type` is the wire's `field_type_key` with underscores (field-formats.md section 14);
    a role of a work item type is a field of type `role` whose key is the role's id.
    `kind` is `day` or `moment` for dates; `scale` turns a written number into the wire's.
    """

    key: str
    name: str
    type: str
    alias: str = ""
    options: tuple[Option, ...] = ()
    calculated: bool = False
    kind: str = "day"
    scale: str = "1"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    single: bool = False
    locked: bool = False
    members: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name people know the field by: display name, else its key."""
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class Person:
    """A user as `user/query` describes them; `active` is false for frozen and resigned."""

    key: str
    email: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class People:
    """Everybody a run knows, and the names and groups that the settings give them."""

    by_key: Mapping[str, Person] = field(default_factory=dict)
    by_email: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def show(self, key: str) -> str:
        """Return the e-mail of a user key, else the key itself."""
        person = self.by_key.get(key)
        return person.email or key if person else key


@dataclass(frozen=True, slots=True)
class Rule:
    """A wish about some members of a set: D(L) = (L ∪ contains) ∖ excludes."""

    contains: frozenset[Hashable]
    excludes: frozenset[Hashable]

    @property
    def named(self) -> frozenset[Hashable]:
        """The members that the rule speaks of."""
        return self.contains | self.excludes

    def of(self, live: frozenset[Hashable]) -> frozenset[Hashable]:
        """Turn a live set into the wanted one."""
        return (live | self.contains) - self.excludes


Wanted: TypeAlias = Hashable | Rule


def settle(wanted: Wanted, live: Hashable) -> Hashable:
    """Return the canonical value that `wanted` makes of `live`."""
    if isinstance(wanted, Rule):
        assert isinstance(live, frozenset)  # noqa: S101 - a rule is only ever made by a set's codec
        return wanted.of(live)
    return wanted


@dataclass(frozen=True, slots=True)
class Seen:
    """A value as it was read, with what the reading noticed beside it."""

    value: Hashable
    notes: tuple[str, ...] = ()


class Wrong(Exception):
    """A value that the field cannot hold; carries every mistake found in it."""

    def __init__(self, *mistakes: Mistake) -> None:
        """Keep the mistakes."""
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


class Codec(ABC):
    """Reads, writes and shows the values of one field."""

    wanted_shape = "a value"
    example = "a value"
    empty: Hashable = EMPTY

    def __init__(self, spec: FieldSpec, people: People) -> None:
        """Bind the codec to the field's specification and the people of the run."""
        self.spec = spec
        self.people = people

    def parse(self, node: Node) -> Wanted:
        """Read what an author wrote; raises `Wrong` with every mistake in it."""
        if isinstance(node, Scalar) and node.is_null:
            return self.empty
        return self.read(node)

    @abstractmethod
    def read(self, node: Node) -> Wanted:
        """Read a node that is not the word null."""

    @abstractmethod
    def decode(self, wire: Any) -> Seen:
        """Turn the API's value into the canonical one; raises ValueError if it is none of ours."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Turn a canonical value into the documented form of the PUT."""

    @abstractmethod
    def show(self, value: Any) -> str:
        """Return the value as people read it; never fails."""

    @abstractmethod
    def dump(self, value: Any) -> Any:
        """Return plain Python data that, written as YAML, parses to the same value."""

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - most types have none
        """Say why a differing value may not be sent (the world's doing), or None."""
        return None

    def misshapen(self, node: Node) -> Wrong:
        """Make the error for a node of the wrong shape."""
        return Wrong(
            WrongShape(node.place, f"{self.wanted_shape} for {self.spec.label}", found(node), self.example)
        )


class ScalarCodec(Codec):
    """A codec whose authored form is one scalar."""

    def read(self, node: Node) -> Wanted:
        """Read one scalar."""
        if not isinstance(node, Scalar):
            raise self.misshapen(node)
        return self.read_scalar(node)

    @abstractmethod
    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read the text of one scalar."""


def found(node: Node) -> str:
    """Name what was found, with the value where it is short."""
    if isinstance(node, Scalar) and 0 < len(node.text) <= 60 and node.text.isprintable():  # noqa: PLR2004
        return f"'{node.text}'"
    return kind_of(node)
