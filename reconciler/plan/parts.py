"""A plan of a part of a commit: the rest of that commit, which its record keeps as pending.

A team plans and applies its own folder (`PATH`, `--only`, `--exclude`).  The record of such an apply names
the commit, as that of a whole one does, and lists the rows that were not part of it: each with the commit
whose value it still has.  The next plan calls them `pending`, whoever makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from reconciler.desired.items import DesiredItem
from reconciler.model import Ref, Unapplied
from reconciler.plan.earlier_commit import Told
from reconciler.plan.last_applied_ref import record_at
from reconciler.plan.same_commit import desired_at
from reconciler.plan.source_commit import source_of

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.reader import Reader
    from reconciler.plan.last_applied import Record
    from reconciler.plan.why import Refs

Row = tuple[Ref, str]


class Part(NamedTuple):
    """What is known of the commit that a part is of.

    `rest` are the rows that are not part of it, and `earlier` the items that its earlier parts changed.
    """

    commit: str
    rest: tuple[Unapplied, ...]
    earlier: tuple[Ref, ...]


def part_of_commit(
    workspace: Workspace, reader: Reader, refs: Refs, items: Iterable[DesiredItem]
) -> Part | None:
    """Find the rest of the commit that `items` are a part of; None where the files are of no commit."""
    source = source_of(workspace)
    if source.commit is None or source.dirty:
        return None
    record = record_at(workspace.root, refs.applied, workspace.space) if refs.applied else None
    now = desired_at(workspace, reader, source.commit, ())
    part = frozenset((item.ref, one.key) for item in items for one in item.fields)
    if record is None:
        rest = never_applied(now, part)
    else:
        rest = behind(now, desired_at(workspace, reader, record.commit, ()), record, part)
    earlier = record.items() if record and record.commit == source.commit else ()
    return Part(source.commit, tuple(sorted(rest, key=order)), earlier)


def order(one: Unapplied) -> tuple[Ref, str]:
    """Return by what rows are sorted."""
    return one.ref, one.key or ""


def never_applied(now: Told, part: frozenset[Row]) -> Iterator[Unapplied]:
    """Yield all that is not part of the plan, where nothing was recorded before; whole items as one row."""
    touched = {ref for ref, _ in part}
    outside = sorted(now.desired_values.keys() - part)
    yield from (Unapplied(ref, None, None) for ref in sorted({ref for ref, _ in outside} - touched))
    yield from (Unapplied(ref, key, None) for ref, key in outside if ref in touched)


def behind(now: Told, then: Told, record: Record, part: frozenset[Row]) -> Iterator[Unapplied]:
    """Yield what is not part of the plan and differs from the last applied commit, or was not at it."""
    left = {(one.ref, one.key): one for one in record.rows()}
    touched = {ref for ref, _ in part}
    yield from (one for at, one in left.items() if one.key is None and one.ref not in touched)
    for at in sorted({*now.desired_values, *then.desired_values} - part):
        ref, key = at
        if (ref, key) in left or (ref, None) in left:
            known = left.get((ref, key)) or left[ref, None]
            if known.key is not None or ref in touched:
                yield Unapplied(ref, key, known.commit, known.ahead)
        elif at not in now.desired_values:
            # What a file that cannot be read says of an item is not known: so it is not at this commit.
            if now.doubt.covers(ref):
                yield Unapplied(ref, key, record.commit)
        elif at not in then.desired_values:
            yield Unapplied(ref, key, record.commit if then.doubt.covers(ref) else None)
        elif now.desired_values[at] != then.desired_values[at]:
            yield Unapplied(ref, key, record.commit)
