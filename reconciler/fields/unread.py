"""Live values in a form that no page of the API documents: named by their shape, never taken for empty."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

MOST_MEMBERS = 4
"""Members of an object that a shape names; the rest are dots."""
LONGEST_NAME = 40
DEPTH = 3
PACKED = ("[", "{", '"')
"""How a text begins that holds JSON instead of an id."""


class Unreadable(ValueError):
    """A live value that is neither a documented value of its field nor the documented empty.

    The field is blocked: to plan over it would be to overwrite what nobody has seen.
    """

    def __init__(self, expected: str, wire: Any) -> None:
        """Say what was expected, and the shape of what came."""
        super().__init__(f"expected {expected}, got {shape_of(wire)}")


class Disputed(tuple[Any, ...]):
    """Values of one field that one answer gives: which of them holds is not known."""

    __slots__ = ()


def shape_of(wire: Any, depth: int = DEPTH) -> str:
    """Name the shape of a JSON value: members by name, texts and numbers by their kind."""
    if isinstance(wire, Disputed):
        return "several values: " + " and ".join(shape_of(one) for one in wire)
    if isinstance(wire, dict):
        named = [f"{str(key)[:LONGEST_NAME]}: {shape_of(wire[key], depth - 1)}" for key in shown(wire, depth)]
        return "{" + ", ".join([*named, *(["…"] if len(wire) > len(named) else [])]) + "}"
    if isinstance(wire, list):
        first = [shape_of(one, depth - 1) for one in (wire[:1] if depth else ())]
        return "[" + ", ".join([*first, *(["…"] if len(wire) > len(first) else [])]) + "]"
    if wire is None or isinstance(wire, bool):
        return {None: "null", True: "true", False: "false"}[wire]
    return ("text" if wire else '""') if isinstance(wire, str) else "number"


def shown(wire: dict[str, Any], depth: int) -> list[str]:
    """Return the members of an object that its shape names."""
    return list(wire)[:MOST_MEMBERS] if depth else []


def is_nothing(wire: Any) -> bool:
    """Whether a value is null or the empty text, with which any field may be unset (field-formats.md 3.1)."""
    return wire is None or (isinstance(wire, str) and not wire)


def is_unset(wire: Any, members: Collection[str] = ()) -> bool:
    """Whether a value is null, "", [] or an object of the named members, all of them unset (A2 and 3.1).

    An object with a member of another name is in a form of its own, and may hold anything.
    """
    if isinstance(wire, dict):
        return all(key in members and is_unset(value, members) for key, value in wire.items())
    return is_nothing(wire) or (isinstance(wire, list) and not wire)


def is_id(wire: Any) -> bool:
    """Whether a value is the text of an id: not blank, and not JSON inside a text."""
    return isinstance(wire, str) and bool(wire.strip()) and not wire.startswith(PACKED)
