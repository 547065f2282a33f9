"""A token kept between the runs of one person, so that each need not ask for it again.

It is trusted only where nobody else can have put or read it: a plain file of 0600 in a folder of
0700, both our own.  It is a convenience: whatever fails here, the service is asked instead.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reconciler.errors import CannotRun
from reconciler.manifest.ownership import ours
from reconciler.manifest.safe_write import write
from reconciler.meegle.http.auth import AHEAD, LONGEST_LIFE, VISIBLE
from reconciler.meegle.http.connection import Connection, is_loopback

LARGEST: Final = 16_384
"""Bytes of the largest file that is read."""


def kept(path: Path, now: Callable[[], float] = time.time) -> tuple[str, float] | None:
    """Return the token and its remaining seconds, if there is one that is ours and lives on for a while."""
    try:
        folder = path.parent.lstat()
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not (ours(folder, 0o700) and ours(os.fstat(descriptor), 0o600)):
            return None
        try:
            known = json.loads(file.read(LARGEST))
            text, left = str(known["token"]), float(known["ends_at"]) - now()
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
    return (text, left) if AHEAD < left <= LONGEST_LIFE and VISIBLE.fullmatch(text) else None


def unkept(connection: Connection, environ: Mapping[str, str]) -> str | None:
    """Return why the token of a service cannot be kept between runs, though it should be; else None."""
    if environ.get("CI") or is_loopback(connection.host.rpartition(":")[0] or connection.host):
        return None
    return obstacle(connection.token_file) if connection.token_file else "there is no home folder"


def obstacle(path: Path) -> str | None:
    """Return why no token can be kept there; None if one can."""
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        if not ours(path.parent.lstat(), 0o700):
            return f"{path.parent} is not a folder of yours alone"
    except OSError as error:
        return f"{path.parent}: {error.strerror}"
    return None if os.access(path.parent, os.W_OK | os.X_OK) else f"{path.parent} cannot be written"


def keep(path: Path, text: str, left: float, now: Callable[[], float] = time.time) -> None:
    """Keep a token that has `left` seconds to live, whole or not at all."""
    with contextlib.suppress(OSError, CannotRun):
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        if not ours(path.parent.lstat(), 0o700):
            return
        write(path, json.dumps({"token": text, "ends_at": now() + left}), mode=0o600)
