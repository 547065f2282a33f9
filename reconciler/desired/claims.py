"""Files to desired items: each field of an item is set in one place.  Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

from reconciler.desired.items import DesiredField, DesiredItem, Shape, new, packed_fields
from reconciler.desired.mentions import Mentions
from reconciler.desired.names import PULL, Names, is_stolen_type
from reconciler.errors import Mistake, Place, UnknownName
from reconciler.fields.memo import memo_key
from reconciler.fields.values import UNREAD, Desired, Wrong
from reconciler.manifest.nodes import AuthoredMap, Document, Entry, Manifest, Node
from reconciler.model import Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, spec_of

if TYPE_CHECKING:
    from reconciler.desired.item_rules import ItemRule

Claim: TypeAlias = tuple[str, Node, Place, bool]
"""The claim of one place on a field: change key, value, place, and whether a default of the file says it."""


class Draft(Struct):
    """One item as the files read so far describe it; `unread` holds the places of values with mistakes."""

    ref: Ref
    place: Place
    fields: dict[str, DesiredField] = field(default_factory=dict)
    expects: list[DesiredField] = field(default_factory=list)
    unread: dict[str, Place] = field(default_factory=dict)


class DesiredState(NamedTuple):
    """The desired items of one space in order of type and id, every mistake, notes about names, the rules."""

    items: tuple[DesiredItem, ...]
    mistakes: list[Mistake]
    notes: tuple[str, ...]
    rules: tuple[ItemRule, ...] = ()


def desired_state(manifest: Manifest, catalog: Catalog) -> DesiredState:
    """Read all files of one space by a catalog."""
    desire = Desire(catalog)
    for document in manifest.documents:
        desire.take(document)
    return DesiredState(desire.items(), desire.mistakes, tuple(desire.names.notes), tuple(desire.rules))


class Desire:
    """Collects the desired items of one space, file by file.

    `readings` holds, by type and key, the values that were read before and mean the same in every item.
    `rule_places` tells where the rule of each name was read first.  Items of one file are packed at once,
    and opened again where another file adds to them.
    """

    __slots__ = (
        "catalog",
        "drafts",
        "mentions",
        "mistakes",
        "names",
        "readings",
        "rule_places",
        "rules",
        "shapes",
    )

    def __init__(self, catalog: Catalog) -> None:
        """Begin without any file."""
        self.catalog = catalog
        self.names = Names(catalog)
        self.mentions = Mentions()
        self.drafts: dict[Ref, Draft | DesiredItem] = {}
        self.shapes: dict[Shape, Shape] = {}
        self.mistakes: list[Mistake] = []
        self.readings: dict[str, dict[str, Mapping[Hashable, Desired]]] = {}
        self.rules: list[ItemRule] = []
        self.rule_places: dict[str, Place] = {}

    def take(self, document: Document) -> None:
        """Add one file; nothing of its tree is kept but places."""
        catalog = self.catalog
        spec = catalog.type_of(document.type.text)
        if spec is None:
            words = [word for one in catalog.types.values() for word in (one.word, one.name)]
            self.mistakes.append(
                UnknownName(document.type.place, "type", document.type.text, catalog.space, words)
            )
            return
        if is_stolen_type(catalog, spec, document.type.text):
            what = f"'{document.type.text}' now names another type of the space"
            self.mistakes.append(Mistake(document.type.place, what, PULL))
            return
        if document.rules:
            from reconciler.desired.rule_reading import take_rules  # most files have items

            take_rules(self, document, spec)
        for entry in document.items:
            draft = self.draft(Ref(spec.key, entry.id), entry.place)
            self.draw(draft, self.claims(document, entry, spec))
            if entry.expect:
                for key, node, place in self.resolved(entry.expect, spec):
                    if read := self.read(draft.ref, key, node, place):
                        draft.expects.append(read)
        for entry in document.items:
            self.pack(Ref(spec.key, entry.id))

    def draft(self, ref: Ref, place: Place) -> Draft:
        """Return the draft of an item, to which a file adds at a place."""
        known = self.drafts.get(ref)
        if isinstance(known, Draft):
            return known
        draft = self.drafts[ref] = opened(known) if known else Draft(ref, place)
        return draft

    def pack(self, ref: Ref) -> None:
        """Pack an item, unless values with mistakes have to be remembered for it."""
        draft = self.drafts[ref]
        if isinstance(draft, Draft) and not draft.unread:
            self.drafts[ref] = self.finished(draft)

    def finished(self, draft: Draft) -> DesiredItem:
        """Return the item of a draft."""
        fields = packed_fields(draft.fields.values(), draft.place, self.shapes)
        return DesiredItem(draft.ref, draft.place, fields, tuple(draft.expects))

    def draw(self, draft: Draft, claims: Iterable[Claim]) -> None:
        """Add the claims of one file to an item; a value that another item had before is not read again."""
        fields, known = draft.fields, self.readings.setdefault(draft.ref.type_key, {})
        for key, node, place, by_default in claims:
            readings = known.get(key)
            desired = readings.get(memo_key(node), UNREAD) if readings else UNREAD
            if desired is UNREAD or key in fields or key in draft.unread:
                self.settle_claim(draft, key, node, place, by_default=by_default)
            else:
                fields[key] = new(DesiredField, (key, desired, place, by_default))

    def join(self, more: DesiredItem) -> None:
        """Add an item that was read by itself."""
        if self.drafts.setdefault(more.ref, more) is more:
            return
        draft = self.draft(more.ref, more.place)
        for one in more.fields:
            if not self.is_twice(draft, one.key, one.place, by_default=one.by_default):
                draft.fields[one.key] = one
        draft.expects += more.expects
        self.pack(more.ref)

    def items(self) -> tuple[DesiredItem, ...]:
        """Return the items in order of type and id."""
        drafts = (self.drafts[ref] for ref in sorted(self.drafts))
        return tuple(self.finished(one) if isinstance(one, Draft) else one for one in drafts)

    def claims(self, document: Document, entry: Entry, spec: TypeSpec) -> Iterable[Claim]:
        """Return what one file asks of one item, each field once: its own values, then the defaults.

        Mistakes in the defaults are reported with the first item.
        """
        if not (entry.roles or entry.unmanaged or document.default_fields or document.default_roles):
            known, some, keys_at = self.names.known(spec, "field"), entry.fields, entry.fields.keys_at
            if some.keys() <= known.keys() and len({known[name] for name in some}) == len(some):
                return [(known[name], node, keys_at[name].place, False) for name, node in some.items()]
        return self.every_claim(document, entry, spec)

    def every_claim(self, document: Document, entry: Entry, spec: TypeSpec) -> Iterator[Claim]:
        """Yield the same for an item with names that are new, or with several sections."""
        settled = {change_key(one) for word in entry.unmanaged for one in spec.meant(word.text)}
        places: list[dict[str, Place]] = []
        said = self.mistakes if entry is document.items[0] else []
        for fields, roles, by_default, mistakes in (
            (entry.fields, entry.roles, False, self.mistakes),
            (document.default_fields, document.default_roles, True, said),
        ):
            seen: dict[str, Place] = {}
            places.append(seen)
            for kind, some in (("field", fields), ("role", roles)):
                if not some:
                    continue
                known = self.names.known(spec, kind)
                for name, node in some.items():
                    place = some.keys_at[name].place
                    key = known.get(name) or self.names.meant(name, spec, kind, place, mistakes)
                    if key is None:
                        continue
                    if key in seen:
                        mistakes.append(Mistake(place, f"the same field as at {seen[key]}", "name it once"))
                        continue
                    seen[key] = place
                    if not by_default or key not in settled:
                        yield key, node, place, by_default
            settled |= seen.keys()
        if entry.unmanaged:
            from reconciler.desired.unmanaged import words_without_effect  # few items have any

            own, defaults = places
            clear = len(defaults) == len(document.default_fields) + len(document.default_roles)
            self.mistakes += words_without_effect(entry.unmanaged, spec, own, defaults if clear else None)

    def resolved(self, values: AuthoredMap, spec: TypeSpec) -> Iterator[tuple[str, Node, Place]]:
        """Yield the values of a map of fields and roles under their change keys."""
        for name, node in values.items():
            place = values.keys_at[name].place
            kind, bare = spec.section_and_name(name)
            if key := self.names.meant(bare, spec, kind, place, self.mistakes):
                yield key, node, place

    def settle_claim(self, draft: Draft, key: str, node: Node, place: Place, *, by_default: bool) -> None:
        """Set the desired value of a field; if another place already set it, report both places."""
        if self.is_twice(draft, key, place, by_default=by_default):
            return
        if read := self.read(draft.ref, key, node, place, by_default=by_default):
            draft.fields[key] = read
        else:
            draft.unread[key] = place

    def is_twice(self, draft: Draft, key: str, place: Place, *, by_default: bool) -> bool:
        """Return True if another place already set the field; reported as a mistake."""
        other = draft.fields.get(key)
        said = other.place if other else draft.unread.get(key)
        if said is None:
            return False
        kind = self.catalog.names(draft.ref.type_key)
        what, fix = f"{spec_of(kind, key).label} of this item stands at {said} too", "keep it in one place"
        if said.file != place.file:
            # Defaults stay, since they speak for many items; else the value that was read first.
            source, into = (said, place) if by_default else (place, said)
            fix = f"{fix}: {move_command(kind, key, source.file, into.file)}"
        self.mistakes.append(Mistake(place, what, fix))
        return True

    def read(
        self, ref: Ref, key: str, node: Node, place: Place, *, by_default: bool = False
    ) -> DesiredField | None:
        """Read one value by its field's type; report a mistake and return None if it holds one."""
        codec = self.catalog.codec(ref.type_key, key, by_pins=True)
        if codec.is_looked_up:
            self.mentions.add(codec, node, self.catalog)
        try:
            desired = codec.recall(node)
        except Wrong as error:
            self.mistakes += error.mistakes
            return None
        steady = self.names.is_steady(ref.type_key, key)
        if codec.names_items and (mistake := codec.refusal_on(ref.id, desired, node.place)):
            self.mistakes.append(mistake)
        elif not steady and (label := self.names.stolen_option(ref.type_key, key, desired)):
            what = f"'{label}' now names another option of {codec.spec.label}"
            self.mistakes.append(Mistake(node.place, what, PULL))
        else:
            if steady and not codec.names_items:
                self.readings.setdefault(ref.type_key, {})[key] = codec.readings
            return new(DesiredField, (key, desired, place, by_default))
        return None


def opened(item: DesiredItem) -> Draft:
    """Return an item as a draft again."""
    return Draft(item.ref, item.place, {one.key: one for one in item.fields}, list(item.expects))


def move_command(kind: TypeSpec, key: str, source: str, into: str) -> str:
    """Return the command that takes a field out of one file where another sets it, too."""
    import shlex

    from reconciler.desired.written_values import file_word  # only mistakes need it

    spec = spec_of(kind, key)
    word = f"roles.{file_word(spec, kind)}" if spec.type == "role" else file_word(spec, kind)
    words = ("reconciler", "move", "--fields", word, "--from", source, "--into", into)
    return f"`{shlex.join(words)}`"
