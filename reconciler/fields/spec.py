"""Specifications of fields, people and related items; codecs are bound to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from reconciler.errors import Place


class Option(Struct, frozen=True, omit_defaults=True):
    """One choice of an option field: its id (`value` on the wire), label and state."""

    id: str
    label: str
    disabled: bool = False
    children: tuple[Option, ...] = ()


class FieldSpec(Struct, frozen=True, omit_defaults=True):
    """The metadata of one field, with the additions of the settings.

    `type` is the wire's `field_type_key` with underscores (field-formats.md section 14);
    a role of a work item type is a field of type `role` whose key is the role's id.
    `kind` is `day` or `moment` for dates; `scale` turns a written number into the wire's.
    `options` are a tree for cascades and for `business` (there: the business lines).
    `level` is `leaf` where only the last level of a cascade may be chosen, else empty.
    `zone` is where days are midnights; None where nobody said it, and then no day is read or written.
    `subfields` are the columns of a compound field; `row_key` is the one of them (by key, alias
    or name) that names a row.  `targets` are the keys of the types that a relation may point to.
    """

    key: str
    name: str
    type: str
    alias: str = ""
    options: tuple[Option, ...] = ()
    calculated: bool = False
    kind: str = "day"
    scale: str = "1"
    zone: ZoneInfo | None = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    single: bool = False
    locked: bool = False
    members: tuple[str, ...] = ()
    level: str = ""
    subfields: tuple[FieldSpec, ...] = ()
    row_key: str = ""
    targets: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The display name of the field, else its key."""
        return self.name or self.key

    def answers_to(self, word: str) -> bool:
        """Return whether `word` is the key, alias or name of this field."""
        return bool(word) and word in (self.key, self.alias, self.name)


class Person(Struct, frozen=True):
    """A user as `user/query` describes them; `active` is false for frozen and resigned."""

    key: str
    email: str
    name: str
    active: bool = True


class People(Struct, frozen=True):
    """The people that a run knows, and their names and groups from the settings.

    `gone` are user keys in the files or pins that the service does not find.
    """

    by_key: Mapping[str, Person] = field(default_factory=dict)
    by_email: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def show(self, key: str) -> str:
        """Return the e-mail of a user key, else the key itself."""
        person = self.by_key.get(key)
        return person.email or key if person else key


class Target(NamedTuple):
    """A work item that a file refers to by name: `{type: sprint, name: "26-12"}`.

    `type` is as written; empty if the field has only one target type.
    """

    type: str
    name: str
    place: Place


class Items(Struct, frozen=True):
    """The other work items that a run knows; relations may point to them.

    `types` maps every word for a type to its key; `by_name` maps (type key, name) to the ids
    of the items with that name, or to no ids if the service has none; `known` maps an id to
    its type key and its name.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    known: Mapping[int, tuple[str, str]] = field(default_factory=dict)


NO_ITEMS = Items()
