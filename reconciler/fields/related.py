"""Related work items: one id or a set of ids; files may use names instead (field-formats.md section 15)."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Any

from reconciler.errors import Mistake, Place, UnknownName, WrongShape, quoted
from reconciler.fields.codec import Codec, describe_node
from reconciler.fields.json_schema import Schema, map_schema
from reconciler.fields.sets import SetCodec
from reconciler.fields.spec import FieldSpec, Items, Target
from reconciler.fields.unread import Unreadable, is_nothing, is_unset
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Desired, Rule, Seen, Wrong
from reconciler.manifest.editor_words import ANY_TEXT, ID
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar

ITEM_ID = re.compile(r"[1-9][0-9]{0,18}")
LAST_ID = re.compile(r"(?:^|/)([1-9][0-9]{5,18})(?:[/?#].*)?$")
"""The id in a quoted number or in the address of an item's page."""
LARGEST_ID = 2**63 - 1
ID_MEMBERS = frozenset({"id", "name"})
"""Members of the object for a relation without an item, all of them empty."""
MEMBERS = ("type", "name")
FORM = 'an id such as 6300012345, or {name: "…"}'


class UnknownItem(Mistake):
    """A related item whose name matches no known item; without pins it may still be right."""

    def __init__(self, place: Place, name: str, type_word: str) -> None:
        """Make the message: the space has no known item of that name."""
        super().__init__(place, f"unknown {type_word} {quoted(name)}", "correct the name, or write its id")


def named_items(node: Node) -> Iterator[Target]:
    """Yield the items that a value refers to by name: `{type?, name}` anywhere in its lists and rules."""
    if isinstance(node, AuthoredList):
        for one in node:
            yield from named_items(one)
    elif isinstance(node, AuthoredMap):
        name, type_ = node.get("name"), node.get("type")
        if isinstance(name, Scalar):
            yield Target(type_.text if isinstance(type_, Scalar) else "", name.text, node.place)
        else:
            for one in node.values():
                yield from named_items(one)


def read_item(node: Node, spec: FieldSpec, items: Items) -> int:
    """Return the id for a scalar or `{type?, name}`; raises `Wrong`."""
    if isinstance(node, AuthoredMap):
        return by_name(node, spec, items)
    if not isinstance(node, Scalar) or not node.plain or not ITEM_ID.fullmatch(node.text):
        inside = LAST_ID.search(node.text) if isinstance(node, Scalar) else None
        form = f"{inside[1]}, without quotes" if inside else FORM
        raise Wrong(WrongShape(node.place, f"a work item for {spec.label}", describe_node(node), form))
    item_id = int(node.text)
    if item_id > LARGEST_ID:
        raise Wrong(WrongShape(node.place, f"a work item for {spec.label}", "a number beyond any id", FORM))
    type_key, name = items.known.get(item_id, ("", ""))
    if spec.targets and type_key and type_key not in spec.targets:
        what = f"{item_id} is {type_word(type_key, items)} {quoted(name)}"
        raise Wrong(Mistake(node.place, what, f"{spec.label} accepts {target_types(spec, items)}"))
    return item_id


def by_name(node: AuthoredMap, spec: FieldSpec, items: Items) -> int:
    """Return the id of the only item with a name; raises `Wrong`."""
    wrong: list[Mistake] = [
        UnknownName(at.place, "member", key, spec.label, MEMBERS)
        for key, at in node.keys_at.items()
        if key not in MEMBERS
    ]
    name, type_ = node.get("name"), node.get("type")
    if wrong:
        raise Wrong(*wrong)
    if not isinstance(name, Scalar) or not isinstance(type_ or name, Scalar) or not name.text or name.is_null:
        raise Wrong(WrongShape(node.place, f"a work item for {spec.label}", describe_node(node), FORM))
    type_keys = type_keys_of(type_, node.place, spec, items) if isinstance(type_, Scalar) else spec.targets
    if len(type_keys) != 1:
        what = (
            f"{spec.label} accepts items of several types"
            if type_keys
            else f"no type for an item of {spec.label}"
        )
        example = f'{{type: story, name: "{name.text}"}}' if quoted(name.text) == f"'{name.text}'" else FORM
        raise Wrong(Mistake(node.place, what, f"write {example}"))
    (type_key,) = type_keys
    ids = items.by_name.get((type_key, name.text), ())
    if not ids:
        raise Wrong(UnknownItem(name.place, name.text, type_word(type_key, items)))
    if len(ids) > 1:
        few = " or ".join(map(str, sorted(ids)[:3]))
        raise Wrong(Mistake(name.place, f"{len(ids)} items are named {quoted(name.text)}", f"write {few}"))
    return ids[0]


def type_keys_of(scalar: Scalar, place: Place, spec: FieldSpec, items: Items) -> tuple[str, ...]:
    """Return the key of an authored type; raises `Wrong` if the field does not accept its items."""
    type_key = items.types.get(scalar.text, "" if items.types else scalar.text)
    if not type_key:
        raise Wrong(UnknownName(scalar.place, "type", scalar.text, spec.label, items.types))
    if spec.targets and type_key not in spec.targets:
        what = f"{spec.label} does not accept {quoted(scalar.text)}"
        raise Wrong(Mistake(place, what, f"name an item of {target_types(spec, items)}"))
    return (type_key,)


def type_word(type_key: str, items: Items) -> str:
    """Return the shortest unique word for a type."""
    words = [word for word, key in items.types.items() if key == type_key]
    return min(words, key=lambda word: (len(word), word.swapcase())) if words else type_key


def target_types(spec: FieldSpec, items: Items) -> str:
    """Return a list of the types that a field may point to, for messages."""
    return " or ".join(type_word(key, items) for key in spec.targets)


def shapes_of(spec: FieldSpec, items: Items) -> Iterator[Schema]:
    """Yield the JSON Schemas of an authored item: an id, or a name with or without its type."""
    yield ID
    words = [word for word, key in items.types.items() if not spec.targets or key in spec.targets]
    yield map_schema({"type": {"enum": words} if words else ANY_TEXT, "name": ANY_TEXT}, required=("name",))


def show_item(item_id: Any, items: Items) -> str:
    """Return the id, with the item's name if it is known."""
    name = items.known.get(item_id, ("", ""))[1]
    return f"{item_id} ({name})" if name else str(item_id)


def item_id_of(wire: Any) -> int | None:
    """Read an id: a number, digits, `{id}`; None for 0 and for an object without an id (section 15)."""
    value = wire.get("id") if isinstance(wire, dict) else wire
    if isinstance(value, int | str) and ITEM_ID.fullmatch(str(value)):  # a bool's text is a word
        return int(value)
    if (type(wire) is int and not wire) or (isinstance(wire, dict) and is_unset(wire, ID_MEMBERS)):
        return None
    raise Unreadable("the id of a work item", wire)


def to_itself(place: Place, owner: str) -> Mistake:
    """Make the mistake for an item that points to itself; the service refuses the loop."""
    return Mistake(place, f"{owner} points to the item itself", "write another item")


class RelatedCodec(Codec):
    """`work_item_related_select`: the id of one item both ways (field-formats.md section 8.1)."""

    desired_shape = "a work item"
    example = FORM
    compared = "by item id"
    names_items = True

    def targets_in(self, node: Node) -> Iterator[Target]:
        """Yield the item that is named."""
        return named_items(node)

    def links(self, value: Any) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the item."""
        if value is not EMPTY:
            yield self.spec.targets, value

    def read(self, node: Node) -> Desired:
        """Read an id or a name."""
        return read_item(node, self.spec, self.items)

    def refusal_on(self, item_id: int, desired: Desired, place: Place) -> Mistake | None:
        """Refuse the item itself."""
        return to_itself(place, self.spec.label) if desired == item_id else None

    def shapes(self) -> Iterator[Schema]:
        """Describe an id, or a name."""
        return shapes_of(self.spec, self.items)

    def decode(self, wire: Any) -> Seen:
        """Read an id, or null if there is none."""
        return Seen(EMPTY if is_unset(wire) else item_id_of(wire))

    def encode(self, value: Any) -> Any:
        """Send the number, null to clear."""
        return value

    def show(self, value: Any) -> str:
        """Show the id and the name."""
        return EMPTY_LABEL if value is EMPTY else show_item(value, self.items)

    def dump(self, value: Any) -> Any:
        """Write the id."""
        return value


class RelatedItemsCodec(SetCodec):
    """`work_item_related_multi_select`: a set of ids (field-formats.md section 8.2)."""

    desired_shape = "a list of work items"
    example = '[6300012345, {name: "26-12"}], or {contains: [6300012345]}'
    compared = "as a set of item ids"
    names_items = True

    def targets_in(self, node: Node) -> Iterator[Target]:
        """Yield the items that are named."""
        return named_items(node)

    def links(self, value: Any) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the members."""
        return ((self.spec.targets, one) for one in sorted(value))

    def read_member(self, node: Node) -> tuple[Hashable, ...]:
        """Read an id or a name."""
        return (read_item(node, self.spec, self.items),)

    def refusal_on(self, item_id: int, desired: Desired, place: Place) -> Mistake | None:
        """Refuse the item itself among the members."""
        members = desired.contains if isinstance(desired, Rule) else desired
        inside = isinstance(members, frozenset) and item_id in members
        return to_itself(place, self.spec.label) if inside else None

    def member_shapes(self) -> Iterator[Schema]:
        """Describe an id, or a name."""
        return shapes_of(self.spec, self.items)

    def decode(self, wire: Any) -> Seen:
        """Read a list of ids, or an empty form."""
        if is_nothing(wire):
            return Seen(frozenset())
        ids = [item_id_of(one) for one in wire] if isinstance(wire, list) else [None]
        if not all(ids):
            raise Unreadable("a list of ids of work items", wire)
        return Seen(frozenset(ids))

    def encode(self, value: Any) -> Any:
        """Send the ids."""
        return self.ordered(value)

    def ordered(self, value: Any) -> list[Any]:
        """Order by number."""
        return sorted(value)

    def show_member(self, member: Any) -> str:
        """Show the id and the name."""
        return show_item(member, self.items)

    def dump_member(self, member: Any) -> Any:
        """Write the id."""
        return member
