"""The edits that can be asked of a file: put a value, drop a key, change a list's members, rename keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Plain


@dataclass(frozen=True, slots=True)
class Put:
    """Let a value stand at a way: in the place of what is there, or as a new key at the end of its map.

    Maps that are missing on the way are made, and a bare id becomes an item with sections.
    """

    way: Way
    value: Plain


@dataclass(frozen=True, slots=True)
class Drop:
    """Delete a key, with its section where nothing else stands in it."""

    way: Way


@dataclass(frozen=True, slots=True)
class Members:
    """Delete members of a list by their positions, and add some at its end."""

    way: Way
    drop: frozenset[int] = frozenset()
    add: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """Write other keys in the places of some of a map's: (old, new), at once, so that two may be swapped."""

    way: Way
    keys: tuple[tuple[str, str], ...]


Edit: TypeAlias = Put | Drop | Members | Rename
