"""What every command that plans begins with: the files, the settings, and what they want of one space."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reconciler.cli.streams import tell
from reconciler.clock import now
from reconciler.desired.by_pins import (
    STATE,
    is_confirmed,
    items_known,
    one_name,
    read_files,
)
from reconciler.desired.workspace import Workspace
from reconciler.errors import CannotRun, InputError, Mistake, ReconcilerError
from reconciler.meegle.http.connection import Connection, connection_from
from reconciler.meegle.http.token_file import unkept
from reconciler.meegle.reader import Reader
from reconciler.meegle.spaces import UnknownSpace, WrongKey
from reconciler.model import Failure, GuardResult, Plan
from reconciler.plan.blame import blamed, fought_over, suspects
from reconciler.plan.guard import NUMBERS, Allowance, Limits, judge, unspent, widened
from reconciler.plan.planner import leaving, make_plan, people_of
from reconciler.plan.selection import Selector, select, selector
from reconciler.plan.settings_changes import settings_changes
from reconciler.plan.targets import confirmed, named, questions
from reconciler.schema.catalog import Catalog, DesiredItem
from reconciler.settings import Guards, Settings, find_settings, load_settings

NOTHING_APPLIED = "no last applied commit is known: every difference is planned"
SPENT = "an `allow` of the settings is spent, since the base has it too: another `until` renews it"
NOT_HERE = "{} files of state are not checked out here: nothing is said of what they want"
CLOCKS_APART = 60_000
"""Milliseconds by which the service's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Limits that the command line raises, each by its own number."""

    changes: int | None = None
    share: object = None
    clears: int | None = None
    both: int | None = None
    invisible: object = None


@dataclass(frozen=True, slots=True)
class Refs:
    """The commits that a plan is held against, as they were named; `drift` overrides the policies."""

    base: str | None = None
    applied: str | None = None
    drift: str | None = None


def connect(mistakes: Iterable[Mistake]) -> Connection:
    """Read the environment; what is wrong in the files is said beside what is missing there."""
    try:
        connection = connection_from(os.environ)
    except ReconcilerError as error:
        raise error.beside(mistakes) from None
    if reason := unkept(connection, os.environ):
        tell(f"note: a token is asked for in each run, since none can be kept: {reason}")
    return connection


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
    from reconciler.plan.standpoint import as_stored, standpoint_of

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
    return guarded(plan, workspace.settings, raised, base)


def failed_plan(error: ReconcilerError, paths: Sequence[Path], space: str | None) -> Plan:
    """Return the plan that tells why there is none, for the space that was meant as far as that is known."""
    try:
        name = space or space_meant(paths)
    except Exception:  # noqa: BLE001 - what ended the run may end this, too, and the reason is to be told
        name = ""
    return Plan(
        host="",
        space=name,
        space_key="",
        types={},
        updates=(),
        blocks=(),
        in_sync=0,
        named=0,
        failures=tuple(failures_of(error)),
    )


def space_meant(paths: Sequence[Path]) -> str:
    """Return the one space of the settings, else of the files; empty where there are several or none."""
    settings, _ = load_settings(find_settings(paths[0] if paths else STATE), root=Path.cwd())
    names = {*settings.spaces}
    if len(names) != 1:
        _, settings, manifest, _ = read_files(paths)
        names = {one_name(document.space.text, settings) for document in manifest.documents}
    return names.pop() if len(names) == 1 else ""


def failures_of(error: ReconcilerError) -> Iterator[Failure]:
    """Yield what is wrong in the files, then what stopped the run."""
    yield from (Failure(one.what, one.fix, one.place) for one in error.mistakes)
    if isinstance(error, CannotRun):
        yield Failure(error.what, error.fix)
    elif not isinstance(error, InputError):
        yield Failure(str(error), "")


def guarded(plan: Plan, settings: Settings, raised: Raised, base: Settings | None = None) -> Plan:
    """Hold a plan against the guards, and say how the settings differ from the base's.

    With a base, limits are the base's, and an allowance counts only while the base does not
    have it: else it would stay free for every later commit.
    """
    decisions = settings.space(plan.space)
    before = guards_before(base, settings, plan) if base else decisions.guards
    today = now().astimezone(decisions.clock).date()
    flags = {name: value for name in NUMBERS if (value := getattr(raised, name)) is not None}

    def held(granted: Iterable[Allowance]) -> tuple[GuardResult, ...]:
        limits = widened(
            Limits(before.changes, before.share, before.clears, invisible=before.invisible), granted, today
        )
        return judge(plan, replace(limits, **flags))

    every = allowances(decisions.guards)
    guards = held(unspent(every, allowances(before) if base else ()))
    spent = guards != held(every) and not all(one.ok for one in guards)
    return replace(
        plan,
        guards=guards,
        notes=(*plan.notes, *([SPENT] if spent else [])),
        settings_changes=tuple(settings_changes(base, settings)) if base else (),
    )


def allowances(guards: Guards) -> tuple[Allowance, ...]:
    """Return the exceptions as guards count them: without words."""
    return tuple(
        Allowance(one.changes, one.share, one.clears, one.both, one.until, one.invisible)
        for one in guards.allow
    )


def guards_before(base: Settings, settings: Settings, plan: Plan) -> Guards:
    """Return the limits that the base sets for a space, under whatever name it knew it.

    Where it names the space neither so nor by its key, the change may have given it another name: then
    the strictest of all limits count whose names are gone, so that a new name raises none.
    """
    for name in (plan.space, plan.space_key):
        if name in base.spaces or any(one.project_key == name for one in base.spaces.values()):
            return base.space(name).guards
    gone = [one.guards for name, one in base.spaces.items() if name not in settings.spaces]
    every = [Guards(), *gone]
    return Guards(
        changes=min(one.changes for one in every),
        share=min(one.share for one in every),
        clears=min(one.clears for one in every),
        invisible=min(one.invisible for one in every),
        allow=tuple(allow for one in every for allow in one.allow),
    )


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
