"""The shape of a desired-state file: pydantic models that check it, and the document made from it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Discriminator, Field, PlainValidator, Tag, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from reconciler.errors import Mistake, quoted
from reconciler.manifest.editor_words import ANY_TEXT, LARGEST_ID
from reconciler.manifest.editor_words import ID as ID_SCHEMA
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Document, Entry, Node, Scalar
from reconciler.manifest.validation import NameMap, Strict, mistakes_of, nothing, unexpected, wrong

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
        raise wrong("an address instead of an id", f"write {address[1]}")
    if not ID.fullmatch(text):
        raise no_id(text)
    if not node.plain:
        raise wrong("an id in quotes", f"write {text} without quotes")
    raise wrong(f"{text} is larger than any id", "copy the number from the item's address")


def id_in(scalar: Scalar) -> int | None:
    """Return the id that a scalar holds, or None."""
    number = int(scalar.text) if scalar.plain and ID.fullmatch(scalar.text) else 0
    return number if 0 < number <= LARGEST_ID else None


def no_id(text: str) -> PydanticCustomError:
    """Make the error for a text that is not an id; suggests the number in it, if any."""
    inside = re.search(r"(?<![0-9.])[1-9][0-9]{5,18}(?![0-9.])", text)
    if inside and text == f"id:{inside[0]}":
        return wrong("no space after the colon", f"write `id: {inside[0]}`, or {inside[0]} alone")
    return wrong(f"{quoted(text)} is not an id", f"write {inside[0]}" if inside else ID_FIX)


def read_space_name(node: object) -> Scalar:
    """Read the name of a space, which becomes a segment of a path."""
    fix = "write its project_key or simple_name"
    scalar = filled_text(node, "the name of a space", fix)
    if SEGMENT.fullmatch(scalar.text):
        return scalar
    raise wrong(f"{quoted(scalar.text)} cannot be a space", fix)


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


WORD = WithJsonSchema(ANY_TEXT)

Space = Annotated[Scalar, PlainValidator(read_space_name), WORD]
Type = Annotated[Scalar, PlainValidator(read_type_name), WORD]
FieldName = Annotated[Scalar, PlainValidator(read_field_name), WORD]
Id = Annotated[
    int,
    PlainValidator(read_item_id),
    WithJsonSchema(ID_SCHEMA),
]


class ItemShape(Strict):
    """One item: its id and its desired values."""

    elsewhere = "write a field below `fields:`, a role below `roles:`"

    id: Id = Field(description="The number in the item's address.")
    fields: NameMap = Field(
        default_factory=nothing, description="Desired values by field key, alias or unique name."
    )
    roles: NameMap = Field(
        default_factory=nothing, description="Desired members by role; other roles are not managed."
    )
    expect: NameMap = Field(
        default_factory=nothing, description="Live values that the item must have, or it is not written."
    )
    unmanaged: list[FieldName] = Field(
        default_factory=list, description="Names of defaults that do not apply to this item."
    )


class DefaultsShape(Strict):
    """Desired values of every item of the file that does not set its own."""

    elsewhere = ItemShape.elsewhere

    fields: NameMap = Field(default_factory=nothing, description="As in an item.")
    roles: NameMap = Field(default_factory=nothing, description="As in an item.")


class FileShape(Strict):
    """One desired-state file."""

    space: Space = Field(description="project_key or simple_name")
    type: Type = Field(description="work_item_type_key, api_name or type name")
    defaults: DefaultsShape = Field(default_factory=DefaultsShape)
    items: list[
        Annotated[Annotated[Id, Tag("<id>")] | Annotated[ItemShape, Tag("<item>")], Discriminator(item_kind)]
    ]


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
    """Check a tree against the models."""
    try:
        FileShape.model_validate(root)
    except ValidationError as error:
        return mistakes_of(error, FileShape, root)
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
