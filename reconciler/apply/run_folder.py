"""The folder of one run, `.reconciler/runs/<run>`, which holds its journal."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from reconciler.clock import now
from reconciler.desired.committed_run_files import RUNS, own_folder
from reconciler.errors import CannotRun, quoted

JOURNAL = "journal.jsonl"
LAST = "last"
"""The word for the newest run, wherever a run is named."""


def new_run() -> Path:
    """Return a new folder below `.reconciler/runs`; names sort by the microsecond in which runs begin."""
    microsecond = time.time_ns() // 1_000 % 1_000_000
    return own_folder() / "runs" / f"{now():%Y%m%dT%H%M%SZ}-{microsecond:06}{secrets.token_hex(2)}"


def journal_of(run: str) -> Path:
    """Return the journal of a run, named by its id, its beginning, or as `last`; raises CannotRun."""
    ids = sorted(path.parent.name for path in RUNS.glob(f"*/{JOURNAL}"))
    return RUNS / named_run(ids, run) / JOURNAL


def named_run(ids: Sequence[str], run: str) -> str:
    """Return the id of a run, named likewise; `ids` are in the order in which the runs began."""
    hits = ids[-1:] if run == LAST else [run] if run in ids else [one for one in ids if one.startswith(run)]
    if len(hits) > 1:
        raise CannotRun(f"{len(hits)} runs begin with {quoted(run)}", "write more of the id")
    if not hits:
        raise CannotRun(f"no run {quoted(run)}", "`reconciler runs` lists them")
    return hits[0]
