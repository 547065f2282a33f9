"""Desired items: what all files together ask of one item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.errors import Place
from reconciler.fields.values import Desired
from reconciler.model import Ref

new = tuple.__new__
"""Makes a named tuple of all its members in half the time that its class takes: most of a plan is fields."""
COLUMNS = 1 << 21
"""More columns than a line can have: a file has at most so many bytes."""


class DesiredField(NamedTuple):
    """The desired value of one field of one item, and the place where a file sets it."""

    key: str
    desired: Desired
    place: Place
    by_default: bool = False


class Shape(NamedTuple):
    """The keys of an item's fields and their spots in its file; many items have the same.

    A spot is one number of a line, a column and whether a default says it. The line counts from the item's
    own line, and that of a default from the start of the file.
    """

    keys: tuple[str, ...]
    spots: tuple[int, ...]


def spot_of(line: int, column: int, *, by_default: bool = False) -> int:
    """Return the spot of a field."""
    return (line * COLUMNS + column) * 2 + by_default


# Why fields are packed.  A run of 100,000 items has more than a million desired fields.  As named tuples with
# places of their own each takes 200 bytes; packed, an item takes the values alone, since the rest is the same
# in most items of a file.  Nearly all items are in sync, and nobody ever asks for their places.
class PackedFields(Struct, frozen=True):
    """The desired fields of one item by one file; each becomes a `DesiredField` when it is asked for."""

    shape: Shape
    values: tuple[Desired, ...]
    file: str
    line: int

    def __len__(self) -> int:
        """Return the number of fields."""
        return len(self.values)

    def __iter__(self) -> Iterator[DesiredField]:
        """Yield the fields."""
        file, start = self.file, self.line
        for key, spot, desired in zip(self.shape.keys, self.shape.spots, self.values, strict=True):
            line, column = divmod(spot >> 1, COLUMNS)
            by_default = bool(spot & 1)
            place = new(Place, (file, line if by_default else start + line, column))
            yield new(DesiredField, (key, desired, place, by_default))


Fields: TypeAlias = tuple[DesiredField, ...] | PackedFields


def packed_fields(fields: Collection[DesiredField], place: Place, shapes: dict[Shape, Shape]) -> Fields:
    """Pack the fields of the item at `place`, unless they are of several files.

    `shapes` holds those of other items, so that equal ones are kept once.
    """
    if any(one.place.file != place.file for one in fields):
        return tuple(fields)
    start = place.line
    shape = Shape(
        tuple([one.key for one in fields]),
        tuple([
            spot_of(line if by_default else line - start, column, by_default=by_default)
            for _, _, (_, line, column), by_default in fields
        ]),
    )  # fmt: skip
    values = tuple([one.desired for one in fields])
    return PackedFields(shapes.setdefault(shape, shape), values, place.file, start)


class DesiredItem(Struct, frozen=True):
    """The desired fields of one item, from all files.

    `expects` are compared and never sent. `unselected` are the desired fields that `--only` or `--exclude`
    took out of `fields`: an expectation of such a field is still met by its desired value.
    """

    ref: Ref
    place: Place
    fields: Fields
    expects: tuple[DesiredField, ...] = ()
    unselected: tuple[DesiredField, ...] = ()

    @property
    def field_keys(self) -> tuple[str, ...]:
        """The keys of the desired fields."""
        fields = self.fields
        return fields.shape.keys if type(fields) is PackedFields else tuple([one.key for one in fields])

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that are read of the live item."""
        own = self.field_keys
        return (*own, *[one.key for one in self.expects]) if self.expects else own

    @property
    def values(self) -> tuple[Desired, ...]:
        """The values that the live item has if it is in sync, in the order of `keys`."""
        fields = self.fields
        own = fields.values if type(fields) is PackedFields else tuple([one.desired for one in fields])
        return (*own, *[one.desired for one in self.expects]) if self.expects else own
