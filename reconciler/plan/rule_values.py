"""The desired value that a rule has for one item, from the live values on which it rests.  Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from reconciler.desired.item_rules import Bounds, Following, Limits, Relative, RuleField
from reconciler.desired.rule_reading import source_key
from reconciler.errors import Place, counted
from reconciler.fields.codec import Codec
from reconciler.fields.dates import midnight
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import UNREAD, Desired, Rule, Wrong, desired_value
from reconciler.manifest.nodes import AuthoredList, Scalar
from reconciler.model import GONE, Item, Ref
from reconciler.schema.catalog import Catalog

BY_LABEL = frozenset({"select", "radio", "priority", "multi_select", "tree_select", "tree_multi_select"})
"""Types whose options each type of items has of its own."""


class Lacking(Exception):
    """Why a rule has no value for an item; the text is the reason."""


class Sources(NamedTuple):
    """The items to which relations lead, as far as a read returned them."""

    live: Mapping[Ref, Item]
    catalog: Catalog


def value_for(field: RuleField, item: Item, sources: Sources) -> Desired:
    """Return the desired value of one field of one item; raises Lacking."""
    value = field.value
    if isinstance(value, Bounds):
        codec = sources.catalog.codec(item.ref.type_key, field.key, by_pins=True)
        least, most = end_of(value.least, item, codec), end_of(value.most, item, codec)
        if least is not None and most is not None and least > most:
            low, high = codec.show(least), codec.show(most)
            raise Lacking(f"its min {low} is above its max {high}")
        return Limits(least, most)
    if isinstance(value, Following):
        return followed(field, value, item, sources)
    return value


def end_of(end: Any, item: Item, codec: Codec) -> Any:
    """Return one end of a range for an item; raises Lacking."""
    if not isinstance(end, Relative):
        return end
    seen = item.values.get(end.key)
    if seen is None:
        raise Lacking(f"{end.label}, from which it counts, cannot be read")
    if seen.value is None:
        raise Lacking(f"{end.label}, from which it counts, is empty")
    return counted_from(seen.value, end.days, codec)


def counted_from(base: Any, days: int, codec: Codec) -> date | datetime:
    """Return the day or moment so many days after a day or moment, as the field has it."""
    zone = codec.spec.zone
    if codec.spec.kind == "moment":
        if isinstance(base, datetime):
            return base.replace(microsecond=0) + timedelta(days=days)
        if zone is None:
            raise Lacking("the space has no time zone")
        return midnight(base + timedelta(days=days), zone)
    if isinstance(base, datetime):
        if zone is None:
            raise Lacking("the space has no time zone")
        base = base.astimezone(zone).date()
    day: date = base + timedelta(days=days)
    return day


def targets_of(field: RuleField, item: Item) -> frozenset[int]:
    """Return the items to which the relation of a field leads."""
    seen = item.values.get(field.value.key) if isinstance(field.value, Following) else None
    if seen is None or seen.value is None:
        return frozenset()
    return seen.value if isinstance(seen.value, frozenset) else frozenset({seen.value})  # type: ignore[arg-type]


def followed(field: RuleField, value: Following, item: Item, sources: Sources) -> Desired:
    """Return the value of the only item to which a relation leads; raises Lacking."""
    if value.key not in item.values:
        raise Lacking(f"{value.label}, which it follows, cannot be read")
    targets = targets_of(field, item)
    if not targets:
        raise Lacking(f"{value.label} holds no item")
    if len(targets) > 1:
        raise Lacking(f"{value.label} holds {counted(len(targets), 'item')}")
    (target,) = targets
    found = next((one for ref, one in sorted(sources.live.items()) if ref.id == target), None)
    if found is None:
        raise Lacking(f"{target} in {value.label} is {GONE}")
    if found.aborted:
        raise Lacking(f"{target} in {value.label} is terminated")
    return copied(field, item.ref.type_key, found, sources.catalog)


def copied(field: RuleField, type_key: str, target: Item, catalog: Catalog) -> Desired:
    """Return the value of the same field of another item, options by their labels; raises Lacking."""
    own = catalog.codec(type_key, field.key)
    key = source_key(own.spec, catalog.types[target.ref.type_key])
    if key is None:
        raise Lacking(f"{target.ref.id} has no {own.spec.label} of type {own.spec.type}")
    seen = target.values.get(key)
    if seen is None:
        raise Lacking(f"{own.spec.label} of {target.ref.id} cannot be read")
    theirs = catalog.codec(target.ref.type_key, key)
    if seen.value == theirs.empty:
        raise Lacking(f"{own.spec.label} of {target.ref.id} is empty, and a rule empties nothing")
    return by_label(own, theirs, seen.value) if own.spec.type in BY_LABEL else seen.value


def by_label(own: Codec, theirs: Codec, value: Any) -> Hashable:
    """Return the options of this field that have the labels of another field's; raises Lacking."""
    place = Place("", 1, 1)
    members = theirs.ordered(value) if isinstance(theirs, SetCodec) else [value]
    labels = [
        theirs.show_member(one) if isinstance(theirs, SetCodec) else theirs.show(one) for one in members
    ]
    scalars = [Scalar(label, plain=False, place=place) for label in labels]
    node: Any = scalars[0]
    if isinstance(own, SetCodec):
        node = AuthoredList(place)
        node.extend(scalars)
    try:
        found = own.parse(node)
    except Wrong:
        raise Lacking(f"{own.spec.label} has no option {', '.join(labels)}") from None
    return desired_value(found, own.empty)


def together(first: Desired, second: Desired, live: Hashable) -> Desired:
    """Return the value that two rules desire together for a live value; UNREAD where they disagree."""
    one, other = (
        desired_value(first, desired_value(second, live)),
        desired_value(second, desired_value(first, live)),
    )
    if one != other or desired_value(first, one) != one or desired_value(second, one) != one:
        nothing: Desired = UNREAD
        return nothing
    if isinstance(first, Rule) and isinstance(second, Rule):
        return Rule(first.contains | second.contains, first.excludes | second.excludes)
    return (
        first if desired_value(first, live) == one else second if desired_value(second, live) == one else one
    )
