"""What every command that plans begins with: the files, the settings, and what they want of one space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reconciler.clock import now
from reconciler.desired.by_pins import (
    is_confirmed,
    items_known,
)
from reconciler.desired.workspace import Workspace
from reconciler.errors import InputError, Mistake, ReconcilerError
from reconciler.meegle.reader import Reader
from reconciler.meegle.spaces import UnknownSpace, WrongKey
from reconciler.model import Plan
from reconciler.plan.blame import blamed, fought_over, suspects
from reconciler.plan.guard import Raised, guarded
from reconciler.plan.planner import leaving, make_plan, people_of
from reconciler.plan.selection import Selector, select, selector
from reconciler.plan.targets import confirmed, named, questions
from reconciler.schema.catalog import Catalog, DesiredItem

NOTHING_APPLIED = "no last applied commit is known: every difference is planned"
NOT_HERE = "{} files of state are not checked out here: nothing is said of what they want"
CLOCKS_APART = 60_000
"""Milliseconds by which the service's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Refs:
    """The commits that a plan is held against, as they were named; `drift` overrides the policies."""

    base: str | None = None
    applied: str | None = None
    drift: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run is about, as it was named; `files` are those that changed since the base."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    files: tuple[str, ...] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing was left out."""
        return not self.only and not self.exclude and self.files is None


def desired_items(workspace: Workspace, reader: Reader, selection: Selection) -> tuple[DesiredItem, ...]:
    """Read metadata and people, then all files by them; raises InputError with every mistake at once."""
    try:
        catalog = reader.open(workspace.words, workspace.settings.groups(), workspace.pins)
        learn(workspace, reader)
    except (UnknownSpace, WrongKey) as error:
        named = (Mistake(one.space.place, error.what, error.fix) for one in workspace.outlines)
        raise InputError([*workspace.mistakes, *named]) from None
    except ReconcilerError as error:
        raise error.beside(workspace.mistakes) from None
    items, mistakes = desired(workspace, catalog)
    told = {mistake.place for mistake in workspace.mistakes}
    if new := [mistake for mistake in mistakes if mistake.place not in told] or workspace.mistakes:
        raise InputError([*workspace.mistakes, *new])
    only = [selector(ref, catalog) for ref in selection.only]
    only += [Selector(path=file) for file in selection.files or ()]
    if selection.files == () and not selection.only:
        return ()
    return select(items, only, [selector(ref, catalog) for ref in selection.exclude])


def learn(workspace: Workspace, reader: Reader) -> None:
    """Look up what the files name; the pins have read it where they left nothing open."""
    read = workspace.offline
    if read and read.is_settled:
        reader.look_up(read.catalog.worked_out.mentions, items_known(workspace.outlines, reader.catalog))
    else:
        reader.learn(workspace.manifest)


def desired(workspace: Workspace, catalog: Catalog) -> tuple[tuple[DesiredItem, ...], Sequence[Mistake]]:
    """Read what the files want by the space, unless it confirms how the pins read it already."""
    if workspace.offline and is_confirmed(workspace.offline, workspace.outlines, catalog):
        return workspace.offline.items, ()
    return catalog.desire(workspace.manifest)


def plan_now(
    workspace: Workspace,
    reader: Reader,
    items: Sequence[DesiredItem],
    host: str,
    raised: Raised,
    refs: Refs,
    *,
    everything: bool,
    blame: str | None = None,
) -> Plan:
    """Read the live items, compare, and hold the plan against the guards.

    With `blame`, our plugin's id, the operation records say who changed what.
    """
    plan = compared(workspace, reader, items, host, refs, everything=everything)
    if blame is not None:
        plan = with_blame(plan, reader, blame)
    return judged(workspace, plan, raised)


def compared(
    workspace: Workspace,
    reader: Reader,
    items: Sequence[DesiredItem],
    host: str,
    refs: Refs,
    *,
    everything: bool,
) -> Plan:
    """Read the live items and compare; only of `everything` can be said what the files no longer name."""
    from reconciler.plan.source_commit import not_checked_out
    from reconciler.plan.standpoint import standpoint_of
    from reconciler.plan.stored_otherwise import as_stored

    standpoint = standpoint_of(workspace, reader, refs, items)
    survey = reader.survey(items)
    made = partial(
        make_plan,
        items,
        survey.live,
        reader.catalog,
        host=host,
        named=workspace.named,
        standpoint=standpoint,
        agreed=survey.agreed,
    )
    plan = made()
    plan = shown_truly(plan, reader, made)
    plan = as_stored(plan, workspace.decisions, reader.catalog)
    unknown = standpoint is None and refs.applied is not None
    absent = not_checked_out(workspace.root, workspace.state) if plan.released else 0
    whole = workspace.whole and everything and not absent
    notes = [*([NOTHING_APPLIED] if unknown else []), *([NOT_HERE.format(absent)] if absent else [])]
    return replace(
        plan,
        whole=whole,
        released=plan.released if whole else (),
        notes=(*notes, *reader.notes, *plan.notes),
    )


def shown_truly(plan: Plan, reader: Reader, made: Callable[[], Plan]) -> Plan:
    """Let the space say who and what the rows name, and make the plan anew by that.

    Rows that point to what it does not confirm are blocked.
    """
    strangers = people_of(plan) - set(reader.catalog.people.by_key)
    if strangers:
        reader.meet(strangers)
    asked = questions(plan, reader.catalog)
    live = reader.confirm(asked)
    if asked:
        named(reader.catalog, asked, live)
    plan = made() if strangers or asked else plan
    return confirmed(plan, reader.catalog, live)


def judged(workspace: Workspace, plan: Plan, raised: Raised) -> Plan:
    """Hold a plan against the guards, by the base's settings where there is a base."""
    from reconciler.plan.earlier_commit import settings_at

    base = settings_at(workspace.root, workspace.paths, plan.base, workspace.settings) if plan.base else None
    return guarded(plan, workspace.settings, raised, now(), base)


def with_blame(plan: Plan, reader: Reader, plugin_id: str) -> Plan:
    """Add who changed what, from the operation records of just the items that differ.

    Drift that was put back again and again is left alone from here on.
    """
    refs = suspects(plan)
    if not refs:
        return plan
    records = reader.records(refs, int(now().timestamp() * 1000) + CLOCKS_APART)
    reader.meet({one.who for rows in records.values() for one in rows if one.who.isdigit()})
    names = {key: person.email or key for key, person in reader.catalog.people.by_key.items()}
    told = blamed(plan, records, names, plugin_id, reader.settings.clock)
    return leaving(told, lambda ref, one: fought_over(one, records.get(ref, ())), reader.catalog)
