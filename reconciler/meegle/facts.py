"""What every item has beside its fields: its status, its people, its times and its id (endpoints.md 6.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reconciler.fields.conditions import CREATED, CREATOR, ITEM_ID, PEOPLE, STATUS, UPDATED
from reconciler.fields.dates import from_ms
from reconciler.fields.people import user_keys
from reconciler.fields.unread import Unreadable, is_id
from reconciler.fields.values import Seen
from reconciler.meegle.rows import Row, role_list

WATCHERS: Final = "watchers"
ASKED: Final[Mapping[str, tuple[str, ...]]] = {PEOPLE: (WATCHERS, "role_owners")}
"""The fields that a read has to ask for, for a fact that is made of fields."""


def read_fact(key: str, raw: Mapping[str, Any], row: Row) -> Seen:
    """Read one fact of a row; raises ValueError for a form that is not known."""
    return READERS[key](raw, row)


def status(raw: Mapping[str, Any], _row: Row) -> Seen:
    """Read the key of the state."""
    wire = raw.get("work_item_status")
    key = wire.get("state_key") if isinstance(wire, dict) else None
    if not is_id(key):
        raise Unreadable("a state with its key", wire)
    return Seen(str(key))


def people(raw: Mapping[str, Any], row: Row) -> Seen:
    """Read the creator, the watchers and the members of all roles, whom a search by people finds."""
    if row.trouble:
        raise ValueError(row.trouble)
    roles = role_list(row.values.get("role_owners"))
    watchers = user_keys(row.values.get(WATCHERS))
    return Seen(frozenset([created_by(raw), *watchers, *(one for _, some in roles for one in some)]))


def created_by(raw: Mapping[str, Any]) -> str:
    """Read the user key of the creator."""
    key = raw.get("created_by")
    if not is_id(key):
        raise Unreadable("who created the item", key)
    return str(key)


def time(name: str) -> Callable[[Mapping[str, Any], Row], Seen]:
    """Return the reader of a time in milliseconds."""

    def read(raw: Mapping[str, Any], _row: Row) -> Seen:
        instant = from_ms(raw.get(name))
        if instant is None:
            raise Unreadable("milliseconds since 1970", raw.get(name))
        return Seen(instant)

    return read


READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Row], Seen]]] = {
    STATUS: status,
    PEOPLE: people,
    CREATOR: lambda raw, _row: Seen(created_by(raw)),
    CREATED: time(CREATED),
    UPDATED: time(UPDATED),
    ITEM_ID: lambda raw, _row: Seen(int(raw["id"])),
}
