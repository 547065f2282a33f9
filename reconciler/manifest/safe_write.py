"""Writes every file that the product writes: whole or not at all, and never through a link from a checkout.

A pull request can bring links: `plan.json` that leads to `~/.bashrc`, `plan` that leads to `/etc`.  So a
link that git tracks is refused, wherever it is in the path.  A link that the user made is followed, as by
any other program.  Devices, FIFOs and `/dev/fd/N` are written to directly, not replaced.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path, PurePath
from typing import Final

from reconciler.errors import CannotRun
from reconciler.git import NoGit, run

MOST_LINKS: Final = 40
"""The most links in one path; a kernel, too, reports a loop after 40."""
MODE: Final = 0o666
"""Permissions of a new file, before the user's umask."""
DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/([0-9]+))/fd/([0-9]+)")
"""A descriptor of a process.  Its link may not lead to a path: `pipe:[4711]`."""


class CannotWrite(CannotRun):
    """A file cannot be written, because of its permissions or the disk."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Make the message."""
        self.reason = error.strerror or type(error).__name__
        super().__init__(f"cannot write {path} ({self.reason})", "check the folder and its permissions")


class ForeignLink(CannotRun):
    """A file would be written through a link that git tracks."""

    def __init__(self, link: Path) -> None:
        """Make the message."""
        here = Path.cwd()
        name = link.relative_to(here) if link.is_relative_to(here) else link
        super().__init__(f"{name} is a link that came with the checkout", "remove it, or name another file")


def write(
    path: Path,
    content: str | bytes,
    *,
    mode: int | None = None,
    parents: bool = False,
    durable: bool = False,
) -> None:
    """Write a whole file or nothing of it; an existing file keeps its mode unless `mode` is given.

    `parents` makes missing folders; `durable` waits until the file is on the disk.  Raises CannotRun.
    """
    raw = as_bytes(content)
    try:
        end = end_of(path)
        if parents:
            end.parent.mkdir(parents=True, exist_ok=True)
        found = mode_of(end)
        if found is None or stat.S_ISREG(found):
            kept = stat.S_IMODE(found) if found is not None and mode is None else mode
            replace(end, raw, kept, durable=durable)
        else:
            write_through(end, raw)
    except OSError as error:
        raise CannotWrite(path, error) from None


def empty_outputs(*paths: Path | None) -> None:
    """Empty older output files before a run, so that they are not mistaken for its output.

    A run may be killed before it can write or delete them.  Raises CannotRun.
    """
    for path in paths:
        if path is not None and path.is_file():
            write(path, b"")


def create(path: Path, content: str | bytes) -> None:
    """Create a file and its folders; raises FileExistsError, or CannotRun."""
    if os.path.lexists(path):
        raise FileExistsError(path)
    try:
        end = end_of(path)
        end.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(end, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    except OSError as error:
        raise CannotWrite(path, error) from None
    try:
        pour(number, as_bytes(content))
    except OSError as error:
        end.unlink(missing_ok=True)
        raise CannotWrite(path, error) from None


def append(path: Path, content: str | bytes) -> None:
    """Append to a file, or create it; raises CannotRun."""
    try:
        end = end_of(path)
        found = mode_of(end)
        if found is None or stat.S_ISREG(found):
            pour(os.open(end, os.O_WRONLY | os.O_CREAT | os.O_APPEND, MODE), as_bytes(content))
        else:
            write_through(end, as_bytes(content))
    except OSError as error:
        raise CannotWrite(path, error) from None


def as_bytes(content: str | bytes) -> bytes:
    """Return content as bytes; a lone surrogate, which UTF-8 cannot encode, becomes an escape."""
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content


# -- ways of writing -------------------------------------------------------------------------------


def replace(end: Path, raw: bytes, mode: int | None, *, durable: bool) -> None:
    """Replace a file by a new one in one step, so that no reader sees half of it; `end` is not a link.

    The temporary name is random, so that no one can put a link there beforehand.
    """
    part = end.with_name(f".{secrets.token_hex(12)}.part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE if mode is None else mode)
    try:
        if mode is not None:
            part.chmod(mode)
        pour(number, raw, durable=durable)
        part.replace(end)
    finally:
        part.unlink(missing_ok=True)
    if durable:
        pour(os.open(end.parent, os.O_RDONLY), b"", durable=True)


def write_through(end: Path, raw: bytes) -> None:
    """Write to a device or FIFO; a descriptor of this process is written to at its current position."""
    own = descriptor_of(end)
    pour(os.open(end, os.O_WRONLY | os.O_NOCTTY) if own is None else os.dup(own), raw)


def pour(number: int, raw: bytes, *, durable: bool = False) -> None:
    """Write all bytes to a descriptor, and close it."""
    try:
        rest = memoryview(raw)
        while rest:
            rest = rest[os.write(number, rest) :]
        if durable:
            os.fsync(number)
    finally:
        os.close(number)


# -- where a path leads ----------------------------------------------------------------------------


def end_of(path: Path) -> Path:
    """Return the target of a path with all links followed; raises ForeignLink for a link that git tracks."""
    links, end = links_of(path)
    for link in links:
        if is_tracked(link):
            raise ForeignLink(link)
    return end


def links_of(path: Path) -> tuple[list[Path], Path]:
    """Return all links that a path goes through, also links of folders and of targets, and its target."""
    whole = Path.cwd() / path
    links: list[Path] = []
    here, rest = Path(whole.anchor), list(reversed(whole.parts[1:]))
    while rest:
        step = rest.pop()
        here = here.parent if step == ".." else here / step
        if DESCRIPTOR.fullmatch(str(here)) or not here.is_symlink():
            continue
        links.append(here)
        if len(links) > MOST_LINKS:
            raise CannotRun(f"{path} is a loop of links", "name another file")
        target = PurePath(here.readlink())
        here = Path(target.anchor) if target.anchor else here.parent
        rest += reversed(target.parts[1:] if target.anchor else target.parts)
    return links, here


def mode_of(end: Path) -> int | None:
    """Return the mode of a file, None if there is none, and 0 for a descriptor."""
    if DESCRIPTOR.fullmatch(str(end)):
        return 0
    try:
        return end.stat().st_mode
    except FileNotFoundError:
        return None


def descriptor_of(end: Path) -> int | None:
    """Return the number of a descriptor of this process, or None."""
    hit = DESCRIPTOR.fullmatch(str(end))
    return int(hit[2]) if hit and hit[1] in {None, str(os.getpid())} else None


def is_tracked(link: Path) -> bool:
    """Return whether git tracks a link: it came with the checkout.  True if git cannot answer."""
    if not any(os.path.lexists(folder / ".git") for folder in link.parents):
        return False
    try:
        done = run(link.parent, "ls-files", "-z", "--", f":(literal,icase){link.name}")
    except NoGit:
        return True
    return done.code != 0 or done.out != b""
