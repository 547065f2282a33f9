"""The shape of a desired-state file, and the document made from it."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from msgspec import field

from reconciler.errors import Mistake, quoted
from reconciler.manifest.editor_words import ANY_TEXT, LARGEST_ID
from reconciler.manifest.editor_words import ID as ID_SCHEMA
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Document, Entry, Node, Scalar
from reconciler.manifest.shapes import (
    Arms,
    Described,
    NameMap,
    Reads,
    Shape,
    Unfit,
    nothing,
    read,
    unexpected,
)

ID = re.compile(r"[1-9][0-9]{0,18}")
ADDRESS = re.compile(r"://.*?/([1-9][0-9]{5,18})(?:[/?#]|$)")
"""An item's page; the number after the last slash is its id."""

LONGEST_ADDRESS = 2_000

SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""One segment of the path of a request."""

ID_FIX = "write the item's number, such as 6300012345"


def read_item_id(node: object) -> int:
    """Read an item's id: a positive whole number below 2^63, without quotes."""
    if not isinstance(node, Scalar) or not node.text or node.is_null or node.is_blank:
        raise unexpected("an id", node, ID_FIX)
    if (number := id_in(node)) is not None:
        return number
    text = node.text
    if len(text) <= LONGEST_ADDRESS and (address := ADDRESS.search(text)):
        raise Unfit("an address instead of an id", f"write {address[1]}")
    if not ID.fullmatch(text):
        raise no_id(text)
    if not node.plain:
        raise Unfit("an id in quotes", f"write {text} without quotes")
    raise Unfit(f"{text} is larger than any id", "copy the number from the item's address")


def id_in(scalar: Scalar) -> int | None:
    """Return the id that a scalar holds, or None."""
    number = int(scalar.text) if scalar.plain and ID.fullmatch(scalar.text) else 0
    return number if 0 < number <= LARGEST_ID else None


def no_id(text: str) -> Unfit:
    """Make the error for a text that is not an id; suggests the number in it, if any."""
    inside = re.search(r"(?<![0-9.])[1-9][0-9]{5,18}(?![0-9.])", text)
    if inside and text == f"id:{inside[0]}":
        return Unfit("no space after the colon", f"write `id: {inside[0]}`, or {inside[0]} alone")
    return Unfit(f"{quoted(text)} is not an id", f"write {inside[0]}" if inside else ID_FIX)


def read_space_name(node: object) -> Scalar:
    """Read the name of a space, which becomes a segment of a path."""
    fix = "write its project_key or simple_name"
    scalar = filled_text(node, "the name of a space", fix)
    if SEGMENT.fullmatch(scalar.text):
        return scalar
    raise Unfit(f"{quoted(scalar.text)} cannot be a space", fix)


def read_type_name(node: object) -> Scalar:
    """Read the name of a work item type."""
    return filled_text(node, "the name of a type", "write its key, api_name or name")


def read_field_name(node: object) -> Scalar:
    """Read the name of a field."""
    return filled_text(node, "the name of a field", "write its key, alias or name")


def filled_text(node: object, expected: str, fix: str) -> Scalar:
    """Read a scalar that is not empty."""
    if isinstance(node, Scalar) and node.text and not node.is_null and not node.is_blank:
        return node
    raise unexpected(expected, node, fix)


def item_kind(node: object) -> str | None:
    """Return the union's arm for an entry: a bare id, or an item with sections."""
    return {Scalar: "<id>", AuthoredMap: "<item>", AuthoredList: "<id>"}.get(type(node))


WORD = Described(ANY_TEXT)

Space = Annotated[Scalar, Reads(read_space_name), WORD]
Type = Annotated[Scalar, Reads(read_type_name), WORD]
FieldName = Annotated[Scalar, Reads(read_field_name), WORD]
Id = Annotated[
    int,
    Reads(read_item_id),
    Described(ID_SCHEMA),
]


class ItemShape(Shape, frozen=True):
    """One item: its id and its desired values."""

    elsewhere: ClassVar[str] = "write a field below `fields:`, a role below `roles:`"

    id: Annotated[Id, "The number in the item's address."]
    fields: Annotated[NameMap, "Desired values by field key, alias or unique name."] = field(
        default_factory=nothing
    )
    roles: Annotated[NameMap, "Desired members by role; other roles are not managed."] = field(
        default_factory=nothing
    )
    expect: Annotated[NameMap, "Live values that the item must have, or it is not written."] = field(
        default_factory=nothing
    )
    unmanaged: Annotated[list[FieldName], "Names of defaults that do not apply to this item."] = field(
        default_factory=list
    )


class DefaultsShape(Shape, frozen=True):
    """Desired values of every item of the file that does not set its own."""

    elsewhere: ClassVar[str] = ItemShape.elsewhere

    fields: Annotated[NameMap, "As in an item."] = field(default_factory=nothing)
    roles: Annotated[NameMap, "As in an item."] = field(default_factory=nothing)


class FileShape(Shape, frozen=True, kw_only=True):
    """One desired-state file."""

    space: Annotated[Space, "project_key or simple_name"]
    type: Annotated[Type, "work_item_type_key, api_name or type name"]
    defaults: DefaultsShape = field(default_factory=DefaultsShape)
    items: list[Annotated[Id | ItemShape, Arms(item_kind, ("<id>", "<item>"))]]


def read_document(root: Node, file: str) -> tuple[Document | None, list[Mistake]]:
    """Turn a tree into a document and mistakes; wrong parts are left out, the rest is kept."""
    mistakes = complaints(root)
    if not isinstance(root, AuthoredMap):
        return None, mistakes
    space, type_ = root.get("space"), root.get("type")
    if not isinstance(space, Scalar) or not isinstance(type_, Scalar):
        return None, mistakes
    if {space.place, type_.place} & {mistake.place for mistake in mistakes}:
        return None, mistakes
    items = root.get("items")
    entries = [entry_of(node) for node in items] if isinstance(items, AuthoredList) else []
    defaults = root.get("defaults")
    return Document(
        file,
        space,
        type_,
        map_below(defaults, "fields"),
        map_below(defaults, "roles"),
        tuple(entry for entry in entries if entry),
    ), mistakes


def complaints(root: Node) -> list[Mistake]:
    """Check a tree against the shape."""
    try:
        read(FileShape, root)
    except ValueError:
        from reconciler.manifest.validation import mistakes_in  # noqa: PLC0415 - most files have no mistake

        return mistakes_in(FileShape, root)
    return []


def entry_of(node: Node) -> Entry | None:
    """Make the entry of an item; None if its id cannot be read. Sections that are not maps are empty."""
    identity = node.get("id") if isinstance(node, AuthoredMap) else node
    number = id_in(identity) if isinstance(identity, Scalar) else None
    if number is None:
        return None
    if not isinstance(node, AuthoredMap):
        empty = nothing()
        return Entry(number, node.place, empty, empty, empty)
    names = node.get("unmanaged")
    unmanaged = [one for one in names if isinstance(one, Scalar)] if isinstance(names, AuthoredList) else []
    fields, roles, expect = (map_below(node, name) for name in ("fields", "roles", "expect"))
    return Entry(number, node.place, fields, roles, expect, tuple(unmanaged))


def map_below(node: Node | None, name: str) -> AuthoredMap:
    """Return the map below a key; an empty one if there is none."""
    part = node.get(name) if isinstance(node, AuthoredMap) else None
    return part if isinstance(part, AuthoredMap) else nothing()
