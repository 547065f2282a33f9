"""Finds journals in a folder, at any depth, such as the artifacts of CI runs, and reads each of them once.

What lies there beside them is not ours to refuse, and not ours to pass over in silence: a journal that is
damaged, an archive that nobody unpacked, a file of lines that are not a journal's are all reported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from reconciler.apply.journal import read_journal
from reconciler.apply.past_runs import past_run
from reconciler.apply.run_folder import JOURNAL
from reconciler.errors import CannotRun
from reconciler.model.history import History, Unread

LINES: Final = (".jsonl", ".ndjson")
"""How the names of files of JSON lines end; a journal may have been renamed when it was downloaded."""
ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".gz")
LONGEST: Final = 1 << 20
"""Bytes of a first line that are looked at."""
FOREIGN: Final = "not a journal"
EMPTY: Final = "an empty journal: the run was cut before it began, and sent nothing"
PACKED: Final = "an archive; unpack it, nothing in it was read"

Entry = Mapping[str, Any]


class Candidate(NamedTuple):
    """A file that may be a journal, and the name of its run where it does not name it itself."""

    path: Path
    run_id: str


class Copy(NamedTuple):
    """A journal that was read."""

    candidate: Candidate
    entries: Sequence[Entry]


def of_runs(folder: Path) -> list[Candidate]:
    """Return the journals of this machine, `RUN/journal.jsonl`."""
    return [Candidate(path, path.parent.name) for path in sorted(folder.glob(f"*/{JOURNAL}"))]


def below(folder: Path, unread: list[Unread]) -> Iterator[Candidate]:
    """Yield the files below a folder that may be journals; what cannot be looked into goes to `unread`."""
    if not folder.is_dir():
        raise CannotRun(f"{folder} is no folder", "name the folder that holds the journals")

    def closed(error: OSError) -> None:
        unread.append(Unread(str(error.filename), f"cannot be read ({error.strerror})", damaged=True))

    for here, folders, files in os.walk(folder, onerror=closed):
        folders.sort()
        for name in sorted(files):
            path = Path(here, name)
            if name.lower().endswith(ARCHIVES):
                unread.append(Unread(str(path), PACKED, damaged=True))
            elif name.lower().endswith(LINES):
                inside = path.relative_to(folder)
                stem = inside.parent if name == JOURNAL and inside.parts[1:] else inside.with_suffix("")
                yield Candidate(path, stem.name if name == JOURNAL else str(stem))


def read_history(
    candidates: Iterable[Candidate],
    zone_of: Callable[[Entry], ZoneInfo | None],
    unread: Iterable[Unread] = (),
) -> History:
    """Read the files; of several copies of one journal the longest counts."""
    found: list[Copy] = []
    problems: list[Unread] = []
    for one in candidates:
        try:
            entries = entries_of(one.path)
        except CannotRun as error:
            problems.append(Unread(str(one.path), str(error), damaged=True))
            continue
        if entries:
            found.append(Copy(one, entries))
        else:
            empty = one.path.name == JOURNAL
            problems.append(Unread(str(one.path), EMPTY if empty else FOREIGN, damaged=False))
    made = [past_run(entries, one.run_id, str(one.path), zone_of) for one, entries in longest(found)]
    return History(tuple(sorted(made, key=lambda run: (run.begun, run.id))), (*unread, *problems))


def longest(copies: Iterable[Copy]) -> Iterator[Copy]:
    """Yield each journal once: a copy that another one continues, or repeats, is left out."""
    known: set[str] = set()
    for one in sorted(copies, key=lambda copy: -len(copy.entries)):
        if one.entries[-1]["chain"] not in known:
            yield one
        known |= {entry["chain"] for entry in one.entries}


def entries_of(path: Path) -> Sequence[Entry]:
    """Return the lines of a journal; empty for a file that is none; raises CannotRun for a damaged one."""
    if not path.is_file():
        raise CannotRun(f"cannot read {path.name} (not a file)", "check the path")
    entries = list(read_journal(path)) if path.name == JOURNAL or begins_as_journal(path) else []
    if entries and entries[0]["event"] != "begin":
        raise CannotRun(f"{path.name} does not begin with the start of a run", "restore the file")
    return entries


def begins_as_journal(path: Path) -> bool:
    """Return True if the first line of a file has the form of a journal's, damaged or not."""
    try:
        with path.open("rb") as stream:
            first = stream.readline(LONGEST)
    except OSError as error:
        raise CannotRun(f"cannot read {path.name} ({error.strerror})", "check its permissions") from None
    return b'"chain":' in first and b'"event":' in first
