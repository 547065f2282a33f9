"""The files that a run is about, and what one space's pins make of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from msgspec import Struct

from reconciler.desired.cache import Cache, Unusable, cache_folder, open_cache
from reconciler.desired.committed_run_files import unused_note
from reconciler.desired.file_reading import Files, Offline, of_space, one_name
from reconciler.desired.offline_reading import names_of_nothing, read_by_pins, unexplained
from reconciler.errors import CannotRun, InputError, Mistake, nearest, quoted, suggestion
from reconciler.manifest.files import STATE, shown_path
from reconciler.manifest.loading import documents, load
from reconciler.manifest.nodes import Manifest, Outline
from reconciler.schema.pins import Pins, pins_folder
from reconciler.settings import Settings, SpaceSettings, find_settings


class Workspace(Struct, frozen=True):
    """The files of one run and one space.

    `named` counts the items in all of the space's state, whatever was selected.  `differing` holds the
    files that differ from the base, deleted ones too, if the run is about those alone.  `notes` are for
    the command to print on stderr.
    """

    root: Path
    settings: Settings
    outlines: tuple[Outline, ...]
    mistakes: tuple[Mistake, ...]
    space: str
    named: int
    pins: Pins
    state: str
    whole: bool
    paths: tuple[Path, ...] = ()
    differing: tuple[str, ...] | None = None
    offline: Offline | None = None
    loaded: Manifest | None = None
    notes: tuple[str, ...] = ()

    @property
    def manifest(self) -> Manifest:
        """The trees of the files; files whose trees were not kept are read again."""
        if self.loaded is not None:
            return self.loaded
        return of_space(load(self.paths or (STATE,), root=self.root)[0], self.space, self.settings)

    @property
    def words(self) -> set[str]:
        """The types that the files name, as they name them."""
        return {one.type.text for one in self.outlines}

    @property
    def pins_folder(self) -> Path:
        """Where the pins of the space are."""
        return pins_folder(self.root, self.space, self.settings.homes)

    @property
    def decisions(self) -> SpaceSettings:
        """The decisions of the team for the space."""
        return self.settings.space(self.space)


def open_workspace(
    paths: Sequence[Path],
    space: str | None,
    *,
    checked: bool = True,
    kept: bool = False,
    since: str | None = None,
) -> Workspace:
    """Read the files, and choose the space that the run is about; raises InputError or CannotRun.

    `checked`: mistakes that the pins reveal end the run here, before any request.  Without it the run
    works on the trees of the files, which are read once for good.  `kept`: unchanged files are taken from
    the cache, if there is one.  `since`: only files that differ from that commit count; other files are
    read only if the cache lacks them or if they name the same items.
    """
    root = Path.cwd()
    some = list(paths) or [STATE]
    found = find_settings(some[0])
    homes = [found.parent] if found else [STATE] if STATE.is_dir() else sorted(some)
    state = shown_path(homes[0], root)
    differing = differing_files(root, state, since) if since is not None else None
    with opened_cache(root) if kept else nullcontext((None, None)) as (cache, no_cache):
        files = read_by_pins(paths, cache, set(differing) if differing is not None else None)
    settings = files.settings
    chosen = chosen_space(files, space)
    read = files.offline[chosen]
    if checked:
        files.mistakes.extend(names_of_nothing(files, paths))
    refuse_mistakes(files, read, checked=checked)
    whole = not paths or {path.resolve() for path in paths} == {home.resolve() for home in homes}
    outlines = files.outlines_of(chosen)
    named = files.named.get(chosen) if files.named is not None else None
    if named is None:
        named = named_item_count(outlines if whole else outlines_below(homes, root, settings, chosen))
    return Workspace(
        root=root,
        settings=settings,
        outlines=outlines,
        mistakes=tuple(files.mistakes),
        space=chosen,
        named=named,
        pins=read.pins,
        state=state,
        whole=whole,
        paths=tuple(paths),
        differing=differing,
        offline=read if checked else None,
        loaded=files.unread.get(chosen) if checked else of_space(load(some, root=root)[0], chosen, settings),
        notes=tuple(note for note in (unused_note(root), no_cache) if note),
    )


def chosen_space(files: Files, asked: str | None) -> str:
    """Return the space that the run is about: the one asked for, or the only one that the files name."""
    names = sorted(files.offline)
    if not names:
        raise InputError(files.mistakes)
    if asked is None and len(names) > 1:
        if likely := list(misspelt_spaces(files)):
            raise InputError([*files.mistakes, *likely])
        raise CannotRun(f"the files name {len(names)} spaces: {', '.join(names)}", "choose one with --space")
    chosen = one_name(asked, files.settings) if asked else names[0]
    if chosen not in names:
        raise CannotRun(f"no file names the space {quoted(chosen)}", f"there is {', '.join(names)}")
    return chosen


def misspelt_spaces(files: Files) -> Iterator[Mistake]:
    """Yield the files' names of a space without settings and pins that resemble one with either."""
    known = {*files.settings.spaces, *(name for name, one in files.offline.items() if one.pins.types)}
    for one in files.outlines:
        name = one_name(one.space.text, files.settings)
        if name not in known and nearest(name, known):
            what = f"no space {quoted(one.space.text)} in the settings or the pins"
            fix = f"{suggestion(name, known)} Else choose one with --space"
            yield Mistake(one.space.place, what, fix)


def refuse_mistakes(files: Files, read: Offline, *, checked: bool) -> None:
    """Raise InputError for mistakes that need no space to be found, if the pins were to check the files."""
    told = {mistake.place for mistake in files.mistakes}
    new = [one for one in (read.wrong if checked else ()) if one.place not in told]
    new = unexplained(new, files.mistakes)
    if new or (files.mistakes and checked and read.pins.types):
        raise InputError([*files.mistakes, *new])


def differing_files(root: Path, state: str, since: str) -> tuple[str, ...]:
    """Return the files of state that differ from a commit, deleted files among them."""
    from reconciler.git import files_since  # only `--changed` asks git

    return files_since(root, state, since)


@contextmanager
def opened_cache(root: Path) -> Iterator[tuple[Cache | None, str | None]]:
    """Open the cache; without one, yield the note that says why."""
    with ExitStack() as stack:
        cache, note = None, None
        try:
            if place := cache_folder(os.environ, root):
                cache = stack.enter_context(open_cache(place, root))
        except Unusable as error:
            note = f"note: every file is read, since no cache can be kept: {error}"
        yield cache, note


def outlines_below(homes: Sequence[Path], root: Path, settings: Settings, space: str) -> Iterator[Outline]:
    """Yield the outlines of all files of a space, also of files that the run does not read."""
    for one in documents(homes, root, []):
        if one_name(one.space.text, settings) == space:
            yield Outline(one.file, one.space, one.type, tuple(entry.id for entry in one.items))


def named_item_count(outlines: Iterable[Outline]) -> int:
    """Return how many items files name."""
    return len({(one.type.text, item_id) for one in outlines for item_id in one.ids})


def changed_files(workspace: Workspace) -> tuple[str, ...] | None:
    """Return the files that the run is about; None for all files."""
    if workspace.differing is None:
        return None
    here = {one.file for one in workspace.outlines}
    return tuple(one for one in workspace.differing if one in here)
