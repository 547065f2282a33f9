"""A file that gets entries of live items, proved before it is written.

Its new bytes are loaded and planned against the live items, as `plan` would do.  Nearly always this plan is
empty, and that is all of the proof.  Else the values are read one by one, which tells why a value cannot be
written.  A value that the plan would still change is taken out, too, and a default of the file that the live
item does not share is taken off the item (`unmanaged`), until the plan is empty.  What was taken out is
reported with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from reconciler.adopt.destination import Home
from reconciler.adopt.new_entries import (
    Adopted,
    Skipped,
    change_keys,
    entry,
    file_words,
    sections_of,
    take_out_unwritable,
)
from reconciler.errors import CannotRun, InputError
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.edit.commands import Edit, Members, Put
from reconciler.manifest.edit.edits import edited
from reconciler.manifest.edit.yaml_text import Section, lines_of
from reconciler.manifest.files import shown_path
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.model import Item, Ref

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.schema.types import TypeSpec


class Difference(NamedTuple):
    """A value that a plan of the file would change, or that the file lacks."""

    ref: Ref
    key: str
    by_default: bool


class EntryFile(Struct, frozen=True):
    """One file of new entries; `managed` are the change keys that the files decide on already."""

    home: Home
    path: Path
    reader: Reader
    managed: Mapping[Ref, set[str]]

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return shown_path(self.path, self.home.root)

    def proved(self, made: Mapping[Ref, Adopted], live: Mapping[Ref, Item], skipped: list[Skipped]) -> bytes:
        """Return the file with the entries; values that a plan would change are moved to `skipped`."""
        self.take_off_defaults(made)
        try:
            raw = self.written(made)
            if len(raw) <= LARGEST and not self.differences(made, raw, live):
                return raw
        except InputError:
            pass  # A new value is the cause, and the next look finds it; else the file itself says so again.
        for ref, one in made.items():
            skipped += take_out_unwritable(one, live[ref], self.reader.catalog)
        while True:
            raw = self.written(made)
            if len(raw) > LARGEST:
                raise CannotRun(f"{self.name} would have {len(raw)} bytes", "part it with --split")
            if not self.take_out_differences(made, self.differences(made, raw, live), skipped):
                return raw

    def positions(self) -> dict[Ref, int]:
        """Return where the file has entries already."""
        before = self.home.document(self.name)
        kind = self.reader.catalog.type_of(before.type.text) if before else None
        if before is None or kind is None:
            return {}
        return {Ref(kind.key, one.id): at for at, one in enumerate(before.items)}

    def take_off_defaults(self, made: Mapping[Ref, Adopted]) -> None:
        """Mark the defaults of the file as unmanaged where another file sets the item's value."""
        before, here = self.home.document(self.name), self.positions()
        for ref, one in made.items():
            if before is not None and ref not in here:
                kind = self.reader.catalog.names(ref.type_key)
                default = change_keys(kind, before.default_fields, before.default_roles)
                one.unmanaged += sorted(default & self.managed.get(ref, set()))

    def written(self, made: Mapping[Ref, Adopted]) -> bytes:
        """Return the file with the entries: in their place where the file has some, else at its end."""
        catalog = self.reader.catalog
        kind = catalog.names(next(iter(made)).type_key)
        here, words = self.positions(), file_words(kind)
        added = tuple(entry(one, kind, words) for ref, one in made.items() if ref not in here)
        if os.path.lexists(self.path):
            before = self.home.document(self.name)
            if before is None:
                raise CannotRun(f"{self.path} is of another space", "choose another file")
            if catalog.type_of(before.type.text) != catalog.type_of(kind.key):
                raise CannotRun(f"{self.path} holds items of another type", "choose another file")
            edits = [edit for ref, one in made.items() if ref in here for edit in puts(one, words, here[ref])]
            new: list[Edit] = [Members(("items",), add=added)] if added else []
            return edited(self.path.read_bytes(), [*edits, *new], self.name)
        whole = Section(space=self.home.space, type=kind.word, items=list(added))
        lines = [*modeline(self.home, self.path, kind), *lines_of(whole, 0)]
        return "".join(f"{line}\n" for line in lines).encode()

    def take_out_differences(
        self, made: Mapping[Ref, Adopted], differing: Sequence[Difference], skipped: list[Skipped]
    ) -> bool:
        """Take out what a plan of the file would change; False if there is nothing to take out."""
        found = False
        for ref, key, by_default in differing:
            one = made[ref]
            if not by_default:
                del one.values[key]
                label = self.reader.catalog.label(ref.type_key, key)
                skipped.append(Skipped(ref, label, "a plan of it is not empty"))
            elif key not in one.unmanaged:
                one.unmanaged.append(key)
            else:
                continue
            found = True
        return found

    def differences(
        self, made: Mapping[Ref, Adopted], raw: bytes, live: Mapping[Ref, Item]
    ) -> list[Difference]:
        """Plan the new values of a file; return what differs, and the values that the file lacks."""
        from reconciler.desired.claims import desired_state
        from reconciler.plan.planning import plan_items

        reader, here = self.reader, self.positions()
        document, mistakes = read_bytes(raw, self.name)
        if document is None or mistakes:
            raise InputError(mistakes)
        desired, wrong, *_ = desired_state(Manifest((document,)), reader.catalog)
        if wrong:
            raise InputError(wrong)
        new = {ref: set(one.values) for ref, one in made.items()}
        mine = [
            replace(
                item,
                fields=tuple(
                    one
                    for one in item.fields
                    if one.key in new[item.ref] or (one.by_default and item.ref not in here)
                ),
            )
            for item in desired
            if item.ref in new
        ]
        keys = {item.ref: [one.key for one in item.fields] for item in mine}
        unread = any(key not in live[ref].values for ref, some in keys.items() for key in some)
        plan = plan_items(mine, reader, named=len(mine), live=None if unread else live)
        found = [(update.ref, change.key) for update in plan.updates for change in update.changes]
        found += [(block.ref, block.key) for block in plan.blocks if block.key]
        found += [(ref, key) for ref, some in new.items() for key in some.difference(keys.get(ref, ()))]
        return [Difference(ref, key, key not in new[ref]) for ref, key in found]


def puts(one: Adopted, words: Mapping[str, str], at: int) -> Iterator[Put]:
    """Yield the edits that add values to an entry."""
    for section, values in sections_of(one, words).items():
        for word, value in values.items():
            yield Put(("items", at, section, word), value)


def modeline(home: Home, path: Path, kind: TypeSpec) -> list[str]:
    """Return the comment that leads editors to the schema of the type, if there is one."""
    from reconciler.schema.pin_files import file_stem

    schema = home.pins_folder / f"{file_stem(kind.api_name, kind.key)}.schema.json"
    if not schema.is_file():
        return []
    way = Path(os.path.relpath(schema, (home.root / path).parent)).as_posix()
    return [f"# yaml-language-server: $schema={way}"]
