"""The differences of two states of an item, in the form of operation records (endpoints.md 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.sandbox.state.model import Item, ItemType
from reconciler.sandbox.state.values import record_strings

Json = Any
Object = dict[str, Json]


def note_unsaved(after: Item, item_type: ItemType, rows: Iterable[Object]) -> None:
    """Note the rich texts that a call just filled: transition forms take them for unfilled (14, row 7)."""
    for row in rows:
        key = row["object"]["object_value"]
        field = item_type.by_key.get(key)
        if field is not None and field.type == "multi_text":
            others = [each for each in after.unsaved if each != key]
            after.unsaved = [*others, key] if after.values.get(key) else others


def same_beside(before: Item, after: Item) -> bool:
    """Return True if nothing moved that makes no record: nodes, saved texts, which empty roles are there."""
    return (before.nodes, before.unsaved, _roles(before)) == (after.nodes, after.unsaved, _roles(after))


def _roles(item: Item) -> set[str]:
    return {each["role"] for each in item.values.get("role_owners") or ()}


def differences(before: Item | None, after: Item, item_type: ItemType) -> dict[str, list[Object]]:
    """List the contents of operation records by module (8)."""
    old_values = before.values if before else {}
    found: dict[str, list[Object]] = {}
    if before is None or before.name != after.name:
        was = [before.name] if before else []
        found["field_mod"] = [content("field", "name", old=was, new=[after.name])]
    for field in item_type.fields:
        old: Json
        new: Json
        old, new = old_values.get(field.key), after.values.get(field.key)
        if field.type == "role_owners":
            rows = _role_differences(old or [], new or [])
            if rows:
                found["role_and_user_mod"] = rows
        elif _held(old) != _held(new):
            row = content("field", field.key, old=record_strings(old), new=record_strings(new))
            found.setdefault("field_mod", []).append(row)
    return found


def _held(value: Json) -> tuple[bool, Json]:
    """Tell what is held from all forms of empty; false and 0 are held, and false is not 0."""
    empty = value is None or value in ("", [], {})
    return isinstance(value, bool), None if empty else value


def _role_differences(old: list[Object], new: list[Object]) -> list[Object]:
    had = {each["role"]: each["owners"] or [] for each in old}
    has = {each["role"]: each["owners"] or [] for each in new}
    rows = []
    for role in dict.fromkeys([*had, *has]):
        gone = [each for each in had.get(role, []) if each not in has.get(role, [])]
        come = [each for each in has.get(role, []) if each not in had.get(role, [])]
        if gone or come:
            rows.append(content("role", role, add=come, delete=gone))
    return rows


def content(
    kind: str,
    value: str,
    *,
    old: Iterable[str] = (),
    new: Iterable[str] = (),
    add: Iterable[str] = (),
    delete: Iterable[str] = (),
) -> Object:
    """Make one row of `record_contents`: what was changed, and how."""
    return {
        "object": {"object_type": kind, "object_value": value},
        "object_property": "",
        "old": list(old),
        "new": list(new),
        "add": list(add),
        "delete": list(delete),
        "belong_object": [],
        "status_values": [],
        "extra": {},
    }
