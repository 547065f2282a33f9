"""The workflows of an older repository: which actions are outdated, and which files can be renewed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.adopt.space_secrets import endings_in, endings_of, lacking, ready_for
from reconciler.adopt.workflows import (
    FOLDER,
    GITLAB,
    Outdated,
    outdated,
    read_table,
    sealed_files,
    written_as,
)
from reconciler.clock import now
from reconciler.manifest.safe_write import write

PLACES = (
    f"{FOLDER}/*.yml",
    f"{FOLDER}/*.yaml",
    ".github/actions/**/action.y*ml",
    "action.y*ml",
    f"{GITLAB}/*.yml",
)
"""Where a repository uses actions, or has files that `init` wrote."""


class Found(NamedTuple):
    """A file that may use actions.

    `origin`: the ready workflow that it is an unedited copy of; `fault`: why it cannot be read.
    """

    path: str
    text: str = ""
    lines: tuple[Outdated, ...] = ()
    origin: str | None = None
    fault: str = ""

    @property
    def is_old(self) -> bool:
        """Return True if an unedited copy differs from what today's version writes."""
        return self.renewed() is not None

    def renewed(self, endings: Sequence[str] = ()) -> str | None:
        """Return the text that today's version writes, if this is an unedited copy of another one.

        `endings`: of the spaces whose secrets it is to hand on; without any, those that it does hand on.
        """
        if self.origin is None or self.origin not in sealed_files():
            return None
        new = ready_for(self.origin, endings or endings_in(self.text))
        return None if new == self.text.replace("\r\n", "\n") else new


class Checked(NamedTuple):
    """The workflows after a check: paths of renewed files, and the files that are left with findings.

    `endings`: of the spaces whose secrets the workflows were asked to hand on.
    """

    renewed: tuple[str, ...]
    left: tuple[Found, ...]
    endings: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The repairs, line by line."""
        return [
            line
            for one in self.left
            for line in (*outdated_actions(one), *missing_secrets(one, self.endings))
        ]

    @property
    def is_unreadable(self) -> bool:
        """Return True if a file cannot be read."""
        return any(one.fault for one in self.left)

    @property
    def is_outdated(self) -> bool:
        """Return True if an outdated action is left."""
        return any(one.lines for one in self.left)


def check_workflows(root: Path, *, upgrade: bool = False, spaces: Sequence[str] = ()) -> Checked:
    """Look for outdated actions; with `upgrade`, renew the files that are still as `init` wrote them.

    `spaces`: those whose secrets the renewed workflows hand on, in the place of those that they did.
    """
    found, endings = list(files_in(root)), endings_of(spaces)
    new = {one.path: text for one in found if upgrade and (text := one.renewed(endings)) is not None}
    for path, text in new.items():
        write(root / path, text)
    return Checked(tuple(new), tuple(one for one in found if one.path not in new), endings)


def age() -> str | None:
    """Return a note if the table of actions is so old that newer versions are likely."""
    if not read_table().is_old(now().date()):
        return None
    return (
        f"the actions known here are those of {read_table().checked}: a newer reconciler may know newer ones"
    )


def files_in(root: Path) -> Iterator[Found]:
    """Yield the files that may use actions, in the order of their paths."""
    for path in sorted({one for place in PLACES for one in root.glob(place) if one.is_file()}):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text("utf-8")
            lines = tuple(outdated(text))
        except (OSError, ValueError) as error:
            yield Found(name, fault=f"cannot be read ({error})")
        else:
            yield Found(name, text, lines, written_as(text))


def outdated_actions(one: Found) -> Iterator[str]:
    """Yield a line for each outdated action of a file, with the repair."""
    if one.fault:
        yield f"{one.path}: {one.fault}; mend it first"
    for line in one.lines:
        better = f"{line.action.pin} ({line.action.runtime})"
        yield f"{one.path}:{line.line}: {line.used} is outdated; write {better}"
    if one.is_old:
        yield f"{one.path}: as an older version wrote it; `reconciler init --upgrade` renews it"
    elif one.lines and one.origin is None:
        yield f"{one.path}: not as `init` wrote it, so edit it yourself"


def missing_secrets(one: Found, endings: Sequence[str]) -> Iterator[str]:
    """Yield a line for each space whose secrets an author's edit of a workflow does not hand on."""
    for ending in lacking(one.text, endings):
        yield f"{one.path}: not as `init` wrote it, so hand on the secrets of __{ending} yourself"
