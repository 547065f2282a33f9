"""The codec: parses, decodes, encodes and shows the values of one field.

A codec is bound to the specification of one field of one space.  YAML and API values become
canonical values, which are hashable; everything else compares them with `==`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from reconciler.errors import Mistake, Place, WrongShape, quoted
from reconciler.fields.json_schema import Schema
from reconciler.fields.memo import Memo
from reconciler.fields.spec import NO_ITEMS, FieldSpec, Items, People, Target
from reconciler.fields.values import EMPTY, Desired, Seen, Wrong
from reconciler.manifest.nodes import Node, Scalar, node_kind

NO_PARTS: Mapping[str, Codec] = MappingProxyType({})


DOCUMENTED = "documented"
"""The name of the form that is sent if the space's profile does not name another."""


class Codec(Memo):
    """Reads, writes and shows the values of one field.

    Messages and the page of field types use `desired_shape` and `example`; the page also shows
    `compared` (when two values are equal).  `cleared_by` is the wire form of the empty value.
    """

    desired_shape = "a value"
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
        super().__init__()

    @property
    def is_looked_up(self) -> bool:
        """Return whether values hold names that only the space can resolve."""
        return self.names_people or self.names_items or self.by_lines

    def parse(self, node: Node) -> Desired:
        """Read an authored value; raises `Wrong` with every mistake in it."""
        if isinstance(node, Scalar) and node.is_null:
            return self.empty
        return self.read(node)

    @abstractmethod
    def read(self, node: Node) -> Desired:
        """Read an authored value other than null."""

    @abstractmethod
    def decode(self, wire: Any) -> Seen:
        """Turn the API's value into the canonical one; raises ValueError for a form that is not known."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Turn a canonical value into the documented form of the PUT."""

    def forms(self, value: Any) -> Mapping[str, Any]:
        """Return, by name, every form in which a PUT may send the value, the documented one first.

        `doctor --probe` finds the forms that a space accepts, and writes them into its profile.
        """
        return {DOCUMENTED: self.encode(value)}

    @abstractmethod
    def show(self, value: Any) -> str:
        """Return the value as people read it; never fails."""

    @abstractmethod
    def dump(self, value: Any) -> Any:
        """Return plain Python data that, written as YAML, parses to the same value."""

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - most types have none
        """Return why a differing value may not be sent, because of the live space; None if it may."""
        return None

    def forced(self, value: Any) -> Any:
        """Return a value that may replace any live value.

        Raises ValueError for a value that can be read but not written.
        """
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 07) of authored values, for editors; null empties every field."""
        shapes = list(self.shapes())
        return {"title": self.spec.label, "anyOf": [*shapes, {"type": "null"}]}

    @abstractmethod
    def shapes(self) -> Iterator[Schema]:
        """Yield the JSON Schemas of the forms of an authored value, except null."""

    def people_in(self, node: Node) -> Iterator[Scalar]:  # noqa: ARG002 - most types name nobody
        """Yield the scalars of an authored value that may name people."""
        return iter(())

    def targets_in(self, node: Node) -> Iterator[Target]:  # noqa: ARG002 - most types point nowhere
        """Yield the work items that an authored value refers to by name instead of by id."""
        return iter(())

    def links(self, value: Any) -> Iterator[tuple[tuple[str, ...], int]]:  # noqa: ARG002 - see above
        """Yield the work items in a canonical value, each with the keys of the types that may stand there."""
        return iter(())

    def refusal_on(self, item_id: int, desired: Desired, place: Place) -> Mistake | None:  # noqa: ARG002 - see above
        """Return the mistake if this item may not have the value, since it would point to itself; or None."""
        return None

    def misshapen(self, node: Node) -> Wrong:
        """Make the error for a node of the wrong shape."""
        return Wrong(
            WrongShape(
                node.place, f"{self.desired_shape} for {self.spec.label}", describe_node(node), self.example
            )
        )


class ScalarCodec(Codec):
    """A codec whose authored form is one scalar."""

    def read(self, node: Node) -> Desired:
        """Read one scalar."""
        if not isinstance(node, Scalar):
            raise self.misshapen(node)
        return self.read_scalar(node)

    @abstractmethod
    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read the text of one scalar."""


def describe_node(node: Node) -> str:
    """Return the kind of a node, or its text if it is short."""
    if not isinstance(node, Scalar) or node.is_null:
        return node_kind(node)
    if not node.text:
        return "an empty text"
    return quoted(node.text) if quoted(node.text) != quoted("") else f"a text of {len(node.text)} characters"
