"""Finds every mistake in an authored tree by a pydantic model of its shape, in plain words and with places.

The models are made of the shapes (`shapes.py`) where a tree does not fit, and where a schema is published:
most runs need none, nor pydantic.  The readers are those of the shape, since pydantic's own take too much
(its int reads `6_300`, `+63` and `12.0`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta
from msgspec.structs import FieldInfo, fields
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails

from reconciler.errors import Mistake, Place, UnknownName, nearest
from reconciler.manifest.credentials import SECRET, CredentialInFile
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node
from reconciler.manifest.shapes import (
    UNIONS,
    Arms,
    Described,
    Prepares,
    Reads,
    Shape,
    Unfit,
    kinds_of,
    no_list,
    no_map,
    noted,
)

TAGS = frozenset({"<id>", "<item>", "<all>", "<each>"})
"""Names of the arms of unions: steps of a pydantic location that are not in the tree."""


KEY = "[key]"
"""The last step of a pydantic location if a map's key itself is wrong."""


class Strict(BaseModel):
    """A map with the keys of its class and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


# -- from shapes to models -------------------------------------------------------------------


@cache
def model_of(shape: type[Shape]) -> type[Strict]:
    """Make the pydantic model of a shape."""
    kinds, infos = kinds_of(shape), {info.encode_name: info for info in fields(shape)}
    described: dict[str, Any] = {
        name: (modelled(kind), field_of(infos[key], noted(kind)[1])) for key, (name, kind) in kinds.items()
    }
    checks: dict[str, Any] = {}
    if fits := getattr(shape, "__post_init__", None):
        checks["fits"] = model_validator(mode="after")(lambda made: fits(made) or made)
    model: type[Strict] = create_model(
        shape.__name__,
        __base__=Strict,
        __doc__=shape.__doc__,
        __validators__=checks,
        __cls_kwargs__={"json_schema_extra": dict(shape.described)},
        **described,
    )
    return model


def field_of(info: FieldInfo, notes: Sequence[Any]) -> Any:
    """Return the default, the alias and the description of a model's field."""
    said: dict[str, Any] = {"description": next((note for note in notes if isinstance(note, str)), None)}
    if info.default is not NODEFAULT:
        default = info.default
        said["default"] = model_of(type(default))() if isinstance(default, Shape) else default
    elif info.default_factory is dict:
        said["default"] = {}  # a default that is published
    elif info.default_factory is not NODEFAULT:
        said["default_factory"] = info.default_factory
    return Field(alias=info.encode_name if info.encode_name != info.name else None, **said)


def modelled(kind: Any) -> Any:
    """Return an annotation of a shape as one that pydantic reads."""
    base, notes = noted(kind)
    if told := [one for note in notes for one in pydantic_notes(note)]:
        return Annotated[(arms_of(base, notes), *told)]
    if isinstance(base, type) and issubclass(base, Shape):
        return model_of(base)
    origin, args = get_origin(base), tuple(map(modelled, get_args(base)))
    if origin in UNIONS:
        return Union[args]  # noqa: UP007 - made at run time
    return origin[args] if origin in {dict, list, tuple} else base


def arms_of(base: Any, notes: Sequence[Any]) -> Any:
    """Return what the notes are about; the arms of a union with their names."""
    names = next((note.names for note in notes if isinstance(note, Arms)), ())
    if not names:
        return modelled(base)
    named = zip(map(modelled, get_args(base)), names, strict=True)
    return Union[tuple(Annotated[arm, Tag(name)] for arm, name in named)]  # noqa: UP007 - made at run time


def pydantic_notes(note: Any) -> Iterator[Any]:
    """Yield what a note of a shape's annotation is to pydantic; any other as it is."""
    match note:
        case Reads(read=read, write=write):
            yield PlainValidator(read)
            if write:
                yield PlainSerializer(write)
        case Prepares(prepare=prepare):
            yield BeforeValidator(prepare)
        case Described(schema=schema):
            yield WithJsonSchema(dict(schema))
        case Meta(min_length=least):
            yield Field(min_length=least)
        case Arms(pick=pick):
            yield Discriminator(pick)
        case str():
            pass
        case _:
            yield note


# -- from pydantic's errors to mistakes ------------------------------------------------------


def mistakes_in(shape: type[Shape], root: Node, given: object = None) -> list[Mistake]:
    """Return every mistake of a tree that does not have a shape; `given`: what of it to check alone."""
    try:
        model_of(shape).model_validate(root if given is None else given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return [mistake_of(one, shape, root) for one in found]
    return [Mistake(root.place, "cannot be read", "see the schema of the file")]


def mistake_of(error: ErrorDetails, shape: type[Shape], root: Node) -> Mistake:
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
        case "value_error" if isinstance(error["ctx"]["error"], Unfit):
            told = error["ctx"]["error"]
        case "model_type" | "dict_type":
            told = no_map(node)
        case "list_type" | "tuple_type":
            told = no_list(node)
        case "too_short":
            told = Unfit("an empty list", "write one member at least")
        case _:
            told = Unfit(error["msg"], "see the schema of the file")
    file, line, column = key_place(root, location) if last == KEY else node.place
    return Mistake(Place(file, line, column + told.offset), told.what, told.fix)


def unknown_key(key: str, location: Sequence[str | int], shape: type[Shape], root: Node) -> Mistake:
    """Make the mistake for an unknown key of the map at a location."""
    parent = node_at(root, location)
    place = parent.keys_at[key].place if isinstance(parent, AuthoredMap) else parent.place
    if SECRET.search(key):
        return CredentialInFile(place)
    model = model_at(shape, location)
    known = list(kinds_of(model)) if model else []
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


def model_at(shape: type[Shape], location: Sequence[str | int]) -> type[Shape] | None:
    """Return the model that checks the map at a location."""
    at: Any = shape
    for step in location:
        if isinstance(at, type) and issubclass(at, Shape):
            at = noted(kinds_of(at).get(str(step), ("", None))[1])[0]
        else:
            at = get_args(at)[1] if get_origin(at) is dict else model_in(at)
    return model_in(at)


def model_in(annotation: Any) -> type[Shape] | None:
    """Return the first model in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    return next((hit for one in get_args(annotation) if (hit := model_in(one))), None)
