"""The folder of one run, `.reconciler/runs/<run>`, which holds its journal."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from reconciler.clock import now
from reconciler.desired.committed_run_files import own_folder


def new_run() -> Path:
    """Return a new folder below `.reconciler/runs`; names sort by the microsecond in which runs begin."""
    microsecond = time.time_ns() // 1_000 % 1_000_000
    return own_folder() / "runs" / f"{now():%Y%m%dT%H%M%SZ}-{microsecond:06}{secrets.token_hex(2)}"
