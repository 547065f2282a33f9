"""Reads the desired state and the settings of an earlier commit from git alone.

Items are found by their ids in all state of the space that the commit holds, wherever its files lay then:
else a moved folder would look as if nothing had been desired before, and an edit that nobody reviewed would
be taken for something new to send.  What is there and cannot be read is a doubt, never nothing.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.desired.claims import desired_state
from reconciler.desired.file_reading import Files, Offline, Reading
from reconciler.desired.item_rules import ItemRule
from reconciler.desired.items import DesiredItem
from reconciler.desired.mentions import mentions_in
from reconciler.desired.unmanaged import NoEffect
from reconciler.errors import Mistake, ReconcilerError
from reconciler.manifest.files import SETTINGS, SETTINGS_MISNAMED, STATE, absolute, is_desired
from reconciler.manifest.git_tree import PIN_LIMIT, Tree, is_visible, prefix_of, tree_of
from reconciler.manifest.loading import EMPTY, read_bytes
from reconciler.manifest.nodes import Manifest, Outline
from reconciler.model import Ref
from reconciler.plan.why import CERTAIN, DesiredValues, Doubt, ItemValues
from reconciler.schema.pins import FOLDER, decided, pinned_people
from reconciler.settings import Guards, Settings, SpaceSettings, read_settings, state_above, up_to

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.reader import Reader

TOLD = 3
"""Files that a note names."""
NUMBER = re.compile(rb"[1-9][0-9]{0,18}")
LOOKS = tuple(re.compile(rb"(?m)^[{\s]*[\"']?%s[\"']?\s*:" % key) for key in (b"space", b"items", b"rules"))
"""The text that marks a file outside of the state folders as desired state."""
Contents: TypeAlias = Mapping[str, bytes | None]
Keys: TypeAlias = frozenset[tuple[Ref, str]]


class Told(Struct, frozen=True):
    """The desired values of a commit, the doubtful ones, and the notes about them."""

    desired_values: DesiredValues
    doubt: Doubt = CERTAIN
    notes: tuple[str, ...] = ()
    rules: tuple[ItemRule, ...] = ()


class Layout(Struct, frozen=True):
    """Where the state of a run lies in a commit; `roots` are the folders and files to read it from."""

    tree: Tree
    prefix: str
    roots: tuple[str, ...]
    settings: str | None
    homes: tuple[str, ...]
    """The folders that may hold `schemas/`, nearest first."""

    def pins(self, space: str = "") -> tuple[str, ...]:
        """Return the folders that may hold the pins of a space, or of all spaces."""
        return tuple(posixpath.join(home, FOLDER, space).rstrip("/") for home in self.homes)

    @property
    def state(self) -> tuple[str, ...]:
        """The files of state, in order."""
        found = {one for root in self.roots for one in self.tree.below(root)}
        return tuple(sorted(filter(is_state, found)))

    @property
    def shown_state(self) -> tuple[str, ...]:
        """The files of state as messages name them."""
        return tuple(map(self.shown, self.state))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The files that may be state of a folder that has been moved since."""
        known = set(self.state)
        return tuple(one for one in self.tree.below("") if one not in known and is_state(one))

    def shown(self, path: str) -> str:
        """Return a path as messages name it: from the folder of the run, where it lies there."""
        return posixpath.relpath(path, self.prefix) if self.prefix else path


def is_state(path: str) -> bool:
    """Return True if a file that a run reads may hold items: the settings hold none."""
    return posixpath.basename(path) not in {SETTINGS, SETTINGS_MISNAMED}


def layout_of(root: Path, sha: str, paths: Sequence[Path]) -> Layout:
    """Find the settings as they are found today, and the folders of state; raises CannotRun."""
    tree, prefix = tree_of(root, sha), prefix_of(root)
    given = [one for path in paths or (STATE,) if (one := inner(path, root, prefix)) is not None]
    settings = settings_in(tree, prefix, given[0] if given else posixpath.join(prefix, str(STATE)))
    home = posixpath.dirname(settings) if settings else ""
    roots = {*given, posixpath.join(prefix, str(STATE)), *({home} - {"", prefix})}
    homes = homes_in(settings, given[0] if given else prefix, prefix)
    return Layout(tree, prefix, tuple(sorted(roots)), settings, homes)


def homes_in(settings: str | None, start: str, prefix: str) -> tuple[str, ...]:
    """Return the folders of a commit that may hold `schemas/`, by the rule of `settings.pin_homes`."""
    top = PurePosixPath(prefix)
    folder = state_above(PurePosixPath(start), top) if settings is None else PurePosixPath(settings).parent
    if folder is None:
        return (prefix,)
    project = folder.parent if folder.name == STATE.name else folder
    homes = dict.fromkeys((*up_to(top, project), top))
    return tuple("" if str(one) == "." else str(one) for one in homes)


def inner(path: Path, root: Path, prefix: str) -> str | None:
    """Return a path as the repository names it; None where it lies outside."""
    way = os.path.relpath(absolute(path if path.is_absolute() else root / path), absolute(root))
    inside = posixpath.normpath(posixpath.join(prefix, way))
    return None if inside.startswith("..") else "" if inside == "." else inside


def settings_in(tree: Tree, prefix: str, start: str) -> str | None:
    """Return the nearest settings from a path upwards; else the ones that lay below the run's folder then."""
    known = {*tree.files, *tree.links}
    steps = [start]
    while steps[-1]:
        steps.append(posixpath.dirname(steps[-1]))
    for step in steps:
        if (file := posixpath.join(step, SETTINGS)) in known:
            return file
    moved = sorted(
        (one for one in known if posixpath.basename(one) == SETTINGS and is_visible(one, prefix)),
        key=lambda one: (one.count("/"), one),
    )
    return next(iter(moved), None)


def settings_at(root: Path, paths: Sequence[Path], sha: str, today: Settings) -> Settings:
    """Return a commit's settings; where they cannot be read, limits at least as strict as today's."""
    layout = layout_of(root, sha, paths)
    return settings_of(layout) or strictest(today)


def settings_of(layout: Layout) -> Settings | None:
    """Read the settings of a commit: the defaults where it had none, None where they cannot be read."""
    if layout.settings is None:
        return Settings()
    if layout.settings in layout.tree.links:
        return None
    ((_, raw),) = layout.tree.read([layout.settings])
    read, mistakes = read_settings(raw, layout.shown(layout.settings)) if raw is not None else (None, [])
    return None if mistakes else read


def strictest(today: Settings) -> Settings:
    """Return today's settings with no limit above its default, whose allowances count as spent already."""
    usual = Guards()

    def strict(one: SpaceSettings) -> SpaceSettings:
        guards = one.guards
        limits = {
            name: min(getattr(guards, name), getattr(usual, name)) for name in ("changes", "share", "clears")
        }
        return replace(one, guards=replace(guards, **limits))

    return replace(today, spaces={name: strict(one) for name, one in today.spaces.items()})


def told_at(
    workspace: Workspace,
    reader: Reader,
    sha: str,
    items: Sequence[DesiredItem],
    changed: tuple[str, ...] | None = None,
    rules: frozenset[str] = frozenset(),
) -> Told:
    """Return what a commit desired, read by its own settings and pins.

    `items` are what the run is about: they alone are looked for outside of the folders of state.  With
    `changed` only those files, and those that are gone, are read: the others want today what they wanted
    then, and no two files want the same field.  `rules` are the names of rules that are looked for likewise.
    """
    layout = layout_of(workspace.root, sha, workspace.paths)
    pins = layout.pins(workspace.space)
    for folder in (*layout.roots, *pins):
        layout.tree.refuse_modules(folder)
    settings = settings_of(layout)
    ids = frozenset(item.ref.id for item in items if item.fields)
    state = [one for one in layout.state if changed is None or is_due(one, layout, workspace, changed)]
    with pins_of(layout) as root:
        past = Commit(workspace, reader, layout, settings or Settings(), root, ids)
        if settings is None:
            past.doubt(f"{layout.shown(layout.settings or SETTINGS)} cannot be read")
        past.look_at_links(pins)
        found = past.read(dict(layout.tree.read(state)))
        missing = missing_from(found, items)
        elsewhere = past.elsewhere(missing, every=not found and changed is None)
        if elsewhere:
            other = past.read(elsewhere)
            found = {**(other if not found else {at: other[at] for at in missing & other.keys()}), **found}
        if lost := rules - {one.name for one in past.rules}:
            past.read_rules_elsewhere(lost)
    return Told(found, past.doubts, past.notes(), tuple(past.rules))


def missing_from(found: DesiredValues, items: Iterable[DesiredItem]) -> Keys:
    """Return the fields of today's items that a commit did not manage in its folders of state."""
    if isinstance(found, ItemValues):
        return frozenset(found.missing(items))
    desired = ((item.ref, key) for item in items for key in item.field_keys)
    return frozenset(at for at in desired if at not in found)


def is_due(path: str, layout: Layout, workspace: Workspace, changed: tuple[str, ...]) -> bool:
    """Return True if a file of the base differs today, is gone, or was no file of today's state."""
    shown = layout.shown(path)
    here = workspace.state in (".", shown) or shown.startswith(f"{workspace.state}/")
    return shown in changed or not here or not os.path.lexists(workspace.root / shown)


@contextmanager
def pins_of(layout: Layout) -> Iterator[Path]:
    """Yield a temporary folder with the pins of a commit, as they lie in the repository."""
    names = [
        one
        for one in layout.tree.files
        if any(is_visible(one, folder) for folder in layout.pins())
        and one.endswith(".json")
        and not one.endswith(".schema.json")
    ]
    with TemporaryDirectory(prefix="reconciler-base-") as temporary:
        for name, raw in layout.tree.read(names, PIN_LIMIT):
            path = Path(temporary, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw or b"")
        yield Path(temporary)


class Commit(Struct):
    """One commit whose state is being read; what cannot be read is kept as doubts."""

    workspace: Workspace
    reader: Reader
    layout: Layout
    settings: Settings
    pins: Path
    ids: frozenset[int]
    doubts: Doubt = CERTAIN
    rules: list[ItemRule] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def doubt(self, what: str, ids: frozenset[int] | None = None) -> None:
        """Record that the desires of a file are unknown: for some items, or for any."""
        self.doubts |= Doubt(every=ids is None, ids=ids or frozenset())
        self.unread.append(what)

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of the commit."""
        of = f"in the commit {self.layout.tree.sha[:12]}"
        found = []
        if self.unread:
            found.append(f"base unknown: {of} {first_files(self.unread)}")
        if self.skipped:
            found.append(f"{of} symbolic links are not followed: {first_files(self.skipped)}")
        return tuple(found)

    def look_at_links(self, pins: Iterable[str]) -> None:
        """Say which links are skipped; one may have stood for files that nobody has read."""
        layout, tree = self.layout, self.layout.tree
        links = {one for root in layout.roots for one in tree.links_at(root)} - {layout.settings}
        beside = {one for folder in pins for one in tree.links_at(folder)}
        self.skipped += sorted({layout.shown(one) for one in links | beside})
        for link in sorted(links):
            if self.hides(link):
                self.doubt(f"{layout.shown(link)} is a symbolic link")

    def hides(self, link: str) -> bool:
        """Return True if a link may lead to desired state that is not read by its own name."""
        tree, state = self.layout.tree, {*self.layout.state}
        target = tree.target(link)
        if target is None:
            return True
        if target in tree.files:
            return is_desired(posixpath.basename(link)) and target not in state
        return any(is_state(one) and one not in state for one in tree.below(target))

    def elsewhere(self, missing: Keys, *, every: bool) -> Contents:
        """Return the files outside of the folders of state that may want what is `missing`."""
        ids = {str(ref.id).encode() for ref, _ in missing}
        if not ids:
            return {}
        read = self.layout.tree.read(self.layout.elsewhere)
        return {
            path: raw
            for path, raw in read
            if raw is not None
            and all(key.search(raw) for key in LOOKS[:2])
            and (every or not ids.isdisjoint(NUMBER.findall(raw)))
        }

    def read_rules_elsewhere(self, names: frozenset[str]) -> None:
        """Read files of rules outside of the folders of state, which may hold rules of these names."""
        found = {
            path: raw
            for path, raw in self.layout.tree.read(self.layout.elsewhere)
            if raw is not None
            and LOOKS[0].search(raw)
            and LOOKS[2].search(raw)
            and any(name.encode() in raw for name in names)
        }
        known = list(self.rules)
        self.read(found)
        self.rules = [*known, *(one for one in self.rules[len(known) :] if one.name in names)]

    def read(self, contents: Contents) -> DesiredValues:
        """Return what files of the space want; what of them cannot be read goes to the doubts."""
        names = {self.layout.shown(path): raw for path, raw in contents.items()}
        settings = self.settings.placed(STATE, [self.pins / home for home in self.layout.homes])
        reading = Reading(self.pins, settings, [])
        try:
            for file, raw in names.items():
                if raw is None:
                    self.doubt(f"{file} is too large")
                else:
                    reading.take_bytes(raw, file)
            read = reading.done()
        except ReconcilerError as error:
            self.doubt(str(error))
            return {}
        return self.understood(read, {file: raw for file, raw in names.items() if raw is not None})

    def understood(self, read: Files, names: Mapping[str, bytes]) -> DesiredValues:
        """Return what the files want of the space, by whatever name they called it then."""
        there = {one.file for one in read.outlines}
        for file in sorted(names.keys() - there):
            wrong = [one for one in read.mistakes if one.place.file == file]
            if any(one.what != EMPTY for one in wrong):
                self.doubt(f"{file} cannot be read")
        parts: list[ItemValues] = []
        for space, mine in sorted(read.offline.items()):
            keys = {space, mine.pins.space_key, self.settings.space(space).project_key} - {"", None}
            if self.ours & keys:
                items, mistakes = self.desired_items(read, mine, space, names)
                parts.append(ItemValues(items))
                self.blame(read.outlines_of(space), [*read.mistakes, *mistakes])
            elif keys == {space}:
                self.suspect(read.outlines_of(space))
        if len(parts) == 1:
            return parts[0]
        # The commit called the space by several names.
        return {at: desired for one in parts for at, desired in one.items()}

    @property
    def ours(self) -> set[str | None]:
        """The names of the space."""
        return {self.workspace.space, self.reader.catalog.space_key, *self.reader.names}

    def suspect(self, outlines: Iterable[Outline]) -> None:
        """Doubt files of a space without a known key that name our items: it may be ours by another name."""
        for one in outlines:
            if hits := self.ids.intersection(one.ids):
                self.doubt(f"{one.file} names the space {one.space.text}, whose key is not known", hits)

    def blame(self, outlines: Iterable[Outline], mistakes: Iterable[Mistake]) -> None:
        """Keep which items of which files are in doubt since something in them is a mistake."""
        wrong = {one.place.file for one in mistakes if not isinstance(one, NoEffect)}
        for one in outlines:
            if one.file in wrong:
                # A rule that cannot be read may have selected any item.
                self.doubt(f"{one.file} holds mistakes", None if one.rules else frozenset(one.ids))

    def desired_items(
        self, read: Files, mine: Offline, space: str, contents: Mapping[str, bytes]
    ) -> tuple[tuple[DesiredItem, ...], Sequence[Mistake]]:
        """Return what the files want by the pins of their commit, and what in them is a mistake."""
        from reconciler.desired.offline_reading import is_confirmed

        reader, groups = self.reader, self.settings.groups()
        decisions = self.settings.space(space).at(reader.client.host)
        pinned = {key: decided(spec, decisions) for key, spec in mine.pins.types.items()}
        people = replace(reader.catalog.people, groups=groups)
        then = replace(reader.catalog, pinned=pinned, people=people)
        outlines = read.outlines_of(space)
        if is_confirmed(mine, outlines, then):
            reader.meet(mine.mentions.people)
            self.rules += mine.rules
            return mine.items, ()
        ours = {one.file for one in outlines}
        trees = (read_bytes(raw, file)[0] for file, raw in contents.items() if file in ours)
        manifest = Manifest(tuple(one for one in trees if one))
        met = reader.meet(mentions_in(manifest, then).people).people
        people = replace(met, groups=groups, by_email={**met.by_email, **pinned_people(mine.pins)})
        made = desired_state(manifest, replace(then, people=people))
        self.rules += made.rules
        return made.items, made.mistakes


def first_files(names: Sequence[str]) -> str:
    """Name the first files and count the others."""
    listed = list(dict.fromkeys(names))
    more = f" and {len(listed) - TOLD} more" if len(listed) > TOLD else ""
    return f"{', '.join(listed[:TOLD])}{more}".encode("utf-8", "backslashreplace").decode()
