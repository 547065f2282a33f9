"""The common part of fields with options: one option, or a set of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Protocol

from reconciler.fields.codec import DOCUMENTED, Codec
from reconciler.fields.json_schema import Schema
from reconciler.fields.sets import SetCodec, added_members
from reconciler.fields.unread import Unreadable, is_nothing, is_unset
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Desired, Seen
from reconciler.manifest.nodes import Node


class Offer(Protocol):
    """The options of a field: reads, sends and shows an option, and knows whether it may be chosen."""

    @property
    def rank(self) -> Mapping[Any, int]:
        """The position of each option in the metadata, the order of a set."""

    def read(self, node: Node, /) -> Any:
        """Return the option for an authored node; raises `Wrong`."""

    def decode(self, wire: Any, /) -> Any:
        """Return the option of an answer; a false value if nothing is chosen. Raises Unreadable."""

    def encode(self, option: Any, /) -> Any:
        """Return the wire form of an option."""

    @property
    def otherwise(self) -> Mapping[str, Callable[[Any], Any]]:
        """Other forms in which an option may be sent, by name."""

    def label(self, option: Any, /) -> str:
        """Return the label of an option."""

    def written(self, option: Any, /) -> Any:
        """Return the shortest YAML form that is read as this option."""

    def shapes(self) -> Iterator[Schema]:
        """Describe the forms in which an option may be written."""

    def gone(self, option: Any, /) -> str | None:
        """Return why an option may not be newly chosen, or None."""


class OneCodec(Codec):
    """One option, or none."""

    @property
    @abstractmethod
    def offer(self) -> Offer:
        """The options, indexed once."""

    def read(self, node: Node) -> Desired:
        """Read one option."""
        desired: Desired = self.offer.read(node)
        return desired

    def shapes(self) -> Iterator[Schema]:
        """Describe one option."""
        return self.offer.shapes()

    def decode(self, wire: Any) -> Seen:
        """Read one option, or any of the empty forms."""
        return Seen(EMPTY if is_unset(wire) else self.offer.decode(wire) or EMPTY)

    def encode(self, value: Any) -> Any:
        """Send the option, null to clear."""
        return None if value is EMPTY else self.offer.encode(value)

    def forms(self, value: Any) -> Mapping[str, Any]:
        """Send the option in each form."""
        others = self.offer.otherwise.items()
        return {DOCUMENTED: self.encode(value)} | {
            name: None if value is EMPTY else form(value) for name, form in others
        }

    def show(self, value: Any) -> str:
        """Show the option."""
        return EMPTY_LABEL if value is EMPTY else self.offer.label(value)

    def dump(self, value: Any) -> Any:
        """Write the option."""
        return None if value is EMPTY else self.offer.written(value)

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - only the new choice counts
        """Refuse an option that the space no longer offers."""
        return None if after is EMPTY else self.offer.gone(after)


class SeveralCodec(SetCodec):
    """A set of options."""

    @property
    @abstractmethod
    def offer(self) -> Offer:
        """The options, indexed once."""

    def read_member(self, node: Node) -> tuple[Hashable, ...]:
        """Read one option."""
        return (self.offer.read(node),)

    def member_shapes(self) -> Iterator[Schema]:
        """Describe one option."""
        return self.offer.shapes()

    def decode(self, wire: Any) -> Seen:
        """Read a list of options, or any of the empty forms."""
        if is_nothing(wire):
            return Seen(frozenset())
        options = [self.offer.decode(one) for one in wire] if isinstance(wire, list) else [None]
        if not all(options):
            raise Unreadable("a list of options", wire)
        return Seen(frozenset(options))

    def encode(self, value: Any) -> Any:
        """Send every option, in the order of the metadata."""
        return [self.offer.encode(one) for one in self.ordered(value)]

    def forms(self, value: Any) -> Mapping[str, Any]:
        """Send the options in each form."""
        some, others = self.ordered(value), self.offer.otherwise.items()
        return {DOCUMENTED: self.encode(value)} | {name: [form(one) for one in some] for name, form in others}

    def ordered(self, value: Any) -> list[Any]:
        """Order as the field's own options are."""
        rank = self.offer.rank
        return sorted(value, key=lambda one: (rank.get(one, len(rank)), one))

    def show_member(self, member: Any) -> str:
        """Show one option."""
        return self.offer.label(member)

    def dump_member(self, member: Any) -> Any:
        """Write one option."""
        return self.offer.written(member)

    def objection(self, live: Seen, after: Hashable) -> str | None:
        """Refuse to add options that the space no longer offers."""
        reasons = (self.offer.gone(one) for one in self.ordered(added_members(live, after)))
        return next((reason for reason in reasons if reason), None)
