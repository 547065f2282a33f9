"""The people, business lines and related items that files mention, and that only the space can look up.

Pure: whoever reads the files collects mentions; `meegle.reader` looks them up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from reconciler.desired.items import DesiredItem
from reconciler.desired.names import Meanings, every_meaning
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.people import expand
from reconciler.fields.spec import FieldSpec, Target
from reconciler.fields.values import Desired, Rule
from reconciler.manifest.nodes import Document, Manifest, Node, every_section
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import BUSINESS, ROLE_REF, TypeSpec, change_key

Words: TypeAlias = Mapping[str, list[Codec]]
"""The codecs of the fields that a word may mean."""


class Mentions(Struct):
    """E-mails and user keys, items by (type key, name), and whether business lines are mentioned at all."""

    people: set[str] = field(default_factory=set)
    targets: set[tuple[str, str]] = field(default_factory=set)
    lines: bool = False

    def add(self, codec: Codec, node: Node, catalog: Catalog) -> None:
        """Add everybody and everything that one value mentions."""
        for scalar in codec.people_in(node):
            self.people.update(expand(scalar.text, catalog.people))
        for target in codec.targets_in(node):
            self.targets.update((key, target.name) for key in target_types(codec.spec, target, catalog))
        self.lines = self.lines or codec.spec.type == BUSINESS


def mentions_in(manifest: Manifest, catalog: Catalog) -> Mentions:
    """Return what the files mention, as far as their names have a meaning."""
    found = Mentions()
    for codec, node in mentioning_values(manifest, catalog):
        found.add(codec, node, catalog)
    if any(document.rules for document in manifest.documents):
        from reconciler.desired.condition_parsing import (  # most files have items
            every_condition,
            people_named,
        )

        for document in manifest.documents:
            for scalar in every_condition(document):
                found.people.update(people_named(scalar.text, catalog.people))
    return found


def items_in(manifest: Manifest, catalog: Catalog) -> dict[int, tuple[str, str]]:
    """Return the type key, with no name, of each item that the files manage."""
    return {
        entry.id: (kind.key, "")
        for document in manifest.documents
        if (kind := catalog.type_of(document.type.text))
        for entry in document.items
    }


def target_types(spec: FieldSpec, target: Target, catalog: Catalog) -> tuple[str, ...]:
    """Return the keys of the types in which a named item may be."""
    if not target.type:
        return spec.targets
    kind = catalog.type_of(target.type)
    return (kind.key,) if kind else ()


def mentioning_values(manifest: Manifest, catalog: Catalog) -> Iterator[tuple[Codec, Node]]:
    """Yield the values that may mention something, each with the codec of its field."""
    words: dict[str, tuple[Words, Words]] = {}
    for document in manifest.documents:
        spec = catalog.type_of(document.type.text)
        if spec is None:
            continue
        if spec.key not in words:
            words[spec.key] = (
                words_for(spec, spec.field_words, catalog),
                words_for(spec, spec.role_words | role_refs(spec), catalog),
            )
        for fields, roles in every_section(document):
            for some, index in zip((fields, roles), words[spec.key], strict=True):
                for name in index.keys() & some.keys():
                    for codec in index[name]:
                        yield codec, some[name]
        if document.rules:
            yield from in_conditions(document, words[spec.key][0])


def in_conditions(document: Document, words: Words) -> Iterator[tuple[Codec, Node]]:
    """Yield the values in the conditions of rules that may mention something."""
    from reconciler.desired.condition_parsing import every_condition, item_node, named_values

    for scalar in every_condition(document):
        name, values = named_values(scalar)
        for codec in words.get(name, ()):
            for value in values:
                yield codec, item_node(value) if codec.names_items else value


def role_refs(spec: TypeSpec) -> dict[str, tuple[FieldSpec, ...]]:
    """Return the roles behind their REFs, by which `expect` may name them."""
    return {f"{ROLE_REF}{word}": hits for word, hits in spec.role_words.items()}


def words_for(spec: TypeSpec, index: Mapping[str, tuple[FieldSpec, ...]], catalog: Catalog) -> Words:
    """Return the codecs behind each word of a type, of the fields whose values only the space can look up."""
    found: dict[str, list[Codec]] = {}
    for word, hits in index.items():
        for hit in hits:
            if refusal(hit) is None:
                codec = catalog.codec(spec.key, change_key(hit), by_pins=True)
                if codec.is_looked_up:
                    found.setdefault(word, []).append(codec)
    return found


def points_somewhere(catalog: Catalog, meanings: Meanings) -> bool:
    """Return True if the files use a field that may point to other items."""
    return any(
        catalog.codec(type_key, key, by_pins=True).names_items for type_key, _, key in every_meaning(meanings)
    )


def points_right(
    items: Iterable[DesiredItem], known: Mapping[int, tuple[str, str]], catalog: Catalog
) -> bool:
    """Return True if every desired relation points to an item of a type that its field takes.

    `known` maps an item id to its type key and name.  For rows of compound fields the answer is always no.
    """
    for item in items:
        for one in item.fields:
            codec = catalog.codec(item.ref.type_key, one.key, by_pins=True)
            if not codec.names_items:
                continue
            for item_id in ids_in(one.desired):
                type_key = known.get(item_id, ("", ""))[0]
                if codec.parts or (type_key and codec.spec.targets and type_key not in codec.spec.targets):
                    return False
    return True


def ids_in(desired: Desired) -> Iterator[int]:
    """Yield the item ids in a desired relation."""
    members = desired.named if isinstance(desired, Rule) else desired
    for one in members if isinstance(members, frozenset) else (members,):
        if isinstance(one, int):
            yield one
