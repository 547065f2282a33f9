"""`reconciler init --check` and `--upgrade`: the workflows of a repository that an older version began."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reconciler.adopt.workflows import FOLDER, Outdated, outdated, ready, table, written_as
from reconciler.cli.streams import say, tell
from reconciler.clock import now
from reconciler.manifest.disk import write

PLACES = (f"{FOLDER}/*.yml", f"{FOLDER}/*.yaml", ".github/actions/**/action.y*ml", "action.y*ml")
"""Where a repository uses actions."""


class Found(NamedTuple):
    """A file of a repository; `origin` is the ready workflow that it still is, `fault` why it is not read."""

    path: str
    text: str = ""
    lines: tuple[Outdated, ...] = ()
    origin: str | None = None
    fault: str = ""

    @property
    def is_old(self) -> bool:
        """Whether today's version would write it in another way."""
        return self.origin in ready() and ready()[self.origin] != self.text.replace("\r\n", "\n")


def look_over(root: Path, *, upgrade: bool) -> int:
    """Say what is outdated, and renew what may be renewed.

    Returns 2 where something outdated is left, 1 where a file cannot be read.
    """
    tell_age()
    found = list(files_in(root))
    renewed = [one for one in found if upgrade and one.is_old]
    for one in renewed:
        write(root / one.path, ready()[one.origin or ""])
        say(f"renewed {one.path}\n")
    left = [one for one in found if one not in renewed]
    for one in left:
        say("".join(f"{line}\n" for line in told(one)))
    if any(one.fault for one in left):
        return 1
    if any(one.lines for one in left):
        return 2
    say("No outdated action in the workflows.\n")
    return 0


def tell_outdated(root: Path) -> None:
    """Tell on stderr what the workflows that are there use and should not."""
    tell_age()
    for one in files_in(root):
        for line in told(one):
            tell(line)


def tell_age() -> None:
    """Tell where the table of actions is so old that newer versions are likely."""
    if table().is_old(now().date()):
        tell(f"the actions known here are those of {table().checked}: a newer reconciler may know newer ones")


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


def told(one: Found) -> Iterator[str]:
    """Yield what to say of a file: each outdated line, and how it is mended."""
    if one.fault:
        yield f"{one.path}: {one.fault}; mend it first"
    for line in one.lines:
        better = f"{line.action.pin} ({line.action.runtime})"
        yield f"{one.path}:{line.line}: {line.used} is outdated; write {better}"
    if one.is_old:
        yield f"{one.path}: as an older version wrote it; `reconciler init --upgrade` renews it"
    elif one.lines and one.origin is None:
        yield f"{one.path}: not as `init` wrote it, so edit it yourself"
