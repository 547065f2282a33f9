"""What files and pins say by themselves: all that `validate` needs, and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.desired.cache import Cache, context_of, digest_of, stamp_of
from reconciler.desired.cached_file import NOWHERE, Unfit, outline_of, page_of
from reconciler.desired.cached_file import take as take_page
from reconciler.desired.claims import Desire
from reconciler.desired.items import DesiredItem
from reconciler.desired.mentions import Mentions, points_right, points_somewhere
from reconciler.desired.names import Meanings, Names
from reconciler.desired.unused_settings import meaningless
from reconciler.errors import Mistake
from reconciler.fields.people import UnknownPerson
from reconciler.fields.related import UnknownItem
from reconciler.manifest.files import found, shown
from reconciler.manifest.loading import load, no_item, read_bytes, read_file
from reconciler.manifest.nodes import Document, Manifest, Outline, Scalar
from reconciler.manifest.parsing import read_tree
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import FOLDER, PROBE_REPORT, Pins, pins_folder, read_pins
from reconciler.settings import Settings, find_settings, load_settings

STATE = Path("state")
OPEN_QUESTIONS = (UnknownPerson, UnknownItem)


@dataclass(frozen=True, slots=True)
class Offline:
    """What the files want as the pins alone read them, with every mistake in them.

    It is `complete` if the pins know all types that the files name.  `meanings` and `mentions` are what the
    reading met: the names of fields and roles, and the people and items that only the space can look up.
    """

    pins: Pins
    catalog: Catalog
    items: tuple[DesiredItem, ...]
    mistakes: tuple[Mistake, ...]
    complete: bool
    meanings: Meanings
    mentions: Mentions

    @property
    def is_settled(self) -> bool:
        """Whether nothing is wrong and nothing is left for the space to tell."""
        return self.complete and not self.mistakes

    @property
    def wrong(self) -> list[Mistake]:
        """The mistakes that need no space to be told."""
        return [one for one in self.mistakes if not isinstance(one, OPEN_QUESTIONS)]

    @property
    def open_questions(self) -> list[Mistake]:
        """What only the space can tell."""
        return [one for one in self.mistakes if isinstance(one, OPEN_QUESTIONS)]


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run by space, as the pins read them; trees are kept only where nothing is pinned.

    `named` counts the items that all files name where not all were read.
    """

    root: Path
    settings: Settings
    mistakes: list[Mistake]
    outlines: tuple[Outline, ...]
    offline: Mapping[str, Offline]
    unread: Mapping[str, Manifest]
    named: Mapping[str, int] | None = None

    def outlines_of(self, space: str) -> tuple[Outline, ...]:
        """Return what the files of one space are about."""
        return tuple(one for one in self.outlines if one_name(one.space.text, self.settings) == space)


def read_files(paths: Sequence[Path]) -> tuple[Path, Settings, Manifest, list[Mistake]]:
    """Read the settings and the desired state; returns the root that places are relative to, too."""
    root = Path.cwd()
    some = list(paths) or [STATE]
    settings, mistakes = load_settings(find_settings(some[0]), root=root)
    manifest, wrong = load(some, root=root)
    return root, settings, manifest, [*mistakes, *wrong]


def read_by_pins(
    paths: Sequence[Path],
    cache: Cache | None = None,
    changed: set[str] | None = None,
    *,
    root: Path | None = None,
) -> Files:
    """Read the settings, and file after file of the desired state by the pins of its space.

    Pins are those of `root`, the folder where the run is unless another is named.
    With a cache, files that are kept there with the same content are not parsed.  With `changed`
    names only those are read, and what the cache does not know or says to name the same items.
    """
    root = root or Path.cwd()
    some = list(paths) or [STATE]
    home = find_settings(some[0])
    settings, mistakes = load_settings(home, root=root)
    reading = Reading(root, settings, home, mistakes, cache)
    files = [(path, shown(path, root)) for path in found(some, root, mistakes)]
    if cache is None or changed is None:
        for path, file in files:
            reading.take(path, file)
        if not mistakes and not any(one.ids for one in reading.outlines):
            mistakes.append(no_item(some, root))
    else:
        reading.take_changed(files, changed, cache)
    if cache:
        cache.save(whole=changed is None and not paths)
    return reading.done(cache.counts() if cache and changed is not None else None)


@dataclass(slots=True)
class Reading:
    """Files that are being read by the pins of their spaces."""

    root: Path
    settings: Settings
    home: Path | None
    mistakes: list[Mistake]
    cache: Cache | None
    pins: dict[str, Pins] = field(default_factory=dict)
    wishes: dict[str, Desire] = field(default_factory=dict)
    contexts: dict[str, str] = field(default_factory=dict)
    outlines: list[Outline] = field(default_factory=list)
    unread: dict[str, list[Document]] = field(default_factory=dict)

    def by_pins(self, space: str) -> Desire:
        """Return what a space's files want so far."""
        if space not in self.wishes:
            self.pins[space] = pins = read_pins(pins_folder(self.root, space))
            catalog = pins.catalog(space, self.settings.space(space), self.settings.groups())
            self.wishes[space] = Desire(catalog)
        return self.wishes[space]

    def take(self, path: Path, file: str) -> None:
        """Take one file in: its page where one is kept of this content, else its tree."""
        raw, wrong = read_file(path, file)
        self.mistakes += wrong
        if raw is None:
            return
        digest = digest_of(raw) if self.cache else ""
        if self.cache and (kept := self.cache.page(file, digest)) and self.take_page(file, *kept):
            return
        self.take_bytes(path, file, raw, digest)

    def take_bytes(self, path: Path, file: str, raw: bytes, digest: str = "") -> None:
        """Take in what stands in a file, on the disk or in a commit; with a digest it is kept, too."""
        document, wrong = read_bytes(raw, file)
        self.mistakes += wrong
        if document is None:
            return
        ids = tuple(entry.id for entry in document.items)
        self.outlines.append(Outline(file, document.space, document.type, ids))
        space = one_name(document.space.text, self.settings)
        wishes = self.by_pins(space)
        kind = wishes.catalog.type_of(document.type.text)
        if kind is None:
            self.unread.setdefault(space, []).append(document)
            return
        told = len(wishes.mistakes)
        wishes.take(document)
        if self.cache and not wrong and len(wishes.mistakes) == told:
            page = page_of(document, wishes)
            self.cache.keep(
                path, file, digest, self.context(space), page, ((space, kind.key, one) for one in ids)
            )

    def take_page(self, file: str, context: str, page: Any) -> bool:
        """Take in what the cache keeps of a file; False where that does not stand."""
        try:
            outline = outline_of(page, file)
            space = one_name(outline.space.text, self.settings)
            if self.context(space) != context:
                return False
            take_page(self.by_pins(space), page, file)
        except Unfit:
            return False
        self.outlines.append(outline)
        return True

    def context(self, space: str) -> str:
        """Return what stands for all that the reading of a space's files rests on."""
        if space not in self.contexts:
            folder = pins_folder(self.root, space)
            pins = folder.glob("*.json") if folder.is_dir() else ()
            rests = [path for path in pins if not path.name.endswith((".schema.json", PROBE_REPORT))]
            self.contexts[space] = context_of([*rests, *([self.home] if self.home else [])])
        return self.contexts[space]

    def take_changed(self, files: Sequence[tuple[Path, str]], changed: set[str], cache: Cache) -> None:
        """Take in what changed, what is not known to be as it was, and what names the same items."""
        names = {*self.settings.spaces, *(path.name for path in (self.root / FOLDER).glob("*"))}
        stamps = cache.stamps(map(self.context, names))
        due = [one for one in files if one[1] in changed or stamps.get(one[1]) != stamp_of(one[0])]
        for path, file in due or files[:1]:
            self.take(path, file)
        cache.save(whole=False)
        beside = self.beside(changed, cache) - {file for _, file in due}
        for path, file in files:
            if file in beside:
                self.take(path, file)
        if any(points_somewhere(made.catalog, made.names.meanings) for made in self.wishes.values()):
            for space in self.wishes:
                for key, ids in cache.named(space).items():
                    of, type_ = (Scalar(word, plain=True, place=NOWHERE) for word in (space, key))
                    self.outlines.append(Outline("", of, type_, ids))

    def beside(self, changed: set[str], cache: Cache) -> set[str]:
        """Return the files that name an item which stands in a changed file."""
        beside: set[str] = set()
        for one in self.outlines:
            space = one_name(one.space.text, self.settings)
            kind = self.by_pins(space).catalog.type_of(one.type.text)
            if kind and one.file in changed:
                for item_id in one.ids:
                    beside |= cache.files_of(space, kind.key, item_id)
        return beside

    def done(self, named: Mapping[str, int] | None) -> Files:
        """Return what was read; `named` items stand in all files where not all were read."""
        offline = {
            space: Offline(
                self.pins[space],
                made.catalog,
                made.items(),
                tuple(made.mistakes),
                space not in self.unread,
                made.names.meanings,
                made.mentions,
            )
            for space, made in self.wishes.items()
        }
        kept = {
            space: Manifest(tuple(some)) for space, some in self.unread.items() if not self.pins[space].types
        }
        return Files(self.root, self.settings, self.mistakes, tuple(self.outlines), offline, kept, named)


def validate_files(paths: Sequence[Path]) -> tuple[tuple[Outline, ...], list[Mistake], int]:
    """Check everything that files and pins can know; returns how many names only a space can tell, too."""
    files = read_by_pins(paths)
    mistakes = list(files.mistakes)
    for _, read in sorted(files.offline.items()):
        told = {mistake.place for mistake in mistakes}
        mistakes += [one for one in read.wrong if one.place not in told]
    mistakes += names_of_nothing(files, paths)
    return files.outlines, mistakes, sum(len(read.open_questions) for read in files.offline.values())


def names_of_nothing(files: Files, paths: Sequence[Path]) -> list[Mistake]:
    """Return the names in the settings that mean nothing by the pins; of a broken file there are none."""
    home = find_settings((list(paths) or [STATE])[0])
    raw = read_file(home, shown(home, files.root))[0] if home and not files.mistakes else None
    root = read_tree(raw, shown(home, files.root)).root if home and raw is not None else None
    catalogs = {space: one.catalog for space, one in files.offline.items() if one.pins.types}
    return list(meaningless(root, catalogs)) if root is not None else []


def of_space(manifest: Manifest, space: str, settings: Settings) -> Manifest:
    """Return the files of one space."""
    return Manifest(tuple(one for one in manifest.documents if one_name(one.space.text, settings) == space))


def one_name(name: str, settings: Settings) -> str:
    """Return the name under which the settings know a space that files may name by its key."""
    return next((known for known, one in settings.spaces.items() if one.project_key == name), name)


def is_confirmed(read: Offline, outlines: Sequence[Outline], catalog: Catalog) -> bool:
    """Return True if the pins settled every value and the space confirms every name the files use."""
    return (
        read.is_settled
        and Names(catalog).confirms({one.type.text for one in outlines}, read.meanings)
        and (
            not points_somewhere(read.catalog, read.meanings)
            or points_right(read.items, items_known(outlines, catalog), catalog)
        )
    )


def items_known(outlines: Sequence[Outline], catalog: Catalog) -> dict[int, tuple[str, str]]:
    """Return the type of each item that the files manage."""
    words = {one.type.text for one in outlines}
    kinds = {word: kind.key for word in words if (kind := catalog.type_of(word))}
    return {
        item_id: (kinds[one.type.text], "")
        for one in outlines
        if one.type.text in kinds
        for item_id in one.ids
    }
