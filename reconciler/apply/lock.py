"""Let one run at a time write to a space, for a user and a machine: whatever folder or clone it runs in.

Other users and other machines are not kept out: the read before each PUT and the operation records after
it are for them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from reconciler.clock import ticks
from reconciler.errors import CannotRun

NAME = "meegle-reconciler"
LOOK = 0.2
"""Seconds between looks at a lock that is taken."""
OTHERS = 0o022
"""Rights of others to write into a folder."""


class Busy(CannotRun):
    """Another run holds the lock, and we waited as long as we were told to."""

    def __init__(self, waited: float) -> None:
        """Make the message."""
        after = f" after {waited:.0f} s" if waited else ""
        super().__init__(
            f"another apply to this space is running on this machine{after}",
            "give --wait 10m to wait for it, or run it again later",
        )


@contextmanager
def locked(
    host: str,
    space_key: str,
    *,
    wait: float = 0.0,
    stopped: Callable[[float], bool] = lambda _: False,
    report: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold the lock of a space; raises Busy if another run holds it for `wait` seconds more.

    `stopped` waits that many seconds and returns whether to give up; `report` is given a line before a wait.
    """
    lock = FileLock(lock_file(host, space_key), timeout=0)
    acquire(lock, wait, stopped, report)
    try:
        yield
    finally:
        lock.release()


def acquire(
    lock: FileLock, wait: float, stopped: Callable[[float], bool], report: Callable[[str], None]
) -> None:
    """Take a lock, at once or within `wait` seconds; raises Busy, or CannotRun if no lock can be taken."""
    until, reported = ticks() + wait, False
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            left = until - ticks()
        except (OSError, ValueError) as error:
            raise unusable(Path(lock.lock_file), getattr(error, "strerror", None) or "refused") from None
        else:
            return
        if left <= 0:
            raise Busy(wait)
        if not reported:
            report(f"another apply to this space is running: waiting for it, {wait:.0f} s at most")
            reported = True
        if stopped(min(LOOK, left)):
            raise CannotRun("interrupted while another apply was waited for", "nothing was sent")


def lock_file(host: str, space_key: str) -> Path:
    """Return the file of a space's lock; raises CannotRun if it is a link, or anything but a plain file."""
    name = hashlib.sha256(f"{host} {space_key}".encode()).hexdigest()[:16]
    path = lock_folder() / f"{name}.lock"
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return path
    except OSError as error:
        raise unusable(path, error.strerror or "refused") from None
    if not stat.S_ISREG(mode):
        raise unusable(path, "a link" if stat.S_ISLNK(mode) else "no plain file")
    return path


def lock_folder() -> Path:
    """Return the folder of the locks: among the user's state, else below the folder for temporary files.

    The user's runtime folder would end with the login, and a job of cron has none: two runs of one user
    would look for the lock in two places.
    """
    try:
        place = platformdirs.user_state_path(NAME, appauthor=False)
        if place.is_absolute():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(place, os.W_OK | os.X_OK):
                return place
    except (OSError, RuntimeError):  # RuntimeError: neither HOME nor the list of users knows the user
        pass
    return temporary()


def temporary() -> Path:
    """Return a folder for temporary files that is this user's alone; raises CannotRun if none can be made."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    place = Path("reconciler")
    try:
        place = Path(tempfile.gettempdir()) / f"reconciler-{user}"
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError as error:
        raise unusable(place, error.strerror or "refused") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or found.st_mode & OTHERS:
        raise unusable(place, "not a folder that is yours alone")
    return place


def unusable(path: Path, reason: str) -> CannotRun:
    """Return the error for a lock that cannot be taken; nothing is sent without one."""
    return CannotRun(
        f"cannot lock {path} ({reason})",
        "nothing was sent; remove it, or set XDG_STATE_HOME to a folder of yours",
    )
