"""Live items: one row of an answer to canonical values, by the catalog of its space."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from reconciler.desired.items import DesiredItem
from reconciler.fields.codec import Codec
from reconciler.fields.conditions import FACTS
from reconciler.fields.unread import Unreadable
from reconciler.fields.values import Desired, Seen
from reconciler.meegle.audience import ROLE_OWNERS, WATCHERS, audience_of
from reconciler.meegle.facts import read_fact
from reconciler.meegle.rows import NO_ROLES, Roles, Row, read_row, role_list
from reconciler.model import ROLES, Item, Ref, SideEffect
from reconciler.schema.catalog import Catalog

Readable: TypeAlias = tuple[str, str | None, Codec]
"""A change key, its role if it names a role, and the codec that reads its live values."""


MOST_PEOPLE: Final = 4096
"""The most forms of people that are remembered."""


class PeopleSeen(NamedTuple):
    """The people of a row: its roles, why those cannot be read, and whom the service may notify."""

    roles: Roles
    odd: str
    audience: frozenset[str] | None


class Decoder:
    """Decodes live items by one catalog; which fields of a type can be read is found once.

    `people` are the people of rows that were decoded, by their form: many items have the same.
    """

    __slots__ = ("catalog", "known", "people")

    def __init__(self, catalog: Catalog) -> None:
        """Decode by this catalog."""
        self.catalog = catalog
        self.known: dict[tuple[str, tuple[str, ...]], tuple[bool, tuple[Readable, ...]]] = {}
        self.people: dict[str, PeopleSeen] = {}

    def observe(self, raw: Mapping[str, Any], type_key: str, keys: Iterable[str]) -> Item:
        """Decode the named fields of a WorkItemInfo (endpoints.md section 6.1).

        A value that cannot be read is `unreadable`, with the reason, and never empty.
        """
        row, named = read_row(raw), tuple(keys)
        with_roles, readable = self.readable(type_key, named)
        values: dict[str, Seen] = {}
        unreadable: dict[str, str] = {}
        roles, odd, audience = self.people_of(raw, row, needed=with_roles)
        owners = dict(roles) if with_roles else {}
        aborted, lost = is_aborted(row.values.get("aborted"))
        for key, role, codec in readable:
            if reason := lost or (odd if role is not None else "" if key in row.values else row.trouble):
                unreadable[key] = reason
                continue
            try:
                values[key] = codec.see(row.values.get(key) if role is None else list(owners.get(role, ())))
            except (ValueError, TypeError, OverflowError) as error:
                unreadable[key] = str(error)
        for key in FACTS.keys() & named:
            try:
                values[key] = read_fact(key, raw, row)
            except (ValueError, TypeError, OverflowError) as error:
                unreadable[key] = str(error)
        known = {one.key for one in self.catalog.types[type_key].roles} if with_roles else set()
        return Item(
            ref=Ref(type_key, int(raw["id"])),
            name=str(raw.get("name") or ""),
            values=values,
            roles=roles,
            aborted=aborted,
            updated_by=str(raw.get("updated_by") or ""),
            updated_at=updated_at if isinstance(updated_at := raw.get("updated_at"), int) else 0,
            unreadable=unreadable,
            audience=audience,
            strange_roles=tuple(role for role in owners if role not in known),
        )

    def people_of(self, raw: Mapping[str, Any], row: Row, *, needed: bool) -> PeopleSeen:
        """Read the people of a row, or return the remembered reading of an equal form."""
        if row.trouble or ROLE_OWNERS not in row.values:
            return people_seen(raw, row, needed=needed)
        form = repr(
            (
                row.values[ROLE_OWNERS],
                row.values.get(WATCHERS),
                raw.get("current_nodes"),
                raw.get("created_by"),
            )
        )
        found = self.people.get(form)
        if found is None:
            found = people_seen(raw, row, needed=needed)
            if len(self.people) < MOST_PEOPLE:
                self.people[form] = found
        return found

    def is_in_sync(self, raw: Mapping[str, Any], want: DesiredItem, keys: tuple[str, ...]) -> bool:
        """Return True if a WorkItemInfo certainly holds every desired and every expected value.

        Most items of most plans do, so this decodes as little as it can; no item is made of such a row.
        """
        return self.holds(read_row(raw), want.ref.type_key, keys, want.values)

    def holds(self, row: Row, type_key: str, keys: tuple[str, ...], some: Sequence[Desired]) -> bool:
        """Return True if a row certainly holds what is desired of these fields, and is not terminated."""
        wire, trouble = row
        with_roles, readable = self.readable(type_key, keys)
        if len(readable) < len(keys) or trouble or any(is_aborted(wire.get("aborted"))):
            return False
        try:
            roles = dict(role_list(wire["role_owners"])) if with_roles else {}
            for desired, (key, role, codec) in zip(some, readable, strict=True):
                value = wire.get(key) if role is None else list(roles.get(role, ()))
                # Most values are in a form that was seen before; then there is nothing to decode.
                if value not in codec.forms_seen.get(desired, ()) and not codec.holds(value, desired):
                    return False
        except (ValueError, KeyError, TypeError, OverflowError):
            return False
        return True

    def value(self, raw: Mapping[str, Any], row: Row, type_key: str, key: str) -> Hashable:
        """Return one live value of a row; raises ValueError if it cannot be read, as `observe` tells."""
        if key in FACTS:
            return read_fact(key, raw, row).value
        with_roles, ((_, role, codec),) = self.readable(type_key, (key,))
        if row.trouble and key not in row.values:
            raise ValueError(row.trouble)
        if not with_roles:
            return codec.see(row.values.get(key)).value
        roles, odd, _ = self.people_of(raw, row, needed=True)
        if odd:
            raise ValueError(odd)
        return codec.see(list(dict(roles).get(role or "", ()))).value

    def readable(self, type_key: str, keys: tuple[str, ...]) -> tuple[bool, tuple[Readable, ...]]:
        """Return whether roles are among the keys, and those of the keys that the space still has."""
        at = (type_key, keys)
        if at not in self.known:
            rows = tuple(
                (
                    key,
                    key.removeprefix(ROLES) if key.startswith(ROLES) else None,
                    self.catalog.codec(type_key, key),
                )
                for key in keys
                if key not in FACTS and not self.catalog.fault(type_key, key)
            )
            self.known[at] = any(role is not None for _, role, _ in rows), rows
        return self.known[at]


def side_effects(item: Item, catalog: Catalog) -> tuple[SideEffect, ...]:
    """Return the locked roles whose live members are not the space's default (endpoints.md 7.2, rule 3)."""
    held = dict(item.roles)
    return tuple(
        SideEffect(
            role=spec.key,
            name=spec.label,
            members=held.get(spec.key, ()),
            defaults=spec.members,
            labels=tuple(catalog.people.show(key) for key in held.get(spec.key, ())),
        )
        for spec in catalog.types[item.ref.type_key].roles
        if spec.locked and held.get(spec.key) and frozenset(held[spec.key]) != frozenset(spec.members)
    )


def people_seen(raw: Mapping[str, Any], row: Row, *, needed: bool) -> PeopleSeen:
    """Read the people of a row; `needed`: whether a field that is asked for is a role."""
    roles, odd = roles_of(row, needed=needed)
    return PeopleSeen(roles, odd, audience_of(raw, row, roles))


def roles_of(row: Row, *, needed: bool) -> tuple[Roles, str]:
    """Return the live roles, and the reason if they are needed and cannot be read."""
    if "role_owners" not in row.values:
        return (), (row.trouble or NO_ROLES) if needed else ""
    try:
        return role_list(row.values["role_owners"]), ""
    except ValueError as error:
        return (), str(error)


def is_aborted(wire: Any) -> tuple[bool, str]:
    """Whether an item is terminated, and the reason if that cannot be read; an answer may leave it out."""
    if wire is None:
        return False, ""
    if isinstance(wire, dict) and isinstance(wire.get("is_aborted"), bool):
        return wire["is_aborted"], ""
    return False, str(Unreadable("whether the item is terminated", wire))
