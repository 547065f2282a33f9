"""Adopts live items: writes them into files, so that a plan of these files is empty.

Items are skipped field by field, not as a whole: a file may name an item by its bare id alone, and
then nobody manages its other fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from reconciler.adopt.destination import Home, read_home
from reconciler.adopt.entry_file import EntryFile
from reconciler.adopt.item_selection import Asked, type_named
from reconciler.adopt.live_items import read_live
from reconciler.adopt.new_entries import Adopted, Skipped, adopted, desired_keys, managed_keys
from reconciler.errors import CannotRun, counted, quoted
from reconciler.manifest.files import shown_path
from reconciler.manifest.safe_write import write
from reconciler.model import Item, Ref

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog

SHOWN: Final = 8
"""Ids that a message lists; of more it gives the number."""


MOST_FILES: Final = 3
"""Files that a message names."""


class Adoption(NamedTuple):
    """The request to `pull_items`: the items, their file and their fields.

    Without `words` the usual fields are adopted, with `every` all that files can manage.  `split` parts
    the items into files: by `type`, by a number of items, or by the values of a field.
    """

    asked: Asked
    into: Path
    words: Sequence[str] = ()
    every: bool = False
    split: str | None = None


class Pulled(NamedTuple):
    """The result of a pull: new `items`, and `fields` of `extended` items that files managed in part.

    `known` items are managed already, by the files `known_in`; `unseen` ids cannot be read; `skipped` values
    were not written.
    """

    files: tuple[str, ...]
    items: int
    extended: int
    fields: int
    known: int
    unseen: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    known_in: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence for people."""
        parts = [counted(self.items, "item")] if self.items or not self.extended else []
        if self.extended:
            parts.append(f"{counted(self.fields, 'field')} of {counted(self.extended, 'known item')}")
        where = ", ".join(self.known_in[:MOST_FILES]) + (", …" if len(self.known_in) > MOST_FILES else "")
        more = f"; {counted(self.known, 'item')} in the files already ({where})" if self.known else ""
        return f"Adopted {' and '.join(parts)} into {', '.join(self.files) or 'no file'}{more}."


def pull_items(adoption: Adoption, space: str | None, report: Callable[[str], None]) -> Pulled:
    """Read the items and write the files; raises CannotRun or InputError."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.schema.pins import read_pins

    home = read_home(adoption.into, space, adoption.asked.spaces)
    connection = connect((), report, home.space)
    with Client(connection) as client:
        decisions, groups = home.settings.space(home.space), home.settings.groups()
        pins = read_pins(home.pins_folder)
        reader = Reader(client, home.space, decisions, connection.user_key)
        reader.open((), groups, pins)
        if (name := home.name_of(reader)) != home.space:
            return pull_items(adoption, name, report)
        found = adoption.asked.find(reader)
        if found.missing and not found.refs:
            raise NothingFound(found.missing, home.space)
        for item_id in found.missing:
            report(f"left out {item_id}: not found; give --type if it is terminated")
        words = {ref.type_key for ref in found.refs} | {one.type.text for one in home.manifest.documents}
        reader.open(words | type_words(adoption.asked), groups, pins)
        return adopt(adoption, home, reader, found.refs)


class NothingFound(CannotRun):
    """No id that was asked for is an item of the space."""

    def __init__(self, ids: Sequence[int], space: str) -> None:
        """Make the message."""
        some = " or ".join(map(str, ids)) if len(ids) <= SHOWN else f"with one of these {len(ids)} ids"
        fix = "check the number and who may see it; give --type TYPE if it is terminated"
        super().__init__(f"no item {some} in {space}", fix)


def type_words(asked: Asked) -> set[str]:
    """Return the types that were named, whether they have items or not."""
    return {word for word in (asked.type, *(one.type for one in asked.items)) if word}


def adopt(adoption: Adoption, home: Home, reader: Reader, refs: Sequence[Ref]) -> Pulled:
    """Read what the files do not manage yet, and write it into its files.

    Items are skipped field by field: of an item that some file names already, only the fields are
    adopted that no file sets, takes by default, or lists as `unmanaged`.
    """
    catalog = reader.catalog
    asked = {ref.type_key for ref in refs} | {
        type_named(word, catalog).key for word in type_words(adoption.asked)
    }
    keys = {key: adopted_keys(adoption, key, catalog) for key in sorted(asked)}
    managed = managed_keys(home.manifest, catalog)
    new = {ref: [key for key in keys[ref.type_key] if key not in managed.get(ref, ())] for ref in refs}
    some = [ref for ref in refs if new[ref] or ref not in managed]
    reader.learn(home.manifest, lines=has_business_line(keys, catalog))
    live = read_live(reader, {ref: keys[ref.type_key] for ref in some})
    catalog = reader.catalog
    if some and not live:
        raise CannotRun("none of these items can be read", "check the ids, the type and who may see them")
    skipped: list[Skipped] = []
    made: dict[Ref, Adopted] = {}
    for ref, item in live.items():
        made[ref], left = adopted(item, new[ref], catalog)
        skipped += left
    made = {ref: one for ref, one in made.items() if one.values or ref not in managed}
    files: dict[Path, bytes] = {}
    for path, some_refs in split_files(adoption, {ref: live[ref] for ref in made}, catalog, keys).items():
        new_entries = {ref: made[ref] for ref in some_refs}
        content = EntryFile(home, path, reader, managed).proved(new_entries, live, skipped)
        if any(one.values or ref not in managed for ref, one in new_entries.items()):
            files[path] = content
    for path, content in files.items():
        write(path, content, parents=True)
    more = [one for ref, one in made.items() if ref in managed and one.values]
    fresh = [ref for ref in made if ref not in managed]
    known = {ref for ref in refs if ref in managed} - {one.ref for one in more}
    return Pulled(
        files=tuple(shown_path(path, home.root) for path in files),
        items=len(fresh),
        extended=len(more),
        fields=sum(len(one.values) for one in more),
        known=len(known),
        unseen=tuple(ref.id for ref in sorted(set(some) - set(live))),
        skipped=tuple(skipped),
        known_in=tuple(files_naming(known, home, catalog)),
    )


def files_naming(refs: set[Ref], home: Home, catalog: Catalog) -> Iterator[str]:
    """Yield the files that name some items."""
    for document in home.manifest.documents:
        kind = catalog.type_of(document.type.text)
        if kind and any(Ref(kind.key, one.id) in refs for one in document.items):
            yield document.file


def adopted_keys(adoption: Adoption, type_key: str, catalog: Catalog) -> list[str]:
    """Return the change keys to adopt of one type, without those that can no longer be written."""
    spec = replace(catalog.names(type_key), key=type_key)
    keys = desired_keys(spec, adoption.words, every=adoption.every)
    return [key for key in keys if catalog.fault(type_key, key) is None]


def has_business_line(keys: Mapping[str, Sequence[str]], catalog: Catalog) -> bool:
    """Return True if one of the fields holds a business line; those are read apart (endpoints.md 4.5)."""
    from reconciler.schema.types import BUSINESS

    specs = (catalog.spec(type_key, key) for type_key, some in keys.items() for key in some)
    return any(spec is not None and spec.type == BUSINESS for spec in specs)


# -- into which file -------------------------------------------------------------------------------


def split_files(
    adoption: Adoption, live: Mapping[Ref, Item], catalog: Catalog, keys: Mapping[str, Sequence[str]]
) -> dict[Path, list[Ref]]:
    """Part the items into files; raises CannotRun if a file would hold several types."""
    found: dict[Path, list[Ref]] = {}
    for at, ref in enumerate(sorted(live)):
        found.setdefault(item_file(adoption, at, live[ref], catalog, keys), []).append(ref)
    for refs in found.values():
        if len(types := {ref.type_key for ref in refs}) > 1:
            words = ", ".join(sorted(catalog.types[key].word for key in types))
            raise CannotRun(f"a file holds items of one type, and these are {words}", "add --split type")
    return found


def item_file(
    adoption: Adoption, at: int, item: Item, catalog: Catalog, keys: Mapping[str, Sequence[str]]
) -> Path:
    """Return the file of one item, the `at`-th in order."""
    into, split = adoption.into, adoption.split
    if split is None:
        return into
    if split == "type":
        part = catalog.types[item.ref.type_key].word
    elif split.isdigit() and int(split):
        part = str(at // int(split) + 1)
    else:
        part = shown_value(split, item, catalog, keys)
    slug = re.sub(r"[^\w.@-]+", "-", part).strip("-.").lower() or "none"
    return into.with_name(f"{into.stem}-{slug}{into.suffix}")


def shown_value(split: str, item: Item, catalog: Catalog, keys: Mapping[str, Sequence[str]]) -> str:
    """Return the value of the field that parts the files; raises CannotRun if it is not adopted."""
    (key, *_) = desired_keys(catalog.names(item.ref.type_key), [split], every=False)
    if key not in keys[item.ref.type_key]:
        raise CannotRun(f"--split {quoted(split)} is not among the fields", "add it to --fields")
    seen = item.values.get(key)
    codec = catalog.codec(item.ref.type_key, key)
    return "" if seen is None or seen.value == codec.empty else codec.show(seen.value)
