"""Names to fields: what the files want, and what live items hold, in canonical values.

The catalog is made of a space's metadata and knows neither files nor network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reconciler.authored import AuthoredMap, Document, Entry, Manifest, Node, Place
from reconciler.errors import Mistake, UnknownName
from reconciler.fields import codec_for, refusal
from reconciler.fields.base import (
    NO_ITEMS,
    Codec,
    FieldSpec,
    Items,
    Option,
    People,
    Rule,
    Seen,
    Target,
    Wanted,
    Wrong,
    settle,
)
from reconciler.fields.people import expand, user_keys
from reconciler.model import ROLES, Item, Ref, SideEffect

PEOPLE_TYPES = frozenset({"user", "multi_user", "role"})
PULL = "review what changed with `reconciler schema check`, then run `reconciler schema pull`"
NAME = FieldSpec(key="name", name="Name", type="text", alias="name")
"""The item's name is a property on reading and a field on writing (field-formats.md A6)."""


@dataclass(frozen=True)
class TypeSpec:
    """One work item type: its names, fields and roles, found by key or by any name."""

    key: str
    name: str
    api_name: str
    fields: tuple[FieldSpec, ...]
    roles: tuple[FieldSpec, ...]

    @property
    def word(self) -> str:
        """The type's shortest lasting name, as files write it."""
        return self.api_name or self.key

    @cached_property
    def by_key(self) -> dict[str, FieldSpec]:
        """Every field and role by the key by which changes name it."""
        return {change_key(one): one for one in every_spec(self)}

    @cached_property
    def field_words(self) -> dict[str, tuple[FieldSpec, ...]]:
        """The fields that each word means."""
        return words_of(self.fields)

    @cached_property
    def role_words(self) -> dict[str, tuple[FieldSpec, ...]]:
        """The roles that each word means."""
        return words_of(self.roles)

    def answers_to(self, word: str) -> bool:
        """Whether people may mean this type by `word`."""
        return word in (self.key, self.api_name, self.name)


@dataclass(frozen=True, slots=True)
class WantedField:
    """One field of one item, as the files want it."""

    key: str
    wanted: Wanted
    place: Place
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class WantedItem:
    """One item, with everything that all files want of it; `expects` are only compared."""

    ref: Ref
    place: Place
    fields: tuple[WantedField, ...]
    expects: tuple[WantedField, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A field of an item as one place in the files speaks of it."""

    spec: FieldSpec
    key: str
    node: Node
    place: Place
    by_default: bool


@dataclass(slots=True)
class Catalog:
    """The types of one space, and the people and items of the run.

    `types` is what the space says now.  Names are read by `pinned` where a type is pinned:
    what was reviewed decides what a word means, the space whether that still stands.  `notes`
    collects what a reader of the plan should know of the difference; `clears` holds, by field
    type, the wire form that empties it in this space where that is not the documented one, `forms`
    the name of the form in which it takes a value.
    """

    space_key: str
    space: str
    types: Mapping[str, TypeSpec]
    people: People = field(default_factory=People)
    items: Items = NO_ITEMS
    pinned: Mapping[str, TypeSpec] = field(default_factory=dict)
    clears: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    codecs: dict[tuple[str, str, bool], Codec] = field(default_factory=dict)
    unchanged: dict[tuple[str, str], bool] = field(default_factory=dict)

    def names(self, type_key: str) -> TypeSpec:
        """Return the type by which names are read."""
        return self.pinned.get(type_key) or self.types[type_key]

    def type_of(self, word: str) -> TypeSpec | None:
        """Find the type that a file names by key, api_name or name."""
        known = {**self.types, **self.pinned}
        return known.get(word) or next((one for one in known.values() if one.answers_to(word)), None)

    def words(self) -> dict[str, str]:
        """Return the key of the type that each word names."""
        known = {**self.types, **self.pinned}
        return {word: one.key for one in known.values() for word in (one.key, one.name, one.api_name) if word}

    def spec(self, type_key: str, key: str) -> FieldSpec | None:
        """Return what the space says now about a field or (`roles/<id>`) a role."""
        return self.types[type_key].by_key.get(key) if type_key in self.types else None

    def codec(self, type_key: str, key: str, *, by_pins: bool = False) -> Codec:
        """Return a field's codec, by the space as it is or as it is pinned; KeyError if there is none."""
        at = (type_key, key, by_pins)
        if at not in self.codecs:
            spec = spec_of(self.names(type_key), key) if by_pins else self.spec(type_key, key)
            if spec is None:
                raise KeyError(key)
            self.codecs[at] = codec_for(spec, self.people, self.items)
        return self.codecs[at]

    def encode(self, type_key: str, key: str, value: Hashable) -> Any:
        """Return the form in which a canonical value is sent to this space."""
        codec = self.codec(type_key, key)
        if value == codec.empty and codec.spec.type in self.clears:
            return self.clears[codec.spec.type]
        form = self.forms.get(codec.spec.type)
        return codec.forms(value)[form] if form else codec.encode(value)

    def label(self, type_key: str, key: str) -> str:
        """Return a field's name, as it is pinned where it is gone."""
        return (self.spec(type_key, key) or spec_of(self.names(type_key), key)).label

    def fault(self, type_key: str, key: str) -> str | None:
        """Say why a field that files name cannot be written any more: the world's doing; None if it can."""
        spec = self.spec(type_key, key)
        if spec is None:
            return "the field is gone from the space"
        pinned = self.names(type_key).by_key.get(key, spec)
        if pinned.type != spec.type:
            return f"the field is now of type {spec.type}, and was {pinned.type}"
        if reason := refusal(spec):
            return f"the field cannot be written any more: {reason}"
        return "its members are now fixed by the space" if spec.locked else None

    def digest(self, touched: Iterable[tuple[str, str, Any]]) -> str:
        """Return the SHA-256 of the metadata that changes rest on.

        `touched` are (type key, change key, wire values): of a field with options only the
        chosen ones count.  A field that is gone counts as null.
        """
        rows: dict[tuple[str, str], Any] = {}
        for type_key, key, wire in touched:
            spec = self.spec(type_key, key)
            row = rows.setdefault(
                (type_key, key), spec and [spec.name, spec.type, refusal(spec), spec.kind, {}]
            )
            if spec and row:
                named = set(strings(wire))
                row[-1].update(
                    {one.id: [one.label, one.disabled] for one in every_option(spec) if one.id in named}
                )
        text = json.dumps(sorted([*at, row] for at, row in rows.items()), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    # -- what the files want ---------------------------------------------------------------

    def mentioned(self, manifest: Manifest) -> set[str]:
        """Return every e-mail and user key that the files name."""
        words = {scalar.text for codec, node in self.values(manifest) for scalar in codec.people_in(node)}
        return {one for word in words for one in expand(word, self.people)}

    def targets(self, manifest: Manifest) -> set[tuple[str, str]]:
        """Return (type key, name) of every related item that the files name instead of giving its id."""
        found: set[tuple[str, str]] = set()
        for codec, node in self.values(manifest):
            for target in codec.targets_in(node):
                found.update((key, target.name) for key in self.target_types(codec.spec, target))
        return found

    def target_types(self, spec: FieldSpec, target: Target) -> tuple[str, ...]:
        """Return the keys of the types in which a named item may be."""
        if not target.type:
            return spec.targets
        kind = self.type_of(target.type)
        return (kind.key,) if kind else ()

    def uses(self, manifest: Manifest, type_: str) -> bool:
        """Whether the files name a field of this type."""
        return any(codec.spec.type == type_ for codec, _ in self.values(manifest))

    def values(self, manifest: Manifest) -> Iterator[tuple[Codec, Node]]:
        """Yield every value of the files with the codec that reads it, as far as its name means something."""
        for document in manifest.documents:
            spec = self.type_of(document.type.text)
            if spec is None:
                continue
            for fields, roles in [
                (document.default_fields, document.default_roles),
                *((entry.fields, entry.roles) for entry in document.items),
                *((entry.expect, AuthoredMap(entry.place)) for entry in document.items),
            ]:
                for some, index in ((fields, spec.field_words), (roles, spec.role_words)):
                    for name, node in some.items():
                        for hit in index.get(name, ()):
                            if refusal(hit) is None:
                                yield self.codec(spec.key, change_key(hit), by_pins=True), node

    def desire(self, manifest: Manifest) -> tuple[tuple[WantedItem, ...], list[Mistake]]:
        """Read what the files want, item by item in order of type and id; with every mistake."""
        mistakes: list[Mistake] = []
        claims: dict[Ref, dict[str, Claim]] = {}
        expects: dict[Ref, list[WantedField]] = {}
        places: dict[Ref, Place] = {}
        for document in manifest.documents:
            spec = self.type_of(document.type.text)
            if spec is None:
                words = [word for one in self.types.values() for word in (one.word, one.name)]
                mistakes.append(
                    UnknownName(document.type.place, "type", document.type.text, self.space, words)
                )
                continue
            for entry in document.items:
                ref = Ref(spec.key, entry.id)
                places.setdefault(ref, entry.place)
                for claim in self.claims(document, entry, spec, mistakes):
                    settle_claim(claims.setdefault(ref, {}), claim, mistakes)
                claims.setdefault(ref, {})
                for key, node, place in self.resolved(entry.expect, spec.fields, spec, mistakes):
                    self.read(ref, key, node, place, expects.setdefault(ref, []), mistakes)
        read: dict[Ref, list[WantedField]] = {ref: [] for ref in claims}
        for ref, per_field in claims.items():
            for claim in per_field.values():
                self.read(
                    ref, claim.key, claim.node, claim.place, read[ref], mistakes, by_default=claim.by_default
                )
        items = tuple(
            WantedItem(ref, places[ref], tuple(read[ref]), tuple(expects.get(ref, ())))
            for ref in sorted(read)
        )
        return items, mistakes

    def claims(
        self, document: Document, entry: Entry, spec: TypeSpec, mistakes: list[Mistake]
    ) -> Iterator[Claim]:
        """Yield what one file says of one item: its own values, then the defaults it lets stand."""
        own: set[str] = set()
        off: set[str] = set()
        for scalar in entry.unmanaged:
            hits = spec.field_words.get(scalar.text, ()) + spec.role_words.get(scalar.text, ())
            if not hits:
                known = [one.label for one in spec.fields + spec.roles]
                mistakes.append(UnknownName(scalar.place, "field", scalar.text, spec.word, known))
            off.update(change_key(one) for one in hits)
        for fields, roles, by_default in (
            (entry.fields, entry.roles, False),
            (document.default_fields, document.default_roles, True),
        ):
            seen: dict[str, Place] = {}
            said = [] if by_default and entry is not document.items[0] else mistakes
            for key, node, place in (
                *self.resolved(fields, spec.fields, spec, said),
                *self.resolved(roles, spec.roles, spec, said, kind="role"),
            ):
                if key in seen:
                    said.append(Mistake(place, f"the same field as at {seen[key]}", "name it once"))
                    continue
                seen[key] = place
                if by_default and (key in own or key in off):
                    continue
                own.add(key)
                yield Claim(spec_of(spec, key), key, node, place, by_default)

    def resolved(
        self,
        wanted: AuthoredMap,
        specs: tuple[FieldSpec, ...],
        spec: TypeSpec,
        mistakes: list[Mistake],
        kind: str = "field",
    ) -> Iterator[tuple[str, Node, Place]]:
        """Yield the values of a map under the keys that their names mean."""
        for name, node in wanted.items():
            at = wanted.keys_at[name].place
            hits = (spec.role_words if kind == "role" else spec.field_words).get(name, ())
            if len(hits) > 1:
                keys = " or ".join(one.alias or one.key for one in hits)
                mistakes.append(
                    Mistake(at, f"'{name}' names {len(hits)} {kind}s of {spec.word}", f"write {keys}")
                )
            elif not hits:
                known = {
                    word for one in specs if not refusal(one) for word in (one.alias or one.key, one.name)
                }
                mistakes.append(UnknownName(at, kind, name, spec.word, known))
            elif reason := refusal(hits[0]):
                mistakes.append(Mistake(at, f"{hits[0].label} cannot be managed here", reason))
            elif hits[0].locked:
                mistakes.append(
                    Mistake(at, f"the members of {hits[0].label} are fixed by the space", "delete the line")
                )
            elif self.is_stolen(spec.key, hits[0], name):
                mistakes.append(Mistake(at, f"'{name}' now names another {kind} of the space", PULL))
            else:
                yield change_key(hits[0]), node, at

    def is_stolen(self, type_key: str, pinned: FieldSpec, word: str) -> bool:
        """Whether a word that pins give to one field is another's in the space by now."""
        live = self.types.get(type_key)
        index = (live.role_words if pinned.type == "role" else live.field_words) if live else {}
        bearers = {one.key for one in index.get(word, ())}
        return bool(bearers) and pinned.key not in bearers

    def read(
        self,
        ref: Ref,
        key: str,
        node: Node,
        place: Place,
        into: list[WantedField],
        mistakes: list[Mistake],
        *,
        by_default: bool = False,
    ) -> None:
        """Read one value by its field's type."""
        codec = self.codec(ref.type_key, key, by_pins=True)
        try:
            wanted = codec.parse(node)
        except Wrong as error:
            mistakes += error.mistakes
            return
        if mistake := codec.refusal_on(ref.id, wanted, node.place):
            mistakes.append(mistake)
        elif label := self.stolen_option(ref.type_key, key, wanted):
            what = f"'{label}' now names another option of {codec.spec.label}"
            mistakes.append(Mistake(node.place, what, PULL))
        else:
            into.append(WantedField(key, wanted, place, by_default))

    def is_unchanged(self, type_key: str, key: str) -> bool:
        """Whether the space says of a field just what is pinned; compared once a run."""
        if (type_key, key) not in self.unchanged:
            self.unchanged[type_key, key] = self.spec(type_key, key) == self.names(type_key).by_key.get(key)
        return self.unchanged[type_key, key]

    def stolen_option(self, type_key: str, key: str, wanted: Wanted) -> str | None:
        """Return a wanted option's pinned label if it is another's by now; notes what was renamed."""
        if type_key not in self.pinned or self.is_unchanged(type_key, key):
            return None
        codec, live = self.codec(type_key, key, by_pins=True), self.spec(type_key, key)
        if live is None:
            return None
        if codec.spec.name != live.name:
            self.notes[f"{codec.spec.label} is now called {live.label}; `reconciler schema pull` follows"] = (
                None
            )
        parts = (
            (wanted.contains, wanted.excludes) if isinstance(wanted, Rule) else (settle(wanted, codec.empty),)
        )
        ids = {text for part in parts for text in strings(codec.encode(part))}
        now = {option.id: option.label for option in every_option(live)}
        for option in every_option(codec.spec):
            if option.id not in ids or now.get(option.id, option.label) == option.label:
                continue
            if option.label in now.values():
                return option.label
            self.notes[
                f"{codec.spec.label} '{option.label}' is now called '{now[option.id]}'; "
                "`reconciler schema pull` follows"
            ] = None
        return None

    # -- what live items hold --------------------------------------------------------------

    def observe(self, raw: Mapping[str, Any], type_key: str, keys: Iterable[str]) -> Item:
        """Decode the named fields of a WorkItemInfo (endpoints.md section 6.1)."""
        wire = wire_values(raw)
        values: dict[str, Seen] = {}
        unreadable: dict[str, str] = {}
        try:
            roles = role_list(wire.get("role_owners"))
        except ValueError as error:
            roles, unreadable = (), {key: str(error) for key in keys if key.startswith(ROLES)}
        for key in keys:
            if self.fault(type_key, key) or key in unreadable:
                continue
            role = key.removeprefix(ROLES) if key.startswith(ROLES) else None
            held = wire.get(key) if role is None else list(dict(roles).get(role, ()))
            try:
                values[key] = self.codec(type_key, key).decode(held)
            except (ValueError, TypeError, OverflowError) as error:
                unreadable[key] = str(error)
        aborted = wire.get("aborted")
        return Item(
            ref=Ref(type_key, int(raw["id"])),
            name=str(raw.get("name") or ""),
            values=values,
            roles=roles,
            aborted=isinstance(aborted, dict) and aborted.get("is_aborted") is True,
            updated_by=str(raw.get("updated_by") or ""),
            updated_at=updated_at if isinstance(updated_at := raw.get("updated_at"), int) else 0,
            unreadable=unreadable,
        )

    def side_effects(self, item: Item) -> tuple[SideEffect, ...]:
        """Tell which locked roles hold others than the space's default (endpoints.md 7.2, rule 3)."""
        held = dict(item.roles)
        return tuple(
            SideEffect(
                role=spec.key,
                name=spec.label,
                members=held.get(spec.key, ()),
                defaults=spec.members,
                labels=tuple(self.people.show(key) for key in held.get(spec.key, ())),
            )
            for spec in self.types[item.ref.type_key].roles
            if spec.locked and held.get(spec.key) and frozenset(held[spec.key]) != frozenset(spec.members)
        )


def strings(wire: Any) -> Iterator[str]:
    """Yield every text in a wire value."""
    if isinstance(wire, str):
        yield wire
    elif isinstance(wire, dict | list):
        for one in wire.values() if isinstance(wire, dict) else wire:
            yield from strings(one)


def flat(options: Iterable[Option]) -> Iterator[Option]:
    """Yield options and those below them."""
    for option in options:
        yield option
        yield from flat(option.children)


def every_option(spec: FieldSpec) -> Iterator[Option]:
    """Yield the options of a field and of its sub-fields."""
    yield from flat(spec.options)
    for sub in spec.subfields:
        yield from every_option(sub)


def settle_claim(claims: dict[str, Claim], claim: Claim, mistakes: list[Mistake]) -> None:
    """Let one place speak for a field; a second one is a mistake that names both."""
    other = claims.get(claim.key)
    if other is None:
        claims[claim.key] = claim
        return
    mistakes.append(
        Mistake(
            claim.place,
            f"{claim.spec.label} of this item stands at {other.place} too",
            "keep it in one place",
        )
    )


def change_key(spec: FieldSpec) -> str:
    """Return the key by which changes name a field or a role."""
    return ROLES + spec.key if spec.type == "role" else spec.key


def every_spec(spec: TypeSpec) -> tuple[FieldSpec, ...]:
    """Return the fields and the roles of a type."""
    return spec.fields + spec.roles


def spec_of(spec: TypeSpec, key: str) -> FieldSpec:
    """Return the field or role that a change's key names."""
    return spec.by_key[key]


def words_of(specs: tuple[FieldSpec, ...]) -> dict[str, tuple[FieldSpec, ...]]:
    """Return what each word means: a key, else an alias, else a display name (which several may bear)."""
    found: dict[str, tuple[FieldSpec, ...]] = {}
    for attribute in ("key", "alias", "name"):
        bearers: dict[str, list[FieldSpec]] = {}
        for spec in specs:
            bearers.setdefault(getattr(spec, attribute), []).append(spec)
        found = {**{word: tuple(some) for word, some in bearers.items() if word}, **found}
    return found


def named(specs: tuple[FieldSpec, ...], word: str) -> tuple[FieldSpec, ...]:
    """Find by key, else by alias, else by display name."""
    return words_of(specs).get(word, ())


def wire_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a WorkItemInfo by field key; rich texts by their detail where it is there."""
    values: dict[str, Any] = {"name": raw.get("name")}
    for member, into in (("fields", values), ("multi_texts", values)):
        entries = raw.get(member)
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("field_key"), str):
                into[entry["field_key"]] = entry.get("field_value")
    return values


def role_list(wire: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read `role_owners`: `[{role, owners}]`, null and `owners: null` (field-formats.md 9.1)."""
    entries = wire if isinstance(wire, list) else []
    return tuple(
        (str(entry["role"]), tuple(user_keys(entry.get("owners"))))
        for entry in entries
        if isinstance(entry, dict) and entry.get("role")
    )


def fold_roles(
    live: tuple[tuple[str, tuple[str, ...]], ...], wanted: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Lay the wanted roles over the live list: all roles, live order first (field-formats.md 9.3)."""
    owners: dict[str, list[str]] = {role: list(members) for role, members in live}
    return [{"role": role, "owners": members} for role, members in {**owners, **wanted}.items()]
