"""Edits that bring files up to the live items, in the form in which the author wrote each value.  Pure."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from reconciler.adopt.new_entries import Skipped
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.desired.written_values import Unwritable, dressed_member, write_value
from reconciler.errors import Place
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Rule, Seen, desired_value
from reconciler.manifest.edit.commands import Drop, Edit, Members, Put
from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Noted
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Manifest, Node
from reconciler.model import Item, Ref
from reconciler.schema.catalog import Catalog


class Renewal(Struct, frozen=True):
    """One value of the files that will follow the live item: its place, and how it reads before and after."""

    ref: Ref
    key: str
    name: str
    place: Place
    before: str
    after: str
    edits: tuple[Edit, ...]


class Spot(Struct, frozen=True):
    """Where the files set a field of an item: the way to the value, its node, and whether it is a default."""

    way: Way
    node: Node
    by_default: bool


def renewals(
    desired: Iterable[DesiredItem], live: Mapping[Ref, Item], manifest: Manifest, catalog: Catalog
) -> tuple[list[Renewal], list[Skipped]]:
    """Return the values to follow, item by item, and the live values that no file can hold."""
    spots = every_spot(manifest, catalog)
    made, left = list[Renewal](), list[Skipped]()
    for want in desired:
        item = live.get(want.ref)
        for one in want.fields if item else ():
            seen = item.values.get(one.key) if item else None
            if item and one.key in item.unreadable:
                label = catalog.label(want.ref.type_key, one.key)
                left.append(Skipped(want.ref, label, f"it cannot be read: {item.unreadable[one.key]}"))
            if seen is None or desired_value(one.desired, seen.value) == seen.value:
                continue
            codec = catalog.codec(want.ref.type_key, one.key)
            spot = spots[want.ref, one.place]
            try:
                edits = tuple(edits_of(want.ref, one, seen, spot, catalog))
            except Unwritable as error:
                left.append(Skipped(want.ref, codec.spec.label, str(error)))
                continue
            before, after = codec.show(desired_value(one.desired, seen.value)), codec.show(seen.value)
            made.append(Renewal(want.ref, one.key, codec.spec.label, one.place, before, after, edits))
    return made, left


def edits_of(ref: Ref, one: DesiredField, seen: Seen, spot: Spot, catalog: Catalog) -> Iterator[Edit]:
    """Yield the edits of one field; raises Unwritable.

    A default is not edited, since it speaks for other items too: the item gets a line of its own.
    Of a set only the members that differ are touched, of a rule those that no longer hold.
    """
    codec = catalog.codec(ref.type_key, one.key, by_pins=True)
    value = write_value(ref, one.key, seen, catalog)
    if spot.by_default:
        yield Put(spot.way, value)
    elif isinstance(codec, SetCodec) and isinstance(one.desired, Rule) and isinstance(spot.node, AuthoredMap):
        yield from of_rule(spot.way, spot.node, seen.value, codec)
    elif isinstance(codec, SetCodec) and isinstance(spot.node, AuthoredList):
        assert isinstance(seen.value, frozenset)  # noqa: S101 - a set's own canonical form
        yield of_list(spot.way, spot.node, seen.value, codec)
    elif isinstance(value, Noted):
        old = catalog.items.known.get(one.desired, ("", ""))[1] if isinstance(one.desired, int) else ""
        yield Put(spot.way, replace(value, instead=old))
    else:
        yield Put(spot.way, value)


def of_list(way: Way, node: AuthoredList, live: frozenset[Any], codec: SetCodec) -> Members:
    """Drop the members that are not live, and add the live members that are missing."""
    meant = [frozenset(codec.read_member(one)) for one in node]
    gone = frozenset(at for at, some in enumerate(meant) if not some <= live)
    kept: frozenset[Hashable] = frozenset().union(*(some for at, some in enumerate(meant) if at not in gone))
    return Members(way, gone, tuple(dressed_member(codec, one) for one in codec.ordered(live - kept)))


def of_rule(way: Way, node: AuthoredMap, live: Any, codec: SetCodec) -> Iterator[Edit]:
    """Drop the members for which a rule no longer holds; a rule without members is dropped whole."""
    for mode, members in node.items():
        if not isinstance(members, AuthoredList):
            continue
        meant = [frozenset(codec.read_member(one)) for one in members]
        holds = [some <= live if mode == "contains" else not some & live for some in meant]
        if not any(holds):
            yield Drop((*way, mode))
        elif not all(holds):
            yield Members((*way, mode), frozenset(at for at, true in enumerate(holds) if not true))


# -- where the files set a value ---------------------------------------------------------------------------


def every_spot(manifest: Manifest, catalog: Catalog) -> dict[tuple[Ref, Place], Spot]:
    """Return the spot of each field of each item, by the place of its key; defaults count for every item."""
    found: dict[tuple[Ref, Place], Spot] = {}
    for document in manifest.documents:
        kind = catalog.type_of(document.type.text)
        for at, entry in enumerate(document.items):
            if kind is None:
                continue
            ref = Ref(kind.key, entry.id)
            for by_default, fields, roles in (
                (False, entry.fields, entry.roles),
                (True, document.default_fields, document.default_roles),
            ):
                for section, some in (("fields", fields), ("roles", roles)):
                    for word, key in some.keys_at.items():
                        spot = Spot(("items", at, section, word), some[word], by_default)
                        found.setdefault((ref, key.place), spot)
    return found


def gone(
    desired: Iterable[DesiredItem],
    live: Mapping[Ref, Item],
    manifest: Manifest,
    catalog: Catalog,
    archived: Container[Ref] = frozenset(),
) -> dict[str, dict[int, int]]:
    """Return the ids of items that are deleted, terminated or archived, by file and positions in it."""
    lost = {
        want.ref for want in desired if want.ref not in live or live[want.ref].aborted or want.ref in archived
    }
    found: dict[str, dict[int, int]] = {}
    for document in manifest.documents:
        kind = catalog.type_of(document.type.text)
        for at, entry in enumerate(document.items):
            if kind and Ref(kind.key, entry.id) in lost:
                found.setdefault(document.file, {})[at] = entry.id
    return found
