"""What every field type answers, and the values that travel between them.

A codec is bound to the specification of one field of one space.  All comparing happens on
canonical values, which are hashable and meet in `==`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from reconciler.errors import Mistake, WrongShape, quoted
from reconciler.manifest.nodes import AuthoredList, Node, Place, Scalar, kind_of

EMPTY = None
"""The canonical value of a scalar field that holds nothing; a set's is `frozenset()`."""

EMPTY_LABEL = "(empty)"

UNREAD: Any = object()
"""Stands for a value that was not read yet; None is a value."""

MOST_READINGS = 4096
"""Different values of a field that are remembered: choices, people and days recur, long texts do not."""

NO_PARTS: Mapping[str, Codec] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an option field: its id (`value` on the wire), label and state."""

    id: str
    label: str
    disabled: bool = False
    children: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What the space says about one field, and what the settings add to it.

    `type` is the wire's `field_type_key` with underscores (field-formats.md section 14);
    a role of a work item type is a field of type `role` whose key is the role's id.
    `kind` is `day` or `moment` for dates; `scale` turns a written number into the wire's.
    `options` are a tree for cascades and for `business` (there: the business lines).
    `level` is `leaf` where only the last level of a cascade may be chosen, else empty.
    `zone` is where days are midnights; None where nobody said it, and then no day is read or written.
    `subfields` are the columns of a compound field; `row_key` is the one of them (by key, alias
    or name) that names a row.  `targets` are the keys of the types that a relation may point to.
    """

    key: str
    name: str
    type: str
    alias: str = ""
    options: tuple[Option, ...] = ()
    calculated: bool = False
    kind: str = "day"
    scale: str = "1"
    zone: ZoneInfo | None = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    single: bool = False
    locked: bool = False
    members: tuple[str, ...] = ()
    level: str = ""
    subfields: tuple[FieldSpec, ...] = ()
    row_key: str = ""
    targets: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name people know the field by: display name, else its key."""
        return self.name or self.key

    def answers_to(self, word: str) -> bool:
        """Whether people may mean this field by `word`."""
        return bool(word) and word in (self.key, self.alias, self.name)


@dataclass(frozen=True, slots=True)
class Person:
    """A user as `user/query` describes them; `active` is false for frozen and resigned."""

    key: str
    email: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class People:
    """Everybody a run knows, and the names and groups that the settings give them.

    `gone` are user keys that the files or pins name and that the service does not find.
    """

    by_key: Mapping[str, Person] = field(default_factory=dict)
    by_email: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def show(self, key: str) -> str:
        """Return the e-mail of a user key, else the key itself."""
        person = self.by_key.get(key)
        return person.email or key if person else key


class Target(NamedTuple):
    """A work item that a file names instead of giving its id: `{type: sprint, name: "26-12"}`.

    `type` is as written, empty where the field's only target is meant.
    """

    type: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """The other work items a run knows, to which relations may point.

    `types` maps every word for a type to its key; `by_name` maps (type key, name) to the ids
    of the items that bear the name, none where the service knows of none; `known` maps an id to
    its type key and its name.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    known: Mapping[int, tuple[str, str]] = field(default_factory=dict)


NO_ITEMS = Items()


class Wish:
    """A wanted value that says a part only, and takes the rest from the live value.

    No abstract class by its metaclass, which would make the question whether a value is one slow.
    """

    __slots__ = ()

    @abstractmethod
    def of(self, live: Any) -> Hashable:
        """Turn a live value into the wanted one; a wanted one stays as it is."""


@dataclass(frozen=True, slots=True)
class Rule(Wish):
    """A wish about some members of a set: D(L) = (L ∪ contains) ∖ excludes."""

    contains: frozenset[Hashable]
    excludes: frozenset[Hashable]

    @property
    def named(self) -> frozenset[Hashable]:
        """The members that the rule speaks of."""
        return self.contains | self.excludes

    def of(self, live: Any) -> frozenset[Hashable]:
        """Turn a live set into the wanted one."""
        assert isinstance(live, frozenset)  # noqa: S101 - a rule is only ever made by a set's codec
        return (live | self.contains) - self.excludes


Schema: TypeAlias = dict[str, Any]
ANY_TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""What an editor may take a text for that stands without quotes."""

Wanted: TypeAlias = Hashable | Wish


def settle(wanted: Wanted, live: Hashable) -> Hashable:
    """Return the canonical value that `wanted` makes of `live`."""
    return wanted.of(live) if isinstance(wanted, Wish) else wanted


class Seen(NamedTuple):
    """A value as it was read, with what the reading noticed beside it."""

    value: Hashable
    notes: tuple[str, ...] = ()


class Wrong(Exception):
    """A value that the field cannot hold; carries every mistake found in it."""

    def __init__(self, *mistakes: Mistake) -> None:
        """Keep the mistakes."""
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = mistakes


DOCUMENTED = "documented"
"""The name of the form that is sent where a space's profile names no other."""


class Codec(ABC):
    """Reads, writes and shows the values of one field.

    `wanted_shape` and `example` stand in messages and in the table of field types, `compared`
    (what makes two values equal) in the table alone; `cleared_by` is the wire's form of the
    empty value.
    """

    wanted_shape = "a value"
    example = "a value"
    cleared_by = "null"
    compared = "as it is"
    empty: Hashable = EMPTY
    names_people = False
    names_items = False
    by_lines = False

    def __init__(
        self, spec: FieldSpec, people: People, items: Items = NO_ITEMS, parts: Mapping[str, Codec] = NO_PARTS
    ) -> None:
        """Bind the codec to a field, to the people and items of the run, and to its sub-fields' codecs."""
        self.spec = spec
        self.people = people
        self.items = items
        self.parts = parts
        self.readings: dict[Hashable, Wanted] = {}
        self.recognized: dict[tuple[type, float], Hashable] = {}
        self.forms_seen: dict[Wanted, Any] = {}

    @property
    def is_looked_up(self) -> bool:
        """Whether only the space can tell what a value of the field stands for."""
        return self.names_people or self.names_items or self.by_lines

    def recall(self, node: Node) -> Wanted:
        """Parse a value, at once where the same was written before; raises `Wrong` as `parse` does."""
        form = form_of(node)
        wanted: Wanted = UNREAD if form is None else self.readings.get(form, UNREAD)
        if wanted is UNREAD:
            wanted = self.parse(node)
            if form is not None and len(self.readings) < MOST_READINGS:
                self.readings[form] = wanted
        return wanted

    def parse(self, node: Node) -> Wanted:
        """Read what an author wrote; raises `Wrong` with every mistake in it."""
        if isinstance(node, Scalar) and node.is_null:
            return self.empty
        return self.read(node)

    @abstractmethod
    def read(self, node: Node) -> Wanted:
        """Read a node that is not the word null."""

    @abstractmethod
    def decode(self, wire: Any) -> Seen:
        """Turn the API's value into the canonical one; raises ValueError if it is none of ours."""

    def holds(self, wire: Any, wanted: Wanted) -> bool:
        """Whether an answer's value is all that is wanted; raises ValueError as `decode` does.

        Choices, people, days and amounts recur in one form each, which is decoded once.
        """
        kind = type(wire)
        recurs = kind is str or kind is dict or kind is list
        if recurs and self.forms_seen.get(wanted) == wire:
            return True
        is_number = kind is int or kind is float or kind is bool
        value = self.recognize(wire) if is_number else self.decode(wire).value
        held = (wanted.of(value) if isinstance(wanted, Wish) else wanted) == value
        if held and recurs and len(self.forms_seen) < MOST_READINGS and is_text(wire):
            self.forms_seen[wanted] = wire
        return held

    def recognize(self, wire: float) -> Hashable:
        """Return what a number or a boolean stands for, without notes."""
        at = (type(wire), wire)
        if at not in self.recognized:
            value = self.decode(wire).value
            if len(self.recognized) >= MOST_READINGS:
                return value
            self.recognized[at] = value
        return self.recognized[at]

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Turn a canonical value into the documented form of the PUT."""

    def forms(self, value: Any) -> Mapping[str, Any]:
        """Return, by name, every form in which a PUT may hold the value: the documented one, then others.

        Which of them a space keeps is found by `doctor --probe`, and stands in its profile.
        """
        return {DOCUMENTED: self.encode(value)}

    @abstractmethod
    def show(self, value: Any) -> str:
        """Return the value as people read it; never fails."""

    @abstractmethod
    def dump(self, value: Any) -> Any:
        """Return plain Python data that, written as YAML, parses to the same value."""

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - most types have none
        """Say why a differing value may not be sent (the world's doing), or None."""
        return None

    def forced(self, value: Any) -> Any:
        """Return a canonical value as one that may replace whatever stands there.

        Raises ValueError for one that was only ever read and cannot be written.
        """
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 07) of what files may say, for editors; null empties every field."""
        shapes = list(self.shapes())
        return {"title": self.spec.label, "anyOf": [*shapes, {"type": "null"}]}

    @abstractmethod
    def shapes(self) -> Iterator[Schema]:
        """Yield the JSON Schemas of the forms in which a value may be written, null aside."""

    def people_in(self, node: Node) -> Iterator[Scalar]:  # noqa: ARG002 - most types name nobody
        """Yield the scalars of an authored value that may name people."""
        return iter(())

    def targets_in(self, node: Node) -> Iterator[Target]:  # noqa: ARG002 - most types point nowhere
        """Yield the work items that an authored value names instead of giving their ids."""
        return iter(())

    def links(self, value: Any) -> Iterator[tuple[tuple[str, ...], int]]:  # noqa: ARG002 - see above
        """Yield the work items in a canonical value, each with the keys of the types that may stand there."""
        return iter(())

    def refusal_on(self, item_id: int, wanted: Wanted, place: Place) -> Mistake | None:  # noqa: ARG002 - see above
        """Say why the item itself may not have this value (it would point to itself), or None."""
        return None

    def misshapen(self, node: Node) -> Wrong:
        """Make the error for a node of the wrong shape."""
        return Wrong(
            WrongShape(node.place, f"{self.wanted_shape} for {self.spec.label}", found(node), self.example)
        )


def is_text(wire: Any) -> bool:
    """Whether nothing but texts and nulls are in a value: to Python 1 is the same as true and as 1.0."""
    if isinstance(wire, dict | list):
        return all(map(is_text, wire.values() if isinstance(wire, dict) else wire))
    return wire is None or isinstance(wire, str)


def form_of(node: Node) -> Hashable:
    """Return what a scalar or a list of scalars says, wherever it stands; None for any other node."""
    if type(node) is Scalar:
        text, plain, _, hidden = node
        return text if plain and not hidden else (text, plain, hidden)
    if type(node) is AuthoredList:
        forms = tuple([form_of(one) for one in node if type(one) is Scalar])
        return forms if len(forms) == len(node) else None
    return None


class ScalarCodec(Codec):
    """A codec whose authored form is one scalar."""

    def read(self, node: Node) -> Wanted:
        """Read one scalar."""
        if not isinstance(node, Scalar):
            raise self.misshapen(node)
        return self.read_scalar(node)

    @abstractmethod
    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read the text of one scalar."""


def one_of(values: list[Any]) -> Schema:
    """Return the JSON Schema of a choice; any text where nothing is known to choose from."""
    return {"enum": values} if values else ANY_TEXT


def members(shape: Schema) -> Schema:
    """Return the JSON Schema of a list, each member once."""
    return {"type": "array", "items": shape, "uniqueItems": True}


def entries(shapes: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """Return the JSON Schema of a map that has these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(shapes), "additionalProperties": False}
    return {**made, "required": list(required)} if required else {**made, "minProperties": 1}


def found(node: Node) -> str:
    """Name what was found, with the value where it is short."""
    if not isinstance(node, Scalar) or node.is_null:
        return kind_of(node)
    if not node.text:
        return "an empty text"
    return quoted(node.text) if quoted(node.text) != quoted("") else f"a text of {len(node.text)} characters"
