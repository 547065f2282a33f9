"""The workflows of an older repository: which actions are outdated, and which files can be renewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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
        return self.origin in sealed_files() and sealed_files()[self.origin] != self.text.replace(
            "\r\n", "\n"
        )


class Checked(NamedTuple):
    """The workflows after a check: paths of renewed files, and the files that are left with findings."""

    renewed: tuple[str, ...]
    left: tuple[Found, ...]

    @property
    def lines(self) -> list[str]:
        """The repairs, line by line."""
        return [line for one in self.left for line in outdated_actions(one)]

    @property
    def is_unreadable(self) -> bool:
        """Return True if a file cannot be read."""
        return any(one.fault for one in self.left)

    @property
    def is_outdated(self) -> bool:
        """Return True if an outdated action is left."""
        return any(one.lines for one in self.left)


def check_workflows(root: Path, *, upgrade: bool = False) -> Checked:
    """Look for outdated actions; with `upgrade`, renew the files that are still as `init` wrote them."""
    found = list(files_in(root))
    renewed = [one for one in found if upgrade and one.is_old]
    for one in renewed:
        write(root / one.path, sealed_files()[one.origin or ""])
    return Checked(tuple(one.path for one in renewed), tuple(one for one in found if one not in renewed))


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
