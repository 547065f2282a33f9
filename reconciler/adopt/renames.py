"""Follows renames of a space in the files: the new names mean what the old ones meant.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from reconciler.adopt.rule_renames import rule_edits
from reconciler.desired.written_values import Unwritable, file_word, written_node
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.people import UserCodec, UsersCodec
from reconciler.fields.related import RelatedCodec, RelatedItemsCodec
from reconciler.fields.sets import SetCodec
from reconciler.fields.spec import FieldSpec
from reconciler.fields.trees import SEPARATOR
from reconciler.fields.values import Wrong
from reconciler.manifest.edit.commands import Edit, Put, Rename
from reconciler.manifest.edit.spans import Way
from reconciler.manifest.edit.yaml_text import Plain
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Document, Manifest, Node, Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import ROLE_REF, TypeSpec, change_key, find_named


class Moves(Struct, frozen=True):
    """People and items whose name in the files is an old one.

    `people_edits`: e-mail in lower case → the one of today.  `items`: (type key, name) → the name of today,
    or the id where several items bear that name.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[tuple[str, str], str | int] = field(default_factory=dict)


def rewrites(
    manifest: Manifest, old: Catalog, new: Catalog, moves: Moves | None = None
) -> dict[str, list[Edit]]:
    """Return the edits of each file that replace the old names by the new ones."""
    moves = moves or Moves()
    found: dict[str, list[Edit]] = {}
    for document in manifest.documents:
        before = old.type_of(document.type.text)
        now = new.types.get(before.key) if before and before.fields else None
        if before and now:
            edits = [
                *type_edits(document, before, now),
                *Rewriter(old, new, before, now, moves).document(document),
            ]
            if edits:
                found[document.file] = edits
    return found


def type_edits(document: Document, before: TypeSpec, now: TypeSpec) -> Iterator[Edit]:
    """Follow the name of the type itself."""
    word = document.type.text
    if not now.answers_to(word):
        yield Put(("type",), now.name if word == before.name and now.name else now.word)


class Rewriter:
    """Follows the names of one type's fields, roles and options."""

    def __init__(self, old: Catalog, new: Catalog, before: TypeSpec, now: TypeSpec, moves: Moves) -> None:
        """Name the type as it was and as it is."""
        self.moves = moves
        self.old = old
        self.new = new
        self.before = before
        self.now = now

    def document(self, document: Document) -> Iterator[Edit]:
        """Yield the edits of one file."""
        yield from self.section(("defaults", "fields"), document.default_fields)
        yield from self.section(("defaults", "roles"), document.default_roles)
        for at, entry in enumerate(document.items):
            yield from self.section(("items", at, "fields"), entry.fields)
            yield from self.section(("items", at, "roles"), entry.roles)
            yield from self.section(("items", at, "expect"), entry.expect)
            for position, name in enumerate(entry.unmanaged):
                if word := self.renamed(name.text, *self.before.section_and_name(name.text)):
                    yield Put(("items", at, "unmanaged", position), word)
        for at, rule in enumerate(document.rules):
            yield from rule_edits(at, rule, self.new_name, self.option_codecs)
            yield from self.section(("rules", at, "fields"), rule.fields)
            yield from self.section(("rules", at, "roles"), rule.roles)

    def new_name(self, name: str) -> str | None:
        """Return what replaces the name of a field or (`roles.NAME`) a role in a condition."""
        return self.renamed(name, *self.before.section_and_name(name))

    def option_codecs(self, name: str) -> tuple[Codec, Codec] | None:
        """Return the codecs of a field with options, as it was and as it is."""
        pair = self.pair(name, roles=False)
        if pair is None or not pair[0].options or any(map(refusal, pair)) or pair[0].type != pair[1].type:
            return None
        key = change_key(pair[0])
        return spec_codec(self.old, self.before, key), spec_codec(self.new, self.now, key)

    def section(self, way: Way, some: AuthoredMap) -> Iterator[Edit]:
        """Yield the edits of one map of fields or roles: its values first, then its keys."""
        keys: list[tuple[str, str]] = []
        for name, node in some.items():
            kind, bare = ("role" if way[-1] == "roles" else "field"), name
            if way[-1] == "expect":
                kind, bare = self.before.section_and_name(name)
            pair = self.pair(bare, roles=kind == "role")
            if pair is None:
                continue
            if word := self.renamed(name, kind, bare):
                keys.append((name, word))
            if not any(map(refusal, pair)) and pair[0].type == pair[1].type:
                key = change_key(pair[0])
                codecs = (spec_codec(self.old, self.before, key), spec_codec(self.new, self.now, key))
                yield from value_edits((*way, name), node, *codecs, self.moves)
        if keys:
            yield Rename(way, tuple(keys))

    def renamed(self, name: str, kind: str, bare: str) -> str | None:
        """Return what replaces a name as it is written, `roles.` included; None if it needs no other."""
        pair = self.pair(bare, roles=kind == "role")
        word = self.word(bare, pair) if pair else None
        return f"{ROLE_REF}{word}" if word and name != bare else word

    def pair(self, name: str, *, roles: bool) -> tuple[FieldSpec, FieldSpec] | None:
        """Return a field as it was, by its name then, and as it is."""
        hits = find_named(self.before.roles if roles else self.before.fields, name)
        specs = self.now.roles if roles else self.now.fields
        still = next((one for one in specs if len(hits) == 1 and one.key == hits[0].key), None)
        return (hits[0], still) if still else None

    def word(self, name: str, pair: tuple[FieldSpec, FieldSpec]) -> str | None:
        """Return the word that replaces a name; None if the name still means the field."""
        was, now = pair
        specs = self.now.roles if now.type == "role" else self.now.fields
        if [one.key for one in find_named(specs, name)] == [now.key]:
            return None
        same_kind = now.alias if name == was.alias else now.name
        fits = bool(same_kind) and [one.key for one in find_named(specs, same_kind)] == [now.key]
        return same_kind if fits else file_word(now, self.now)


def spec_codec(catalog: Catalog, kind: TypeSpec, key: str) -> Codec:
    """Return the codec that reads the files by a catalog's names."""
    return catalog.codec(kind.key, key, by_pins=True)


def value_edits(way: Way, node: Node, old: Codec, new: Codec, moves: Moves) -> Iterator[Edit]:
    """Yield the edits of the renamed things in one value."""
    if old.parts:
        yield from cells(way, node, old, new, moves)
    elif isinstance(old, UserCodec | UsersCodec):
        yield from people_edits(way, node, moves)
    elif isinstance(old, RelatedCodec | RelatedItemsCodec):
        yield from related(way, node, old, moves)
    elif old.spec.options:
        yield from options(way, node, old, new)


def options(way: Way, node: Node, old: Codec, new: Codec) -> Iterator[Edit]:
    """Yield the edits of renamed options; a removed one has no new name and stays as it is written."""
    if isinstance(old, SetCodec) and isinstance(new, SetCodec):
        for place, member in set_members(way, node):
            if moved := old_node(old.read_member, new.read_member, member):
                word = in_form_of(member, new.dump_member(moved[0][0]))
                if means(new.read_member, word, moved[0]):
                    yield Put(place, word)
    elif moved := old_node(old.parse, new.parse, node):
        word = in_form_of(node, new.dump(moved[0]))
        if means(new.parse, word, moved[0]):
            yield Put(way, word)


def means(read: Callable[[Node], Any], written: Plain, meant: Any) -> bool:
    """Return True if a value reads as what was meant, by the new names."""
    try:
        return bool(read(written_node(written)) == meant)
    except (Wrong, Unwritable):
        return False


def in_form_of(node: Node, written: Any) -> Any:
    """Return a path of labels as a list where it was one, so that only the renamed label changes."""
    labels = written.split(SEPARATOR) if isinstance(written, str) else []
    return labels if isinstance(node, AuthoredList) and len(labels) == len(node) else written


def set_members(way: Way, node: Node) -> Iterator[tuple[Way, Node]]:
    """Yield the members of a set, or of a rule about one."""
    if isinstance(node, AuthoredMap):
        for mode, some in node.items():
            yield from set_members((*way, mode), some)
    elif isinstance(node, AuthoredList):
        for at, one in enumerate(node):
            yield (*way, at), one


def people_edits(way: Way, node: Node, moves: Moves) -> Iterator[Edit]:
    """Yield the edits of people whose e-mail has changed, at any depth below a node."""
    match node:
        case Scalar() if email := moves.people.get(node.text.lower()):
            yield Put(way, email)
        case AuthoredList():
            for at, one in enumerate(node):
                yield from people_edits((*way, at), one, moves)
        case AuthoredMap():
            for key, one in node.items():
                yield from people_edits((*way, key), one, moves)


def related(way: Way, node: Node, old: Codec, moves: Moves) -> Iterator[Edit]:
    """Yield the edits of related items that are written by an old name."""
    if isinstance(node, AuthoredMap) and isinstance(name := node.get("name"), Scalar):
        kind = node.get("type")
        types = (old.items.types.get(kind.text, ""),) if isinstance(kind, Scalar) else old.spec.targets
        now = next((moves.items[one, name.text] for one in types if (one, name.text) in moves.items), None)
        if isinstance(now, str):
            yield Put((*way, "name"), now)
        elif now is not None:
            yield Put(way, now)
        return
    for place, member in set_members(way, node):
        yield from related(place, member, old, moves)


def cells(way: Way, node: Node, old: Codec, new: Codec, moves: Moves) -> Iterator[Edit]:
    """Yield the edits of the rows of a compound field: sub-fields' names, and options in their values."""
    if isinstance(node, AuthoredList):
        for at, row in enumerate(node):
            yield from cells((*way, at), row, old, new, moves)
        return
    keys: list[tuple[str, str]] = []
    for name, value in node.items() if isinstance(node, AuthoredMap) else ():
        if isinstance(value, AuthoredList) and name in {"contains", "excludes"}:
            yield from cells((*way, name), value, old, new, moves)
            continue
        was = [part for part in old.parts.values() if part.spec.answers_to(name)]
        now = new.parts.get(was[0].spec.key) if len(was) == 1 else None
        if now is None:
            continue
        if not now.spec.answers_to(name):
            word = now.spec.alias if name == was[0].spec.alias else now.spec.name
            keys.append((name, word or now.spec.key))
        yield from value_edits((*way, name), value, was[0], now, moves)
    if keys:
        yield Rename(way, tuple(keys))


def old_node(old: Any, new: Any, node: Node) -> tuple[Any] | None:
    """Return the old meaning of a node in a tuple; None if the new names give it the same meaning."""
    try:
        meant = old(node)
    except Wrong:
        return None
    try:
        return None if new(node) == meant else (meant,)
    except Wrong:
        return (meant,)
