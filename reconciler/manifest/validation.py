"""Checks an authored tree against pydantic models, and reports mistakes in plain words, with places.

A model's fields are typed by *readers*: functions from a node to a value, which raise `wrong`.
So a scalar meets its type as written (pydantic's own int takes `6_300`, `+63` and `12.0`), and
the JSON Schemas for editors come from the very models that do the checking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from reconciler.errors import Mistake, Place, UnknownName, nearest
from reconciler.manifest.credentials import SECRET, CredentialInFile
from reconciler.manifest.likely_mistakes import FULL_WIDTH, FULL_WIDTH_COLON, NO_SPACE, no_space
from reconciler.manifest.nodes import NOTHING, AuthoredList, AuthoredMap, Node, Scalar, node_kind

TAGS = frozenset({"<id>", "<item>", "<all>", "<each>"})
"""Names of the arms of unions: steps of a pydantic location that are not in the tree."""


KEY = "[key]"
"""The last step of a pydantic location if a map's key itself is wrong."""


class Strict(BaseModel):
    """A map with the keys of its class and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    elsewhere: ClassVar[str] = ""
    """Advice for an unknown key that does not look like one of the map's own."""


def wrong(what: str, fix: str, offset: int = 0) -> PydanticCustomError:
    """Make the error that a reader raises, `offset` characters after its node's place."""
    return PydanticCustomError("authored", "{what}; {fix}", {"what": what, "fix": fix, "offset": offset})


def unexpected(expected: str, node: object, fix: str) -> PydanticCustomError:
    """Make the error for a node of another shape than `expected`."""
    if isinstance(node, Scalar) and node.is_blank:
        return wrong("no value", fix)
    if isinstance(node, Scalar) and not node.text:
        return wrong(f"expected {expected}, found an empty text", fix)
    kind = node_kind(node) if isinstance(node, Scalar | AuthoredList | AuthoredMap) else type(node).__name__
    return wrong(f"expected {expected}, found {kind}", fix)


def no_map(node: object) -> PydanticCustomError:
    """Make the error for a node that is not a map; `key：value` and `key:value` get their own advice."""
    if isinstance(node, Scalar) and node.plain:
        first = node.text.split(maxsplit=1)[0] if node.text else ""
        if (at := first.find(FULL_WIDTH_COLON)) >= 0:
            return wrong(*FULL_WIDTH, offset=at)
        if hit := NO_SPACE.match(first):
            return wrong(*no_space(hit["key"]), offset=hit.end() - 1)
    return unexpected("a map", node, "write `key: value` lines below it")


def map_of(node: object) -> AuthoredMap:
    """Read a map without a check of its keys."""
    if isinstance(node, AuthoredMap):
        return node
    raise no_map(node)


NameMap = Annotated[AuthoredMap, PlainValidator(map_of), WithJsonSchema({"type": "object"})]
"""A map from names to values; later the space resolves the names, and the fields' types read the values."""


def nothing() -> AuthoredMap:
    """Return the map of a section that is not in the file."""
    return NOTHING


# -- from pydantic's errors to mistakes ------------------------------------------------------


def mistakes_of(error: ValidationError, shape: type[Strict], root: Node) -> list[Mistake]:
    """Return every validation error as a mistake at its place in the tree."""
    return [mistake_of(one, shape, root) for one in error.errors(include_url=False, include_input=False)]


def mistake_of(error: ErrorDetails, shape: type[Strict], root: Node) -> Mistake:
    """Turn one validation error into plain words; its input is never repeated."""
    *way, last = error["loc"] or ("",)
    location = [step for step in way if step not in TAGS]
    if error["type"] == "extra_forbidden":
        return unknown_key(str(last), location, shape, root)
    location += [last] if last not in TAGS else []
    node = node_at(root, location)
    match error["type"]:
        case "missing":
            return Mistake(node.place, f"no {location[-1]}", f"write `{location[-1]}: …`")
        case "authored":
            told = error["ctx"]
        case "model_type" | "dict_type":
            told = no_map(node).context or {}
        case "list_type" | "tuple_type":
            told = unexpected("a list", node, "begin each entry with '- '").context or {}
        case _:
            told = wrong(error["msg"], "see the schema of the file").context or {}
    file, line, column = key_place(root, location) if last == KEY else node.place
    return Mistake(Place(file, line, column + told["offset"]), told["what"], told["fix"])


def unknown_key(key: str, location: Sequence[str | int], shape: type[Strict], root: Node) -> Mistake:
    """Make the mistake for an unknown key of the map at a location."""
    parent = node_at(root, location)
    place = parent.keys_at[key].place if isinstance(parent, AuthoredMap) else parent.place
    if SECRET.search(key):
        return CredentialInFile(place)
    model = model_at(shape, location)
    known = [field.alias or name for name, field in model.model_fields.items()] if model else []
    told = UnknownName(place, "key", key, "this map", known)
    stray = model.elsewhere if model and not nearest(key, known) else ""
    return Mistake(place, told.what, stray) if stray else told


def key_place(root: Node, location: Sequence[str | int]) -> Place:
    """Return the place of the key at a location that ends in `[key]`."""
    *way, key = [step for step in location if step != KEY]
    parent = node_at(root, way)
    return parent.keys_at[str(key)].place if isinstance(parent, AuthoredMap) else parent.place


def node_at(root: Node, location: Sequence[str | int]) -> Node:
    """Return the node at a location, or the deepest one above it."""
    node = root
    for step in location:
        if isinstance(node, AuthoredMap) and step in node:
            node = node[str(step)]
        elif isinstance(node, AuthoredList) and isinstance(step, int):
            node = node[step]
    return node


def model_at(shape: type[Strict], location: Sequence[str | int]) -> type[Strict] | None:
    """Return the model that checks the map at a location."""
    at: Any = shape
    for step in location:
        if isinstance(at, type) and issubclass(at, Strict):
            named = at.model_fields.get(str(step))
            at = named and named.annotation
        else:
            at = get_args(at)[1] if get_origin(at) is dict else model_in(at)
    return model_in(at)


def model_in(annotation: Any) -> type[Strict] | None:
    """Return the first model in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next((hit for one in get_args(annotation) if (hit := model_in(one))), None)
