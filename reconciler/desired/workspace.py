"""The files that a run is about, and what one space's pins make of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
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
from reconciler.model import RunSpaces
from reconciler.schema.pins import Pins, pins_folder
from reconciler.settings import Settings, SpaceSettings, find_settings


class Workspace(Struct, frozen=True):
    """The files of one run and one space.

    `named` counts the items in all of the space's state, whatever was selected.  `differing` holds the
    files that differ from the base, deleted ones too, if the run is about those alone.  `spaces` are those of
    the run.  `notes` are for the command to print on stderr.
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
    spaces: RunSpaces | None = None
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
    meant: str | None = None,
) -> Workspace:
    """Read the files of a run about one space, as `open_workspaces` does.

    `meant`: the space to choose, of several, where none is asked for.
    """
    asked = (space,) if space else ()
    (one,) = open_workspaces(paths, asked, checked=checked, several=False, meant=meant)
    return one


def open_workspaces(
    paths: Sequence[Path],
    spaces: Sequence[str] = (),
    *,
    checked: bool = True,
    kept: bool = False,
    since: str | None = None,
    several: bool = True,
    meant: str | None = None,
) -> tuple[Workspace, ...]:
    """Read the files once, and choose the spaces that the run is about; raises InputError or CannotRun.

    `spaces`: those that were asked for; without any all that the files name, by name.  `checked`: mistakes
    that the pins reveal end the run here, before any request.  Without it the run works on the trees of the
    files, which are read once for good.  `kept`: unchanged files are taken from the cache, if there is one.
    `since`: only files that differ from that commit count; other files are read only if the cache lacks them
    or if they name the same items.  `several`: the run can be about more than one space; if it cannot, and
    none is asked for, it is about the one that is `meant`.
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
    chosen = chosen_spaces(files, spaces, meant, several=several)
    if checked:
        files.mistakes.extend(names_of_nothing(files, paths))
    refuse_mistakes(files, [files.offline[name] for name in chosen], checked=checked)
    whole = not paths or {path.resolve() for path in paths} == {home.resolve() for home in homes}
    named = named_items(files, homes, whole=whole)
    trees = None if checked else load(some, root=root)[0]
    return tuple(
        Workspace(
            root=root,
            settings=settings,
            outlines=files.outlines_of(name),
            mistakes=tuple(files.mistakes),
            space=name,
            spaces=RunSpaces(tuple(sorted(files.offline)), chosen),
            named=named.get(name, 0),
            pins=files.offline[name].pins,
            state=state,
            whole=whole,
            paths=tuple(paths),
            differing=differing,
            offline=files.offline[name] if checked else None,
            loaded=files.unread.get(name) if trees is None else of_space(trees, name, settings),
            notes=tuple(note for note in (unused_note(root), no_cache) if note) if name == chosen[0] else (),
        )
        for name in chosen
    )


def chosen_spaces(files: Files, asked: Sequence[str], meant: str | None, *, several: bool) -> tuple[str, ...]:
    """Return the spaces that the run is about, by name: those asked for, or all that the files name."""
    names = sorted(files.offline)
    if not names:
        raise InputError(files.mistakes)
    if not asked and len(names) > 1:
        if likely := list(misspelt_spaces(files)):
            raise InputError([*files.mistakes, *likely])
        if not several and meant and (one := one_name(meant, files.settings)) in names:
            return (one,)
        if not several:
            raise CannotRun(
                f"the files name {len(names)} spaces: {', '.join(names)}", "choose one with --space"
            )
    chosen = sorted({one_name(name, files.settings) for name in asked}) or names
    for name in chosen:
        if name not in names:
            raise CannotRun(f"no file names the space {quoted(name)}", f"there is {', '.join(names)}")
    return tuple(chosen)


def misspelt_spaces(files: Files) -> Iterator[Mistake]:
    """Yield the files' names of a space without settings and pins that resemble one with either."""
    known = {*files.settings.spaces, *(name for name, one in files.offline.items() if one.pins.types)}
    for one in files.outlines:
        name = one_name(one.space.text, files.settings)
        if name not in known and nearest(name, known):
            what = f"no space {quoted(one.space.text)} in the settings or the pins"
            fix = f"{suggestion(name, known)} Else choose one with --space"
            yield Mistake(one.space.place, what, fix)


def refuse_mistakes(files: Files, chosen: Sequence[Offline], *, checked: bool) -> None:
    """Raise InputError for mistakes that need no space to be found, if the pins were to check the files."""
    told = {mistake.place for mistake in files.mistakes}
    wrong = (mistake for read in chosen for mistake in (read.wrong if checked else ()))
    new = unexplained([one for one in wrong if one.place not in told], files.mistakes)
    if new or (files.mistakes and checked and any(read.pins.types for read in chosen)):
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


def named_items(files: Files, homes: Sequence[Path], *, whole: bool) -> Mapping[str, int]:
    """Return how many items all files of each space name, also those that the run does not read."""
    if files.named is not None:
        return files.named
    outlines = files.outlines if whole else outlines_below(homes, files.root)
    found: dict[str, set[tuple[str, int]]] = {}
    for one in outlines:
        items = found.setdefault(one_name(one.space.text, files.settings), set())
        items.update((one.type.text, item_id) for item_id in one.ids)
    return {name: len(items) for name, items in found.items()}


def outlines_below(homes: Sequence[Path], root: Path) -> Iterator[Outline]:
    """Yield the outlines of all files, also of files that the run does not read."""
    for one in documents(homes, root, []):
        yield Outline(one.file, one.space, one.type, tuple(entry.id for entry in one.items))


def changed_files(workspace: Workspace) -> tuple[str, ...] | None:
    """Return the files that the run is about; None for all files."""
    if workspace.differing is None:
        return None
    here = {one.file for one in workspace.outlines}
    return tuple(one for one in workspace.differing if one in here)
