"""The edits that take values out of one file, and write them into another or into its defaults.  Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from reconciler.desired.written_values import file_word
from reconciler.manifest.edit.commands import Drop, Edit, Members, Put
from reconciler.manifest.edit.copied_text import comments, copied
from reconciler.manifest.edit.proof import content_of
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import Copied, Noted, Plain, Section
from reconciler.manifest.nodes import AuthoredMap, Document, Entry, Node
from reconciler.model import ROLES
from reconciler.schema.types import TypeSpec, change_key, spec_of

Spots = Mapping[str, tuple[str, str, Node]]
"""By change key where a value is written: section, word and value."""


class Slot(NamedTuple):
    """One value to move: the item's position in the source, and the change key."""

    at: int
    key: str


class Files(Struct):
    """The two files of a move, and the values to move from `source`, by position and key.

    `into` is None for a new file, and `source` itself for values that move into their own file's
    defaults.  `held` are the values that the other file sets already: they leave the source alone.
    """

    kind: TypeSpec
    text: Source
    source: Document
    into: Document | None
    chosen: Sequence[Slot]
    held: frozenset[Slot]
    defaults: bool
    off_source: dict[int, list[str]] = field(default_factory=dict)
    off_target: dict[int, list[str]] = field(default_factory=dict)
    """Per entry, the fields that are added to its `unmanaged`."""
    from_source: list[Edit] = field(default_factory=list)
    to_target: list[Edit] = field(default_factory=list)
    new_defaults: dict[str, Copied] = field(default_factory=dict)
    new_entries: list[Plain] = field(default_factory=list)
    comment_places: list[int] = field(default_factory=list)
    there: set[int] = field(default_factory=set)
    """The items that `into` names."""
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By change key, the section and the word by which the source names a field or role."""
    changed: set[Slot] = field(default_factory=set)
    """The values that leave the source, and those whose default does."""

    @property
    def is_fold(self) -> bool:
        """True if the values move into the defaults of their own file."""
        return self.into is self.source

    @property
    def moved(self) -> list[Slot]:
        """The values that the other file gets."""
        return [one for one in self.chosen if one not in self.held]

    @property
    def given_up(self) -> Iterator[tuple[Slot, tuple[str, ...]]]:
        """The comments of values that give way to others, and go with them."""
        for one in self.chosen:
            if one in self.held and one.key in self.own(self.source.items[one.at]):
                yield one, self.value(one).comments

    def make(self) -> None:
        """Make the edits of both files, and the defaults and entries of a new one."""
        self.comment_places = [place for place, _ in comments(self.text)]
        self.there = {one.id for one in self.into.items} if self.into else set()
        for spots in (*map(self.own, reversed(self.source.items)), self.defaults_of(self.source)):
            self.words |= {key: (section, word) for key, (section, word, _) in spots.items()}
        if self.defaults:
            self.new_defaults = dict(self.common_values())
        self.take_out()
        if not self.is_fold:
            self.put_in()
        self.put_defaults()
        self.from_source += self.left_off(self.source, self.off_source)
        if self.into is not None:
            self.to_target += self.left_off(self.into, self.off_target)

    # -- what is written where ---------------------------------------------------------------------

    def spots(self, fields: AuthoredMap, roles: AuthoredMap) -> Spots:
        """Return where fields and roles are written, by their change keys."""
        found: dict[str, tuple[str, str, Node]] = {}
        for section, some, words in (
            ("fields", fields, self.kind.field_words),
            ("roles", roles, self.kind.role_words),
        ):
            for word, node in some.items():
                for hit in words.get(word, ()):
                    found[change_key(hit)] = (section, word, node)
        return found

    def own(self, entry: Entry) -> Spots:
        """Return what an entry says itself."""
        return self.spots(entry.fields, entry.roles)

    def defaults_of(self, document: Document | None) -> Spots:
        """Return the defaults of a file."""
        return self.spots(document.default_fields, document.default_roles) if document else {}

    def unmanaged(self, entry: Entry) -> set[str]:
        """Return the change keys for which an entry takes no default."""
        words = [scalar.text for scalar in entry.unmanaged]
        hits = [
            hit
            for word in words
            for some in (self.kind.field_words, self.kind.role_words)
            for hit in some.get(word, ())
        ]
        return set(map(change_key, hits))

    def value(self, place: Slot) -> Copied:
        """Return a value in its author's words."""
        section, word, node = self.own(self.source.items[place.at]).get(place.key, ("", "", None))
        if node is not None:
            return copied(self.text, ("items", place.at, section, word), node)
        section, word, node = self.defaults_of(self.source)[place.key]
        return copied(self.text, ("defaults", section, word), node)

    def word(self, key: str) -> tuple[str, str]:
        """Return the section and the word of a field or role that the other file does not name yet."""
        if key not in self.words:
            section = "roles" if key.startswith(ROLES) else "fields"
            self.words[key] = section, file_word(spec_of(self.kind, key), self.kind)
        return self.words[key]

    # -- defaults ------------------------------------------------------------------------------------

    def common_values(self) -> Iterator[tuple[str, Copied]]:
        """Yield, for each field that has no default there, the value that most of the items share."""
        there = self.defaults_of(self.into)
        for key in dict.fromkeys(one.key for one in self.moved):
            values = [self.value(one) for one in self.moved if one.key == key]
            if key in there or not values:
                continue
            groups: dict[str, list[Copied]] = {}
            for one in values:
                groups.setdefault(repr(content_of(one.node)), []).append(one)
            most = max(groups.values(), key=len)
            if len(most) > 1 or len(values) == 1:
                yield key, next((one for one in most if not one.comments), most[0])

    def is_default(self, key: str, value: Copied) -> bool:
        """Return True if the value needs no line, since it is the other file's default."""
        new = self.new_defaults.get(key)
        node = new.node if new else self.defaults_of(self.into).get(key, ("", "", None))[2]
        same = node is not None and content_of(node) == content_of(value.node)
        return same and (not value.comments or value == new)

    def put_defaults(self) -> None:
        """Add the new defaults; items of the file that do not get them are left off."""
        for key, value in self.new_defaults.items():
            section, word = self.word(key)
            if self.into is not None:
                self.to_target.append(Put(("defaults", section, word), value))
                moved = {self.source.items[one.at].id for one in self.moved if one.key == key}
                for at, entry in enumerate(self.into.items):
                    if entry.id not in moved and key not in self.own(entry):
                        self.off_target.setdefault(at, []).append(key)

    def left_off(self, document: Document, off: Mapping[int, Sequence[str]]) -> Iterator[Edit]:
        """Yield the edits that add fields to the `unmanaged` of entries."""
        for at, keys in off.items():
            entry = document.items[at]
            known = self.unmanaged(entry)
            words = [self.word(key)[1] for key in keys if key not in known]
            way: Way = ("items", at, "unmanaged")
            if words:
                yield Members(way, add=tuple(words)) if entry.unmanaged else Put(way, words)

    # -- out of the one file ---------------------------------------------------------------------------

    def take_out(self) -> None:
        """Make the edits of the source: values go, and defaults that nobody takes any more."""
        gone = self.defaults_to_drop()
        for section, word in (self.defaults_of(self.source)[key][:2] for key in gone):
            self.from_source.append(Drop(("defaults", section, word), above=True))
        empty: set[int] = set()
        default = self.defaults_of(self.source).keys() - gone
        keys_at: dict[int, list[str]] = {}
        for one in self.chosen:
            keys_at.setdefault(one.at, []).append(one.key)
        for at, keys in keys_at.items():
            entry = self.source.items[at]
            own = self.own(entry)
            mine = [key for key in keys if key in own and not self.stays(Slot(at, key))]
            self.changed |= {Slot(at, key) for key in (mine if self.is_fold else keys)}
            if self.is_emptied(at, mine, default):
                empty.add(at)
                continue
            self.from_source += [Drop(("items", at, *own[key][:2]), above=True) for key in mine]
            if not self.is_fold:
                self.off_source[at] = [key for key in keys if key in default]
        if empty:
            self.from_source.append(Members(("items",), frozenset(empty)))

    def stays(self, place: Slot) -> bool:
        """Return True if a value stays in its own file beside the default that most items share."""
        return self.is_fold and not self.is_default(place.key, self.value(place))

    def defaults_to_drop(self) -> set[str]:
        """Return the defaults of the source whose takers are all moved."""
        if self.is_fold:
            return set()
        gone: set[str] = set()
        chosen = set(self.chosen)
        for key in self.defaults_of(self.source):
            takers = {
                Slot(at, key)
                for at, entry in enumerate(self.source.items)
                if key not in self.own(entry) and key not in self.unmanaged(entry)
            }
            if takers <= chosen and any(one.key == key for one in self.chosen):
                gone.add(key)
        return gone

    def is_emptied(self, at: int, keys: Sequence[str], default: set[str]) -> bool:
        """Return True if an entry says nothing without some values, and no comment would be lost with it."""
        entry = self.source.items[at]
        if self.is_fold or entry.expect or entry.unmanaged or default or len(keys) < len(self.own(entry)):
            return False
        span = self.text.at(("items", at))
        assert span is not None  # noqa: S101 - the entry was read from this text
        end = self.text.line_end(span.end)
        inside = bisect_left(self.comment_places, end) - bisect_left(self.comment_places, span.start)
        carried = sum(len(self.value(Slot(at, key)).comments) for key in keys)
        return inside - carried <= bool(self.name(at) and self.is_new(entry.id))

    def is_new(self, item_id: int) -> bool:
        """Return True if the other file has no entry for an item yet."""
        return item_id not in self.there

    def name(self, at: int) -> str:
        """Return the comment behind an entry's id, which is the item's name in adopted files."""
        span = self.text.at(("items", at, "id")) or self.text.at(("items", at))
        whole = self.text.at(("items", at))
        if span is None or whole is None:
            return ""
        end = whole.end if whole.is_flow else span.end
        hit = re.fullmatch(r"[ \t]+# ?(.*)", self.text.text[end : self.text.line_end(end)])
        return hit[1].strip() if hit else ""

    # -- into the other ----------------------------------------------------------------------------------

    def put_in(self) -> None:
        """Make the edits of the target: values of its entries, and new entries."""
        where = {entry.id: at for at, entry in enumerate(self.into.items)} if self.into else {}
        taken = {*self.defaults_of(self.into), *self.new_defaults}
        values_at: dict[int, dict[str, Copied]] = {}
        for one in self.moved:
            values_at.setdefault(one.at, {})[one.key] = self.value(one)
        for at, values in values_at.items():
            entry = self.source.items[at]
            there = self.into.items[where[entry.id]] if self.into and entry.id in where else None
            off = self.unmanaged(there) if there else set()
            lines = {
                key: value for key, value in values.items() if key in off or not self.is_default(key, value)
            }
            if there is not None:
                way = "items", where[entry.id]
                self.to_target += [Put((*way, *self.word(key)), value) for key, value in lines.items()]
            else:
                self.new_entries.append(self.new_entry(at, lines, sorted(taken - values.keys())))
        if self.into is not None and self.new_entries:
            self.to_target.append(Members(("items",), add=tuple(self.new_entries)))

    def new_entry(self, at: int, lines: Mapping[str, Copied], off: Sequence[str]) -> Plain:
        """Return an entry of the other file, with the item's name as a comment."""
        made = Section(id=self.source.items[at].id)
        if off:
            made["unmanaged"] = [self.word(key)[1] for key in off]
        made |= self.sections(lines)
        return Noted(made if len(made) > 1 else self.source.items[at].id, self.name(at))

    def sections(self, lines: Mapping[str, Copied]) -> dict[str, Section]:
        """Return values by the names of files: `fields` and `roles`, without empty ones."""
        found: dict[str, Section] = {}
        for name in ("fields", "roles"):
            for key, value in lines.items():
                section, word = self.word(key)
                if section == name:
                    found.setdefault(name, Section())[word] = value
        return found

    def new_file(self) -> Section:
        """Return the whole of a new file."""
        whole = Section(space=self.source.space.text, type=self.source.type.text)
        if self.new_defaults:
            whole["defaults"] = Section(self.sections(self.new_defaults))
        whole["items"] = self.new_entries
        return whole
