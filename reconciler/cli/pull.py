"""`reconciler pull`: adopts live items into files, and brings files up to the live items."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.adopt.snapshot import Wish
from reconciler.cli import options
from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun, InputError, Mistake, quoted
from reconciler.manifest.disk import write
from reconciler.meegle.listing import Filters, listed

if TYPE_CHECKING:
    from reconciler.adopt.entries import Adopted, Skipped
    from reconciler.manifest.nodes import Document, Manifest
    from reconciler.meegle.reader import Reader
    from reconciler.model import Item, Ref
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.types import TypeSpec
    from reconciler.settings import Settings

REF = re.compile(r"(?:(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)/)?(?P<id>[1-9][0-9]{0,18})")
NO_FILTERS = Filters()
MOST_TOLD = 20
"""Values of which it is said, one by one, why they were left out."""


@click.command("pull")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--type", "type_", metavar="TYPE", help="The type of the items; without ids all of them.")
@click.option("--name", metavar="TEXT", help="Of a type: only items whose name holds this.")
@click.option("--status", "statuses", metavar="STATE", multiple=True, help="Only items in this state.")
@click.option("--updated-since", metavar="DAY", help="Only items that changed since, such as 2026-11-01.")
@click.option("--person", "people", metavar="PERSON", multiple=True, help="Only items of this person.")
@click.option(
    "--search",
    metavar="CONDITION",
    multiple=True,
    help="Only where this holds: 'priority HAS ANY OF P0, P1'.",
)
@click.option(
    "--into", metavar="FILE", type=click.Path(path_type=Path), help="Where to write; appended if it is there."
)
@click.option("--fields", metavar="LIST", help="Fields and roles.NAME, parted by commas, or all.")
@click.option("--split", metavar="BY", help="A file for each type, each value of a field, or every N items.")
@click.option("--refresh", is_flag=True, help="Bring the files up to the live items instead.")
@options.only
@click.option("--by", metavar="PERSON", help="With --refresh: only what this person changed last.")
@click.option(
    "--prune", is_flag=True, help="With --refresh: take out deleted, terminated and archived items."
)
@click.option(
    "--snapshot", metavar="FILE", type=click.Path(path_type=Path), help="Copy the space into FILE instead."
)
@click.option("--keep-emails", is_flag=True, help="With --snapshot: hide none.")
@options.space
def command(
    ids: tuple[str, ...],
    *,
    type_: str | None,
    name: str | None,
    statuses: tuple[str, ...],
    updated_since: str | None,
    people: tuple[str, ...],
    search: tuple[str, ...],
    into: Path | None,
    fields: str | None,
    split: str | None,
    refresh: bool,
    only: tuple[str, ...],
    by: str | None,
    prune: bool,
    snapshot: Path | None,
    keep_emails: bool,
    space: str | None,
) -> int:
    """Write live items into FILE, so that a plan of it is empty; or --refresh the files, or copy the space.

    IDs are numbers or SPACE/TYPE/ID; a type is narrowed by --name, --status, --updated-since, --person
    and --search, whose conditions are FIELD OPERATOR VALUES in the service's operators.  Without
    --fields: choices, dates, people and roles; texts, links and empty fields are left out.  Writes
    nothing to the space.
    """
    filters = Filters(name, statuses, updated_since, people, search)
    if filters and (ids or not type_) and not refresh:
        raise CannotRun("filters narrow a type", "give --type TYPE, and no ids")
    if refresh:
        if ids or type_ or filters or into or fields or split:
            raise CannotRun("--refresh takes no ids, --type, --into, --fields or --split", "use --only REF")
        from reconciler.adopt.refresh import refreshed

        return refreshed(only, by, space, prune=prune)
    if only or by or prune:
        raise CannotRun("--only, --by and --prune belong to --refresh", "add it, or leave them out")
    if snapshot or keep_emails:
        return copied(snapshot, Wish(ids, type_, filters, keep_emails), into, fields, split, space)
    if into is None or not (ids or type_):
        raise CannotRun("nothing to pull", "give ids or --type TYPE, and --into FILE")
    job = Job(ids, type_, into, fields, split, filters)
    return job.run(space)


def copied(
    snapshot: Path | None,
    wish: Wish,
    into: Path | None,
    fields: str | None,
    split: str | None,
    space: str | None,
) -> int:
    """Copy the space into a file; raises CannotRun for flags that say something else."""
    from reconciler.adopt.snapshot import taken

    if snapshot is None or into or fields or split:
        fix = "give --snapshot FILE, with ids, --type and filters, or alone"
        raise CannotRun(
            "--snapshot and --keep-emails are about a copy, --into, --fields and --split about files", fix
        )
    return taken(snapshot, wish, space)


@dataclass(frozen=True, slots=True)
class Home:
    """The files as they are before anything is adopted."""

    root: Path
    settings: Settings
    manifest: Manifest
    space: str
    spaces: tuple[str, ...]

    def name_of(self, reader: Reader) -> str:
        """Return the name by which the settings or the files know the space already, else the one given."""
        from reconciler.desired.by_pins import one_name

        known = {*reader.names, one_name(reader.space_key, self.settings)}
        some = (name for name in self.spaces if name in known)
        return self.space if self.space in self.spaces else next(some, self.space)


@dataclass(frozen=True, slots=True)
class Job:
    """One adoption, as it was asked for."""

    ids: tuple[str, ...]
    type: str | None
    into: Path
    fields: str | None
    split: str | None
    filters: Filters = NO_FILTERS
    skipped: list[Skipped] = field(default_factory=list)

    def run(self, space: str | None) -> int:
        """Read the items, write the files, say what was done."""
        from reconciler.manifest.loading import shown
        from reconciler.meegle.http.client import Client
        from reconciler.meegle.reader import Reader
        from reconciler.plan.planning import connect
        from reconciler.schema.pins import pins_folder, read_pins

        desired = self.desired()
        home = read_home(self.into, space, [one["space"] for one in desired if one["space"]])
        pins = read_pins(pins_folder(home.root, home.space))
        connection = connect(())
        with Client(connection) as client:
            decisions = home.settings.space(home.space)
            reader = Reader(client, home.space, decisions, connection.user_key)
            reader.open((), home.settings.groups(), pins)
            if (name := home.name_of(reader)) != home.space:
                return self.run(name)
            refs = self.asked(reader)
            known, fresh = named_already(home, reader.catalog, refs)
            words = {ref.type_key for ref in fresh} | {one.type.text for one in home.manifest.documents}
            catalog = reader.open(words, home.settings.groups(), pins)
            keys = {
                key: self.keys(catalog.types[key], catalog) for key in sorted({ref.type_key for ref in fresh})
            }
            live = observed(reader, fresh, keys, home.manifest)
            files = self.files(home, reader, live, keys)
        if fresh and not live:
            raise CannotRun("none of these items can be read", "check the ids, the type and who may see them")
        for path, content in files.items():
            write(path, content, parents=True)
        for ref in sorted(set(fresh) - set(live)):
            tell(f"left out {ref.id}: deleted, of another type, or not visible")
        self.tell_left()
        names = ", ".join(shown(path, home.root) for path in files) or "no file"
        more = f"; {len(known)} stand in the files already" if known else ""
        say(f"Adopted {len(live)} items into {names}{more}.\n")
        return 0

    def desired(self) -> list[dict[str, str | None]]:
        """Return the parts of the ids; raises CannotRun."""
        return [parsed(one) for one in self.ids]

    def asked(self, reader: Reader) -> list[Ref]:
        """Return the items that were asked for, by their types; bare ids are looked up."""
        from reconciler.model import Ref
        from reconciler.schema.types import BUSINESS

        desired = self.desired()
        if not desired:
            kind = type_named(self.type or "", reader.catalog)
            if self.filters:
                reader.open([kind.key], reader.catalog.people.groups, reader.pins)
                if any(one.type == BUSINESS for one in reader.catalog.types[kind.key].fields):
                    reader.read_lines()
            return self.filters.refs(reader, reader.catalog.types[kind.key])
        found: dict[Ref, None] = {}
        bare: list[int] = []
        for one in desired:
            word = one["type"] or self.type
            if word:
                found[Ref(type_named(word, reader.catalog).key, int(one["id"] or 0))] = None
            else:
                bare.append(int(one["id"] or 0))
        if bare:
            hits = listed(reader, list(reader.catalog.types), body={"work_item_ids": bare})
            found.update(dict.fromkeys(hits))
            for missing in sorted(set(bare) - {ref.id for ref in hits}):
                tell(f"left out {missing}: not found; give --type if it is terminated")
        return list(found)

    def keys(self, kind: TypeSpec, catalog: Catalog) -> list[str]:
        """Return the change keys of what is adopted of one type."""
        from reconciler.adopt.entries import desired_keys

        words = (
            [] if self.fields in (None, "all") else [one.strip() for one in (self.fields or "").split(",")]
        )
        spec = replace(catalog.names(kind.key), key=kind.key)
        return [
            key
            for key in desired_keys(spec, words, every=self.fields == "all")
            if catalog.fault(kind.key, key) is None
        ]

    def files(
        self, home: Home, reader: Reader, live: Mapping[Ref, Item], keys: Mapping[str, Sequence[str]]
    ) -> dict[Path, bytes]:
        """Return the bytes of each file that is to be written."""
        groups = self.groups(live, reader.catalog, keys)
        return {
            path: self.file(home, reader, path, {ref: live[ref] for ref in refs}, keys)
            for path, refs in groups.items()
        }

    def groups(
        self, live: Mapping[Ref, Item], catalog: Catalog, keys: Mapping[str, Sequence[str]]
    ) -> dict[Path, list[Ref]]:
        """Part the items into files."""
        found: dict[Path, list[Ref]] = {}
        for at, ref in enumerate(sorted(live)):
            found.setdefault(self.path(at, live[ref], catalog, keys), []).append(ref)
        for refs in found.values():
            if len(types := {ref.type_key for ref in refs}) > 1:
                words = ", ".join(sorted(catalog.types[key].word for key in types))
                raise CannotRun(f"a file holds items of one type, and these are {words}", "add --split type")
        return found

    def path(self, at: int, item: Item, catalog: Catalog, keys: Mapping[str, Sequence[str]]) -> Path:
        """Return the file of one item."""
        if self.split is None:
            return self.into
        if self.split == "type":
            part = catalog.types[item.ref.type_key].word
        elif self.split.isdigit() and int(self.split):
            part = str(at // int(self.split) + 1)
        else:
            part = self.value_of(item, catalog, keys)
        slug = re.sub(r"[^\w.@-]+", "-", part).strip("-.").lower() or "none"
        return self.into.with_name(f"{self.into.stem}-{slug}{self.into.suffix}")

    def value_of(self, item: Item, catalog: Catalog, keys: Mapping[str, Sequence[str]]) -> str:
        """Return the value of the field by which files are parted."""
        from reconciler.adopt.entries import desired_keys

        (key, *_) = desired_keys(catalog.names(item.ref.type_key), [self.split or ""], every=False)
        if key not in keys[item.ref.type_key]:
            raise CannotRun(f"--split {quoted(self.split or '')} is none of the fields", "add it to --fields")
        seen = item.values.get(key)
        codec = catalog.codec(item.ref.type_key, key)
        return "" if seen is None or seen.value == codec.empty else codec.show(seen.value)

    def file(
        self,
        home: Home,
        reader: Reader,
        path: Path,
        live: Mapping[Ref, Item],
        keys: Mapping[str, Sequence[str]],
    ) -> bytes:
        """Return a file with the items in it, of which a plan is empty."""
        from reconciler.adopt.entries import adopted
        from reconciler.manifest.decoding import LARGEST
        from reconciler.manifest.loading import shown

        catalog, name = reader.catalog, shown(path, home.root)
        made: dict[Ref, Adopted] = {}
        for ref, item in live.items():
            made[ref], left = adopted(item, keys[ref.type_key], catalog)
            self.skipped.extend(left)
        before = document_at(home, name)
        while True:
            raw = written_file(home, path, before, list(made.values()), catalog)
            if len(raw) > LARGEST:
                raise CannotRun(f"{name} would have {len(raw)} bytes", "part it with --split")
            if not self.mended(made, raw, name, reader, live):
                return raw

    def mended(
        self, made: Mapping[Ref, Adopted], raw: bytes, name: str, reader: Reader, live: Mapping[Ref, Item]
    ) -> bool:
        """Plan the file, and take out what is not empty in that plan; returns whether there was any."""
        from reconciler.adopt.entries import Skipped

        changed = False
        for ref, key, own in rows(raw, name, reader, live):
            item = made[ref]
            if own:
                del item.values[key]
                label = reader.catalog.label(ref.type_key, key)
                self.skipped.append(Skipped(ref, label, "a plan of it is not empty"))
            elif key not in item.unmanaged:
                item.unmanaged.append(key)
            else:
                continue
            changed = True
        return changed

    def tell_left(self) -> None:
        """Say what was left out, and why."""
        for one in self.skipped[:MOST_TOLD]:
            tell(f"left out {one.name} of {one.ref.id}: {one.reason}")
        if len(self.skipped) > MOST_TOLD:
            tell(f"… and {len(self.skipped) - MOST_TOLD} more values")


# -- what is there -------------------------------------------------------------------------------


def parsed(ref: str) -> dict[str, str | None]:
    """Read `[SPACE/TYPE/]ID`; raises CannotRun."""
    hit = REF.fullmatch(ref)
    if hit is None or int(hit["id"]) >= 2**63:
        raise CannotRun(f"{quoted(ref)} is no item", "write its number, or SPACE/TYPE/ID")
    return hit.groupdict()


def read_home(into: Path, space: str | None, spaces: Sequence[str]) -> Home:
    """Read the settings and the files that are there; choose the space.  Raises InputError or CannotRun."""
    from reconciler.desired.by_pins import STATE, of_space, one_name
    from reconciler.manifest.files import is_desired
    from reconciler.manifest.loading import SETTINGS, load
    from reconciler.settings import find_settings, load_settings

    root = Path.cwd()
    if into.suffix.lower() not in {".yaml", ".yml"} or into.name == SETTINGS or not is_desired(into.name):
        raise CannotRun(f"{into} is no file of desired state", "call it NAME.yaml, below state/")
    found = find_settings(into if into.parent.is_dir() else STATE)
    settings, mistakes = load_settings(found, root=root)
    home = found.parent if found else STATE
    paths = [path for path in (home, into) if has_files(path)]
    manifest, wrong = load(paths, root=root) if paths else (no_files(), list[Mistake]())
    if mistakes or (wrong and not is_empty(manifest, wrong)):
        raise InputError([*mistakes, *wrong])
    own = [one.space.text for one in manifest.documents if (root / one.file).resolve() == into.resolve()]
    every = [one.space.text for one in manifest.documents]
    names = [space] if space else own or list(spaces) or list(settings.spaces) or every
    chosen = sorted({one_name(name, settings) for name in names})
    if len(chosen) != 1:
        what = f"{len(chosen)} spaces: {', '.join(chosen)}" if chosen else "no space is named anywhere"
        raise CannotRun(what, "choose one with --space")
    known = (*settings.spaces, *every)
    return Home(root, settings, of_space(manifest, chosen[0], settings), chosen[0], known)


def has_files(path: Path) -> bool:
    """Whether a path holds files of desired state."""
    from reconciler.manifest.files import is_desired
    from reconciler.manifest.loading import SETTINGS

    if path.is_dir():
        return any(is_desired(one.name) and one.name != SETTINGS for one in path.rglob("*.y*ml"))
    return os.path.lexists(path)


def no_files() -> Manifest:
    """Return the desired state of a repository that has none yet."""
    from reconciler.manifest.nodes import Manifest

    return Manifest(())


def is_empty(manifest: Manifest, mistakes: Sequence[Mistake]) -> bool:
    """Whether the only thing wrong is that no file names an item yet."""
    return (
        len(mistakes) == 1 and bool(manifest.documents) and not any(one.items for one in manifest.documents)
    )


def type_named(word: str, catalog: Catalog) -> TypeSpec:
    """Find a type; raises CannotRun."""
    from reconciler.errors import suggestion

    if kind := catalog.type_of(word):
        return kind
    known = (name for one in catalog.types.values() for name in (one.word, one.name))
    raise CannotRun(f"no type {quoted(word)} in {catalog.space}", suggestion(word, known))


def named_already(home: Home, catalog: Catalog, refs: Iterable[Ref]) -> tuple[list[Ref], list[Ref]]:
    """Part the items that some file names from those that none does."""
    from reconciler.model import Ref

    named = {
        Ref(kind.key, entry.id)
        for document in home.manifest.documents
        if (kind := catalog.type_of(document.type.text))
        for entry in document.items
    }
    some = list(refs)
    return [ref for ref in some if ref in named], [ref for ref in some if ref not in named]


def observed(
    reader: Reader, refs: Sequence[Ref], keys: Mapping[str, Sequence[str]], manifest: Manifest
) -> dict[Ref, Item]:
    """Read the items, and everybody and everything that their values name."""
    from reconciler.adopt.entries import people_in, relatives

    catalog = reader.catalog
    business = any(
        spec and spec.type == "business"
        for at, some in keys.items()
        for one in some
        if (spec := catalog.spec(at, one))
    )
    reader.learn(manifest, lines=business)
    live = reader.items({ref: keys[ref.type_key] for ref in refs})
    reader.meet(people_in(live.values(), catalog))
    name_relatives(reader, relatives(live.values(), catalog))
    return live


def name_relatives(reader: Reader, found: Mapping[str, Iterable[int]]) -> None:
    """Read the names of related items, by type key and ids; they stand beside the ids as comments."""
    from reconciler.fields.spec import Items
    from reconciler.model import Ref

    catalog = reader.catalog
    others = {
        Ref(type_key, item_id): list[str]()
        for type_key, ids in found.items()
        if type_key in catalog.types
        for item_id in ids
    }
    known = {ref.id: (ref.type_key, item.name) for ref, item in reader.items(others).items()}
    catalog.items = Items(catalog.words(), catalog.items.by_name, {**catalog.items.known, **known})
    catalog.forget()


# -- what is written ------------------------------------------------------------------------------


def document_at(home: Home, name: str) -> Document | None:
    """Return the file that is there already."""
    return next((one for one in home.manifest.documents if one.file == name), None)


def written_file(
    home: Home, path: Path, before: Document | None, items: Sequence[Adopted], catalog: Catalog
) -> bytes:
    """Return the file with the items at its end."""
    from reconciler.adopt.entries import entry
    from reconciler.manifest.edit.edits import Members, edited
    from reconciler.manifest.edit.writing import Section, lines_of
    from reconciler.manifest.loading import shown

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
    """Return the comment by which editors find the schema of the type, where there is one."""
    from reconciler.schema.pin_files import file_stem
    from reconciler.schema.pins import pins_folder

    schema = pins_folder(home.root, home.space) / f"{file_stem(kind.api_name, kind.key)}.schema.json"
    if not schema.is_file():
        return []
    way = Path(os.path.relpath(schema, (home.root / path).parent)).as_posix()
    return [f"# yaml-language-server: $schema={way}"]


def rows(raw: bytes, name: str, reader: Reader, live: Mapping[Ref, Item]) -> list[tuple[Ref, str, bool]]:
    """Plan a file; returns what differs: item, change key, and whether the item's own line says it."""
    from reconciler.manifest.loading import read_bytes
    from reconciler.manifest.nodes import Manifest
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
    default = {
        scalar.place
        for section in (document.default_fields, document.default_roles)
        for scalar in section.keys_at.values()
    }
    places = {(item.ref, one.key): one.place for item in mine for one in item.fields}
    found = [(update.ref, change.key) for update in plan.updates for change in update.changes]
    found += [(block.ref, block.key) for block in plan.blocks if block.key]
    return [(ref, key, places[ref, key] not in default) for ref, key in found]
