"""The shape of a desired-state file: pydantic models, their JSON Schema, and places for mistakes."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from reconciler.authored import AuthoredList, AuthoredMap, Document, Entry, Node, Place, Scalar, kind_of
from reconciler.errors import Mistake, UnknownName, quoted

ID = re.compile(r"[1-9][0-9]{0,18}")
LARGEST_ID = 2**63 - 1
SEGMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET = re.compile(r"(?i)(secret|token|password|base_?url|plugin_?id|user_?key|credential)")


class AuthoredScalar:
    """The pydantic face of `Scalar`: an instance check, shown to editors as a string."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        """Accept scalars as they are."""
        del source, handler
        return core_schema.is_instance_schema(Scalar)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it as text."""
        del schema, handler
        return {"type": "string"}


class AuthoredId(AuthoredScalar):
    """A scalar that holds an item's id."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it as a positive whole number."""
        del schema, handler
        return {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


Text = Annotated[Scalar, AuthoredScalar]
Id = Annotated[Scalar, AuthoredId]


class Strict(BaseModel):
    """A map that takes the keys of its class and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ItemShape(Strict):
    """One item: its id and what is wanted of it."""

    id: Id
    fields: dict[str, Any] = Field(
        default={}, description="Wanted values by field key, alias or unique name."
    )
    roles: dict[str, Any] = Field(
        default={}, description="Wanted members by role; other roles are left alone."
    )
    expect: dict[str, Any] = Field(
        default={}, description="Live values without which the item is not written."
    )
    unmanaged: list[Text] = Field(default=[], description="Defaults that this item does not take.")


class DefaultsShape(Strict):
    """What every item of the file wants unless it says otherwise."""

    fields: dict[str, Any] = {}
    roles: dict[str, Any] = {}


class FileShape(Strict):
    """One file of desired state."""

    space: Text = Field(description="project_key or simple_name")
    type: Text = Field(description="work_item_type_key, api_name or type name")
    defaults: DefaultsShape = DefaultsShape()
    items: list[Id | ItemShape]


def manifest_schema() -> dict[str, Any]:
    """Return the JSON Schema that editors hold files of `state/` to."""
    schema = FileShape.model_json_schema()
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": "reconciler manifest"}


def read_document(root: Node | None, file: str) -> tuple[Document | None, list[Mistake]]:
    """Turn a tree into a document; items that are wrong are left out, the rest is kept."""
    if root is None:
        return None, [
            Mistake(Place(file, 1, 1), "an empty file", "write space, type and items, or delete it")
        ]
    if not isinstance(root, AuthoredMap):
        return None, [
            Mistake(root.place, f"expected a map, found {kind_of(root)}", "write space:, type: and items:")
        ]
    mistakes = [*misnamed(root, FileShape), *wrong_head(root)]
    defaults = root.get("defaults", AuthoredMap(root.place))
    if isinstance(defaults, AuthoredMap):
        mistakes += misnamed(defaults, DefaultsShape)
    else:
        mistakes.append(
            Mistake(defaults.place, f"expected a map, found {kind_of(defaults)}", "write fields: or roles:")
        )
        defaults = AuthoredMap(root.place)
    entries, wrong = read_items(root)
    mistakes += wrong
    parts, wrong = sections(defaults, ("fields", "roles"))
    mistakes += wrong
    space, kind = root.get("space"), root.get("type")
    if not isinstance(space, Scalar) or not isinstance(kind, Scalar):
        return None, mistakes
    return Document(file, space, kind, parts["fields"], parts["roles"], entries), mistakes


def wrong_head(root: AuthoredMap) -> list[Mistake]:
    """Return what is wrong with a file's space and type."""
    mistakes: list[Mistake] = []
    for name in ("space", "type"):
        node = root.get(name)
        if node is None:
            mistakes.append(Mistake(root.place, f"no {name}", f"write `{name}: …`"))
        elif not isinstance(node, Scalar) or not node.text or node.is_null:
            mistakes.append(
                Mistake(node.place, f"expected a {name}, found {kind_of(node)}", f"write `{name}: …`")
            )
        elif name == "space" and not SEGMENT.fullmatch(node.text):
            fix = "write its project_key or simple_name"
            mistakes.append(Mistake(node.place, f"{quoted(node.text)} cannot be a space", fix))
    return mistakes


def read_items(root: AuthoredMap) -> tuple[tuple[Entry, ...], list[Mistake]]:
    """Read the list of items; a wrong one is left out."""
    items = root.get("items")
    if items is None:
        return (), [Mistake(root.place, "no items", "write `items:` with a list below it")]
    if not isinstance(items, AuthoredList):
        return (), [
            Mistake(items.place, f"expected a list, found {kind_of(items)}", "begin each item with '- '")
        ]
    read = [read_entry(node) for node in items]
    return tuple(entry for entry, _ in read if entry), [mistake for _, wrong in read for mistake in wrong]


def read_entry(node: Node) -> tuple[Entry | None, list[Mistake]]:
    """Read one item: a bare id, or a map."""
    if isinstance(node, Scalar):
        mistake = wrong_id(node)
        empty = AuthoredMap(node.place)
        return (None, [mistake]) if mistake else (Entry(int(node.text), node.place, empty, empty, empty), [])
    if not isinstance(node, AuthoredMap):
        return None, [Mistake(node.place, "expected an item, found a list", "write an id, or a map with id:")]
    mistakes = misnamed(node, ItemShape)
    parts, wrong = sections(node, ("fields", "roles", "expect"))
    mistakes += wrong
    unmanaged = node.get("unmanaged", AuthoredList(node.place))
    names: list[Scalar] = []
    if isinstance(unmanaged, AuthoredList):
        for one in unmanaged:
            if isinstance(one, Scalar) and one.text:
                names.append(one)
            else:
                mistakes.append(
                    Mistake(one.place, "expected the name of a field", "write its key, alias or name")
                )
    else:
        mistakes.append(
            Mistake(unmanaged.place, f"expected a list, found {kind_of(unmanaged)}", "write [field]")
        )
    identity = node.get("id")
    if identity is None:
        mistakes.append(Mistake(node.place, "no id", "write `id: …` with the number from the item's address"))
        return None, mistakes
    if not isinstance(identity, Scalar):
        mistakes.append(
            Mistake(identity.place, f"expected an id, found {kind_of(identity)}", "write the number")
        )
        return None, mistakes
    if bad := wrong_id(identity):
        return None, [*mistakes, bad]
    entry = Entry(
        int(identity.text), node.place, parts["fields"], parts["roles"], parts["expect"], tuple(names)
    )
    return entry, mistakes


def sections(node: AuthoredMap, names: tuple[str, ...]) -> tuple[dict[str, AuthoredMap], list[Mistake]]:
    """Return the maps below `names`, empty where there is none or no map."""
    parts: dict[str, AuthoredMap] = {}
    mistakes: list[Mistake] = []
    for name in names:
        part = node.get(name, AuthoredMap(node.place))
        if not isinstance(part, AuthoredMap):
            mistakes.append(
                Mistake(part.place, f"expected a map, found {kind_of(part)}", "write `name: value` lines")
            )
            part = AuthoredMap(node.place)
        parts[name] = part
    return parts, mistakes


def wrong_id(scalar: Scalar) -> Mistake | None:
    """Say what is wrong with an id, or None."""
    text = scalar.text
    if url := re.search(r"://.*/([1-9][0-9]{5,18})(?:[/?#]|$)", text):
        return Mistake(scalar.place, "an address where an id is wanted", f"write {url.group(1)}")
    if not scalar.plain and ID.fullmatch(text):
        return Mistake(scalar.place, "an id in quotes", f"write {text} without quotes")
    if not scalar.plain or not ID.fullmatch(text):
        return Mistake(
            scalar.place, f"{quoted(text)} is no id", "write the item's number, such as 6300012345"
        )
    if int(text) > LARGEST_ID:
        return Mistake(
            scalar.place, f"{text} is larger than any id", "copy the number from the item's address"
        )
    return None


def misnamed(node: AuthoredMap, shape: type[Strict]) -> list[Mistake]:
    """Return a mistake for each key that the shape does not have; secrets are told apart."""
    known = list(shape.model_fields)
    mistakes: list[Mistake] = []
    for key, scalar in node.keys_at.items():
        if key in known:
            continue
        if SECRET.search(key):
            fix = "delete it here, revoke it if it was pushed, and set the environment variable"
            mistakes.append(Mistake(scalar.place, "credentials do not belong in files", fix))
        else:
            mistakes.append(UnknownName(scalar.place, "key", key, "this map", known))
    return mistakes


def checked(root: AuthoredMap) -> list[str]:
    """Hold a tree against the models alone; returns pydantic's complaints, without any input."""
    try:
        FileShape.model_validate(dict(root))
    except ValidationError as error:
        return [
            ".".join(map(str, one["loc"])) for one in error.errors(include_input=False, include_url=False)
        ]
    return []
