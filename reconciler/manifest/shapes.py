"""Shapes of authored maps: one description reads a tree, finds its mistakes, and is published for editors.

A shape is a struct whose fields are typed by *readers*: functions from a node to a value, which raise
`Unfit`.  So a scalar meets its type as written.  A tree that has its shape is read here, without pydantic,
whose import and models would be a third of a small run.  `validation.py` makes a pydantic model of the same
description for every other tree, to find all of its mistakes, and for the JSON Schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct

from reconciler.manifest.likely_mistakes import FULL_WIDTH, FULL_WIDTH_COLON, NO_SPACE, no_space
from reconciler.manifest.nodes import NOTHING, AuthoredList, AuthoredMap, Scalar, node_kind

Reader = Callable[[Any], Any]
AnyShape = TypeVar("AnyShape", bound="Shape")
UNIONS = (Union, UnionType)


class Unfit(ValueError):
    """A node that its reader cannot read: what is wrong, and what to do about it.

    `offset` is where in the node it is wrong, in characters after the node's place.
    """

    def __init__(self, what: str, fix: str, offset: int = 0) -> None:
        """Keep the words."""
        super().__init__(f"{what}; {fix}")
        self.what, self.fix, self.offset = what, fix, offset


class Shape(Struct, frozen=True):
    """A map with the keys of its class and no others; a text in the annotation of a key describes it."""

    elsewhere: ClassVar[str] = ""
    """Advice for an unknown key that does not look like one of the map's own."""
    described: ClassVar[Mapping[str, Any]] = {}
    """Members that are added to the JSON Schema of the map."""
    unwritten: ClassVar[tuple[str, ...]] = ()
    """Fields that no file can set."""


class Reads(NamedTuple):
    """A note in an annotation: the function that reads the value, and the one that writes it again."""

    read: Reader
    write: Reader | None = None


class Prepares(NamedTuple):
    """A note in an annotation: a function that is applied to the node before it is read."""

    prepare: Callable[[object], object]


class Described:
    """A note in an annotation: the JSON Schema of the value."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Keep the schema. A union of annotations needs notes with a hash, and a map has none."""
        self.schema = schema


class Arms(NamedTuple):
    """A note in the annotation of a union: the names of its arms, and the function that picks one."""

    pick: Callable[[object], str | None]
    names: tuple[str, ...]


# -- readers' words --------------------------------------------------------------------------


def unexpected(expected: str, node: object, fix: str) -> Unfit:
    """Make the error for a node of another shape than `expected`."""
    if isinstance(node, Scalar) and node.is_blank:
        return Unfit("no value", fix)
    if isinstance(node, Scalar) and not node.text:
        return Unfit(f"expected {expected}, found an empty text", fix)
    kind = node_kind(node) if isinstance(node, Scalar | AuthoredList | AuthoredMap) else type(node).__name__
    return Unfit(f"expected {expected}, found {kind}", fix)


def no_map(node: object) -> Unfit:
    """Make the error for a node that is not a map; `key：value` and `key:value` get their own advice."""
    if isinstance(node, Scalar) and node.plain:
        first = node.text.split(maxsplit=1)[0] if node.text else ""
        if (at := first.find(FULL_WIDTH_COLON)) >= 0:
            return Unfit(*FULL_WIDTH, offset=at)
        if hit := NO_SPACE.match(first):
            return Unfit(*no_space(hit["key"]), offset=hit.end() - 1)
    return unexpected("a map", node, "write `key: value` lines below it")


def no_list(node: object) -> Unfit:
    """Make the error for a node that is not a list."""
    return unexpected("a list", node, "begin each entry with '- '")


def map_of(node: object) -> AuthoredMap:
    """Read a map without a check of its keys."""
    if isinstance(node, AuthoredMap):
        return node
    raise no_map(node)


NameMap = Annotated[AuthoredMap, Reads(map_of), Described({"type": "object"})]
"""A map from names to values; later the space resolves the names, and the fields' types read the values."""


def nothing() -> AuthoredMap:
    """Return the map of a section that is not in the file."""
    return NOTHING


# -- from nodes to values ----------------------------------------------------------------------


def read(shape: type[AnyShape], node: object) -> AnyShape:
    """Read a map; raises `Unfit`, with words for nobody, where there is any mistake in it."""
    if not isinstance(node, dict):
        raise no_map(node)
    readers = readers_of(shape)
    values: dict[str, Any] = {}
    for key, part in node.items():
        if key not in readers:
            raise Unfit("an unknown key", "delete it")
        name, reader = readers[key]
        values[name] = reader(part)
    if not required(shape) <= values.keys():
        raise Unfit("a key is missing", "write it")
    return shape(**values)


def written(value: Any, kind: Any) -> Any:
    """Return a value as JSON of the form in which it is written; `kind` is its annotation."""
    base, notes = noted(kind)
    for note in notes:
        if isinstance(note, Reads):
            return note.write(value) if note.write else value
    if value is None:
        return None
    if isinstance(value, Shape):
        kinds = kinds_of(type(value))
        return {key: written(getattr(value, name), within) for key, (name, within) in kinds.items()}
    args = get_args(base)
    if get_origin(base) in UNIONS:
        arms = [arm for arm in args if (get_origin(arm) is dict) == isinstance(value, dict)]
        return written(value, arms[0])
    if isinstance(value, dict):
        return {key: written(one, args[1]) for key, one in value.items()}
    return [written(one, args[0]) for one in value] if isinstance(value, tuple | list) else value


@cache
def kinds_of(shape: type[Shape]) -> Mapping[str, tuple[str, Any]]:
    """Return the name and the annotation of each field, by its key in files."""
    kinds = get_type_hints(shape, include_extras=True)
    names = zip(shape.__struct_encode_fields__, shape.__struct_fields__, strict=True)
    return {key: (name, kinds[name]) for key, name in names if name not in shape.unwritten}


@cache
def readers_of(shape: type[Shape]) -> Mapping[str, tuple[str, Reader]]:
    """Return the name and the reader of each field, by its key in files."""
    return {key: (name, reader_of(kind)) for key, (name, kind) in kinds_of(shape).items()}


@cache
def required(shape: type[Shape]) -> frozenset[str]:
    """Return the names of the fields that have no default."""
    names, defaults = shape.__struct_fields__, shape.__struct_defaults__
    bare = len(names) - len(defaults)
    late = (name for name, value in zip(names[bare:], defaults, strict=True) if value is NODEFAULT)
    return frozenset((*names[:bare], *late))


def noted(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return an annotation without its notes, and the notes."""
    if get_origin(kind) is Annotated:
        base, *notes = get_args(kind)
        return base, tuple(notes)
    return kind, ()


def reader_of(kind: Any) -> Reader:
    """Make the reader of an annotation."""
    base, notes = noted(kind)
    for note in notes:
        match note:
            case Reads(read=plain):
                return plain
            case Prepares(prepare=prepare):
                inner = reader_of(base)
                return lambda node: inner(prepare(node))
            case Meta():
                inner = reader_of(base)
                return lambda node: inner(filled(node))
            case Arms(pick=pick, names=names):
                arms = dict(zip(names, map(reader_of, get_args(base)), strict=True))
                return lambda node: arms[pick(node) or names[0]](node)
    return reader_of_base(base)


def reader_of_base(base: Any) -> Reader:
    """Make the reader of an annotation without notes."""
    if isinstance(base, type) and issubclass(base, Shape):
        return partial(read, base)
    origin, args = get_origin(base), get_args(base)
    if origin in UNIONS:
        (one,) = (arm for arm in args if arm is not type(None))
        return reader_of(one)
    if origin is dict:
        of_key, of_value = map(reader_of, args)
        return lambda node: {of_key(key): of_value(one) for key, one in entries(node)}
    if origin in {list, tuple}:
        of_member = reader_of(args[0])
        return lambda node: origin(map(of_member, members(node)))
    return str  # the keys of maps


def entries(node: Any) -> Iterable[tuple[str, Any]]:
    """Return the keys and values of a map."""
    if isinstance(node, dict):
        return node.items()
    raise no_map(node)


def members(node: Any) -> Iterable[Any]:
    """Return the members of a list, which may have been prepared as a tuple."""
    if isinstance(node, list | tuple) and not isinstance(node, Scalar):
        return node
    raise no_list(node)


def filled(node: Any) -> Any:
    """Return a list that has a member."""
    if members(node):
        return node
    raise Unfit("an empty list", "write one member at least")
