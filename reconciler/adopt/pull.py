"""Adopts live items: writes them into files, so that a plan of these files is empty.

Every file is proved before it is written.  Its bytes are loaded and planned against the live items, as
`plan` would do: a value that this plan would change is taken out again, and a default of the file that
the live item does not share is taken off the item (`unmanaged`), until the plan is empty.  What was taken
out is reported with the reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.adopt.asked import Asked
from reconciler.adopt.entries import Adopted, Skipped, adopted, desired_keys, entry
from reconciler.adopt.home import Home, read_home
from reconciler.adopt.live import read_live
from reconciler.errors import CannotRun, InputError, Place, counted, quoted
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.edit.commands import Members
from reconciler.manifest.edit.edits import edited
from reconciler.manifest.edit.yaml_text import Section, lines_of
from reconciler.manifest.files import shown
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.manifest.safe_write import write
from reconciler.model import Item, Ref

if TYPE_CHECKING:
    from reconciler.manifest.nodes import Document
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.types import TypeSpec


class Adoption(NamedTuple):
    """What `pull` was asked to do: which items go into which file, with which fields.

    Without `words` the usual fields are adopted, with `every` all that files can manage.  `split` parts
    the items into files: by `type`, by a number of items, or by the values of a field.
    """

    asked: Asked
    into: Path
    words: Sequence[str] = ()
    every: bool = False
    split: str | None = None


class Pulled(NamedTuple):
    """What was written: the items and their files.

    `known` items are in the files already; `unseen` ids cannot be read; `skipped` values were not written.
    """

    files: tuple[str, ...]
    items: int
    known: int
    unseen: tuple[int, ...]
    skipped: tuple[Skipped, ...]

    def __str__(self) -> str:
        """Return the sentence for people."""
        more = f"; {counted(self.known, 'item')} in the files already" if self.known else ""
        return f"Adopted {counted(self.items, 'item')} into {', '.join(self.files) or 'no file'}{more}."


def pull(adoption: Adoption, space: str | None, report: Callable[[str], None]) -> Pulled:
    """Read the items and write the files; raises CannotRun or InputError."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.schema.pins import read_pins

    home = read_home(adoption.into, space, adoption.asked.spaces)
    connection = connect((), report)
    with Client(connection) as client:
        decisions, groups = home.settings.space(home.space), home.settings.groups()
        pins = read_pins(home.pins_folder)
        reader = Reader(client, home.space, decisions, connection.user_key)
        reader.open((), groups, pins)
        if (name := home.name_of(reader)) != home.space:
            return pull(adoption, name, report)
        refs, missing = adoption.asked.find(reader)
        for item_id in missing:
            report(f"left out {item_id}: not found; give --type if it is terminated")
        known = items_of(home, reader.catalog)
        fresh = [ref for ref in refs if ref not in known]
        words = {ref.type_key for ref in fresh} | {one.type.text for one in home.manifest.documents}
        reader.open(words, groups, pins)
        return adopt(adoption, home, reader, fresh, len(refs) - len(fresh))


def adopt(adoption: Adoption, home: Home, reader: Reader, refs: Sequence[Ref], known: int) -> Pulled:
    """Read new items and write them into their files."""
    catalog = reader.catalog
    keys = {key: adopted_keys(adoption, key, catalog) for key in sorted({ref.type_key for ref in refs})}
    reader.learn(home.manifest, lines=has_business_line(keys, catalog))
    live = read_live(reader, {ref: keys[ref.type_key] for ref in refs})
    if refs and not live:
        raise CannotRun("none of these items can be read", "check the ids, the type and who may see them")
    skipped: list[Skipped] = []
    files: dict[Path, bytes] = {}
    for path, some in parted(adoption, live, catalog, keys).items():
        made: dict[Ref, Adopted] = {}
        for ref in some:
            made[ref], left = adopted(live[ref], keys[ref.type_key], catalog)
            skipped += left
        files[path] = proved(home, path, made, reader, live, skipped)
    for path, content in files.items():
        write(path, content, parents=True)
    return Pulled(
        files=tuple(shown(path, home.root) for path in files),
        items=len(live),
        known=known,
        unseen=tuple(ref.id for ref in sorted(set(refs) - set(live))),
        skipped=tuple(skipped),
    )


def items_of(home: Home, catalog: Catalog) -> set[Ref]:
    """Return the items that the files have an entry for."""
    return {
        Ref(kind.key, one.id)
        for document in home.manifest.documents
        if (kind := catalog.type_of(document.type.text))
        for one in document.items
    }


def adopted_keys(adoption: Adoption, type_key: str, catalog: Catalog) -> list[str]:
    """Return the change keys to adopt of one type, without those that can no longer be written."""
    spec = replace(catalog.names(type_key), key=type_key)
    keys = desired_keys(spec, adoption.words, every=adoption.every)
    return [key for key in keys if catalog.fault(type_key, key) is None]


def has_business_line(keys: Mapping[str, Sequence[str]], catalog: Catalog) -> bool:
    """Whether one of the fields holds a business line; those are read apart (endpoints.md 4.5)."""
    from reconciler.schema.types import BUSINESS

    specs = (catalog.spec(type_key, key) for type_key, some in keys.items() for key in some)
    return any(spec is not None and spec.type == BUSINESS for spec in specs)


# -- into which file -------------------------------------------------------------------------------


def parted(
    adoption: Adoption, live: Mapping[Ref, Item], catalog: Catalog, keys: Mapping[str, Sequence[str]]
) -> dict[Path, list[Ref]]:
    """Part the items into files; raises CannotRun if a file would hold several types."""
    found: dict[Path, list[Ref]] = {}
    for at, ref in enumerate(sorted(live)):
        found.setdefault(path_of(adoption, at, live[ref], catalog, keys), []).append(ref)
    for refs in found.values():
        if len(types := {ref.type_key for ref in refs}) > 1:
            words = ", ".join(sorted(catalog.types[key].word for key in types))
            raise CannotRun(f"a file holds items of one type, and these are {words}", "add --split type")
    return found


def path_of(
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


# -- what the file holds ---------------------------------------------------------------------------


def proved(
    home: Home,
    path: Path,
    made: Mapping[Ref, Adopted],
    reader: Reader,
    live: Mapping[Ref, Item],
    skipped: list[Skipped],
) -> bytes:
    """Return the file with the new entries; a plan of it is empty, or the value is added to `skipped`."""
    name = shown(path, home.root)
    before = home.document(name)
    while True:
        raw = with_entries(home, path, before, list(made.values()), reader.catalog)
        if len(raw) > LARGEST:
            raise CannotRun(f"{name} would have {len(raw)} bytes", "part it with --split")
        if not without_differences(made, raw, name, reader, live, skipped):
            return raw


def without_differences(
    made: Mapping[Ref, Adopted],
    raw: bytes,
    name: str,
    reader: Reader,
    live: Mapping[Ref, Item],
    skipped: list[Skipped],
) -> bool:
    """Plan the file and take out of the entries what would change; returns whether there was anything."""
    found = False
    for ref, key, own in differences(raw, name, reader, live):
        item = made[ref]
        if own:
            del item.values[key]
            label = reader.catalog.label(ref.type_key, key)
            skipped.append(Skipped(ref, label, "a plan of it is not empty"))
        elif key not in item.unmanaged:
            item.unmanaged.append(key)
        else:
            continue
        found = True
    return found


def differences(
    raw: bytes, name: str, reader: Reader, live: Mapping[Ref, Item]
) -> list[tuple[Ref, str, bool]]:
    """Plan a file against live items; returns what differs: item, change key, whether its entry sets it."""
    from reconciler.plan.planner import make_plan

    document, mistakes = read_bytes(raw, name)
    if document is None or mistakes:
        raise InputError(mistakes)
    desired, wrong = reader.catalog.desire(Manifest((document,)))
    if wrong:
        raise InputError(wrong)
    mine = [item for item in desired if item.ref in live]
    keys = {item.ref: [one.key for one in item.fields] for item in mine}
    unread = any(key not in live[ref].values for ref, some in keys.items() for key in some)
    plan = make_plan(mine, reader.items(keys) if unread else live, reader.catalog, host="", named=len(mine))
    default = default_places(document)
    places = {(item.ref, one.key): one.place for item in mine for one in item.fields}
    found = [(update.ref, change.key) for update in plan.updates for change in update.changes]
    found += [(block.ref, block.key) for block in plan.blocks if block.key]
    return [(ref, key, places[ref, key] not in default) for ref, key in found]


def default_places(document: Document) -> set[Place]:
    """Return the places of the file's defaults."""
    sections = (document.default_fields, document.default_roles)
    return {key.place for section in sections for key in section.keys_at.values()}


def with_entries(
    home: Home, path: Path, before: Document | None, items: Sequence[Adopted], catalog: Catalog
) -> bytes:
    """Return the file with entries at its end; `before` is the file as it is."""
    kind = catalog.names(items[0].ref.type_key)
    added = tuple(entry(item, kind) for item in items)
    if os.path.lexists(path):
        if before is None:
            raise CannotRun(f"{path} is of another space", "choose another file")
        if catalog.type_of(before.type.text) != catalog.type_of(kind.key):
            raise CannotRun(f"{path} holds items of another type", "choose another file")
        return edited(path.read_bytes(), [Members(("items",), add=added)], shown(path, home.root))
    whole = Section(space=home.space, type=kind.word, items=list(added))
    return "".join(f"{line}\n" for line in [*modeline(home, path, kind), *lines_of(whole, 0)]).encode()


def modeline(home: Home, path: Path, kind: TypeSpec) -> list[str]:
    """Return the comment that leads editors to the schema of the type, if there is one."""
    from reconciler.schema.pin_files import file_stem

    schema = home.pins_folder / f"{file_stem(kind.api_name, kind.key)}.schema.json"
    if not schema.is_file():
        return []
    way = Path(os.path.relpath(schema, (home.root / path).parent)).as_posix()
    return [f"# yaml-language-server: $schema={way}"]
