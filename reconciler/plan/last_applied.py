"""The record of the last apply: the commit that it carried out, and the changes that it left behind.  Pure.

The next plan finds it as `refs/reconciler/applied/<space>`; on GitHub a
deployment carries it from job to job.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pydantic import Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from reconciler.errors import CannotRun
from reconciler.model import Ref, Unapplied, Why
from reconciler.plan.plan_data import FORMAT
from reconciler.plan.plan_file import unapplied_of
from reconciler.plan.plan_json import Commit, PlanFile, Strict, TargetFile, UnappliedFile
from reconciler.plan.plan_words import WHY_WORDS
from reconciler.plan.rule_file import rules_in

CLOCKS_APART = timedelta(hours=1)
"""The most that the clocks of two machines may differ: one plans, another one applies."""

DONE = frozenset({"applied", "already", "leftselection"})
"""Outcomes after which the commit's value is live, or no longer desired of the item."""


NOT_YET = frozenset(WHY_WORDS[one] for one in (Why.NEWLY_SELECTED, Why.NEWLY_MANAGED, Why.CHANGED_HERE))
"""Why a rule's value may never have been live: the row was not put back, it was new."""


class NothingToRecord(CannotRun):
    """An apply that did not run to its end leaves no record; the next one starts where this one did."""

    def __init__(self, what: str) -> None:
        """Make the message."""
        super().__init__(f"nothing recorded: {what}", "the last record stands; apply again")


class RuleRecord(Strict):
    """The members of one rule at the last apply."""

    name: str
    ids: list[int]


class Record(Strict):
    """The last applied commit of a space; `journal` is the last hash of the journal's chain.

    `unapplied`: the fields that hold another value than that of `commit`, each with the commit of its value.
    `changed`: the items that applies of parts of the commit changed, which the guards of later parts count.
    `rules`: the members of each rule in hold mode; `planned`: when the plan was made that was applied, so
    that whatever was done in the space since then is in the records since then.
    """

    format_version: str = Field(default=FORMAT, pattern=r"^1\.")
    space: str
    commit: Commit
    digest: str = ""
    journal: str | None = None
    unapplied: list[UnappliedFile] = Field(default_factory=list)
    changed: list[TargetFile] = Field(default_factory=list)
    rules: list[RuleRecord] = Field(default_factory=list)
    planned: datetime | None = None

    @model_serializer(mode="wrap")
    def as_before(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what there is none of: an older version refuses members that it does not know."""
        made: dict[str, Any] = whole(self)
        absent = {"changed": not self.changed, "rules": not self.rules, "planned": not self.rules}
        return {name: one for name, one in made.items() if not absent.get(name)}

    def items(self) -> tuple[Ref, ...]:
        """Return the items that parts of the commit changed."""
        return tuple(Ref(one.type, one.id) for one in self.changed)

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


def not_live(record: Record) -> str:
    """Return how many values of the last applied commit are not live, in words."""
    left = len(record.unapplied)
    if not left:
        return "all of its values are live"
    return "1 of its values is not live" if left == 1 else f"{left} of its values are not live"


def record_of(made: PlanFile, entries: Iterable[Mapping[str, Any]]) -> Record:
    """Return the record of an apply: its plan, and its journal's entries (none if there was nothing to send).

    After an apply that did not run to its end the last applied commit stays as it was, and the changes that
    were applied are recorded as ahead of it.  Raises NothingToRecord if there is nothing to record.
    """
    lines = list(entries)
    commit = made.desired.commit
    if made.errored:
        raise NothingToRecord("the run that made the plan failed")
    if commit is None or made.desired.dirty:
        raise NothingToRecord("the plan is not of the files of a commit")
    if not made.whole and made.rest is None:
        raise NothingToRecord("the plan is of a part, and does not say what else its commit desires")
    if made.resource_changes:
        refuse_other_journal(made, lines)
        if lines[-1]["event"] != "end" or lines[-1].get("stopped"):
            return cut_record(made, commit, lines)
    return Record(
        space=made.space.name,
        commit=commit,
        digest=made.digest,
        journal=lines[-1]["chain"] if lines else None,
        unapplied=sorted([*unapplied(made, lines), *(made.rest or ())], key=order),
        changed=[] if made.whole else changed_items(made, lines),
        rules=rules_of(made, done_rows(lines)),
        planned=made.timestamp if made.rules else None,
    )


def rules_of(made: PlanFile, done: Container[Row]) -> list[RuleRecord]:
    """Return the members of the rules of a plan, but for those to whom a rule did not yet give its value."""
    missed = {
        (rule, item.id)
        for item in made.resource_changes
        for row in item.fields
        if row.why in NOT_YET and (item.type, item.id, row.key) not in done
        for rule in rules_in(row.source)
    }
    return [
        RuleRecord(name=one.name, ids=[item for item in one.ids if (one.name, item) not in missed])
        for one in made.rules
        if one.mode == "hold" and not one.blocked
    ]


def order(one: UnappliedFile) -> tuple[str, int, str]:
    """Return by what rows are sorted."""
    return one.type, one.id, one.key or ""


def changed_items(made: PlanFile, lines: Iterable[Mapping[str, Any]]) -> list[TargetFile]:
    """Return the items that this part and earlier ones changed; put back drift is no change of a commit."""
    done = {(kind, item) for (kind, item, _), outcome in outcomes_in(lines) if outcome in DONE}
    here = {
        (one.type, one.id)
        for one in made.resource_changes
        if (one.type, one.id) in done and any(row.why != WHY_WORDS[Why.DRIFT] for row in one.fields)
    }
    earlier = {(one.type, one.id) for one in made.parts}
    return [TargetFile(type=kind, id=item) for kind, item in sorted(here | earlier)]


def beside(record: Record, made: PlanFile, present: Record | None) -> Record:
    """Return the record by the present one; of a part, by that of the same commit, of a part beside it.

    Two teams may plan parts of one commit before either has recorded its own.  What is not part of this plan
    is at the commit where the present record says so.
    """
    if present is None:
        return record
    refuse_later_record(record, made, present)
    if made.whole:
        return record
    rules = members_of_both(record.rules, present.rules)
    told: dict[str, Any] = {"rules": rules}
    if rules != members_of_both(record.rules, ()):
        # Some members are known from the present record alone: what was done to them since then counts.
        told["planned"] = min(filter(None, (record.planned, present.planned)), default=None)
    if present.commit != record.commit:
        return record.model_copy(update=told)
    if made.base.applied == record.commit:  # the plan knew the present record, or a later one took its place
        left = record.unapplied
    else:
        rest = {(one.type, one.id, one.key) for one in made.rest or ()}
        failed = [one for one in record.unapplied if (one.type, one.id, one.key) not in rest]
        left = [*failed, *both_left(made.rest or (), present.unapplied)]
    changed = {(one.type, one.id) for one in (*record.changed, *present.changed)}
    return record.model_copy(
        update={
            **told,
            "unapplied": sorted(left, key=order),
            "changed": [TargetFile(type=kind, id=item) for kind, item in sorted(changed)],
        }
    )


def refuse_later_record(record: Record, made: PlanFile, present: Record) -> None:
    """Raise NothingToRecord where another commit was recorded since the plan was made.

    What its apply wrote may not be of this plan's commit any more, and this plan never looked at it.
    """
    if present.commit in (record.commit, made.base.applied):
        return
    latest = present.commit[:12]
    if not made.whole:
        raise NothingToRecord(f"the last applied commit is {latest}, which the plan of a part did not know")
    if made.base.applied is not None:
        raise NothingToRecord(f"the last applied commit is {latest}, which the plan did not know")


def members_of_both(some: Iterable[RuleRecord], others: Iterable[RuleRecord]) -> list[RuleRecord]:
    """Return the members of each rule by either record: a part may have asked for a few of them only.

    Whoever was a member once is not newly selected, so that an edit by hand is drift.
    """
    ids: dict[str, set[int]] = {}
    for one in (*some, *others):
        ids.setdefault(one.name, set()).update(one.ids)
    return [RuleRecord(name=name, ids=sorted(members)) for name, members in ids.items()]


def both_left(some: Iterable[UnappliedFile], others: Iterable[UnappliedFile]) -> Iterator[UnappliedFile]:
    """Yield the rows that two records both leave behind; that of a whole item stands for each of its rows."""
    mine, theirs = ({(one.type, one.id, one.key): one for one in rows} for rows in (some, others))
    for (kind, item, key), one in mine.items():
        if (kind, item, key) in theirs or (kind, item, None) in theirs:
            yield one
    for (kind, item, key), one in theirs.items():
        if key is not None and (kind, item, key) not in mine and (kind, item, None) in mine:
            yield one


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
        changed=changed_items(made, lines) if made.base.applied == commit and not made.whole else [],
        digest=made.digest,
        journal=lines[-1]["chain"],
        unapplied=sorted([*kept, *ahead], key=lambda one: (one.type, one.id, one.key or "")),
        rules=rules_of(made, done_rows(lines)),
        planned=made.timestamp if made.rules else None,
    )


Row: TypeAlias = tuple[str, int, str | None]
"""A type, an item and a change's key; with no key the whole item."""


def done_rows(lines: Iterable[Mapping[str, Any]]) -> set[Row]:
    """Return the rows that are live by a journal: of several outcomes of a row the last one counts.

    What was seen and then replaced by somebody's write at the same moment ends as a conflict.
    """
    ended = dict(outcomes_in(lines))
    return {row for row, outcome in ended.items() if outcome in DONE}


def outcomes_in(lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Row, str]]:
    """Yield the outcomes in the order in which they were found."""
    for one in lines:
        if one["event"] == "result":
            for key, outcome in one["outcomes"].items():
                yield (one["type"], one["id"], key), outcome.lower()


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
