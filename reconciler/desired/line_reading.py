"""Desired items of files in the layout of `fmt`: a line that was read before is not read again.

Files of many items repeat their lines: `priority: P0` means the same in every item of a type.  So the meaning
of a line is kept by its text, and most of reading is looking lines up.  A file is taken whole, or not at all:
at the first thing that could be a mistake this reader gives up, and the full one tells what is wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from msgspec import Struct, field

from reconciler.desired.claims import Desire
from reconciler.desired.items import DesiredItem, PackedFields, Shape, new, spot_of
from reconciler.desired.names import is_stolen_type
from reconciler.errors import Mistake, Place
from reconciler.fields.memo import MOST_READINGS
from reconciler.fields.values import Desired, Wrong
from reconciler.manifest.plain_lines import (
    COLUMN,
    SECTIONS,
    NotPlain,
    PlainFile,
    entry_in,
    field_in,
    is_aside,
)
from reconciler.model import Ref
from reconciler.schema.types import TypeSpec

Meaning: TypeAlias = tuple[str, Desired]
"""The meaning of a line: the change key of its field, and the desired value."""
Signature: TypeAlias = tuple[tuple[str, ...], tuple[int, ...]]
"""The keys of an item's fields, and how many lines each is below the first."""
ENTRY_COLUMN = 5
"""The column of an entry, behind its dash."""


class LineMeanings(Struct):
    """The meanings of lines by one catalog, by type and section; `shapes` are those of items so far."""

    desire: Desire
    known: dict[tuple[str, str], dict[str, Meaning]] = field(default_factory=dict)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    shapes: dict[Signature, Shape] = field(default_factory=dict)

    def take(self, plain: PlainFile) -> tuple[DesiredItem, ...] | None:
        """Read a file; returns its items in their order, or None if it needs the full reader."""
        catalog = self.desire.catalog
        spec = catalog.type_of(plain.type.text)
        if spec is None or is_stolen_type(catalog, spec, plain.type.text):
            return None
        items: dict[int, DesiredItem] = {}
        line = plain.first
        try:
            for text in plain.entries:
                item, height = self.item(text, spec, plain.file, line)
                if items.setdefault(item.ref.id, item) is not item:
                    return None
                line += height
        except (NotPlain, Wrong):
            return None
        return tuple(items.values())

    def item(self, text: str, spec: TypeSpec, file: str, start: int) -> tuple[DesiredItem, int]:
        """Read the entry that starts at a line; returns the item and how many lines the entry has."""
        item_id, lines = entry_in(text)
        ref = new(Ref, (spec.key, item_id))
        keys: list[str] = []
        values: list[Desired] = []
        offsets: list[int] = []
        kind, before = "", 0
        known: dict[str, Meaning] = {}
        for offset, line in enumerate(lines, 1):
            meaning = known.get(line)
            if meaning is None:
                if below := SECTIONS.get(line):
                    # Fields stand before roles, each once and with something below it.
                    if kind >= below or (kind and len(keys) == before):
                        raise NotPlain
                    kind, before = below, len(keys)
                    known = self.known.setdefault((spec.key, kind), {})
                    continue
                if is_aside(line):
                    continue
                meaning = self.meaning(line, spec, kind, ref)
            keys.append(meaning[0])
            values.append(meaning[1])
            offsets.append(offset)
        if kind and len(keys) == before:
            raise NotPlain
        place = new(Place, (file, start, ENTRY_COLUMN))
        shape = self.shape((tuple(keys), tuple(offsets)))
        return DesiredItem(ref, place, PackedFields(shape, tuple(values), file, start)), len(lines) + 1

    def shape(self, signature: Signature) -> Shape:
        """Return the shape of an item; raises NotPlain if it names a field twice."""
        if signature not in self.shapes:
            keys, offsets = signature
            if len({*keys}) < len(keys):
                raise NotPlain
            shape = Shape(keys, tuple(spot_of(one, COLUMN) for one in offsets))
            self.shapes[signature] = self.desire.shapes.setdefault(shape, shape)
        return self.shapes[signature]

    def meaning(self, line: str, spec: TypeSpec, kind: str, ref: Ref) -> Meaning:
        """Read a line of a section; raises NotPlain or Wrong if it may hold a mistake."""
        if not kind:
            raise NotPlain
        desire = self.desire
        name, node = field_in(line)
        names = desire.names.known(spec, kind)
        key = names.get(name) or desire.names.meaning(name, spec, kind, node.place)
        if isinstance(key, Mistake) or not desire.names.is_steady(spec.key, key):
            raise NotPlain
        codec = desire.catalog.codec(spec.key, key, by_pins=True)
        if codec.is_looked_up:
            desire.mentions.add(codec, node, desire.catalog)
        desired = codec.recall(node)
        if codec.names_items and codec.refusal_on(ref.id, desired, node.place):
            raise NotPlain
        names[name] = key
        meaning = (key, desired)
        if not codec.names_items and self.kept[spec.key, key] < MOST_READINGS:
            self.kept[spec.key, key] += 1
            self.known[spec.key, kind][line] = meaning
        return meaning
