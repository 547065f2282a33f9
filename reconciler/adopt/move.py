"""Moves fields from one file of desired state to another, or into its defaults, in their author's words.

Nothing else may change: before anything is written, what each file says of each field of each item is read
from the new bytes, and held against what the old ones said.  Every comment must still be there, too.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

from reconciler.adopt.destination import Home, read_home
from reconciler.adopt.entry_file import modeline
from reconciler.adopt.move_edits import Files, Slot
from reconciler.adopt.new_entries import desired_keys
from reconciler.desired.claims import Desire
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import CannotRun, InputError, Place
from reconciler.manifest.edit.copied_text import comment_counts, comments
from reconciler.manifest.edit.edits import edited
from reconciler.manifest.edit.proof import Content, content_of
from reconciler.manifest.edit.spans import Source
from reconciler.manifest.edit.yaml_text import lines_of
from reconciler.manifest.files import shown_path
from reconciler.manifest.loading import load, read_bytes
from reconciler.manifest.nodes import Document, Manifest, Node
from reconciler.manifest.safe_write import write
from reconciler.model import Ref
from reconciler.schema.pins import read_pins
from reconciler.schema.types import TypeSpec, spec_of

if TYPE_CHECKING:
    from reconciler.schema.catalog import Catalog

OTHERS = "name other fields, or the items by --only"


class MoveRequest(NamedTuple):
    """The request to `move_fields`: names of fields, the two files, and the REFs of the items."""

    words: Sequence[str]
    source: Path
    into: Path
    only: Sequence[str] = ()
    defaults: bool = False


class Moved(NamedTuple):
    """The names of the moved fields, and how many items; `gave_way` are values that the other file sets.

    `others` counts the items that set the fields, too, and that the other file does not name.
    """

    fields: str
    items: int
    gave_way: tuple[str, ...]
    others: int


class Claim(NamedTuple):
    """What a file says of a field of an item: the key's place, the value, and whether it is a default."""

    file: str
    place: Place
    node: Node
    by_default: bool

    @property
    def said(self) -> tuple[str, Content]:
        """The file and the value, without places."""
        return self.file, content_of(self.node)


Pair: TypeAlias = tuple[Ref, str]
"""An item and a change key."""
Claims: TypeAlias = dict[Pair, list[Claim]]


def move_fields(request: MoveRequest, space: str | None) -> Moved:
    """Move the fields and write both files; raises CannotRun or InputError, and then nothing is written."""
    root = Path.cwd()
    manifest, mistakes = load([request.source], root=root)
    if mistakes or not manifest.documents:
        raise InputError(mistakes)
    home = read_home(request.into, space, [manifest.documents[0].space.text])
    name, target = shown_path(request.source, root), shown_path(request.into, root)
    source = home.document(name)
    if source is None:
        raise CannotRun(
            f"{name} is not a file of {home.space} below the settings of {target}", "name one that is"
        )
    pins = read_pins(home.pins_folder)
    if not pins.types:
        raise CannotRun(f"nothing is pinned of {home.space}", "run `reconciler schema pull`")
    catalog = pins.catalog(home.space, home.settings.space(home.space), home.settings.groups())
    kind = catalog.type_of(source.type.text)
    if kind is None:
        raise CannotRun(f"no pinned type {source.type.text}", "run `reconciler schema pull`")
    keys = (
        desired_keys(kind, [word for word in request.words if word], every=False)
        if any(request.words)
        else []
    )
    if not keys:
        raise CannotRun("no field is named", "give --fields, such as due,roles.RD")
    into = home.document(target)
    if into is None and os.path.lexists(request.into):
        raise CannotRun(f"{target} is of another space", "choose another file")
    if into is not None and catalog.type_of(into.type.text) != kind:
        raise CannotRun(f"{target} holds items of another type", "choose another file")
    move = Move(home, catalog, kind, keys, source, into, target, request.defaults)
    return move.done(request.only)


class Move(Struct):
    """One move: from `source` to `into`, which is None for a file that is not there yet."""

    home: Home
    catalog: Catalog
    kind: TypeSpec
    keys: Sequence[str]
    source: Document
    into: Document | None
    target: str
    defaults: bool
    before: Claims = field(default_factory=dict)
    chosen: dict[Pair, Claim] = field(default_factory=dict)
    """The values to move, as the source says them."""
    given_up: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    """The comments of values that give way, by item and key."""

    @property
    def is_fold(self) -> bool:
        """True if the values move into the defaults of their own file."""
        return self.source.file == self.target

    def done(self, only: Sequence[str]) -> Moved:
        """Move, prove and write."""
        if self.is_fold and not self.defaults:
            raise CannotRun("--from and --into are the same file", "add --defaults, or name another")
        self.refuse_twice()
        self.before = self.claims(self.home.manifest)
        mine = {
            (Ref(self.kind.key, entry.id), key): one
            for entry in self.source.items
            for key in self.keys
            for one in self.before.get((Ref(self.kind.key, entry.id), key), ())
            if one.file == self.source.file
        }
        chosen = self.selected(mine, only) if mine else set[Pair]()
        self.chosen = {pair: one for pair, one in mine.items() if pair in chosen}
        if not self.chosen:
            raise CannotRun(
                f"{self.source.file} sets no {self.labels(self.keys, ' or ')} of these items", OTHERS
            )
        files, changed = self.proved()
        if not files:
            raise CannotRun(
                f"no two items of {self.target} share a value of {self.labels(self.keys, ' or ')}", OTHERS
            )
        for file, raw in files.items():
            write(self.home.root / file, raw, parents=True)
        others = {ref for ref, _ in mine} - {ref for ref, _ in self.chosen} if not only else set()
        moved = [key for key in self.keys if any(key == one.key for one in changed)]
        return Moved(
            self.labels(moved, ", "),
            len({one.at for one in changed}),
            tuple(self.gave_way()),
            len(others),
        )

    def labels(self, keys: Sequence[str], between: str) -> str:
        """Return the names of fields in a sentence."""
        return between.join(spec_of(self.kind, key).label for key in keys)

    def refuse_twice(self) -> None:
        """Raise CannotRun for an item with two entries in one of the files."""
        for document in filter(None, (self.source, self.into)):
            for item_id, times in Counter(entry.id for entry in document.items).items():
                if times > 1:
                    raise CannotRun(f"{document.file} has {times} entries of {item_id}", "join them first")

    def claims(self, manifest: Manifest) -> Claims:
        """Return what each file says of each field of each item; raises InputError for unknown names."""
        desire = Desire(self.catalog)
        found: Claims = {}
        for document in manifest.documents:
            if spec := self.catalog.type_of(document.type.text):
                for entry in document.items:
                    for key, node, place, by_default in desire.claims(document, entry, spec):
                        pair = Ref(spec.key, entry.id), key
                        found.setdefault(pair, []).append(Claim(document.file, place, node, by_default))
        if desire.mistakes:
            raise InputError(desire.mistakes)
        return found

    def selected(self, mine: Mapping[Pair, Claim], only: Sequence[str]) -> set[Pair]:
        """Return the pairs that REFs select; without REFs those of the items that both files name, or all."""
        from reconciler.plan.selection import select, selector
        from reconciler.plan.unmatched import refuse_unmatched

        if not only:
            there = {Ref(self.kind.key, one.id) for one in self.into.items} if self.into else set()
            both = there & {Ref(self.kind.key, one.id) for one in self.source.items}
            return {pair for pair in mine if not both or pair[0] in both}
        selectors = {ref: selector(ref, self.catalog) for ref in only}
        items = [
            DesiredItem(
                ref,
                Place(self.source.file, 1, 1),
                tuple(
                    DesiredField(key, None, one.place, one.by_default)
                    for (at, key), one in mine.items()
                    if at == ref
                ),
                (),
            )
            for ref in dict.fromkeys(ref for ref, _ in mine)
        ]
        named = self.named_below([one.path for one in selectors.values() if one.path is not None])
        by_ref = {ref: one for ref, one in selectors.items() if one.path is None}
        where = f"the entries of {self.source.file} with these fields"
        refuse_unmatched(by_ref, items, self.catalog, lambda _: False, where)
        picked = select(items, by_ref.values(), []) if by_ref else ()
        return {(item.ref, one.key) for item in picked for one in item.fields} | {
            pair for pair in mine if pair[0] in named
        }

    def named_below(self, paths: Sequence[str]) -> set[Ref]:
        """Return the items that the files at some paths name; raises CannotRun for a path without any."""
        found: set[Ref] = set()
        for path in paths:
            some = {
                Ref(self.kind.key, entry.id)
                for one in self.home.manifest.documents
                if one.file == path or one.file.startswith(f"{path}/")
                if self.catalog.type_of(one.type.text) == self.kind
                for entry in one.items
            }
            if not some:
                raise CannotRun(f"{path} names no {self.kind.word}", "check the path")
            found |= some
        return found

    def gave_way(self) -> Iterator[str]:
        """Yield the moved values that differ from what the other file says."""
        for (ref, key), one in self.chosen.items():
            other = self.there((ref, key))
            lost = self.given_up.get((ref.id, key), ())
            if other and (lost or content_of(other.node) != content_of(one.node)):
                more = f", with its comment {', '.join(lost)}" if lost else ""
                label = spec_of(self.kind, key).label
                yield f"{one.place}: {label} of {ref.id} gave way to {other.place}{more}"

    def there(self, pair: Pair) -> Claim | None:
        """Return what the other file says already."""
        if self.is_fold:
            return None
        return next((one for one in self.before.get(pair, ()) if one.file == self.target), None)

    # -- the new files -------------------------------------------------------------------------------

    def proved(self) -> tuple[dict[str, bytes], set[Slot]]:
        """Return the new bytes, first those of the file that gets more, and the values that moved."""
        old = {self.source.file: (self.home.root / self.source.file).read_bytes()}
        if self.into is not None:
            old[self.target] = (self.home.root / self.target).read_bytes()
        files = self.edits(Source(old[self.source.file], self.source.file))
        if self.is_fold:
            edits = {self.target: [*files.from_source, *files.to_target]}
        else:
            edits = {self.target: files.to_target, self.source.file: files.from_source}
        new = {file: edited(old[file], some, file) for file, some in edits.items() if file in old}
        if self.into is None:
            lines = [*modeline(self.home, Path(self.target), self.kind), *lines_of(files.new_file(), 0)]
            new = {self.target: "".join(f"{line}\n" for line in lines).encode(), **new}
        self.refuse_other_meaning(new)
        self.given_up = {
            (self.source.items[slot.at].id, slot.key): some for slot, some in files.given_up if some
        }
        refuse_lost_comments(old, new, Counter(one for some in self.given_up.values() for one in some))
        return {file: raw for file, raw in new.items() if raw != old.get(file)}, files.changed

    def edits(self, text: Source) -> Files:
        """Return the edits of both files."""
        at = {entry.id: at for at, entry in enumerate(self.source.items)}
        slots = {pair: Slot(at[pair[0].id], pair[1]) for pair in self.chosen}
        held = frozenset(slot for pair, slot in slots.items() if self.there(pair))
        into = self.source if self.is_fold else self.into
        files = Files(self.kind, text, self.source, into, list(slots.values()), held, self.defaults)
        files.make()
        return files

    def refuse_other_meaning(self, new: Mapping[str, bytes]) -> None:
        """Raise CannotRun if the files would say anything else than before."""
        documents = {one.file: one for one in self.home.manifest.documents}
        for file, raw in new.items():
            document, mistakes = read_bytes(raw, file)
            if document is None or mistakes:
                raise InputError(mistakes)
            documents[file] = document
        after = self.claims(Manifest(tuple(documents[file] for file in sorted(documents))))
        if said(after) != self.expected():
            raise CannotRun(
                "this move would change what the files say, so nothing was written", "move fewer fields"
            )

    def expected(self) -> dict[Pair, list[tuple[str, Content]]]:
        """Return what the files should say after the move."""
        found = dict(self.before)
        for pair, one in self.chosen.items():
            rest = [other for other in found[pair] if other is not one]
            found[pair] = rest if self.there(pair) else [*rest, one._replace(file=self.target)]
        return said(found)


def refuse_lost_comments(old: Mapping[str, bytes], new: Mapping[str, bytes], given_up: Counter[str]) -> None:
    """Raise CannotRun for a comment of the old files that the new ones do not have."""
    left = sum((comment_counts(raw, file) for file, raw in new.items()), start=given_up)
    for file, raw in old.items():
        for place, text in comments(source := Source(raw, file)):
            left[text] -= 1
            if left[text] < 0:
                line = source.text.count("\n", 0, place) + 1
                what = f"{file}:{line}: this comment would be lost with its place, so nothing was written"
                raise CannotRun(what, "put it on another line first, or edit the files by hand")


def said(claims: Claims) -> dict[Pair, list[tuple[str, Content]]]:
    """Return the claims without their places, in order."""
    return {pair: sorted((one.said for one in some), key=lambda at: at[0]) for pair, some in claims.items()}
