"""Edits YAML bytes: only the bytes of the edited values change.

The text is cut at the edited values and joined again; comments, quotes, order, line ends,
indentation and the byte order mark of all other text are kept.  Every edit is proved before it is
returned: `proof.py` describes how.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import InputError, Mistake, Place
from reconciler.manifest.edit.commands import Drop, Edit, Put
from reconciler.manifest.edit.cutting import Cutter, Pieces, Unplaceable
from reconciler.manifest.edit.proof import content_of, edit_values, reads_as
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import (
    Plain,
    Section,
)
from reconciler.manifest.parsing import read_tree


class CannotEdit(InputError):
    """An edit would change more than its value; nothing was written."""

    def __init__(self, place: Place) -> None:
        """Make the message."""
        super().__init__([Mistake(place, "this value cannot be edited alone", "edit the file by hand")])


def edited(raw: bytes, edits: Sequence[Edit], file: str) -> bytes:
    """Return the bytes of the edited file; raises InputError or CannotEdit.

    Paths refer to the file before all edits, so two edits of one place must be given as one.
    """
    waiting = list(edits)
    tree = read_tree(raw, file)
    if tree.mistakes or tree.root is None:
        raise InputError(tree.mistakes or [Mistake(Place(file, 1, 1), "an empty file", "write it first")])
    desired = content_of(tree.root)
    for edit in waiting:
        desired = edit_values(desired, edit.way, edit)
    now = raw
    while waiting:
        now, waiting = one_pass(now, waiting, file)
    if not reads_as(now, desired, file):
        source = Source(raw, file)
        raise CannotEdit(min((edit_place(source, edit) for edit in edits), default=Place(file, 1, 1)))
    return now


def one_pass(raw: bytes, edits: Sequence[Edit], file: str) -> tuple[bytes, list[Edit]]:
    """Carry out edits that do not touch the same text; returns the others for the next pass."""
    source = Source(raw, file)
    taken = Pieces()
    later: list[Edit] = []
    for edit in join_puts(source, edits):
        try:
            splices = Cutter(source).splices(edit)
        except Unplaceable:
            raise CannotEdit(edit_place(source, edit)) from None
        if not taken.take(splices):
            later.append(edit)
    return source.encoded(source.spliced((one.start, one.end, one.text) for one in taken.ordered)), later


def edit_place(source: Source, edit: Edit) -> Place:
    """Return the place of an edit's value, or of the nearest node above it."""
    way = edit.way
    while way and source.at(way) is None:
        way = way[:-1]
    span = source.at(way)
    at = span.start if span else 0
    return Place(source.file, source.text.count("\n", 0, at) + 1, source.column(at) + 1)


# -- which edits are one -------------------------------------------------------------------


def join_puts(source: Source, edits: Sequence[Edit]) -> list[Edit]:
    """Join puts into one missing map, and drop the sections that would be left empty."""
    puts: dict[Way, Plain] = {}
    others: list[Edit] = []
    drops: dict[Way, bool] = {}
    for edit in edits:
        if isinstance(edit, Drop):
            drops[edit.way] = edit.above
        elif isinstance(edit, Put):
            way, value = rooted(source, edit)
            known = puts.get(way)
            puts[way] = merge_sections(known, value) if isinstance(known, Section) else value
        else:
            others.append(edit)
    gone = (Drop(way, above=drops.get(way, False)) for way in climbed(source, {*drops}))
    return [*gone, *others, *(Put(*one) for one in puts.items())]


def rooted(source: Source, edit: Put) -> tuple[Way, Plain]:
    """Return a put with the missing maps of its path moved into its value: only the last step is new."""
    way, value = edit.way, edit.value
    while len(way) > 1 and source.at(way[:-1]) is None:
        value = Section({str(way[-1]): value})
        way = way[:-1]
    return way, value


def merge_sections(one: Section, other: Plain) -> Plain:
    """Merge two sections."""
    if not isinstance(other, Section):
        return other
    both = Section(one)
    for key, value in other.items():
        known = both.get(key)
        both[key] = merge_sections(known, value) if isinstance(known, Section) else value
    return both


def climbed(source: Source, drops: set[Way]) -> list[Way]:
    """Return the paths to drop; a map whose keys are all dropped is dropped as a whole."""
    left = set(drops)
    for depth in range(max(map(len, left), default=0), 1, -1):
        for above in {way[:-1] for way in left if len(way) == depth}:
            parent = source.at(above)
            if parent is None or parent.kind != "map":
                continue
            every = {(*above, key.text) for key in parent.keys}
            if every <= left:
                left -= every
                left.add(above)
    return sorted(left, key=str)
