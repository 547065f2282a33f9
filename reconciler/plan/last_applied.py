"""The record of the last apply: the commit that it carried out, and the changes that it left behind.  Pure.

The next plan finds it as `refs/reconciler/applied/<space>`; on GitHub a
deployment carries it from job to job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pydantic import Field, ValidationError

from reconciler.errors import CannotRun
from reconciler.model import Unapplied
from reconciler.plan.plan_file import unapplied_of
from reconciler.plan.plan_json import FORMAT, Commit, PlanFile, Strict, UnappliedFile

CLOCKS_APART = timedelta(hours=1)
"""The most that the clocks of two machines may differ: one plans, another one applies."""

DONE = frozenset({"applied", "already"})
"""Outcomes after which the commit's value is live."""


class NothingToRecord(CannotRun):
    """An apply that did not run to its end leaves no record; the next one starts where this one did."""

    def __init__(self, what: str) -> None:
        """Make the message."""
        super().__init__(f"nothing recorded: {what}", "the last record stands; apply again")


class Record(Strict):
    """The last applied commit of a space; `journal` is the last hash of the journal's chain.

    `unapplied`: the fields that hold another value than that of `commit`, each with the commit of its value.
    """

    format_version: str = Field(default=FORMAT, pattern=r"^1\.")
    space: str
    commit: Commit
    digest: str = ""
    journal: str | None = None
    unapplied: list[UnappliedFile] = Field(default_factory=list)

    def rows(self) -> tuple[Unapplied, ...]:
        """Return the fields that are not at the commit."""
        return tuple(map(unapplied_of, self.unapplied))

    def commits(self) -> tuple[str, ...]:
        """Return every commit that a plan against this record reads."""
        return tuple(dict.fromkeys([self.commit, *(one.commit for one in self.unapplied if one.commit)]))


def read_record(text: str | bytes, space: str) -> Record | None:
    """Parse a last-applied record.  None if it is malformed or belongs to another space."""
    try:
        record = Record.model_validate_json(text)
    except ValidationError:
        return None
    return record if record.space == space else None


def record_of(made: PlanFile, entries: Iterable[Mapping[str, Any]]) -> Record:
    """Return the record of an apply: its plan, and its journal's entries (none if there was nothing to send).

    After an apply that did not run to its end the last applied commit stays as it was, and the changes that
    were applied are recorded as ahead of it.  Raises NothingToRecord if there is nothing to record.
    """
    lines = list(entries)
    commit = made.desired.commit
    if commit is None or made.desired.dirty or not made.whole:
        raise NothingToRecord("the plan is not of all that a commit wants")
    if made.resource_changes:
        refuse_other_journal(made, lines)
        if lines[-1]["event"] != "end" or lines[-1].get("stopped"):
            return cut_record(made, commit, lines)
    return Record(
        space=made.space.name,
        commit=commit,
        digest=made.digest,
        journal=lines[-1]["chain"] if lines else None,
        unapplied=unapplied(made, lines),
    )


def refuse_other_journal(made: PlanFile, lines: list[Mapping[str, Any]]) -> None:
    """Raise NothingToRecord for a journal of another plan, and for none."""
    if not carried_out(made, lines):
        raise NothingToRecord("no journal tells that this plan was carried out")


def carried_out(made: PlanFile, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Return True if a journal is of an apply of this plan, and not of an earlier one that sent the same."""
    begin = lines[0] if lines else {}
    if begin.get("event") != "begin" or begin.get("digest") != made.digest:
        return False
    if begin.get("seal"):
        return bool(begin["seal"] == made.seal)
    # A journal of a plan that was not saved, or of an older version, is known by its commit and its time.
    since = made.timestamp - CLOCKS_APART
    return begin.get("commit") == made.desired.commit and datetime.fromisoformat(begin["at"]) > since


def cut_record(made: PlanFile, commit: str, lines: list[Mapping[str, Any]]) -> Record:
    """Return the record of an apply that did not run to its end."""
    done = done_rows(lines)
    if made.base.applied is None or not done:
        raise NothingToRecord("the apply did not run to its end")
    kept = [one for one in made.base.unapplied if (one.type, one.id, one.key) not in done]
    ahead = [
        UnappliedFile(type=kind, id=item, key=key, commit=commit, ahead=True) for kind, item, key in done
    ]
    return Record(
        space=made.space.name,
        commit=made.base.applied,
        digest=made.digest,
        journal=lines[-1]["chain"],
        unapplied=sorted([*kept, *ahead], key=lambda one: (one.type, one.id, one.key or "")),
    )


Row: TypeAlias = tuple[str, int, str | None]
"""A type, an item and a change's key; with no key the whole item."""


def done_rows(lines: Iterable[Mapping[str, Any]]) -> set[Row]:
    """Return the rows that are live by a journal."""
    return {
        (one["type"], one["id"], key)
        for one in lines
        if one["event"] == "result"
        for key, outcome in one["outcomes"].items()
        if outcome.lower() in DONE
    }


def unapplied(made: PlanFile, lines: Iterable[Mapping[str, Any]]) -> list[UnappliedFile]:
    """Return the rows that do not hold this commit's value, each with the commit whose value it had."""
    done = done_rows(lines)
    sent: list[Row] = [(item.type, item.id, row.key) for item in made.resource_changes for row in item.fields]
    held: list[Row] = [(one.type, one.id, one.key) for one in made.blocked]
    earlier: dict[Row, str | None] = {(one.type, one.id, one.key): one.commit for one in made.base.unapplied}
    whole = {(kind, item) for kind, item, key in held if key is None}
    kept = [at for at in earlier if at[:2] in whole]
    rows = {at for at in [*sent, *held, *kept] if at not in done}
    return [
        UnappliedFile(type=at[0], id=at[1], key=at[2], commit=earlier_of(at, earlier, made.base.applied))
        for at in sorted(rows, key=lambda at: (*at[:2], at[2] or ""))
    ]


def earlier_of(at: Row, earlier: Mapping[Row, str | None], applied: str | None) -> str | None:
    """Return the commit whose value a row had before: that of the last record, if it has the row."""
    kind, item, _ = at
    return next((earlier[one] for one in (at, (kind, item, None)) if one in earlier), applied)
