"""Compare the end of a journal with an anchor: its last hash, as somebody outside of it remembers it.

A chain proves that lines follow on one another, not that they are the lines of the run: whoever can write a
journal can chain it anew, or leave its last lines out.  Only a hash that was kept elsewhere proves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.apply.journal import FIRST, read_journal
from reconciler.errors import CannotRun, quoted

HASH = re.compile(r"[0-9a-f]{64}")
GIVEN = "--anchor"
ALONE = "consistent in itself, not compared with an anchor"
NO_END = "has no end: the run was cut, or the last lines were taken away"

Entries: TypeAlias = Sequence[Mapping[str, Any]]


class Anchor(Struct, frozen=True):
    """The last hash of a run, as `source` remembers it; `digest`: that of the run's plan, if it is known."""

    hash: str
    source: str
    digest: str | None = None


class Verdict(Struct, frozen=True):
    """The finding on one journal, or on an anchor that no journal meets."""

    line: str
    fine: bool


def verdicts(paths: Iterable[Path], anchors: Sequence[Anchor]) -> Iterator[Verdict]:
    """Read every journal to its end, and hold all of them against the anchors."""
    read: list[Entries] = []
    for path in paths:
        try:
            read.append(entries := list(read_journal(path)))
        except CannotRun as error:
            yield Verdict(f"{path.parent.name}  {error}", fine=False)
            continue
        found, fine = judge_journal(entries, anchors)
        last = entries[-1]["chain"] if entries else FIRST
        yield Verdict(f"{path.parent.name}  {found}: {len(entries)} lines, last hash {last}", fine)
    for one in anchors:
        if not any(ends_at(one, entries) for entries in read):
            yield unmet(one, read)


def judge_journal(entries: Entries, anchors: Iterable[Anchor]) -> tuple[str, bool]:
    """Return the finding on a journal, and whether it is fine."""
    if not entries or entries[-1]["event"] != "end":
        return NO_END, False
    met = [one.source for one in anchors if ends_at(one, entries)]
    return (f"ends as {' and '.join(met)} says" if met else ALONE), True


def ends_at(anchor: Anchor, entries: Entries) -> bool:
    """Return True if a journal's last hash is the anchor's."""
    return bool(entries) and entries[-1]["chain"] == anchor.hash


def unmet(anchor: Anchor, read: Iterable[Entries]) -> Verdict:
    """Return the finding on an anchor at which no journal here ends.

    A record is of one run, which may have been another machine's: it accuses only a journal of its own plan.
    """
    accused = anchor.digest is None or any(
        entries and entries[0].get("digest") == anchor.digest for entries in read
    )
    what = "no journal ends there" if accused else "that run's journal is not here"
    return Verdict(f"{anchor.source} names {anchor.hash}: {what}", fine=not accused)


def given(words: Iterable[str]) -> list[Anchor]:
    """Return the anchors that the command line names; raises CannotRun for a word that is not a hash."""
    for word in words:
        if not HASH.fullmatch(word.lower()):
            fix = "give the 64 digits of `last hash` that the run printed"
            raise CannotRun(f"--anchor {quoted(word)} is no hash", fix)
    return [Anchor(word.lower(), GIVEN) for word in words]


def recorded_anchors(root: Path) -> list[Anchor]:
    """Return the anchors that the records of the last applied commits hold, of every space known here.

    Raises CannotRun for a record that cannot be read: the anchor in it would be lost in silence.
    """
    from reconciler.git import git_text
    from reconciler.plan.last_applied_ref import applied_ref, record_at

    below = applied_ref("")
    refs = (git_text(root, "for-each-ref", "--format=%(refname)", below) or "").split()
    found: list[Anchor] = []
    for ref in refs:
        record = record_at(root, ref, ref.removeprefix(below))
        if record.journal:
            found.append(Anchor(record.journal, ref, record.digest))
    return found
