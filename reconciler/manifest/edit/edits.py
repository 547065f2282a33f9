"""Edits that keep a file the author's: only the bytes of what is edited change.

A file is cut where its values stand and put together again; comments, quoting, order, line ends,
indentation and the byte order mark are never written anew.  Every edit is proved before it is
returned: the new bytes are read, and must say exactly what was wanted and all else as before.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import InputError, Mistake, Place
from reconciler.manifest.edit.commands import Drop, Edit, Put
from reconciler.manifest.edit.cutting import Cutter, Pieces, Unplaceable
from reconciler.manifest.edit.proof import changed, said, says_all
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import (
    Plain,
    Section,
)
from reconciler.manifest.parsing import read_tree


class CannotEdit(InputError):
    """An edit that would change more than it should; nothing was written."""

    def __init__(self, place: Place) -> None:
        """Make the message."""
        super().__init__([Mistake(place, "this value cannot be edited alone", "edit the file by hand")])


def edited(raw: bytes, edits: Sequence[Edit], file: str) -> bytes:
    """Return a file's bytes with the edits carried out; raises InputError or CannotEdit.

    Edits are addressed by ways in the file as it is; several of one place are one edit's to make.
    """
    waiting = list(edits)
    tree = read_tree(raw, file)
    if tree.mistakes or tree.root is None:
        raise InputError(tree.mistakes or [Mistake(Place(file, 1, 1), "an empty file", "write it first")])
    desired = said(tree.root)
    for edit in waiting:
        desired = changed(desired, edit.way, edit)
    now = raw
    while waiting:
        now, waiting = one_pass(now, waiting, file)
    if not says_all(now, desired, file):
        source = Source(raw, file)
        raise CannotEdit(min((place_of(source, edit) for edit in edits), default=Place(file, 1, 1)))
    return now


def one_pass(raw: bytes, edits: Sequence[Edit], file: str) -> tuple[bytes, list[Edit]]:
    """Carry out all edits that do not touch the same text; returns those that wait for the next pass."""
    source = Source(raw, file)
    taken = Pieces()
    later: list[Edit] = []
    for edit in gathered(source, edits):
        try:
            splices = Cutter(source).splices(edit)
        except Unplaceable:
            raise CannotEdit(place_of(source, edit)) from None
        if not taken.take(splices):
            later.append(edit)
    return source.encoded(source.spliced((one.start, one.end, one.text) for one in taken.ordered)), later


def place_of(source: Source, edit: Edit) -> Place:
    """Return the place of what an edit is about, or of the nearest thing around it."""
    way = edit.way
    while way and source.at(way) is None:
        way = way[:-1]
    span = source.at(way)
    at = span.start if span else 0
    return Place(source.file, source.text.count("\n", 0, at) + 1, source.column(at) + 1)


# -- which edits are one -------------------------------------------------------------------


def gathered(source: Source, edits: Sequence[Edit]) -> list[Edit]:
    """Join what is put into one map that is not there yet, and drop the sections that lose all they hold."""
    puts: dict[Way, Plain] = {}
    others: list[Edit] = []
    drops: set[Way] = set()
    for edit in edits:
        if isinstance(edit, Drop):
            drops.add(edit.way)
        elif isinstance(edit, Put):
            way, value = rooted(source, edit)
            known = puts.get(way)
            puts[way] = merged(known, value) if isinstance(known, Section) else value
        else:
            others.append(edit)
    return [*(Drop(way) for way in climbed(source, drops)), *others, *(Put(*one) for one in puts.items())]


def rooted(source: Source, edit: Put) -> tuple[Way, Plain]:
    """Return a put whose way is missing by its last step alone, with the missing maps in its value."""
    way, value = edit.way, edit.value
    while len(way) > 1 and source.at(way[:-1]) is None:
        value = Section({str(way[-1]): value})
        way = way[:-1]
    return way, value


def merged(one: Section, other: Plain) -> Plain:
    """Join two sections."""
    if not isinstance(other, Section):
        return other
    both = Section(one)
    for key, value in other.items():
        known = both.get(key)
        both[key] = merged(known, value) if isinstance(known, Section) else value
    return both


def climbed(source: Source, drops: set[Way]) -> list[Way]:
    """Return what is to be dropped: the map itself where all its keys are."""
    while True:
        for way in sorted(drops, key=lambda way: (-len(way), str(way))):
            parent = source.at(way[:-1])
            if parent is None or parent.kind != "map" or len(way) == 1:
                continue
            every = {(*way[:-1], key.text) for key in parent.keys}
            if every <= drops:
                drops = (drops - every) | {way[:-1]}
                break
        else:
            return sorted(drops, key=str)
