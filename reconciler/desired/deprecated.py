"""Uses of fields and options that the settings deprecate: reported with what to use, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from reconciler.desired.item_rules import Bounds, Following, ItemRule
from reconciler.desired.items import DesiredItem
from reconciler.errors import Mistake, Place, counted, quoted
from reconciler.fields.codec import Codec
from reconciler.fields.conditions import comparisons
from reconciler.fields.values import Desired, Rule, desired_value
from reconciler.language import messages
from reconciler.manifest.nodes import AuthoredMap, Document, Node, every_scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import ROLE_REF, change_key, every_option, strings
from reconciler.settings.protection import Deprecated

messages("{fix} ({number} place)", "{fix} ({number} places)")  # how the lines of `deprecated_notes` end


class Use(NamedTuple):
    """An entry with the ids of its option; without ids it deprecates the field itself."""

    entry: Deprecated
    label: str
    options: frozenset[str]


def deprecated_uses(
    items: Iterable[DesiredItem],
    catalog: Catalog,
    entries: Iterable[Deprecated],
    rules: Iterable[ItemRule] = (),
) -> tuple[Mistake, ...]:
    """Return each use in the files once, with its place and what to use."""
    known = by_field(catalog, entries)
    if not known:
        return ()
    found: dict[Mistake, None] = {}
    for item in items:
        for one in item.fields:
            for use in known.get((item.ref.type_key, one.key), ()):
                codec = catalog.codec(item.ref.type_key, one.key, by_pins=True)
                if not use.options or not use.options.isdisjoint(chosen(codec, one.desired)):
                    found[told(use, one.place)] = None
    for rule in rules:
        for key, ids, place in named_by(rule, catalog):
            for use in known.get((rule.type_key, key), ()):
                if not use.options or not use.options.isdisjoint(ids):
                    found[told(use, place)] = None
    return tuple(found)


def uses_by_word(documents: Iterable[Document], entries: Iterable[Deprecated]) -> Iterator[Mistake]:
    """Yield each use in files of types without a pin: words are held together as they are written."""
    known: dict[tuple[str, str], list[Deprecated]] = {}
    for entry in entries:
        known.setdefault((entry.type, entry.field), []).append(entry)
    found: dict[Mistake, None] = {}
    for document in documents:
        sections = [
            (document.default_fields, document.default_roles),
            *((one.fields, one.roles) for one in document.items),
            *((one.fields, one.roles) for one in document.rules),
        ]
        for fields, roles in sections:
            for name, section in (*((one, fields) for one in fields), *((one, roles) for one in roles)):
                words = (name, f"{ROLE_REF}{name}") if section is roles else (name,)
                for entry in (one for word in words for one in known.get((document.type.text, word), ())):
                    if entry.option is None or entry.option in words_chosen(section[name]):
                        found[told(Use(entry, name, frozenset()), section.keys_at[name].place)] = None
    yield from found


def words_chosen(node: Node) -> set[str]:
    """Return the words of an authored value, without what it takes away."""
    if isinstance(node, AuthoredMap):
        return {word for key, one in node.items() if key != "excludes" for word in words_chosen(one)}
    return {one.text for one in every_scalar(node)}


def named_by(rule: ItemRule, catalog: Catalog) -> Iterator[tuple[str, set[str], Place]]:
    """Yield the fields that a rule reads or sets, with what it names of each, and the place."""
    for one in comparisons(rule.conditions):
        yield one.key, {str(part) for part in one.operand}, rule.place
    for field in rule.fields:
        for key in field.reads:
            yield key, set(), field.place
        if isinstance(field.value, Bounds | Following):
            yield field.key, set(), field.place
        else:
            codec = catalog.codec(rule.type_key, field.key, by_pins=True)
            yield field.key, chosen(codec, field.value), field.place


def by_field(catalog: Catalog, entries: Iterable[Deprecated]) -> Mapping[tuple[str, str], list[Use]]:
    """Return the entries by the type and the key of their field."""
    found: dict[tuple[str, str], list[Use]] = {}
    for entry in entries:
        kind = catalog.type_of(entry.type)
        if kind is None:
            continue
        for spec in kind.meant(entry.field):
            ids = {one.id for one in every_option(spec) if entry.option in (one.id, one.label)}
            if ids or entry.option is None:
                use = Use(entry, spec.label, frozenset(ids))
                found.setdefault((kind.key, change_key(spec)), []).append(use)
    return found


def chosen(codec: Codec, desired: Desired) -> set[str]:
    """Return the texts of the wire form of a desired value; what a rule takes away is not chosen."""
    value = desired.contains if isinstance(desired, Rule) else desired_value(desired, codec.empty)
    return set(strings(codec.encode(value)))


def told(use: Use, place: Place) -> Mistake:
    """Return a use with its place, and with what to use."""
    entry = use.entry
    what = f"the option {quoted(entry.option)} of {use.label}" if entry.option is not None else use.label
    why = f" ({entry.why})" if entry.why else ""
    fix = f"use {quoted(entry.use)}" if entry.use else "take it out of the file"
    return Mistake(place, f"{what} is deprecated{why}", fix)


def deprecated_notes(uses: Iterable[Mistake]) -> Iterator[str]:
    """Yield a line for each thing that is deprecated, with the number of its uses and the first place."""
    found: dict[tuple[str, str], list[Place]] = {}
    for one in uses:
        found.setdefault((one.what, one.fix), []).append(one.place)
    for (what, fix), places in sorted(found.items(), key=lambda one: (min(one[1]), one[0])):
        yield f"{min(places)}: {what}; {fix} ({counted(len(places), 'place')})"
