"""Which old names stay pinned because the files still use them.

Fresh pins alone would turn every use of a renamed or removed option, field or type into a mistake, and
whoever obeyed "run `schema pull`" would be left with files that no command reads.  So each field whose
fresh spec makes a value of the files unreadable stays pinned with as little of the old as reads it again:
the removed options first, then the old labels, then the old names of the field, then the old field.  The
plan compares pins with the space and does the rest: a renamed option is no difference, a removed one
blocks its change.  Once the files no longer use an old name, the next `schema pull` drops it.  Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from reconciler.desired.claims import desired_state
from reconciler.desired.condition_parsing import every_condition, named_values
from reconciler.desired.written_values import file_word
from reconciler.fields.spec import FieldSpec, Option
from reconciler.manifest.nodes import Manifest, every_section
from reconciler.model import Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.pin_changes import field_differences
from reconciler.schema.pins import Pins
from reconciler.schema.types import ROLE_REF, TypeSpec, change_key, every_spec, flat, role_name


class KeptName(NamedTuple):
    """A difference that stays between pins and space; `refs` are the items that need the old name.

    `field` is the label for people, `word` what a REF calls it; both are empty for a whole type.
    """

    type: str
    field: str
    word: str
    what: str
    blocks: bool
    refs: tuple[Ref, ...]


class Keeper:
    """Finds pins that read the files; `catalog_of` makes the catalog that reads by given pins."""

    def __init__(self, manifest: Manifest, old: Pins, catalog_of: Callable[[Pins], Catalog]) -> None:
        """Take the files as they will be."""
        self.manifest = manifest
        self.old = old
        self.catalog_of = catalog_of
        self.words = names_used(manifest)

    def kept(self, fresh: Pins) -> Pins:
        """Return the fresh pins with the old names that the files need."""
        best, count = fresh, self.mistakes(fresh)
        for type_key, old in self.old.types.items():
            for candidates in self.choices(old, fresh.types.get(type_key)):
                if not count:
                    return best
                for change in candidates:
                    tried = replace(best, types=dict(sorted({**best.types, **change(best)}.items())))
                    if (fewer := self.mistakes(tried)) < count:
                        best, count = tried, fewer
        return best

    def mistakes(self, pins: Pins) -> int:
        """Return how many mistakes the files have by these pins."""
        return len(desired_state(self.manifest, self.catalog_of(pins)).mistakes)

    def choices(self, old: TypeSpec, live: TypeSpec | None) -> Iterator[list[Change]]:
        """Yield what may stay of one type: its names, then field by field, from the least to all."""
        if live is None:
            yield [lambda _: {old.key: old}]
            return
        if (old.name, old.api_name) != (live.name, live.api_name):
            yield [lambda pins: {old.key: replace(pins.types[old.key], name=old.name, api_name=old.api_name)}]
        now = {change_key(one): one for one in every_spec(live)}
        for spec in every_spec(old):
            there = now.get(change_key(spec))
            if spec != there and self.words & {spec.key, spec.alias, spec.name}:
                yield [putting(old.key, one) for one in blends(spec, there)]

    def left(self, final: Pins, fresh: Pins) -> list[KeptName]:
        """Return the old names that the final pins hold on to, with the items that they block."""
        read, unread = (desired_state(self.manifest, self.catalog_of(pins)).items for pins in (final, fresh))
        clear = {(item.ref, one.key) for item in unread for one in item.fields}
        uses = sorted({(item.ref, one.key) for item in read for one in item.fields} - clear)
        found: list[KeptName] = []
        for type_key, kept in final.types.items():
            if (live := fresh.types.get(type_key)) is None:
                refs = tuple(sorted({ref for ref, _ in uses if ref.type_key == type_key}))
                found.append(
                    KeptName(kept.word, "", "", "the type is gone from the space", blocks=True, refs=refs)
                )
                continue
            now = {change_key(one): one for one in every_spec(live)}
            for spec in every_spec(kept):
                key = change_key(spec)
                refs = tuple(ref for ref, one in uses if (ref.type_key, one) == (type_key, key))
                word = (ROLE_REF if spec.type == "role" else "") + file_word(spec, kept)
                for what, effect in field_differences(spec, now.get(key)):
                    if effect != "new":
                        found.append(KeptName(kept.word, spec.label, word, what, effect == "blocks", refs))
        return found


Change = Callable[[Pins], Mapping[str, TypeSpec]]
"""Returns a type as it would be pinned, of the pins so far."""


def names_used(manifest: Manifest) -> set[str]:
    """Return every name of a field or role that the files use."""
    found: set[str] = set()
    for document in manifest.documents:
        for fields, roles in every_section(document):
            found |= fields.keys() | roles.keys()
        for entry in document.items:
            words = (*entry.expect, *(word.text for word in entry.unmanaged))
            found |= {*words, *map(role_name, words)}
        names = [named_values(one)[0] for one in every_condition(document)]
        found |= {*names, *map(role_name, names)}
    return found


def putting(type_key: str, spec: FieldSpec) -> Change:
    """Return what puts a spec in the place of the one with its key, or at the end."""

    def change(pins: Pins) -> Mapping[str, TypeSpec]:
        kind = pins.types[type_key]
        name = "roles" if spec.type == "role" else "fields"
        some: tuple[FieldSpec, ...] = getattr(kind, name)
        others = tuple(spec if one.key == spec.key else one for one in some)
        new = others if spec in others else (*others, spec)
        changed = replace(kind, roles=new) if name == "roles" else replace(kind, fields=new)
        return {type_key: changed}

    return change


def blends(old: FieldSpec, live: FieldSpec | None) -> list[FieldSpec]:
    """Return the specs of a field between the live and the old one, the nearest to the live one first."""
    if live is None or live.type != old.type:
        return [old]
    some = [
        blend(old, live, labels=labels, names=names) for names in (False, True) for labels in (False, True)
    ]
    return [*some, old]


def blend(old: FieldSpec, live: FieldSpec, *, labels: bool, names: bool) -> FieldSpec:
    """Return the live field with the removed options, and with the old labels of options or its old names."""
    now = {one.key: one for one in live.subfields}
    before = {one.key: one for one in old.subfields}
    subfields = [
        blend(before[one.key], one, labels=labels, names=names)
        if one.key in before and before[one.key].type == one.type
        else one
        for one in live.subfields
    ]
    subfields += [one for one in old.subfields if names and one.key not in now]
    return replace(
        live,
        name=old.name if names else live.name,
        alias=old.alias if names else live.alias,
        options=merge_options(
            old.options, live.options, {one.id for one in flat(live.options)}, labels=labels
        ),
        subfields=tuple(subfields),
    )


def merge_options(
    old: tuple[Option, ...], live: tuple[Option, ...], there: set[str], *, labels: bool
) -> tuple[Option, ...]:
    """Return the live options with those that were removed, at their level; with the old labels if asked."""
    before = {one.id: one for one in old}
    made = [
        replace(
            one,
            label=before[one.id].label if labels and one.id in before else one.label,
            children=merge_options(
                before[one.id].children if one.id in before else (), one.children, there, labels=labels
            ),
        )
        for one in live
    ]
    return (*made, *(one for one in old if one.id not in there))
