"""Finds the files that a run reads: real files in real folders, each once, sorted by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from reconciler.errors import Mistake, Place

SETTINGS = "reconciler.yaml"
SETTINGS_MISNAMED = "reconciler.yml"
SUFFIXES = frozenset({".yaml", ".yml"})
LEFTOVERS = (".", "#", "~")
"""Prefixes of the names of hidden files and of editors' leftovers."""

STATE = Path("state")
"""The folder that commands read if no path is named."""
BEGIN = "run `reconciler init` to begin a repository here, or name the folder of its files"

MOST_FILES = 20_000
DEEPEST = 64
"""The deepest nesting of folders: a walk takes one step of Python's stack for each level."""


def files_to_read(paths: Sequence[Path], root: Path, mistakes: list[Mistake]) -> list[Path]:
    """Return the files to read. A path without a file, and a symbolic link, are mistakes."""
    files: dict[Path, None] = {}
    for path in paths:
        files.update(dict.fromkeys(files_at(path, root, mistakes)))
        if len(files) > MOST_FILES:
            place = Place(shown_path(path, root), 1, 1)
            mistakes.append(Mistake(place, f"more than {MOST_FILES} files", "name fewer at a time"))
            return []
    return sorted(desired_files(files, root, mistakes))


def files_at(path: Path, root: Path, mistakes: list[Mistake]) -> list[Path]:
    """Return the file at a path, or all files below a folder."""
    place = Place(shown_path(path, root), 1, 1)
    told = len(mistakes)
    if not os.path.lexists(path):
        mistakes.append(
            Mistake(place, "no such file or folder", BEGIN if path == STATE else "check the path")
        )
    elif link := linked(path, root):
        mistakes.append(a_link(link, root))
    elif not path.is_dir():
        return [absolute(path)]
    elif hits := list(islice(yaml_files_below(absolute(path), root, mistakes), MOST_FILES + 1)):
        return hits
    elif len(mistakes) == told:
        mistakes.append(Mistake(place, "no YAML file in this folder", "write one, or check the path"))
    return []


def desired_files(files: Iterable[Path], root: Path, mistakes: list[Mistake]) -> Iterator[Path]:
    """Leave out the settings, which a shell's `*.yaml` includes, and refuse devices and pipes."""
    settings_alone = all(path.name == SETTINGS for path in files)

    def refuse(path: Path, what: str, fix: str) -> None:
        mistakes.append(Mistake(Place(shown_path(path, root), 1, 1), what, fix))

    for path in files:
        if path.name == SETTINGS_MISNAMED:
            refuse(path, "the settings file has another name", f"rename it to {SETTINGS}")
        elif path.name == SETTINGS:
            if settings_alone:
                refuse(path, "the settings file has no items", "name desired-state files")
        elif stat.S_ISREG(path.lstat().st_mode):
            yield path
        else:
            refuse(path, "not a regular file", "put a YAML file here")


def yaml_files_below(folder: Path, root: Path, mistakes: list[Mistake]) -> Iterator[Path]:
    """Yield the YAML files of a folder and of the folders below it, without hidden and left-over files."""

    def unread(error: OSError) -> None:
        place = Place(shown_path(Path(str(error.filename)), root), 1, 1)
        mistakes.append(unreadable_file(place, error))

    for base, folders, names in os.walk(folder, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if folders and len(Path(base).parts) - len(folder.parts) >= DEEPEST:
            place = Place(shown_path(Path(base), root), 1, 1)
            mistakes.append(
                Mistake(place, f"folders nested deeper than {DEEPEST} levels", "nest them less deep")
            )
            folders.clear()
        files = [Path(base, name) for name in sorted(names) if is_desired(name)]
        links = [path for path in (*(Path(base, name) for name in folders), *files) if path.is_symlink()]
        mistakes += [a_link(link, root) for link in links]
        yield from (path for path in files if path not in links)


def is_desired(name: str) -> bool:
    """Return whether a run that is given a folder reads a file of this name in it."""
    return Path(name).suffix.lower() in SUFFIXES and not name.startswith(LEFTOVERS)


def linked(path: Path, root: Path) -> Path | None:
    """Return the first symbolic link between `root` and a path; outside of `root`, only the path counts."""
    whole = absolute(path)
    top = absolute(root)
    steps = [whole, *whole.parents]
    inside = [step for step in steps if step.is_relative_to(top) and step != top] or [whole]
    return next((step for step in reversed(inside) if step.is_symlink()), None)


def a_link(path: Path, root: Path) -> Mistake:
    """Make the mistake for a symbolic link: reviewers did not see the file that it leads to."""
    return Mistake(
        Place(shown_path(path, root), 1, 1), "a symbolic link", "put the file or folder itself here"
    )


def unreadable_file(place: Place, error: OSError) -> Mistake:
    """Make the mistake for a file or folder that cannot be read."""
    return Mistake(place, f"cannot be read ({error.strerror})", "check what it is and its permissions")


def shown_path(path: Path, root: Path) -> str:
    """Return a path as messages show it: relative to `root` if it lies below, and always printable."""
    whole = os.path.abspath(path)  # noqa: PTH100 - see `absolute`; texts, since a run names every file
    inside = next(
        (cut for cut in (path_within(whole, root, follow) for follow in (False, True)) if cut), whole
    )
    return inside.encode("utf-8", "backslashreplace").decode()


def path_within(whole: str, root: Path, follow: bool) -> str | None:  # noqa: FBT001 - the two ways to see a root
    """Return an absolute path relative to a root; None if it does not lie below it."""
    top = os.path.realpath(root) if follow else os.path.abspath(root)  # noqa: PTH100 - see `absolute`
    if whole == top:
        return "."
    start = top if top.endswith(os.sep) else top + os.sep
    return whole[len(start) :] if whole.startswith(start) else None


def inside(root: Path, text: str) -> Path | None:
    """Return a path that a file names, relative to `root`; None unless it is there, below `root`."""
    whole = absolute(root / text)
    there = path_within(str(whole), root, follow=False)
    return Path(there) if text and there and os.path.lexists(whole) and not linked(whole, root) else None


def absolute(path: Path) -> Path:
    """Return the absolute path; symbolic links in it are kept, so that they can be refused."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
