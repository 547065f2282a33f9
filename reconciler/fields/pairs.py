"""Field/value pairs, the form of an item's fields and of a compound field's rows."""

from __future__ import annotations

from typing import Any

from reconciler.fields.unread import Disputed, Unreadable

PAIR_MEMBERS = frozenset({"field_key", "field_type_key", "field_alias", "help_description"})
"""The members of a pair other than its value (section 1.3)."""


def values_by_key(entries: list[Any]) -> dict[str, Any]:
    """Return the values of field/value pairs by key; raises Unreadable for an entry that is not a pair.

    A pair without a value is empty only if all its members are known: an unknown member may hold the
    value.  If two pairs hold different values of one field, the value is disputed.
    """
    values: dict[str, Any] = {}
    for entry in entries:
        key = entry.get("field_key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not ("field_value" in entry or entry.keys() <= PAIR_MEMBERS):
            raise Unreadable("a field key and its value", entry)
        value = entry.get("field_value")
        values[key] = value if values.get(key, value) == value else Disputed((values[key], value))
    return values
