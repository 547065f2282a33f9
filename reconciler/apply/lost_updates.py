"""Find the edits that a PUT of this run replaced unread (lost updates), by operation records.  Pure.

The gap between the last read of an item and its PUT cannot be closed, since the API has no condition on a
write.  Afterwards the service's own record of our write holds the value that it replaced.  Another run of
the same plugin (a second machine, a second job) writes under the same name as we do, so a record is taken
for ours by the value that it made, and judged by the value that it replaced.

Nothing is concluded from what is missing, late or in a form that cannot be read: the API's pages promise
no form of these strings (endpoints.md 8).  A false alarm would teach people to look away.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from reconciler.apply.task import Sent, Task
from reconciler.fields.codec import Codec
from reconciler.meegle.records import Record
from reconciler.model import ROLES
from reconciler.plan.blame import SECOND


class Replaced(Struct, frozen=True):
    """A write that ours replaced unread: the value, and the record that made it, if there is one."""

    key: str
    value: Hashable
    record: Record | None


class Judgement(Struct, frozen=True):
    """What the records prove about one item; `ruled_out`: nobody wrote between our last read and our PUT."""

    replaced: tuple[Replaced, ...]
    ruled_out: bool


class Own(Struct, frozen=True):
    """A record that may be of our PUT: it made a value that we sent, from `old`; `index` is its place."""

    index: int
    record: Record
    old: Hashable


def single(strings: Sequence[str]) -> str | None:
    """Return the only string, None where there is none; raises ValueError for several."""
    if len(strings) > 1:
        raise ValueError("several strings for one value")
    return strings[0] if strings else None


def option_json(strings: Sequence[str]) -> dict[str, str] | None:
    """Return an option as the API writes it."""
    value = single(strings)
    return None if value is None else {"value": value}


def whole_number(strings: Sequence[str]) -> int | None:
    """Return a number; raises ValueError."""
    value = single(strings)
    return None if value is None else int(value)


def boolean(strings: Sequence[str]) -> bool | None:
    """Return a boolean; raises KeyError."""
    value = single(strings)
    return None if value is None else {"true": True, "false": False}[value]


WIRE: dict[str, Callable[[Sequence[str]], Any]] = {
    "text": single,
    "multi_pure_text": single,
    "link": single,
    "email": single,
    "number": single,
    "bool": boolean,
    "date": whole_number,
    "select": option_json,
    "radio": option_json,
    "priority": option_json,
    "multi_select": lambda strings: [{"value": one} for one in strings],
    "user": single,
    "multi_user": list,
    "role": list,
    "work_item_related_select": whole_number,
    "linked_work_item": whole_number,
    "work_item_related_multi_select": lambda strings: [int(one) for one in strings],
}
"""How a record's strings become the value that a field's codec decodes; other types have no known form."""


def recorded_value(codec: Codec, strings: Sequence[str]) -> Hashable:
    """Return the canonical value of a record's strings; raises ValueError where their form is not known."""
    try:
        return codec.decode(WIRE[codec.spec.type](strings)).value
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from None


def replaced_value(codec: Codec, record: Record, after: Hashable) -> Hashable:
    """Return what a record replaced by making `after`; raises ValueError if it did not or is unreadable."""
    if record.old or record.new or not (record.add or record.delete):
        if recorded_value(codec, record.new) != after:
            raise ValueError("another value")
        return recorded_value(codec, record.old)
    came, went = recorded_value(codec, record.add), recorded_value(codec, record.delete)
    if not (isinstance(after, frozenset) and isinstance(came, frozenset) and isinstance(went, frozenset)):
        raise ValueError("no set")
    if not came <= after or went & after:
        raise ValueError("another value")
    return (after - came) | went


def own_rows(key: str, codec: Codec, sent: Sent, rows: Sequence[Record], plugin_id: str) -> Iterator[Own]:
    """Yield the records by our plugin that made a value which this run sent."""
    for index, row in enumerate(rows):
        for after in sent.after if row.key == key and row.is_of(plugin_id) else ():
            try:
                yield Own(index, row, replaced_value(codec, row, after))
            except ValueError:
                continue


def maker(own: Own, rows: Sequence[Record]) -> Record | None:
    """Return the newest earlier record whose value this one took away."""
    earlier = (row for row in reversed(rows[: own.index]) if row.key == own.record.key)
    return next((row for row in earlier if own.record.undoes(row)), None)


def answer_to(key: str, live: set[str], rows: Sequence[Record], plugin_id: str) -> Record | None:
    """Return who changed a field to its live value after our last write of it; None if no record proves it.

    `live` are the strings of the value as records write it.
    """
    mine = [row for row in rows if row.key == key]
    own = max((at for at, row in enumerate(mine) if row.is_of(plugin_id)), default=None)
    last = mine[-1] if own is not None and own < len(mine) - 1 else None
    return last if last is not None and last.led_to(live) else None


def lost_updates(
    task: Task, codec_of: Callable[[str], Codec], rows: Iterable[Record], plugin_id: str
) -> Judgement:
    """Judge the PUTs of one item by its records, oldest first.

    Records have the grain of a second.  What is younger than the second in which, by our reading, the item
    was last changed came after that reading; within that second a record counts only with the one that it
    took away.
    """
    assert task.before is not None  # noqa: S101 - only items that were sent are judged
    second = task.before.updated_at // SECOND * SECOND
    since = [row for row in rows if row.at >= second]
    ours: list[Own] = []
    replaced: list[Replaced] = []
    ruled_out = True
    for one in task.applied:
        sent = task.sent[one.key]
        found = list(own_rows(one.key, one.codec, sent, since, plugin_id))
        ours += found
        known = sent.before | sent.after
        strange = [own for own in found if own.old not in known]
        ruled_out = ruled_out and len(strange) < len(found)
        if len(strange) < len(found) and task.sends == 1:
            continue
        hit = next((own for own in strange if own.record.at > second or maker(own, since)), None)
        replaced += [Replaced(one.key, hit.old, maker(hit, since))] if hit else []
    if any(one.change.is_role for one in task.applied):
        replaced += sent_along(task, codec_of, since, ours, second, plugin_id)
    return Judgement(tuple(replaced), ruled_out and not replaced)


def sent_along(
    task: Task,
    codec_of: Callable[[str], Codec],
    rows: Sequence[Record],
    ours: Sequence[Own],
    second: int,
    plugin_id: str,
) -> Iterator[Replaced]:
    """Yield the roles that our list of all roles set back, though no change is about them.

    Such a record comes with that of a role of ours: in the same operation, or at least in the same second.
    """
    operations = {one.record.operation for one in ours if one.record.key.startswith(ROLES)}
    times = {one.record.at for one in ours if one.record.key.startswith(ROLES) and one.record.at > second}
    for key in [key for key in task.sent if key not in task.keys]:
        codec, sent = codec_of(key), task.sent[key]
        for own in own_rows(key, codec, sent, rows, plugin_id):
            beside = own.record.operation in operations or own.record.at in times
            if beside and own.old not in sent.before:
                yield Replaced(key, own.old, maker(own, rows))
                break
