"""Reads files by the pins alone, without network: all that `validate` needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.file_reading import Files, Offline, Reading, one_name
from reconciler.desired.mentions import points_right, points_somewhere
from reconciler.desired.names import Names
from reconciler.errors import CannotRun, Mistake, Place, UnknownName, quoted
from reconciler.manifest.files import SETTINGS, STATE, files_to_read, shown_path
from reconciler.manifest.loading import load, no_item, read_file
from reconciler.manifest.nodes import Manifest, Node, Outline
from reconciler.manifest.parsing import read_tree
from reconciler.schema.catalog import Catalog
from reconciler.settings import Settings, find_settings, nearest_settings

if TYPE_CHECKING:
    from reconciler.desired.cache import Cache


def read_files(paths: Sequence[Path]) -> tuple[Path, Settings, Manifest, list[Mistake]]:
    """Read the settings and the desired state; returns the root that places are relative to, too."""
    root = Path.cwd()
    some = list(paths) or [STATE]
    settings, mistakes = nearest_settings(some[0], root)
    manifest, wrong = load(some, root=root)
    return root, settings, manifest, [*mistakes, *wrong]


def read_by_pins(
    paths: Sequence[Path],
    cache: Cache | None = None,
    changed: set[str] | None = None,
) -> Files:
    """Read the settings, and file after file of the desired state by the pins of its space.

    With a cache, files that it holds with the same content are not parsed.  With `changed` too, only these
    files are read, and files that the cache does not hold or that name the same items.
    """
    root = Path.cwd()
    some = list(paths) or [STATE]
    home = find_settings(some[0])
    settings, mistakes = nearest_settings(some[0], root)
    files = [(path, shown_path(path, root)) for path in files_to_read(some, root, mistakes)]
    mistakes += other_settings((path for path, _ in files), home, root)
    reading: Reading
    if cache is not None:
        from reconciler.desired.cached_reading import CachedReading  # most runs have no cache

        reading = CachedReading(root, settings, mistakes, home=home, cache=cache)
        named = reading.take_all(files, changed, whole=not paths)
    else:
        reading, named = Reading(root, settings, mistakes), None
        for path, file in files:
            reading.take(path, file)
    if named is None and not mistakes and not any(one.ids or one.rules for one in reading.outlines):
        mistakes.append(no_item(some, root))
    return reading.done(named)


def other_settings(files: Iterable[Path], home: Path | None, root: Path) -> Iterator[Mistake]:
    """Yield a mistake for each settings file, other than the run's, that some of the files lie below."""
    found = {find_settings(folder) for folder in {path.parent for path in files}}
    here = shown_path(home, root) if home else "none"
    for path in sorted(filter(None, found - {home})):
        what = f"settings of another project, and those of this run are {here}"
        fix = f"name one project at a time: {shown_path(path.parent, root)}"
        yield Mistake(Place(shown_path(path, root), 1, 1), what, fix)


class Validation(NamedTuple):
    """What files and pins can know: mistakes, names that only a space knows, uses of what is deprecated."""

    outlines: tuple[Outline, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    unchecked: int = 0
    deprecated: tuple[Mistake, ...] = ()
    spaces: frozenset[str] = frozenset()
    """What the spaces may be asked for by, where only some were."""


def unexplained(mistakes: Iterable[Mistake], told: Iterable[Mistake]) -> list[Mistake]:
    """Leave out what mistakes in the settings may explain: people, days, scales and the like.

    Names of types, fields and options mean the same under any settings.
    """
    broken = any(PurePath(one.place.file).name == SETTINGS for one in told)
    return [one for one in mistakes if not broken or type(one) is UnknownName]


def validate_files(paths: Sequence[Path], spaces: Collection[str] = ()) -> Validation:
    """Check everything that files and pins can know, of all spaces or of some.

    Files are checked by the settings and pins of their own project.  Raises CannotRun for a space that no
    file names; what names no space that can be read is checked with any.
    """
    projects: dict[Path | None, list[Path]] = {}
    for path in paths or [STATE]:
        projects.setdefault(find_settings(path), []).append(path)
    checked = [validate_project(some, spaces) for some in projects.values()]
    if spaces:
        refuse_unnamed(spaces, {name for made in checked for name in made.spaces})
    return Validation(
        tuple(one for made in checked for one in made.outlines),
        tuple(one for made in checked for one in made.mistakes),
        sum(made.unchecked for made in checked),
        tuple(one for made in checked for one in made.deprecated),
    )


def refuse_unnamed(asked: Iterable[str], known: Collection[str]) -> None:
    """Raise CannotRun for a space that is asked for and that no file names."""
    for name in asked:
        if name not in known:
            raise CannotRun(f"no file names the space {quoted(name)}", f"there is {', '.join(sorted(known))}")


def validate_project(paths: Sequence[Path], spaces: Collection[str] = ()) -> Validation:
    """Check the files of one project, of all its spaces or of some."""
    files = read_by_pins(paths)
    checked = check_project(files, paths)
    if not spaces:
        return checked
    asked = {name: one_name(name, files.settings) for name in spaces}
    chosen = {*asked.values()}
    of_file = {one.file: one_name(one.space.text, files.settings) for one in files.outlines}
    named = {*of_file.values()}
    left_out = {file for file, space in of_file.items() if space not in chosen}
    return Validation(
        tuple(one for one in checked.outlines if one.file not in left_out),
        tuple(one for one in checked.mistakes if one.place.file not in left_out),
        sum(len(read.open_questions) for space, read in files.offline.items() if space in chosen),
        tuple(one for one in checked.deprecated if one.place.file not in left_out),
        frozenset(named | {name for name, space in asked.items() if space in named}),
    )


def check_project(files: Files, paths: Sequence[Path]) -> Validation:
    """Check the files of one project by its pins."""
    mistakes = list(files.mistakes)
    for _, read in sorted(files.offline.items()):
        told = {mistake.place for mistake in mistakes}
        mistakes += unexplained((one for one in read.wrong if one.place not in told), files.mistakes)
    mistakes += names_of_nothing(files, paths)
    return Validation(
        files.outlines,
        tuple(mistakes),
        sum(len(read.open_questions) for read in files.offline.values()),
        tuple(uses_of_deprecated(files)),
    )


def uses_of_deprecated(files: Files) -> Iterator[Mistake]:
    """Yield the uses of fields and options that the settings deprecate."""
    for space, read in sorted(files.offline.items()):
        if entries := files.settings.space(space).deprecated:
            from reconciler.desired.deprecated import deprecated_uses, uses_by_word  # few deprecate anything

            yield from deprecated_uses(read.items, read.catalog, entries, read.rules)
            if space in files.unread:
                yield from uses_by_word(files.unread[space].documents, entries)


def names_of_nothing(files: Files, paths: Sequence[Path]) -> list[Mistake]:
    """Return the names in the settings that mean nothing by the pins; of a broken file there are none."""
    root = None if files.mistakes else settings_tree(paths, files.root)
    catalogs = {space: one.catalog for space, one in files.offline.items() if one.pins.types}
    if root is None:
        return []
    from reconciler.desired.unused_settings import meaningless  # most of a small run is imports

    return list(meaningless(root, catalogs))


def settings_without_effect(
    paths: Sequence[Path], settings: Settings, catalog: Catalog, names: Collection[str]
) -> list[Mistake]:
    """Return what the settings say of a space that only its live metadata shows to have no effect.

    `names`: all names of the space.  That is: settings under another of its names than files use, and, if
    there are no pins, windows, protections and deprecations of what the space does not have.
    """
    own = settings.space(catalog.space)
    others = [one for one in settings.spaces if one in names and settings.space(one) is not own]
    keeps = (own.windows or own.protect or own.deprecated) and not catalog.pinned
    root = settings_tree(paths, Path.cwd()) if others or keeps else None
    if root is None:
        return []
    from reconciler.desired.unused_settings import named_without_pins, under_other_names

    wrong = under_other_names(root, catalog.space, others)
    return [*wrong, *(named_without_pins(root, catalog) if keeps else ())]


def settings_tree(paths: Sequence[Path], root: Path) -> Node | None:
    """Return what the settings file of a run says, with places; None if there is none that can be read."""
    home = find_settings((list(paths) or [STATE])[0])
    raw = read_file(home, shown_path(home, root))[0] if home else None
    return read_tree(raw, shown_path(home, root)).root if home and raw is not None else None


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
