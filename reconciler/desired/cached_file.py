"""The content of one file in a form that is read back much faster than the file.  Pure.

A page lists the different values of a file once, and for each item the numbers of its values, with lines and
columns.  Texts, numbers and days are kept as they are compared; a value that the space may have to look up,
or of any other kind, is kept as it was written, and its codec reads it again.  A page is made of a file
without mistakes; whatever does not fit when it is read back makes the file be read instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta, Struct
from msgspec.msgpack import Ext

from reconciler.desired.claims import Desire
from reconciler.desired.items import DesiredField, DesiredItem, PackedFields, Shape, new, packed_fields
from reconciler.errors import Place
from reconciler.fields.memo import MOST_READINGS
from reconciler.fields.values import Desired, Wrong
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Document, Node, Outline, Scalar
from reconciler.manifest.plain_lines import PlainFile, field_in
from reconciler.model import ROLES, Ref
from reconciler.schema.types import TypeSpec

NOWHERE = Place("", 1, 1)
NUMBER, DAY, SET, WRITTEN = range(1, 5)
"""The kinds of values that MessagePack has no form for."""
Json = Any
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Spot: TypeAlias = tuple[str, int, int]
"""A text with its line and column."""


class Unfit(ValueError):
    """A page that does not say what a file may say."""


class Written(NamedTuple):
    """A packed value as it was written, beside the change key of its field."""

    packed: bytes


class CachedItem(Struct, frozen=True, array_like=True):
    """One item: its place, the number of its shape, the numbers of its values, and what it expects.

    An expectation is a change key, the number of a value, a line and a column.
    """

    id: int
    line: int
    column: int
    shape: Count
    values: list[Count]
    expects: list[tuple[str, Count, int, int]]


class Page(Struct, frozen=True, array_like=True):
    """The content of a file: `fields` and `roles` are what its names mean by the pins."""

    space: Spot
    type: Spot
    fields: dict[str, str]
    roles: dict[str, str]
    shapes: list[tuple[tuple[str, ...], tuple[int, ...]]]
    values: list[Any]
    items: list[CachedItem]


ENCODER = msgspec.msgpack.Encoder()


class PageWriter:
    """Writes the page of one file, item after item."""

    def __init__(self, desire: Desire, spec: TypeSpec) -> None:
        """Begin without an item."""
        self.desire = desire
        self.spec = spec
        self.shapes: dict[Shape, int] = {}
        self.numbers: dict[Any, int] = {}
        self.values: list[Any] = []
        self.items: list[CachedItem] = []

    def add(self, item: DesiredItem, node_of: Callable[[DesiredField], Node]) -> None:
        """Add an item, all of whose fields are of this file; `node_of` finds how a value was written."""
        assert isinstance(item.fields, PackedFields)  # noqa: S101 - one file's items are packed
        shape = self.shapes.setdefault(item.fields.shape, len(self.shapes))
        place = item.place
        expects = [
            (one.key, self.number(one, node_of), one.place.line, one.place.column) for one in item.expects
        ]
        numbers = [self.number(one, node_of) for one in item.fields]
        self.items.append(CachedItem(item.ref.id, place.line, place.column, shape, numbers, expects))

    def number(self, one: DesiredField, node_of: Callable[[DesiredField], Node]) -> int:
        """Return the number of a value, which is kept once."""
        codec = self.desire.catalog.codec(self.spec.key, one.key, by_pins=True)
        stored = None if codec.is_looked_up else stored_value(one.desired)
        if stored is None:
            stored = Ext(WRITTEN, ENCODER.encode((one.key, form(node_of(one)))))
        known = (stored.code, stored.data) if isinstance(stored, Ext) else (type(stored), stored)
        at = self.numbers.setdefault(known, len(self.values))
        if at == len(self.values):
            self.values.append(stored)
        return at

    def page(self, space: Scalar, type_: Scalar, fields: set[str], roles: set[str]) -> bytes:
        """Return the page, with the meanings of the names that the file uses."""
        known = self.desire.names.known
        return ENCODER.encode(
            Page(
                (space.text, space.place.line, space.place.column),
                (type_.text, type_.place.line, type_.place.column),
                meanings(known(self.spec, "field"), fields),
                meanings(known(self.spec, "role"), roles),
                [(one.keys, one.spots) for one in self.shapes],
                self.values,
                self.items,
            )
        )


def stored_value(desired: Desired) -> Any:
    """Return a value in a form of MessagePack; None for one that has to be read by its codec again."""
    match desired:
        case str() | bool():
            return desired
        case Decimal():
            return Ext(NUMBER, str(desired).encode())
        case date() if not isinstance(desired, datetime):
            return Ext(DAY, desired.isoformat().encode())
        case frozenset() if all(type(one) is str for one in desired):
            return Ext(SET, ENCODER.encode(sorted(map(str, desired))))
        case _:
            return None


def read_extension(code: int, data: memoryview) -> Any:
    """Read a value that MessagePack has no form for; raises ValueError."""
    return recurring_value(code, bytes(data))


@lru_cache(maxsize=MOST_READINGS)
def recurring_value(code: int, data: bytes) -> Any:
    """Read such a value once, since files of many items repeat their numbers and days."""
    if code == NUMBER:
        return Decimal(data.decode("ascii"))
    if code == DAY:
        return date.fromisoformat(data.decode("ascii"))
    if code == SET:
        return frozenset(msgspec.msgpack.decode(data, type=list[str]))
    if code == WRITTEN:
        return Written(data)
    raise Unfit


DECODER = msgspec.msgpack.Decoder(Page, ext_hook=read_extension)


def page_of(document: Document, desire: Desire) -> bytes:
    """Return the page of a file that was taken in without a mistake."""
    catalog = desire.catalog
    spec = catalog.type_of(document.type.text)
    assert spec is not None  # noqa: S101 - a file of an unknown type is a mistake
    writer = PageWriter(desire, spec)
    shapes: dict[Shape, Shape] = {}
    for entry in document.items:
        nodes: dict[tuple[str, Place], Node] = {}

        def read(key: str, node: Node, place: Place, *, by_default: bool = False) -> DesiredField:
            nodes[key, place] = node  # noqa: B023 - called within the round
            codec = catalog.codec(spec.key, key, by_pins=True)
            return DesiredField(key, codec.recall(node), place, by_default)

        fields = [
            read(key, node, place, by_default=by_default)
            for key, node, place, by_default in desire.claims(document, entry, spec)
        ]
        expects = tuple(read(*one) for one in desire.resolved(entry.expect, spec))
        packed = packed_fields(fields, entry.place, shapes)
        item = DesiredItem(Ref(spec.key, entry.id), entry.place, packed, expects)
        writer.add(item, lambda one: nodes[one.key, one.place])  # noqa: B023 - called at once
    names = {name for entry in document.items for some in (entry.fields, entry.expect) for name in some}
    roles = {name for entry in document.items for name in entry.roles}
    roles |= {spec.section_and_name(name)[1] for entry in document.items for name in entry.expect}
    names |= document.default_fields.keys()
    return writer.page(document.space, document.type, names, roles | document.default_roles.keys())


def page_of_lines(plain: PlainFile, items: Iterable[DesiredItem], desire: Desire) -> bytes:
    """Return the page of a file that was read line by line."""
    spec = desire.catalog.type_of(plain.type.text)
    assert spec is not None  # noqa: S101 - a file of an unknown type is read as a whole
    writer = PageWriter(desire, spec)
    names: dict[bool, set[str]] = {False: set(), True: set()}
    for item, text in zip(items, plain.entries, strict=True):
        lines = {item.place.line + offset: line for offset, line in enumerate(text.split("\n"))}
        writer.add(item, lambda one: field_in(lines[one.place.line])[1])  # noqa: B023 - called at once
        for one in item.fields:
            names[one.key.startswith(ROLES)].add(lines[one.place.line].lstrip().partition(":")[0])
    return writer.page(plain.space, plain.type, names[False], names[True])


def meanings(known: dict[str, str], names: set[str]) -> dict[str, str]:
    """Return the keys that the names of one file mean."""
    return {name: known[name] for name in sorted(names) if name in known}


def read_page(content: bytes) -> Page:
    """Read a page; raises Unfit."""
    try:
        return DECODER.decode(content)
    except (msgspec.MsgspecError, ValueError, TypeError, InvalidOperation):
        raise Unfit from None


def outline_of(page: Page, file: str) -> Outline:
    """Return what a page is about."""
    space, type_ = (
        Scalar(text, plain=True, place=Place(file, line, column))
        for text, line, column in (page.space, page.type)
    )
    return Outline(file, space, type_, tuple([one.id for one in page.items]))


def take(desire: Desire, page: Page, file: str, known: dict[Written, Desired] | None = None) -> None:
    """Add what a page says to the desired items, as reading the file would; raises Unfit and adds nothing.

    `known` holds values that pages of the same space and type had before.
    """
    catalog, known = desire.catalog, {} if known is None else known
    try:
        spec = catalog.type_of(page.type[0])
        if spec is None:
            raise Unfit
        for key in {key for keys, _ in page.shapes for key in keys}:
            catalog.codec(spec.key, key, by_pins=True)
        values = [
            read_again(one, desire, spec, known) if type(one) is Written else one for one in page.values
        ]
        shapes = [desire.shapes.setdefault(shape, shape) for shape in (Shape(*one) for one in page.shapes)]
        items = [item_in(one, spec.key, file, shapes, values) for one in page.items]
    except (KeyError, IndexError, TypeError, ValueError, Wrong):
        raise Unfit from None
    desire.names.known(spec, "field").update(page.fields)
    desire.names.known(spec, "role").update(page.roles)
    for item in items:
        desire.join(item)


def read_again(written: Written, desire: Desire, spec: TypeSpec, known: dict[Written, Desired]) -> Desired:
    """Read a value that was kept as it was written by its field's codec, each of a kind once."""
    if written not in known:
        key, content = msgspec.msgpack.decode(written.packed, type=tuple[str, Any])
        codec, node = desire.catalog.codec(spec.key, key, by_pins=True), cached_node(content)
        if codec.is_looked_up:
            desire.mentions.add(codec, node, desire.catalog)
        known[written] = codec.recall(node)
    return known[written]


def item_in(
    one: CachedItem, type_key: str, file: str, shapes: list[Shape], values: list[Desired]
) -> DesiredItem:
    """Return one item of a page; raises ValueError or IndexError if it does not fit."""
    shape, line = shapes[one.shape], one.line
    if not len(shape.keys) == len(shape.spots) == len(one.values):
        raise Unfit
    packed = PackedFields(shape, tuple([values[at] for at in one.values]), file, line)
    ref, place = new(Ref, (type_key, one.id)), new(Place, (file, line, one.column))
    if not one.expects:
        return DesiredItem(ref, place, packed)
    expects = [DesiredField(key, values[at], Place(file, *spot)) for key, at, *spot in one.expects]
    return DesiredItem(ref, place, packed, tuple(expects))


def form(node: Node) -> Json:
    """Return a node as plain data: a plain scalar as its text, any other under a letter for its kind."""
    if isinstance(node, Scalar):
        return node.text if node.plain and not node.hidden else {"s": [node.text, node.plain, node.hidden]}
    if isinstance(node, AuthoredList):
        return {"l": [form(one) for one in node]}
    return {"m": [[form(node.keys_at[name]), form(one)] for name, one in node.items()]}


def cached_node(written: Json) -> Node:
    """Return the node that such a form stands for; its places are nowhere."""
    if isinstance(written, str):
        return Scalar(written, plain=True, place=NOWHERE)
    ((letter, content),) = written.items()
    if letter == "s":
        text, plain, hidden = content
        return Scalar(text, plain, NOWHERE, hidden)
    if letter == "l":
        listed = AuthoredList(NOWHERE)
        listed.extend(map(cached_node, content))
        return listed
    mapped = AuthoredMap(NOWHERE)
    for key, value in content:
        name = cached_node(key)
        if not isinstance(name, Scalar):
            raise Unfit
        mapped.keys_at[name.text] = name
        mapped[name.text] = cached_node(value)
    return mapped
