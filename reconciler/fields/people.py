"""People: `user`, `multi_user` and the roles of an item; compared by user key."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from reconciler.errors import Mistake, Place, UnknownName, WrongShape, quoted
from reconciler.fields.codec import ScalarCodec, describe_node
from reconciler.fields.json_schema import Schema
from reconciler.fields.sets import SetCodec, added_members, wrong_separator
from reconciler.fields.spec import People
from reconciler.fields.unread import Unreadable, is_nothing
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Seen, Wrong
from reconciler.manifest.editor_words import ANY_TEXT
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

USER_KEY = re.compile(r"[0-9]{15,25}")
OPAQUE_KEY = re.compile(r"""[^\s\[\]{}"',;]+""")
"""A user key on the wire: opaque text, but not a list and not JSON in a text."""


def person_shapes(people: People) -> Iterator[Schema]:
    """Yield the JSON Schema of a person: any text or key; editors offer the known names."""
    known = [*sorted(people.groups), *sorted(people.by_email)]
    yield {**ANY_TEXT, "examples": known} if known else ANY_TEXT


def mentions(node: Node) -> Iterator[Scalar]:
    """Yield the scalars of a value that may name people."""
    if isinstance(node, Scalar):
        if not node.is_null:
            yield node
    elif isinstance(node, AuthoredList):
        for one in node:
            yield from mentions(one)
    elif isinstance(node, AuthoredMap):
        for one in node.values():
            yield from mentions(one)


def expand(text: str, people: People) -> tuple[str, ...]:
    """Return the e-mails or user keys of an authored name or group."""
    return people.groups.get(text, (text,))


class UnknownPerson(Mistake):
    """An authored name that matches no known person; without pins it may still be right."""

    def __init__(self, place: Place, text: str, people: People, owner: str) -> None:
        """Make the message: the person with that display name, else similar names."""
        bearers = sorted(one.email or one.key for one in people.by_key.values() if one.name == text)
        if bearers:
            many = "" if len(bearers) == 1 else f"{len(bearers)} people have this display name: "
            what = f"{quoted(text)} is not an e-mail or user key"
            super().__init__(place, what, f"{many}write {' or '.join(bearers[:3])}")
            return
        known = [*people.groups, *(one.email for one in people.by_key.values())]
        told = UnknownName(place, "person", text, owner, known)
        anybody = "write the e-mail or user key of a member, or a name from `people` in the settings"
        super().__init__(place, told.what, told.fix if known else anybody)


def resolve(scalar: Scalar, people: People, owner: str) -> tuple[str, ...]:
    """Return the user keys that a scalar names; raises `Wrong`."""
    if not scalar.text:
        raise Wrong(
            WrongShape(scalar.place, f"a person for {owner}", describe_node(scalar), UserCodec.example)
        )
    if scalar.text not in people.groups and (mistake := wrong_separator(scalar)):
        raise Wrong(mistake)
    keys: list[str] = []
    wrong: list[Mistake] = []
    for name in expand(scalar.text, people):
        person = people.by_email.get(name.lower()) or people.by_key.get(name)
        if person:
            keys.append(person.key)
        elif USER_KEY.fullmatch(name):
            keys.append(name)
        else:
            wrong.append(UnknownPerson(scalar.place, name, people, owner))
    if wrong:
        raise Wrong(*wrong)
    return tuple(dict.fromkeys(keys))


def left(people: People, keys: Iterable[Any]) -> str | None:
    """Return why the first inactive person of `keys` cannot be assigned, or None."""
    for key in sorted(keys):
        person = people.by_key.get(key)
        if person and not person.active:
            return f"{person.email or key} is no longer active"
        if key in people.gone:
            return f"{people.show(key)} no longer exists"
    return None


def user_keys(wire: Any) -> list[str]:
    """Read a list of user keys, or an empty form; raises Unreadable."""
    if is_nothing(wire):
        return []
    if not isinstance(wire, list):
        raise Unreadable("user keys", wire)
    for one in wire:
        if not isinstance(one, str) or not is_user_key(one):
            raise Unreadable("user keys", wire)
    return wire


@lru_cache(maxsize=4096)
def is_user_key(text: str) -> bool:
    """Return whether a text has the form of a user key."""
    return OPAQUE_KEY.fullmatch(text) is not None


class UserCodec(ScalarCodec):
    """`user`: one user key (field-formats.md section 7.1)."""

    desired_shape = "one person"
    example = "an e-mail, a user key, or a name from `people`"
    compared = "by user key"
    names_people = True

    def people_in(self, node: Node) -> Iterator[Scalar]:
        """Yield every scalar: each may name a person."""
        return mentions(node)

    def read_scalar(self, scalar: Scalar) -> Hashable:
        """Read one person; a group of several is refused."""
        if scalar.text not in self.people.groups and wrong_separator(scalar):
            raise Wrong(
                Mistake(scalar.place, f"several names in one text for {self.spec.label}", "name one person")
            )
        keys = resolve(scalar, self.people, self.spec.label)
        if len(keys) != 1:
            raise Wrong(
                Mistake(scalar.place, f"{quoted(scalar.text)} is a group of {len(keys)}", "name one person")
            )
        return keys[0]

    def shapes(self) -> Iterator[Schema]:
        """Describe a name, or digits."""
        yield from person_shapes(self.people)

    def decode(self, wire: Any) -> Seen:
        """Read a user key, or a list of one (section 18, point 6)."""
        keys = user_keys([wire] if isinstance(wire, str) and wire else wire)
        if len(keys) > 1:
            raise Unreadable("one user key", wire)
        return Seen(keys[0] if keys else EMPTY)

    def encode(self, value: Any) -> Any:
        """Send the user key, or null to clear."""
        return value

    def show(self, value: Any) -> str:
        """Show the e-mail."""
        return EMPTY_LABEL if value is EMPTY else self.people.show(value)

    def dump(self, value: Any) -> Any:
        """Write the e-mail, or the user key if the e-mail is not known."""
        return None if value is EMPTY else self.people.show(value)

    def objection(self, live: Seen, after: Hashable) -> str | None:  # noqa: ARG002 - only the new person counts
        """Refuse to assign a person who has left."""
        return None if after is EMPTY else left(self.people, [after])


class UsersCodec(SetCodec):
    """`multi_user`, watchers and the members of one role (section 7.2 and 9)."""

    desired_shape = "a list of people"
    example = "[ana@example.com], or {contains: [ana@example.com]}"
    compared = "as a set of user keys"
    names_people = True

    def people_in(self, node: Node) -> Iterator[Scalar]:
        """Yield every scalar: each may name a person."""
        return mentions(node)

    def read_members(self, nodes: AuthoredList) -> frozenset[Hashable]:
        """Read the members; a role for one person accepts one."""
        members = super().read_members(nodes)
        if self.spec.single and len(members) > 1:
            raise Wrong(
                Mistake(
                    nodes.place,
                    f"{self.spec.label} accepts one person, found {len(members)}",
                    "name one person",
                )
            )
        return members

    def read_member(self, node: Node) -> tuple[Hashable, ...]:
        """Read a person or a group."""
        if not isinstance(node, Scalar):
            raise self.misshapen(node)
        return resolve(node, self.people, self.spec.label)

    def member_shapes(self) -> Iterator[Schema]:
        """Describe a name, or digits."""
        yield from person_shapes(self.people)

    def decode(self, wire: Any) -> Seen:
        """Read a list of user keys, or null if there are none."""
        return Seen(frozenset(user_keys(wire)))

    def encode(self, value: Any) -> Any:
        """Send the user keys."""
        return self.ordered(value)

    def show_member(self, member: Any) -> str:
        """Show the e-mail."""
        return self.people.show(member)

    def objection(self, live: Seen, after: Hashable) -> str | None:
        """Refuse to add a person who has left."""
        if self.spec.single and isinstance(after, frozenset) and len(after) > 1:
            return f"{self.spec.label} accepts one person"
        return left(self.people, added_members(live, after))
