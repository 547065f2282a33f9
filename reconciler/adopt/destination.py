"""Where new items go: the settings, the files that are there, and the space that all of them are about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reconciler.errors import CannotRun, InputError, Mistake, counted

if TYPE_CHECKING:
    from reconciler.manifest.nodes import Document, Manifest
    from reconciler.meegle.reader import Reader
    from reconciler.settings import Settings


class Home(NamedTuple):
    """The files of one space as they are before anything is adopted; `spaces` are all names in use."""

    root: Path
    settings: Settings
    manifest: Manifest
    space: str
    spaces: tuple[str, ...]

    @property
    def pins_folder(self) -> Path:
        """Where the pins of the space are."""
        from reconciler.schema.pins import pins_folder

        return pins_folder(self.root, self.space, self.settings.homes)

    def name_of(self, reader: Reader) -> str:
        """Return the name that the settings or the files use for the space, else the given one."""
        from reconciler.desired.file_reading import one_name

        known = {*reader.names, one_name(reader.space_key, self.settings)}
        some = (name for name in self.spaces if name in known)
        return self.space if self.space in self.spaces else next(some, self.space)

    def document(self, name: str) -> Document | None:
        """Return a file of the space; None if it is not there or is of another space."""
        return next((one for one in self.manifest.documents if one.file == name), None)


def read_home(into: Path, space: str | None, spaces: Sequence[str]) -> Home:
    """Read the settings and the files that are there; choose the space.

    `into` is the file to be written.  The space is `space`, else the one that `into` names, else the
    one of `spaces`, of the settings, or of all files.  Raises InputError or CannotRun.
    """
    from reconciler.desired.file_reading import of_space, one_name
    from reconciler.manifest.files import SETTINGS, STATE, is_desired
    from reconciler.manifest.loading import load
    from reconciler.manifest.nodes import Manifest
    from reconciler.settings import find_settings, nearest_settings

    root = Path.cwd()
    if into.suffix.lower() not in {".yaml", ".yml"} or into.name == SETTINGS or not is_desired(into.name):
        raise CannotRun(f"{into} is not a desired-state file", "call it NAME.yaml, below state/")
    start = into if into.parent.is_dir() or find_settings(into) else STATE
    found = find_settings(start)
    settings, mistakes = nearest_settings(start, root)
    home = found.parent if found else STATE
    paths = [path for path in (home, into) if has_files(path)]
    manifest, wrong = load(paths, root=root) if paths else (Manifest(()), list[Mistake]())
    if mistakes or (wrong and not is_empty(manifest, wrong)):
        raise InputError([*mistakes, *wrong])
    here = [one for one in manifest.documents if (root / one.file).resolve() == into.resolve()]
    if any(one.rules for one in here):
        raise CannotRun(f"{into} holds rules", "name another file: a file has items or rules")
    own = [one.space.text for one in here]
    every = [one.space.text for one in manifest.documents]
    names = [space] if space else own or list(spaces) or list(settings.spaces) or every
    chosen = sorted({one_name(name, settings) for name in names})
    if len(chosen) != 1:
        several = f"{counted(len(chosen), 'space')}: {', '.join(chosen)}"
        raise CannotRun(several if chosen else "no space is named anywhere", "choose one with --space")
    known = (*settings.spaces, *every)
    return Home(root, settings, of_space(manifest, chosen[0], settings), chosen[0], known)


def has_files(path: Path) -> bool:
    """Return True if a path is or holds a desired-state file."""
    from reconciler.manifest.files import SETTINGS, is_desired

    if path.is_dir():
        return any(is_desired(one.name) and one.name != SETTINGS for one in path.rglob("*.y*ml"))
    return os.path.lexists(path)


def is_empty(manifest: Manifest, mistakes: Sequence[Mistake]) -> bool:
    """Return True if the only mistake is that no file names an item yet."""
    return (
        len(mistakes) == 1 and bool(manifest.documents) and not any(one.items for one in manifest.documents)
    )
