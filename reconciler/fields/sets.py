"""The common part of set fields: an exact list, or `contains` and `excludes`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator
from typing import Any

from reconciler.errors import Mistake, UnknownName, nearest
from reconciler.fields.codec import Codec
from reconciler.fields.json_schema import Schema, offered, rule_schema, set_schema
from reconciler.fields.values import EMPTY_LABEL, Desired, Rule, Seen, Wrong
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

MODES = ("contains", "excludes")
NO_NULL = "delete it (an empty list is [])"


class SetCodec(Codec):
    """A codec whose canonical value is a frozenset: order does not matter, duplicates are refused."""

    desired_shape = "a list"
    example = "[one, two], or {contains: [one], excludes: [two]}"
    cleared_by = "[]"
    compared = "as a set"
    empty: Hashable = frozenset()

    def read(self, node: Node) -> Desired:
        """Read an exact list, or a map with `contains` and `excludes`."""
        if isinstance(node, AuthoredList):
            return self.read_members(node)
        if not isinstance(node, AuthoredMap) or not any(key in MODES or nearest(key, MODES) for key in node):
            raise self.unlisted(node)
        wrong: list[Mistake] = [
            UnknownName(node.keys_at[key].place, "mode", key, self.spec.label, MODES)
            for key in node
            if key not in MODES
        ]
        parts: dict[str, frozenset[Hashable]] = {}
        for mode in MODES:
            if mode in node:
                named = node[mode]
                try:
                    if not isinstance(named, AuthoredList):
                        raise self.unlisted(named)
                    parts[mode] = self.read_members(named)
                except Wrong as error:
                    wrong += error.mistakes
        both = parts.get("contains", frozenset()) & parts.get("excludes", frozenset())
        if both:
            names = ", ".join(sorted(map(self.show_member, both)))
            wrong.append(Mistake(node.place, f"{names} in contains and in excludes", "keep one of them"))
        if not wrong and not any(parts.values()):
            wrong.append(
                Mistake(
                    node.place,
                    f"a rule without members for {self.spec.label}",
                    "name some, or delete the line",
                )
            )
        if wrong:
            raise Wrong(*wrong)
        return Rule(parts.get("contains", frozenset()), parts.get("excludes", frozenset()))

    def read_members(self, nodes: AuthoredList) -> frozenset[Hashable]:
        """Read every member; raises `Wrong` with all mistakes, duplicates included."""
        wrong: list[Mistake] = []
        seen: dict[Hashable, Node] = {}
        for node in nodes:
            if isinstance(node, Scalar) and node.is_null:
                wrong.append(Mistake(node.place, f"null among the members of {self.spec.label}", NO_NULL))
                continue
            try:
                meant = self.read_member(node)
            except Wrong as error:
                wrong += error.mistakes
                continue
            for member in meant:
                if member in seen:
                    wrong.append(
                        Mistake(
                            node.place,
                            f"{self.show_member(member)} twice in {self.spec.label}",
                            "name it once",
                        )
                    )
                seen[member] = node
        if wrong:
            raise Wrong(*wrong)
        return frozenset(seen)

    def unlisted(self, node: Node) -> Wrong:
        """Make the error for members that are not written as a list."""
        if isinstance(node, Scalar) and (mistake := wrong_separator(node)):
            return Wrong(mistake)
        return self.misshapen(node)

    @abstractmethod
    def read_member(self, node: Node) -> tuple[Hashable, ...]:
        """Read one authored member, which may mean several (a group of people)."""

    def shapes(self) -> Iterator[Schema]:
        """Describe a list of members, or a rule."""
        listed = set_schema(self.member_shapes())
        some = offered(listed["items"])
        yield {**listed, "examples": [[one] for one in some]} if some else listed
        yield rule_schema(listed)

    @abstractmethod
    def member_shapes(self) -> Iterator[Schema]:
        """Yield the JSON Schemas of an authored member."""

    @abstractmethod
    def show_member(self, member: Any) -> str:
        """Return one member as people read it."""

    def ordered(self, value: Any) -> list[Any]:
        """Return the members in the order in which they are sent and written."""
        return sorted(value, key=str)

    def show(self, value: Any) -> str:
        """Show the members in a stable order."""
        return ", ".join(map(self.show_member, self.ordered(value))) if value else EMPTY_LABEL

    def dump(self, value: Any) -> Any:
        """Write the members' names."""
        return [self.dump_member(member) for member in self.ordered(value)]

    def dump_member(self, member: Any) -> Any:
        """Return one member as YAML data; by default, as it is shown."""
        return self.show_member(member)


def added_members(live: Seen, after: Hashable) -> frozenset[Any]:
    """Return the members that a change adds to a live set."""
    assert isinstance(live.value, frozenset)  # noqa: S101 - a set's own canonical form
    assert isinstance(after, frozenset)  # noqa: S101 - see above
    return after - live.value


def wrong_separator(scalar: Scalar) -> Mistake | None:
    """Return the mistake for several names in one scalar, separated by a comma of any keyboard; or None."""
    for sign in ("、", "，", ",", ";", "；"):
        if sign in scalar.text:
            return Mistake(
                scalar.place, f"several names in one text, separated by '{sign}'", "write a list: [one, two]"
            )
    return None
