"""Checks that a file or folder of the user is private: no one else can have read or written it."""

from __future__ import annotations

import os
import stat

FOLDER, FILE = 0o700, 0o600


def ours(found: os.stat_result, mode: int) -> bool:
    """Return whether a file (0600) or a folder (0700) belongs to us alone."""
    kind = stat.S_ISDIR if mode == FOLDER else stat.S_ISREG
    return kind(found.st_mode) and found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) == mode
