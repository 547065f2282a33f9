"""Where a plan is made from: the commits that it is held against, and what the team decided about drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.apply.altered_values import made_of
from reconciler.clock import now
from reconciler.errors import CannotRun
from reconciler.git import commit_of
from reconciler.model import Change, Plan, Ref, Update
from reconciler.plan.last_applied_ref import record_at
from reconciler.plan.planner import Standpoint, touched
from reconciler.plan.why import CERTAIN, Past, overlaid
from reconciler.schema.catalog import Catalog, DesiredItem
from reconciler.schema.types import spec_of
from reconciler.settings import Ignore, SpaceSettings

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planning import Refs


HIDDEN = (
    "differences left out, since the settings say that the space stores it otherwise (`stores: otherwise`)"
)


def standpoint_of(
    workspace: Workspace, reader: Reader, refs: Refs, items: Iterable[DesiredItem]
) -> Standpoint | None:
    """Read what earlier commits wanted; None where no commit is named.  Raises CannotRun."""
    from reconciler.plan.earlier_commit import told_at

    refuse_empty(refs.base)
    ref = refs.base or refs.applied
    if not ref:
        return None
    root, desired = workspace.root, frozenset((item.ref, one.key) for item in items for one in item.fields)
    base = commit_of(root, ref)
    told = {base: told_at(workspace, reader, base, desired, workspace.differing)}
    record = record_at(root, refs.applied, workspace.space) if refs.applied else None
    past = Past(told[base].wishes, doubt=told[base].doubt)
    if record and (record.commit != base or record.unapplied):
        told |= {sha: told_at(workspace, reader, sha, desired) for sha in record.commits() if sha != base}
        every = {sha: one.wishes for sha, one in told.items()}
        ahead = [one for one in record.rows() if one.ahead]
        doubt = CERTAIN
        for one in told.values():
            doubt |= one.doubt
        past = Past(
            overlaid(every[base], ahead, every) if record.commit == base else every[base],
            overlaid(every[record.commit], record.rows(), every),
            told[base].doubt,
            doubt,
        )
    return Standpoint(
        base,
        past,
        keeper(workspace, reader, refs.drift),
        record.commit if record else None,
        record.rows() if record else (),
        tuple(dict.fromkeys(note for one in told.values() for note in one.notes)),
    )


def refuse_empty(base: str | None) -> None:
    """Refuse a base that an empty variable named: without one nothing would be left alone."""
    if base is not None and not base.strip():
        raise CannotRun(
            "--base is empty", "name a commit, or leave --base out; is a variable of the job empty?"
        )


def keeper(workspace: Workspace, reader: Reader, drift: str | None) -> Callable[[Ref, str], str | None]:
    """Return what says why drift of a field is left alone; `drift` overrides the policies."""
    catalog, decisions = reader.catalog, workspace.decisions

    def keeps(item: Ref, key: str) -> str | None:
        if ignored := ignoring(decisions, catalog, item.type_key, key):
            return f"ignored: {ignored.why}" if ignored.why else "ignored"
        policy = drift or policy_of(decisions, catalog, item.type_key, key)
        return None if policy == "heal" else f"drift: {policy}"

    return keeps


def as_stored(plan: Plan, decisions: SpaceSettings, catalog: Catalog) -> Plan:
    """Take out the rows that the settings explain by what the service makes of a value.

    The two values tell that, so it needs no base.  `otherwise` explains every difference of its field: what
    is left out for its sake is counted in a note, since no value shows that the space made it.
    """

    def explained(item: Ref, change: Change) -> str:
        how = made_of(change.after, change.before)
        stored = {one.stores for one in ignores(decisions, catalog, item.type_key, change.key)}
        return next((word for word in (how, "otherwise") if word in stored), "")

    def rest(updates: Iterable[Update]) -> tuple[Update, ...]:
        pairs = ((one, tuple(row for row in one.changes if not explained(one.ref, row))) for one in updates)
        return tuple(replace(one, changes=rows) for one, rows in pairs if rows)

    if not any(one.stores for one in decisions.ignore):
        return plan
    told = replace(plan, updates=rest(plan.updates), skipped=rest(plan.skipped))
    gone = items_of(plan) - items_of(told)
    rows = [(one.ref, row) for one in (*plan.updates, *plan.skipped) for row in one.changes]
    hidden = Counter(row.name for ref, row in rows if explained(ref, row) == "otherwise")
    notes = [f"{name}: {count} {HIDDEN}" for name, count in sorted(hidden.items())]
    return replace(
        told,
        in_sync=told.in_sync + len(gone),
        metadata_digest=catalog.digest(touched(told.updates)),
        notes=(*told.notes, *notes),
    )


def items_of(plan: Plan) -> set[Ref]:
    """Return the items that have a row."""
    return {one.ref for one in (*plan.updates, *plan.skipped)} | {one.ref for one in plan.blocks}


def ignoring(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> Ignore | None:
    """Return the entry that leaves a field out of drift today, if there is one."""
    return next((one for one in ignores(decisions, catalog, type_key, key) if not one.stores), None)


def ignores(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> Iterator[Ignore]:
    """Yield the entries that speak of a field today."""
    kind, field = catalog.names(type_key), spec_of(catalog.names(type_key), key)
    today = now().astimezone(decisions.clock).date()
    for one in decisions.ignore:
        over = one.until is not None and one.until < today
        if not over and kind.answers_to(one.type) and field.answers_to(one.field):
            yield one


def policy_of(decisions: SpaceSettings, catalog: Catalog, type_key: str, key: str) -> str:
    """Return what is to be done about drift of a field: its own policy, else the default."""
    kind, field = catalog.names(type_key), spec_of(catalog.names(type_key), key)
    for word, policy in decisions.drift.items():
        if isinstance(policy, dict) and kind.answers_to(word):
            for name, own in policy.items():
                if field.answers_to(name):
                    return own
    default = decisions.drift.get("default", "report")
    return default if isinstance(default, str) else "report"
