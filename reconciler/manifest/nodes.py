"""The tree of authored values: scalars, lists and maps as written, with places.

The loader builds this tree from YAML events, and codecs read it.  A scalar keeps its text
as written: the field's type decides whether `no` is a boolean, an option or a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.errors import Place

BLANKS = frozenset({"", "~", "Null", "NULL"})
"""Plain scalars that YAML reads as null, and that an author may have meant otherwise."""


class Scalar(NamedTuple):
    """One scalar: its text, whether it was written without quotes, and its place.

    `hidden` is a comment such as ` #123` after a plain scalar: the author may have meant it as part
    of the text, as in `Fix bug #123`.
    """

    text: str
    plain: bool
    place: Place
    hidden: str = ""

    @property
    def is_null(self) -> bool:
        """Return whether this is the word `null`, the only word that empties a field."""
        return self.plain and self.text == "null"

    @property
    def is_blank(self) -> bool:
        """Return whether this is no value, or a word that only YAML reads as null."""
        return self.plain and self.text in BLANKS


class AuthoredList(list["Node"]):
    """A YAML sequence, with the place of its first character."""

    __slots__ = ("place",)
    place: Place

    def __init__(self, place: Place) -> None:
        """Make an empty list at `place`."""
        self.place = place


class AuthoredMap(dict[str, "Node"]):
    """A YAML mapping with text keys, its own place and the scalar of each key."""

    __slots__ = ("keys_at", "place")
    place: Place
    keys_at: dict[str, Scalar]

    def __init__(self, place: Place) -> None:
        """Make an empty map at `place`."""
        self.place = place
        self.keys_at = {}


Node: TypeAlias = Scalar | AuthoredList | AuthoredMap

NOTHING = AuthoredMap(Place("", 1, 1))
"""The map of a section that is not in the file. It is shared and never changed."""


def node_kind(node: Node) -> str:
    """Return the kind of a node as messages call it."""
    match node:
        case Scalar(plain=True, text="null"):
            return "null"
        case Scalar():
            return "text"
        case AuthoredList():
            return "a list"
        case AuthoredMap():
            return "a map"


class Entry(Struct, frozen=True):
    """One item in one file: its id, and the desired values of its fields and roles.

    The keys of `fields`, `roles` and `expect` are names as written; the catalog resolves them.
    A bare id has three empty maps.
    """

    id: int
    place: Place
    fields: AuthoredMap
    roles: AuthoredMap
    expect: AuthoredMap
    unmanaged: tuple[Scalar, ...] = ()


Clause: TypeAlias = tuple[Scalar, ...]
"""One line of `where`: a condition, or several of which any may hold."""


class AuthoredRule(Struct, frozen=True):
    """One rule over many items as a file has it; the keys of `fields` and `roles` are names as written."""

    name: str
    place: Place
    mode: str
    at_most: int | None
    where: tuple[Clause, ...]
    fields: AuthoredMap
    roles: AuthoredMap
    once: bool = False
    why: str = ""
    groups: frozenset[int] = frozenset()
    """The lines of `where` that are an `any` of conditions."""

    def is_plain(self, number: int) -> bool:
        """Return True if a line of `where` is one condition."""
        return number not in self.groups


class Document(Struct, frozen=True):
    """One desired-state file, of items or of rules; the defaults apply to each of its items."""

    file: str
    space: Scalar
    type: Scalar
    default_fields: AuthoredMap
    default_roles: AuthoredMap
    items: tuple[Entry, ...]
    rules: tuple[AuthoredRule, ...] = ()


class Outline(Struct, frozen=True):
    """The space, type and items of one file, without their values, and how many rules it has."""

    file: str
    space: Scalar
    type: Scalar
    ids: tuple[int, ...]
    rules: int = 0


class Manifest(Struct, frozen=True):
    """All desired-state files of a run, sorted by name."""

    documents: tuple[Document, ...]


def every_scalar(node: Node) -> Iterator[Scalar]:
    """Yield the scalars of a value, at any depth; keys are none."""
    if isinstance(node, Scalar):
        yield node
        return
    for one in node if isinstance(node, AuthoredList) else node.values():
        yield from every_scalar(one)


def every_section(document: Document) -> Iterator[tuple[AuthoredMap, AuthoredMap]]:
    """Yield the fields and roles of the defaults, each item and each rule, and each `expect` as both."""
    yield document.default_fields, document.default_roles
    for entry in document.items:
        yield entry.fields, entry.roles
        if entry.expect:
            yield entry.expect, entry.expect
    for rule in document.rules:
        yield rule.fields, rule.roles


def place_within(place: Place, lines: Sequence[str]) -> Place:
    """Return a place inside the file's text: a scanner reports a missing token after the last line."""
    if place.line <= len(lines) and lines[place.line - 1].strip():
        return place
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 1)
    return place if place.line <= last else Place(place.file, last, len(lines[last - 1].rstrip()) + 1)
