"""The folder of one run, `.reconciler/runs/<run>`, which holds its journal."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from reconciler.clock import now
from reconciler.desired.own_folder import FOLDER
from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import create


def new_run() -> Path:
    """Return a new folder below `.reconciler/runs`; names sort by the microsecond in which runs begin."""
    microsecond = time.time_ns() // 1_000 % 1_000_000
    return home() / "runs" / f"{now():%Y%m%dT%H%M%SZ}-{microsecond:06}{secrets.token_hex(2)}"


def home() -> Path:
    """Make `.reconciler`, which git does not see, and return it; raises CannotRun."""
    ignore = FOLDER / ".gitignore"
    try:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        if not os.path.lexists(ignore):
            create(ignore, "*\n")
    except OSError as error:
        fix = "nothing was sent; make room for the journal there"
        raise CannotRun(f"cannot write to {FOLDER} ({error.strerror})", fix) from None
    return FOLDER
