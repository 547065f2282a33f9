"""Ask the operation records whose edits our PUTs replaced: once, when all is written and read back.

Nothing that a record says or leaves out makes an outcome better: a write that we replaced unread becomes a
conflict, and items for which the records prove nothing are counted in the report.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from reconciler.apply.bound_change import BoundChange
from reconciler.apply.lost_updates import answer_to, lost_updates
from reconciler.apply.ports import Remote
from reconciler.apply.task import Task
from reconciler.errors import ReconcilerError, counted
from reconciler.fields.codec import Codec
from reconciler.meegle.records import Record, strings_of
from reconciler.model import Ref
from reconciler.model.outcomes import Conflict, Ignored, Unknown
from reconciler.plan.blame import SECOND, author, overwritten

ANSWERS = "; it will answer the next write, too: change the rule, or take the field out of the files"


class RecordCheck:
    """What the records of a run's items prove; `alone`: nobody else wrote these in the gap of our PUTs."""

    def __init__(self, remote: Remote) -> None:
        """Ask nothing yet."""
        self.remote = remote
        self.alone: set[Ref] = set()
        self.unread = ""

    def ask(self, written: Sequence[Task]) -> None:
        """Give a conflict to each change whose PUT replaced a write that was made after our last read."""
        found: list[tuple[Task, str, Record | None, Hashable]] = []
        answers: list[tuple[Task, BoundChange, Record]] = []
        records = self.records(written)
        for task in written if records is not None else ():
            rows = (records or {}).get(task.ref, ())
            found += [(task, key, row, row) for key, row in self.persons(task, rows)]
            judgement = lost_updates(task, partial(self.codec_at, task), rows, self.remote.plugin_id)
            found += [(task, one.key, one.record, one.value) for one in judgement.replaced]
            if judgement.ruled_out:
                self.alone.add(task.ref)
            answers += [(task, one, row) for one, row in self.answers(task, rows)]
        names = self.names(
            {one for _, _, row, value in found for one in people_in_conflict(row, value)}
            | {record.who for _, _, record in answers}
        )
        for task, one, record in answers:
            task.end([one], Conflict(self.answered(task, one, record, names)))
        for task, key, row, value in reversed(found):
            who = author(row, names, self.remote.plugin_id) if row else "somebody"
            shown = (
                written_in(value, names)
                if isinstance(value, Record)
                else self.codec_at(task, key).show(value)
            )
            named = [one for one in task.bound.values() if one.key == key]
            changes = named or [one for one in task.applied if one.change.is_role][:1]
            task.end(changes, Conflict(f"replaced what {who} wrote right before: {shown}"))

    def answers(self, task: Task, rows: Sequence[Record]) -> Iterator[tuple[BoundChange, Record]]:
        """Yield the changes whose value somebody changed again after our PUT, with the record of that."""
        for key, one in task.bound.items():
            seen = task.after.values.get(key) if task.after else None
            if seen is None or not isinstance(task.outcomes.get(key), Conflict | Unknown | Ignored):
                continue
            live = set(strings_of(one.codec.encode(seen.value)))
            if row := answer_to(key, live, rows, self.remote.plugin_id):
                yield one, row

    def answered(self, task: Task, one: BoundChange, row: Record, names: Mapping[str, str]) -> str:
        """Return the reason of a conflict with somebody who changed the value again, or a rule that did."""
        live = task.after.values[one.key].value if task.after else None
        told = f"changed right after our write, to {one.codec.show(live)}, by"
        who = author(row, names, self.remote.plugin_id)
        return f"{told} {who}{ANSWERS if row.is_automatic else ''}"

    def persons(self, task: Task, rows: Sequence[Record]) -> Iterator[tuple[str, Record]]:
        """Yield the edits by others than our plugin that a PUT replaced, by any form of their values."""
        since = task.before.updated_at if task.before else 0
        along = task.other_roles() if any(one.change.is_role for one in task.applied) else ()
        steps = [
            *task.steps(task.applied),
            *({"key": key, "before": list(held), "after": list(held)} for key, held in along),
        ]
        for step in steps:
            if row := overwritten(**step, records=rows, plugin_id=self.remote.plugin_id, since=since):
                yield step["key"], row

    def codec_at(self, task: Task, key: str) -> Codec:
        """Bind the codec of a field or role of an item."""
        return self.remote.catalog.codec(task.ref.type_key, key)

    def names(self, keys: Iterable[str]) -> Mapping[str, str]:
        """Look up people's addresses; where that fails, their keys will do."""
        if people := {key for key in keys if key.isdigit()}:
            with suppress(ReconcilerError):
                self.remote.meet(people)
        return {key: one.email or key for key, one in self.remote.catalog.people.by_key.items()}

    def records(self, written: Sequence[Task]) -> Mapping[Ref, tuple[Record, ...]] | None:
        """Read once what was done to items since our reading saw them changed last; None where that fails."""
        begun = {task.ref: task.before.updated_at for task in written if task.before}
        if not begun:
            return None
        until = max((task.after.updated_at for task in written if task.after), default=0) + SECOND
        try:
            return self.remote.records(begun, until, until - min(begun.values()) // SECOND * SECOND)
        except ReconcilerError as error:
            self.unread = str(error)
            return None

    def doubts(self, tasks: Iterable[Task]) -> Iterator[str]:
        """Yield one line: for how many items the records do not prove that nobody wrote in the gap."""
        open_ = sum(bool(task.applied) and task.ref not in self.alone for task in tasks)
        if open_:
            how = f"could not be read ({self.unread}) to show" if self.unread else "do not show"
            what = f"the operation records {how} whether somebody edited a field right before our write"
            yield f"{counted(open_, 'item')}: {what}; the history in Meegle does"


def people_in_conflict(record: Record | None, value: Hashable) -> Iterator[str]:
    """Yield the user keys that a message about a replaced value may have to name."""
    if record:
        yield from (record.who, *record.new, *record.add, *record.delete)
    if isinstance(value, str | frozenset):
        yield from [value] if isinstance(value, str) else (one for one in value if isinstance(one, str))


def written_in(record: Record, names: Mapping[str, str]) -> str:
    """Return what somebody wrote, by a record of it."""
    members = [*(f"+ {names.get(one, one)}" for one in record.add)]
    members += [f"- {names.get(one, one)}" for one in record.delete]
    return ", ".join([names.get(one, one) for one in record.new] or members) or "(empty)"
