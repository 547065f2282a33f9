"""Names to fields: what the files want, and what live items hold, in canonical values.

The catalog is made of a space's metadata and knows neither files nor network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from reconciler.errors import Mistake, Place, UnknownName
from reconciler.fields import codec_for, refusal
from reconciler.fields.codec import Codec
from reconciler.fields.memo import form_of
from reconciler.fields.people import expand
from reconciler.fields.spec import NO_ITEMS, FieldSpec, Items, People, Target
from reconciler.fields.text import is_blank
from reconciler.fields.unread import Unreadable
from reconciler.fields.values import UNREAD, Desired, Rule, Seen, Wrong, settle
from reconciler.manifest.nodes import AuthoredMap, Document, Entry, Manifest, Node, every_section
from reconciler.meegle.rows import NO_ROLES, Roles, Row, read_row, role_list
from reconciler.model import ROLES, Item, Ref, SideEffect
from reconciler.schema.types import BUSINESS, TypeSpec, change_key, every_option, spec_of, strings

PULL = "review what changed with `reconciler schema check`, then run `reconciler schema pull`"
new = tuple.__new__
"""Makes a named tuple of all its members in half the time that its class takes: most of a plan is fields."""
Readable: TypeAlias = tuple[str, str | None, Codec]
"""A change key, the role that it names if it names one, and the codec that reads its live values."""
Words: TypeAlias = Mapping[str, list[Codec]]
"""The codecs that a word means."""


class DesiredField(NamedTuple):
    """One field of one item, as the files want it."""

    key: str
    desired: Desired
    place: Place
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class DesiredItem:
    """One item, with everything that all files want of it; `expects` are only compared."""

    ref: Ref
    place: Place
    fields: tuple[DesiredField, ...]
    expects: tuple[DesiredField, ...] = ()


@dataclass(slots=True)
class Draft:
    """What the files read so far say of one item; `unread` are the places of values that are mistakes."""

    ref: Ref
    place: Place
    fields: dict[str, DesiredField] = field(default_factory=dict)
    expects: list[DesiredField] = field(default_factory=list)
    unread: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class Mentions:
    """What files name and only the space can look up: people, other items by type key and name, business."""

    people: set[str] = field(default_factory=set)
    targets: set[tuple[str, str]] = field(default_factory=set)
    lines: bool = False


@dataclass(slots=True)
class Desire:
    """What the files want by one catalog, taken in one file after the other."""

    catalog: Catalog
    drafts: dict[Ref, Draft] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def take(self, document: Document) -> None:
        """Take in one file; nothing of its tree is kept but names of places."""
        catalog, mistakes = self.catalog, self.mistakes
        spec = catalog.type_of(document.type.text)
        if spec is None:
            words = [word for one in catalog.types.values() for word in (one.word, one.name)]
            mistakes.append(
                UnknownName(document.type.place, "type", document.type.text, catalog.space, words)
            )
            return
        for entry in document.items:
            ref = Ref(spec.key, entry.id)
            draft = self.drafts.get(ref)
            if draft is None:
                draft = self.drafts[ref] = Draft(ref, entry.place)
            self.draw(draft, catalog.claims(document, entry, spec, mistakes))
            if entry.expect:
                for key, node, place in catalog.resolved(entry.expect, spec, mistakes):
                    if read := catalog.read(ref, key, node, place, mistakes):
                        draft.expects.append(read)

    def draw(self, draft: Draft, claims: Iterable[tuple[str, Node, Place, bool]]) -> None:
        """Add to an item what one file claims; a value that was read before in another item is taken over."""
        fields, known = draft.fields, self.catalog.worked_out.readings.setdefault(draft.ref.type_key, {})
        for key, node, place, by_default in claims:
            readings = known.get(key)
            desired = readings.get(form_of(node), UNREAD) if readings else UNREAD
            if desired is UNREAD or key in fields or key in draft.unread:
                self.catalog.settle_claim(draft, key, node, place, self.mistakes, by_default=by_default)
            else:
                fields[key] = new(DesiredField, (key, desired, place, by_default))

    def join(self, more: Draft) -> None:
        """Add an item that was read by itself to what is known of it."""
        draft = self.drafts.setdefault(more.ref, more)
        if draft is more:
            return
        for key, one in more.fields.items():
            if not self.catalog.is_twice(draft, key, one.place, self.mistakes):
                draft.fields[key] = one
        draft.expects += more.expects

    def items(self) -> tuple[DesiredItem, ...]:
        """Return the items in order of type and id."""
        return tuple(
            DesiredItem(ref, draft.place, tuple(draft.fields.values()), tuple(draft.expects))
            for ref, draft in sorted(self.drafts.items())
        )


@dataclass(slots=True)
class WorkedOut:
    """What a catalog has worked out from its types, people and items, and would only find again.

    `codecs` by type, key and whether by pins; `unchanged` fields by type and key; `meanings` of
    names by type and kind; `readable` keys of a type with their codecs, and whether roles are among
    them; `mentions` of the files read; `readings` by type and key of fields whose values mean the
    same in every item.
    """

    codecs: dict[tuple[str, str, bool], Codec] = field(default_factory=dict)
    unchanged: dict[tuple[str, str], bool] = field(default_factory=dict)
    meanings: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    readable: dict[tuple[str, tuple[str, ...]], tuple[bool, tuple[Readable, ...]]] = field(
        default_factory=dict
    )
    readings: dict[str, dict[str, Mapping[Hashable, Desired]]] = field(default_factory=dict)
    mentions: Mentions = field(default_factory=Mentions)


@dataclass(slots=True)
class Catalog:
    """The types of one space, and the people and items of the run.

    `types` is what the space says now.  Names are read by `pinned` where a type is pinned:
    what was reviewed decides what a word means, the space whether that still stands.  `notes`
    collects what a reader of the plan should know of the difference; `clears` holds, by field
    type, the wire form that empties it in this space where that is not the documented one, `forms`
    the name of the form in which it takes a value, `trims` the types whose texts lose the blanks around them.
    """

    space_key: str
    space: str
    types: Mapping[str, TypeSpec]
    people: People = field(default_factory=People)
    items: Items = NO_ITEMS
    pinned: Mapping[str, TypeSpec] = field(default_factory=dict)
    clears: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    trims: frozenset[str] = frozenset()
    notes: dict[str, None] = field(default_factory=dict)
    worked_out: WorkedOut = field(default_factory=WorkedOut)

    def forget(self) -> None:
        """Work everything out anew from now on: types, people or items are others than before."""
        self.worked_out = WorkedOut()

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
        if at not in self.worked_out.codecs:
            spec = spec_of(self.names(type_key), key) if by_pins else self.spec(type_key, key)
            if spec is None:
                raise KeyError(key)
            self.worked_out.codecs[at] = codec_for(spec, self.people, self.items)
        return self.worked_out.codecs[at]

    def encode(self, type_key: str, key: str, value: Hashable) -> Any:
        """Return the form in which a canonical value is sent to this space."""
        codec = self.codec(type_key, key)
        if value == codec.empty and codec.spec.type in self.clears:
            return self.clears[codec.spec.type]
        form = self.forms.get(codec.spec.type)
        return codec.forms(value)[form] if form else codec.encode(value)

    def empties(self, codec: Codec, value: Hashable) -> bool:
        """Whether the field holds nothing once this space has stored the value."""
        if value == codec.empty:
            return True
        return codec.spec.type in self.trims and isinstance(value, str) and is_blank(value)

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
        return self.mentions(manifest).people

    def mentions(self, manifest: Manifest) -> Mentions:
        """Return what the files name and only the space can look up."""
        catalog = replace(self, worked_out=WorkedOut(codecs=self.worked_out.codecs))
        for codec, node in catalog.values(manifest):
            catalog.mention(codec, node)
        return catalog.worked_out.mentions

    def items_in(self, manifest: Manifest) -> dict[int, tuple[str, str]]:
        """Return the type of each item that the files themselves name."""
        return {
            entry.id: (kind.key, "")
            for document in manifest.documents
            if (kind := self.type_of(document.type.text))
            for entry in document.items
        }

    def target_types(self, spec: FieldSpec, target: Target) -> tuple[str, ...]:
        """Return the keys of the types in which a named item may be."""
        if not target.type:
            return spec.targets
        kind = self.type_of(target.type)
        return (kind.key,) if kind else ()

    def values(self, manifest: Manifest) -> Iterator[tuple[Codec, Node]]:
        """Yield the values that may name what is looked up, as far as their names mean something."""
        words: dict[str, tuple[Words, Words]] = {}
        for document in manifest.documents:
            spec = self.type_of(document.type.text)
            if spec is None:
                continue
            if spec.key not in words:
                words[spec.key] = (
                    self.words_for(spec, spec.field_words),
                    self.words_for(spec, spec.role_words),
                )
            for fields, roles in every_section(document):
                for some, index in zip((fields, roles), words[spec.key], strict=True):
                    for name in index.keys() & some.keys():
                        for codec in index[name]:
                            yield codec, some[name]

    def words_for(self, spec: TypeSpec, index: Mapping[str, tuple[FieldSpec, ...]]) -> Words:
        """Return the codecs that each word of a type means, as far as they look something up."""
        found: dict[str, list[Codec]] = {}
        for word, hits in index.items():
            for hit in hits:
                if refusal(hit) is None:
                    codec = self.codec(spec.key, change_key(hit), by_pins=True)
                    if codec.is_looked_up:
                        found.setdefault(word, []).append(codec)
        return found

    def desire(self, manifest: Manifest) -> tuple[tuple[DesiredItem, ...], list[Mistake]]:
        """Read what the files want, item by item in order of type and id; with every mistake."""
        wishes = Desire(self)
        for document in manifest.documents:
            wishes.take(document)
        return wishes.items(), wishes.mistakes

    def claims(
        self, document: Document, entry: Entry, spec: TypeSpec, mistakes: list[Mistake]
    ) -> Iterable[tuple[str, Node, Place, bool]]:
        """Return what one file says of one item, each field once: its own values, then the defaults it takes.

        What is wrong with the defaults is told with the first item.
        """
        if not (entry.roles or entry.unmanaged or document.default_fields or document.default_roles):
            known, some, keys_at = self.known(spec, "field"), entry.fields, entry.fields.keys_at
            if some.keys() <= known.keys() and len({known[name] for name in some}) == len(some):
                return [(known[name], node, keys_at[name].place, False) for name, node in some.items()]
        return self.every_claim(document, entry, spec, mistakes)

    def every_claim(
        self, document: Document, entry: Entry, spec: TypeSpec, mistakes: list[Mistake]
    ) -> Iterator[tuple[str, Node, Place, bool]]:
        """Yield the same where names are new, or stand in several sections."""
        settled = self.left_off(entry, spec, mistakes) if entry.unmanaged else set()
        said = mistakes if entry is document.items[0] else []
        for fields, roles, by_default, told in (
            (entry.fields, entry.roles, False, mistakes),
            (document.default_fields, document.default_roles, True, said),
        ):
            seen: dict[str, Place] = {}
            for kind, some in (("field", fields), ("role", roles)):
                if not some:
                    continue
                known = self.known(spec, kind)
                for name, node in some.items():
                    place = some.keys_at[name].place
                    key = known.get(name) or self.meant(name, spec, kind, place, told)
                    if key is None:
                        continue
                    if key in seen:
                        told.append(Mistake(place, f"the same field as at {seen[key]}", "name it once"))
                        continue
                    seen[key] = place
                    if not by_default or key not in settled:
                        yield key, node, place, by_default
            settled |= seen.keys()

    def left_off(self, entry: Entry, spec: TypeSpec, mistakes: list[Mistake]) -> set[str]:
        """Return the keys of which an item takes no default."""
        off: set[str] = set()
        for scalar in entry.unmanaged:
            hits = spec.field_words.get(scalar.text, ()) + spec.role_words.get(scalar.text, ())
            if not hits:
                known = [one.label for one in spec.fields + spec.roles]
                mistakes.append(UnknownName(scalar.place, "field", scalar.text, spec.word, known))
            off.update(change_key(one) for one in hits)
        return off

    def resolved(
        self, desired: AuthoredMap, spec: TypeSpec, mistakes: list[Mistake]
    ) -> Iterator[tuple[str, Node, Place]]:
        """Yield the values of a map of fields under the keys that their names mean."""
        for name, node in desired.items():
            place = desired.keys_at[name].place
            if key := self.meant(name, spec, "field", place, mistakes):
                yield key, node, place

    def known(self, spec: TypeSpec, kind: str) -> dict[str, str]:
        """Return what is known so far of the names of a type's fields or roles."""
        return self.worked_out.meanings.setdefault((spec.key, kind), {})

    def meant(
        self, name: str, spec: TypeSpec, kind: str, place: Place, mistakes: list[Mistake]
    ) -> str | None:
        """Return the key that a name means; None where it is a mistake."""
        known = self.known(spec, kind)
        if name not in known:
            meaning = self.meaning(name, spec, kind, place)
            if isinstance(meaning, Mistake):
                mistakes.append(meaning)
                return None
            known[name] = meaning
        return known[name]

    def meaning(self, name: str, spec: TypeSpec, kind: str, at: Place) -> str | Mistake:
        """Return the key that a name means, or why it means none that can be managed."""
        hits = (spec.role_words if kind == "role" else spec.field_words).get(name, ())
        if len(hits) > 1:
            keys = " or ".join(one.alias or one.key for one in hits)
            return Mistake(at, f"'{name}' names {len(hits)} {kind}s of {spec.word}", f"write {keys}")
        if not hits:
            specs = spec.roles if kind == "role" else spec.fields
            known = {word for one in specs if not refusal(one) for word in (one.alias or one.key, one.name)}
            return UnknownName(at, kind, name, spec.word, known)
        if reason := refusal(hits[0]):
            return Mistake(at, f"{hits[0].label} cannot be managed here", reason)
        if hits[0].locked:
            return Mistake(at, f"the members of {hits[0].label} are fixed by the space", "delete the line")
        if self.is_stolen(spec.key, hits[0], name):
            return Mistake(at, f"'{name}' now names another {kind} of the space", PULL)
        return change_key(hits[0])

    def settle_claim(
        self, draft: Draft, key: str, node: Node, place: Place, mistakes: list[Mistake], *, by_default: bool
    ) -> None:
        """Let one place speak for a field; a second one is a mistake that names both."""
        if self.is_twice(draft, key, place, mistakes):
            return
        if read := self.read(draft.ref, key, node, place, mistakes, by_default=by_default):
            draft.fields[key] = read
        else:
            draft.unread[key] = place

    def is_twice(self, draft: Draft, key: str, place: Place, mistakes: list[Mistake]) -> bool:
        """Whether another place speaks for the field already; that is a mistake."""
        other = draft.fields.get(key)
        said = other.place if other else draft.unread.get(key)
        if said is None:
            return False
        label = spec_of(self.names(draft.ref.type_key), key).label
        mistakes.append(Mistake(place, f"{label} of this item stands at {said} too", "keep it in one place"))
        return True

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
        mistakes: list[Mistake],
        *,
        by_default: bool = False,
    ) -> DesiredField | None:
        """Read one value by its field's type; None where it is a mistake."""
        codec = self.codec(ref.type_key, key, by_pins=True)
        if codec.is_looked_up:
            self.mention(codec, node)
        try:
            desired = codec.recall(node)
        except Wrong as error:
            mistakes += error.mistakes
            return None
        steady = self.is_steady(ref.type_key, key)
        if codec.names_items and (mistake := codec.refusal_on(ref.id, desired, node.place)):
            mistakes.append(mistake)
        elif not steady and (label := self.stolen_option(ref.type_key, key, desired)):
            what = f"'{label}' now names another option of {codec.spec.label}"
            mistakes.append(Mistake(node.place, what, PULL))
        else:
            if steady and not codec.names_items:
                self.worked_out.readings.setdefault(ref.type_key, {})[key] = codec.readings
            return new(DesiredField, (key, desired, place, by_default))
        return None

    def mention(self, codec: Codec, node: Node) -> None:
        """Note whom and what a value names."""
        noted = self.worked_out.mentions
        for scalar in codec.people_in(node):
            noted.people.update(expand(scalar.text, self.people))
        for target in codec.targets_in(node):
            noted.targets.update((key, target.name) for key in self.target_types(codec.spec, target))
        noted.lines = noted.lines or codec.spec.type == BUSINESS

    def confirms(self, reading: Catalog, words: Iterable[str]) -> bool:
        """Whether the space says of all that files name just what the pins say by which they were read.

        Then a reading by pins that left nothing open stands, and need not be made again.  `words`
        are the files' words for types.
        """
        return all(
            (mine := self.type_of(word)) is not None and mine is self.pinned.get(mine.key) for word in words
        ) and all(
            self.is_unchanged(type_key, key)
            and not self.is_stolen(type_key, spec_of(self.names(type_key), key), name)
            for (type_key, _), names in reading.worked_out.meanings.items()
            for name, key in names.items()
        )

    def points_somewhere(self) -> bool:
        """Whether a field was read that may point to other items."""
        return any(
            self.codec(type_key, key, by_pins=True).names_items
            for (type_key, _), names in self.worked_out.meanings.items()
            for key in names.values()
        )

    def points_right(self, items: Iterable[DesiredItem], known: Mapping[int, tuple[str, str]]) -> bool:
        """Whether no wanted relation points to an item of a type that it does not take.

        `known` are the type keys of items; rows of compound fields are not looked into and answered with no.
        """
        for item in items:
            for one in item.fields:
                codec = self.codec(item.ref.type_key, one.key, by_pins=True)
                if not codec.names_items:
                    continue
                for item_id in numbers(one.desired):
                    type_key = known.get(item_id, ("", ""))[0]
                    if codec.parts or (
                        type_key and codec.spec.targets and type_key not in codec.spec.targets
                    ):
                        return False
        return True

    def is_steady(self, type_key: str, key: str) -> bool:
        """Whether a value of the field means now what it meant when the field was pinned."""
        return type_key not in self.pinned or self.is_unchanged(type_key, key)

    def is_unchanged(self, type_key: str, key: str) -> bool:
        """Whether the space says of a field just what is pinned; compared once a run."""
        if (type_key, key) not in self.worked_out.unchanged:
            self.worked_out.unchanged[type_key, key] = self.spec(type_key, key) == self.names(
                type_key
            ).by_key.get(key)
        return self.worked_out.unchanged[type_key, key]

    def stolen_option(self, type_key: str, key: str, desired: Desired) -> str | None:
        """Return a wanted option's pinned label if it is another's by now; notes what was renamed."""
        codec, live = self.codec(type_key, key, by_pins=True), self.spec(type_key, key)
        if live is None:
            return None
        if codec.spec.name != live.name:
            self.notes[f"{codec.spec.label} is now called {live.label}; `reconciler schema pull` follows"] = (
                None
            )
        parts = (
            (desired.contains, desired.excludes)
            if isinstance(desired, Rule)
            else (settle(desired, codec.empty),)
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
        """Decode the named fields of a WorkItemInfo (endpoints.md section 6.1).

        What cannot be read is `unreadable`, with the reason, and never empty.
        """
        row, (with_roles, readable) = read_row(raw), self.readable(type_key, tuple(keys))
        values: dict[str, Seen] = {}
        unreadable: dict[str, str] = {}
        roles, odd = roles_of(row, needed=with_roles)
        aborted, lost = is_aborted(row.values.get("aborted"))
        for key, role, codec in readable:
            if reason := lost or (odd if role is not None else "" if key in row.values else row.trouble):
                unreadable[key] = reason
                continue
            try:
                values[key] = codec.decode(
                    row.values.get(key) if role is None else list(dict(roles).get(role, ()))
                )
            except (ValueError, TypeError, OverflowError) as error:
                unreadable[key] = str(error)
        known = {one.key for one in self.types[type_key].roles}
        return Item(
            ref=Ref(type_key, int(raw["id"])),
            name=str(raw.get("name") or ""),
            values=values,
            roles=roles,
            aborted=aborted,
            updated_by=str(raw.get("updated_by") or ""),
            updated_at=updated_at if isinstance(updated_at := raw.get("updated_at"), int) else 0,
            unreadable=unreadable,
            strange_roles=tuple(role for role, _ in roles if with_roles and role not in known),
        )

    def agrees(self, raw: Mapping[str, Any], want: DesiredItem, keys: tuple[str, ...]) -> bool:
        """Whether a WorkItemInfo holds all that is wanted and expected: nothing is to be said of it."""
        wire, trouble = read_row(raw)
        with_roles, readable = self.readable(want.ref.type_key, keys)
        if len(readable) < len(keys) or trouble or any(is_aborted(wire.get("aborted"))):
            return False
        wishes = (*want.fields, *want.expects) if want.expects else want.fields
        try:
            roles = dict(role_list(wire["role_owners"])) if with_roles else {}
            for (_, desired, _, _), (key, role, codec) in zip(wishes, readable, strict=True):
                if not codec.holds(wire.get(key) if role is None else list(roles.get(role, ())), desired):
                    return False
        except (ValueError, KeyError, TypeError, OverflowError):
            return False
        return True

    def readable(self, type_key: str, keys: tuple[str, ...]) -> tuple[bool, tuple[Readable, ...]]:
        """Return those of the keys that the space still has, each with its role and its codec.

        Before them stands whether roles are among them.
        """
        at = (type_key, keys)
        if at not in self.worked_out.readable:
            rows = tuple(
                (key, key.removeprefix(ROLES) if key.startswith(ROLES) else None, self.codec(type_key, key))
                for key in keys
                if not self.fault(type_key, key)
            )
            self.worked_out.readable[at] = any(role is not None for _, role, _ in rows), rows
        return self.worked_out.readable[at]

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


def numbers(desired: Desired) -> Iterator[int]:
    """Yield the ids in a wanted relation."""
    members = desired.named if isinstance(desired, Rule) else desired
    for one in members if isinstance(members, frozenset) else (members,):
        if isinstance(one, int):
            yield one


def roles_of(row: Row, *, needed: bool) -> tuple[Roles, str]:
    """Return the live roles, and why they cannot be read; who needs none asked for none."""
    if "role_owners" not in row.values:
        return (), (row.trouble or NO_ROLES) if needed else ""
    try:
        return role_list(row.values["role_owners"]), ""
    except ValueError as error:
        return (), str(error)


def is_aborted(wire: Any) -> tuple[bool, str]:
    """Whether an item is terminated, and why that cannot be read; an answer may leave it out."""
    if wire is None:
        return False, ""
    if isinstance(wire, dict) and isinstance(wire.get("is_aborted"), bool):
        return wire["is_aborted"], ""
    return False, str(Unreadable("whether the item is terminated", wire))
