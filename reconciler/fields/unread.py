"""Live values in an undocumented form: reported by their shape, and never treated as empty."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

MOST_MEMBERS = 4
"""The most members of an object that a shape lists; the rest is "…"."""
LONGEST_NAME = 40
DEPTH = 3
PACKED = ("[", "{", '"')
"""Prefixes of a text that holds JSON instead of an id."""


class Unreadable(ValueError):
    """A live value that is neither a documented value of its field nor documented as empty.

    The field is blocked: a change would overwrite data that nobody has seen.
    """

    def __init__(self, expected: str, wire: Any) -> None:
        """Make the message: the expected kind, and the shape of the value."""
        super().__init__(f"expected {expected}, got {shape_of(wire)}")


class Disputed(tuple[Any, ...]):
    """Different values of one field in one answer; the right one is unknown."""

    __slots__ = ()


def shape_of(wire: Any, depth: int = DEPTH) -> str:
    """Return the shape of a JSON value: members by name, texts and numbers by their kind."""
    if isinstance(wire, Disputed):
        return "several values: " + " and ".join(shape_of(one) for one in wire)
    if isinstance(wire, dict):
        named = [
            f"{str(key)[:LONGEST_NAME]}: {shape_of(wire[key], depth - 1)}"
            for key in listed_members(wire, depth)
        ]
        return "{" + ", ".join([*named, *(["…"] if len(wire) > len(named) else [])]) + "}"
    if isinstance(wire, list):
        first = [shape_of(one, depth - 1) for one in (wire[:1] if depth else ())]
        return "[" + ", ".join([*first, *(["…"] if len(wire) > len(first) else [])]) + "]"
    if wire is None or isinstance(wire, bool):
        return {None: "null", True: "true", False: "false"}[wire]
    return ("text" if wire else '""') if isinstance(wire, str) else "number"


def listed_members(wire: dict[str, Any], depth: int) -> list[str]:
    """Return the members of an object that its shape lists."""
    return list(wire)[:MOST_MEMBERS] if depth else []


def is_nothing(wire: Any) -> bool:
    """Return whether a value is null or "", the empty forms of any field (field-formats.md 3.1)."""
    return wire is None or (isinstance(wire, str) and not wire)


def is_unset(wire: Any, members: Collection[str] = ()) -> bool:
    """Return whether a value is null, "", [] or an object of the given members, all unset (A2, 3.1).

    An object with another member has an unknown form, and may hold a value.
    """
    if isinstance(wire, dict):
        return all(key in members and is_unset(value, members) for key, value in wire.items())
    return is_nothing(wire) or (isinstance(wire, list) and not wire)


def is_id(wire: Any) -> bool:
    """Return whether a value is the text of an id: not blank, and not JSON in a text."""
    return isinstance(wire, str) and bool(wire.strip()) and not wire.startswith(PACKED)
