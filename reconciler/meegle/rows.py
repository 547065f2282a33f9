"""Reads one row of an answer: values by field key, and the people of each role.

A row that is odd says nothing of the fields that it seems to lack: they may stand in a form that
no page knows.  Read as empty they would be overwritten, and roles would lose their people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from reconciler.fields.pairs import values_by_key
from reconciler.fields.people import user_keys
from reconciler.fields.rich import canonical_rich
from reconciler.fields.unread import Disputed, Unreadable, is_id, is_nothing

Roles: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""The live `role_owners`: each role with its members, in their order."""
DIGITS = re.compile(r"[0-9]{1,19}")
NO_FIELDS = "the answer has no list of fields"
NO_ROLES = "the answer has no role_owners"


class Row(NamedTuple):
    """The values of a row by field key; `trouble`: why a key that is missing may hold anything."""

    values: dict[str, Any]
    trouble: str = ""


def read_row(raw: Mapping[str, Any]) -> Row:
    """Read a WorkItemInfo (endpoints.md section 6.1); rich texts by their detail where it is there."""
    values: dict[str, Any] = {"name": raw.get("name")}
    entries = raw.get("fields")
    if not isinstance(entries, list):
        return Row(values, NO_FIELDS)
    try:
        found = {entry["field_key"]: entry["field_value"] for entry in entries}
    except (KeyError, TypeError):
        found = {}
    trouble = ""
    if len(found) < len(entries):
        found, trouble = read_entries(entries)
    values |= found
    try:
        for key, detail in values_by_key(raw.get("multi_texts") or []).items():
            values[key] = either(values.get(key), detail)
    except ValueError as error:
        # Which of the texts have formatting is not known, so none of the row may be taken for plain.
        return Row({}, f"multi_texts: {error}")
    return Row(values, trouble)


def read_entries(entries: Iterable[Any]) -> Row:
    """Read entries one by one: those that are none are the trouble, those of one key are disputed."""
    values: dict[str, Any] = {}
    trouble = ""
    for entry in entries:
        try:
            ((key, value),) = values_by_key([entry]).items()
        except ValueError as error:
            trouble = trouble or str(error)
        else:
            twice = key in values and values[key] != value
            values[key] = Disputed((values[key], value)) if twice else value
    return Row(values, trouble)


def either(text: Any, detail: Any) -> Any:
    """Return the detail of a rich text, else its string; disputed where the detail lacks its words."""
    if is_nothing(detail):
        return text
    words = detail.get("doc_text") if isinstance(detail, dict) else detail
    if not isinstance(text, str) or not isinstance(words, str):
        return detail
    return Disputed((text, detail)) if canonical_rich(text) and not canonical_rich(words) else detail


def wire_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row by field key, as far as they can be read."""
    return read_row(raw).values


def sift(
    data: Iterable[Any], asked: frozenset[int], type_key: str, space_key: str
) -> tuple[dict[int, Mapping[str, Any]], dict[int, str]]:
    """Return the rows of a `query` by id, and why nothing can be read of other items that were asked for.

    An item in neither is not there.  A row whose id cannot be read may be any of those, so then none of
    them is taken for deleted.
    """
    rows: dict[int, Mapping[str, Any]] = {}
    odd: dict[int, str] = {}
    elsewhere: set[int] = set()
    nameless = False
    for row in data:
        item_id = row.get("id") if isinstance(row, dict) else None
        if isinstance(item_id, str) and DIGITS.fullmatch(item_id) and int(item_id) in asked:
            odd[int(item_id)] = "the answer gives its id as a text"
        elif type(item_id) is not int:
            nameless = True
        elif item_id in asked and row.get("work_item_type_key") not in (None, "", type_key):
            elsewhere.add(item_id)
        elif item_id in rows:
            odd[item_id] = "the answer holds the item twice"
        elif item_id in asked:
            rows[item_id] = row
            if row.get("project_key") not in (None, "", space_key):
                odd[item_id] = "the answer says that it is in another space"
    if nameless:
        missing = asked - rows.keys() - odd.keys() - elsewhere
        odd |= dict.fromkeys(missing, "the answer holds an item without its id")
    return {item_id: row for item_id, row in rows.items() if item_id not in odd}, odd


def role_list(wire: Any) -> Roles:
    """Read `role_owners`: `[{role, owners}]`, null and `owners: null` (field-formats.md 9.1).

    Any other form raises Unreadable: the list is replaced whole, and a role that was not read
    would lose its people.
    """
    if is_nothing(wire):
        return ()
    if not isinstance(wire, list):
        raise Unreadable("a list of roles with their owners", wire)
    roles: dict[str, tuple[str, ...]] = {}
    for entry in wire:
        if not isinstance(entry, dict) or not is_id(entry.get("role")) or "owners" not in entry:
            raise Unreadable("a role and its owners", entry)
        if entry["role"] in roles:
            raise ValueError(f"the role {entry['role']} is listed twice")
        roles[entry["role"]] = tuple(user_keys(entry["owners"]))
    return tuple(roles.items())


def fold_roles(live: Roles, desired: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Lay the wanted roles over the live list: all roles, live order first (field-formats.md 9.3)."""
    owners: dict[str, list[str]] = {role: list(members) for role, members in live}
    return [{"role": role, "owners": members} for role, members in {**owners, **desired}.items()]
