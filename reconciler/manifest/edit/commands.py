"""The edits of a file: put a value, drop a key, change a list's members, rename keys."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Plain


class Put(Struct, frozen=True):
    """Write a value at a path: it replaces the value there, or becomes a new key at the end of its map.

    Missing maps on the path are made, and a bare id becomes an item with sections.
    """

    way: Way
    value: Plain


class Drop(Struct, frozen=True):
    """Delete a key, and its section if that would be left empty; `above`: and the comments right above it."""

    way: Way
    above: bool = False


class Members(Struct, frozen=True):
    """Delete members of a list by their positions, and append others."""

    way: Way
    drop: frozenset[int] = frozenset()
    add: tuple[Plain, ...] = ()


class Rename(Struct, frozen=True):
    """Rename keys of a map: pairs of (old, new), renamed at once, so that two keys may be swapped."""

    way: Way
    keys: tuple[tuple[str, str], ...]


Edit: TypeAlias = Put | Drop | Members | Rename
