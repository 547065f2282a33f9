"""The one road from the files of a space to its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.clock import now
from reconciler.desired.claims import DesiredState, desired_state
from reconciler.desired.items import DesiredItem
from reconciler.desired.mentions import Mentions
from reconciler.desired.offline_reading import is_confirmed, items_known, settings_without_effect, unexplained
from reconciler.desired.workspace import Workspace
from reconciler.errors import CannotRun, InputError, Mistake, ReconcilerError, counted, nearest, suggestion
from reconciler.meegle.foreseen import first_questions, item_questions
from reconciler.meegle.http.ahead import Question
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.reader import Reader, Survey, desired_keys, meet_people
from reconciler.meegle.spaces import UnknownSpace, WrongKey
from reconciler.model import Item, Plan, Ref
from reconciler.plan.audience import named_first, with_notified
from reconciler.plan.guard import Raised, guarded, spaces_before
from reconciler.plan.openings import catalog_names
from reconciler.plan.planner import NO_SOURCES, leaving, make_plan, shown_people
from reconciler.plan.protection import block_protected
from reconciler.plan.selection import Selection, Selector, select, selector
from reconciler.plan.targets import confirmed, named_items, questions
from reconciler.plan.why import Refs, Standpoint
from reconciler.schema.catalog import Catalog

if TYPE_CHECKING:
    from reconciler.meegle.memory import Memories
    from reconciler.plan.rule_members import Ruled

NOTHING_APPLIED = "no last applied commit is known: every difference is planned"
NOT_HERE = "{} of state not checked out here: the plan leaves out what is desired there"
CLOCKS_APART = 60_000
"""How many milliseconds the service's clock may be ahead of ours."""
NO_COMMITS = Refs()


class PlanOptions(NamedTuple):
    """The request for a plan, beside the files.

    `blame`: ask the operation records who made the live values.  `drift`: keep only what somebody in the
    space may have changed, and send only what a policy heals.  `memories`: read only what moved since the run
    that is remembered there.  `missed`: where REFs that select nothing are kept, since another space of the
    run may know them; without it they end the run.  `members`: keep the live items that rules select, those
    that are in sync too.
    """

    selection: Selection = Selection()
    refs: Refs = NO_COMMITS
    raised: Raised = Raised()
    blame: bool = False
    drift: bool = False
    memories: Memories | None = None
    missed: dict[str, CannotRun] | None = None
    members: bool = False


EVERYTHING = PlanOptions()
"""Plan all files, without a base."""


@contextmanager
def open_reader(workspace: Workspace, connection: Connection, until: float | None = None) -> Iterator[Reader]:
    """Open the space of a workspace for reading; no request that could write gets out."""
    with Client(connection, until=until) as client:
        yield Reader(client, workspace.space, workspace.decisions, connection.user_key)


class Gathered(NamedTuple):
    """The selected desired items of files and rules, and what was read for the rules.

    `standpoint`: what earlier commits desired; None if no commit is named.
    """

    items: tuple[DesiredItem, ...]
    ruled: Ruled | None = None
    standpoint: Standpoint | None = None


def desired_items(
    workspace: Workspace, reader: Reader, selection: Selection, refs: Refs = NO_COMMITS
) -> tuple[DesiredItem, ...]:
    """Read metadata and people, then all files by them, without rules; raises as `gather` does."""
    items = read_files(workspace, reader).items
    return selected(items, workspace, reader, PlanOptions(selection, refs), lambda: None)


def gather(workspace: Workspace, reader: Reader, options: PlanOptions) -> Gathered:
    """Read metadata and people, then all files by them, and judge their rules on the live items.

    Raises InputError with every mistake at once, and CannotRun for a REF of the selection that neither the
    files nor the base know.
    """
    from reconciler.plan.rule_parts import (
        apart,
        blocked_rows,
        items_of_part,
        of_part,
        rules_of_part,
        with_rest,
        with_rivals,
    )

    part, workspace = workspace, with_rest(workspace)
    state = read_files(workspace, reader)
    rules = rules_of_part(state.rules, part, options.selection.files)
    if not rules and not has_past_rules(options.refs):
        return without_rules(workspace, reader, options, state.items)
    names = frozenset(one.name for one in rules)
    standpoint = standpoint_for(workspace, reader, options.refs, state.items, names)
    if not rules and (standpoint is None or not standpoint.base_rules):
        items = selected(state.items, workspace, reader, options, lambda: standpoint)
        return Gathered(items, None, standpoint)
    from reconciler.plan.rules import with_rules

    rivals, keep_all = with_rivals(rules, state.rules), options.members
    ruled, standpoint = with_rules(rivals, state.items, reader, standpoint, keep_all=keep_all)
    if options.selection.everything and part is workspace:
        return Gathered(ruled.items, ruled, standpoint)
    ruled = of_part(ruled, rules)
    every = items_of_part((*ruled.items, *blocked_rows(ruled)), part, workspace)
    chosen = selected(every, workspace, reader, options, lambda: standpoint)
    return Gathered(*apart(chosen, ruled), standpoint)


def has_past_rules(refs: Refs) -> bool:
    """Return True if earlier commits are named, which may have rules that no file has any more."""
    return refs.base is not None or refs.applied is not None


def without_rules(
    workspace: Workspace, reader: Reader, options: PlanOptions, items: tuple[DesiredItem, ...]
) -> Gathered:
    """Select the items of files, where there is no rule."""
    return Gathered(selected(items, workspace, reader, options, lambda: None))


def read_files(workspace: Workspace, reader: Reader) -> DesiredState:
    """Read metadata and people, then all files by them; raises InputError with every mistake at once."""
    words = workspace.words
    if workspace.offline and workspace.offline.rules:
        from reconciler.plan.rules import target_types

        words |= target_types(workspace.offline.rules, workspace.offline.catalog, every=True)
    state = read_by(workspace, reader, words)
    if state.rules:
        from reconciler.plan.rules import target_types

        if more := target_types(state.rules, reader.catalog):
            state = read_by(workspace, reader, words | more)
    return state


def read_by(workspace: Workspace, reader: Reader, words: set[str]) -> DesiredState:
    """Read the files by the live metadata of some types; raises InputError with every mistake at once."""
    try:
        reader.open(words, workspace.settings.groups(), workspace.pins)
        catalog = learn(workspace, reader)
    except (UnknownSpace, WrongKey) as error:
        near = nearest(workspace.space, workspace.settings.spaces.keys() - {workspace.space})
        fix = f"{suggestion(workspace.space, near)} Else {error.fix}" if near else error.fix
        named = (Mistake(one.space.place, error.what, fix) for one in workspace.outlines)
        raise InputError([*workspace.mistakes, *named]) from None
    except ReconcilerError as error:
        raise error.beside(workspace.mistakes) from None
    state = desired(workspace, catalog)
    unread = settings_without_effect(workspace.paths, workspace.settings, catalog, reader.names)
    mistakes, reader.renames = [*state.mistakes, *unread], state.notes
    told = {mistake.place for mistake in workspace.mistakes}
    new = [mistake for mistake in mistakes if mistake.place not in told]
    if new or workspace.mistakes:
        raise InputError([*workspace.mistakes, *unexplained(new, workspace.mistakes)])
    return state


def selected(
    items: tuple[DesiredItem, ...],
    workspace: Workspace,
    reader: Reader,
    options: PlanOptions,
    known: Callable[[], Standpoint | None],
) -> tuple[DesiredItem, ...]:
    """Return the items and fields that the run is about; `known` gives the standpoint if it was read."""
    selection = options.selection
    only, exclude = resolved(options, workspace, reader, items, known)
    if selection.only and not only:
        return ()
    only += [Selector(path=file) for file in selection.files or ()]
    if selection.files == () and not selection.only:
        return ()
    return select(items, only, exclude)


def resolved(
    options: PlanOptions,
    workspace: Workspace,
    reader: Reader,
    items: Sequence[DesiredItem],
    known: Callable[[], Standpoint | None],
) -> tuple[list[Selector], list[Selector]]:
    """Resolve the REFs of a selection: those to keep, and those to leave out.  Raises CannotRun."""
    selection, refs, missed = options.selection, options.refs, options.missed
    if not (selection.only or selection.exclude):
        return [], []
    from reconciler.plan.unmatched import matches_keys, refuse_unmatched

    def known_to_base(one: Selector) -> bool:
        if one.path is not None and any(
            each.rules and one.takes_file(each.file) for each in workspace.outlines
        ):
            return True  # a rule may select nothing
        standpoint = known() or standpoint_for(workspace, reader, refs, items)
        if standpoint is None or one.path is None:
            return standpoint is not None and matches_keys(one, standpoint.past.base)
        from reconciler.plan.earlier_commit import layout_of

        state = layout_of(workspace.root, standpoint.base, ()).shown_state
        return any(Selector(path=one.path).takes_file(file) for file in state)

    every: dict[str, Selector] = {}
    for ref in (*selection.only, *selection.exclude):
        try:
            found = {ref: selector(ref, reader.catalog)}
            refuse_unmatched(found, items, reader.catalog, known_to_base)
            every |= found
        except CannotRun as error:
            if missed is None:
                raise
            missed[ref] = error
    return (
        [every[ref] for ref in selection.only if ref in every],
        [every[ref] for ref in selection.exclude if ref in every],
    )


def learn(workspace: Workspace, reader: Reader) -> Catalog:
    """Look up what the files mention; if the pins left nothing open, they know it already."""
    read = workspace.offline
    if read and read.is_settled:
        return reader.look_up(read.mentions, items_known(workspace.outlines, reader.catalog))
    return reader.learn(workspace.manifest)


def desired(workspace: Workspace, catalog: Catalog) -> DesiredState:
    """Read the files by the space's metadata, unless it confirms what the pins read already."""
    if workspace.offline and is_confirmed(workspace.offline, workspace.outlines, catalog):
        return DesiredState(workspace.offline.items, [], (), workspace.offline.rules)
    state = desired_state(workspace.manifest, catalog)
    if not state.rules:
        return state
    from reconciler.desired.ignored_rules import in_rules

    ignored = in_rules(state.rules, catalog, workspace.decisions)
    return state._replace(mistakes=[*state.mistakes, *ignored])


def plan(
    workspace: Workspace,
    reader: Reader,
    options: PlanOptions = EVERYTHING,
    gathered: Gathered | None = None,
) -> Plan:
    """Plan the files of one space: read them by live metadata, read the items, compare, judge by the guards.

    Every command that plans comes this way.  `gathered`: the desired items, if the caller has read them
    already.  Raises InputError for mistakes in the files and CannotRun for a commit that cannot be read.
    """
    from reconciler.plan.drift import drifted_changes, healable

    if options.memories:
        from reconciler.meegle.since_last import SinceLast  # most plans read everything

        reader.since_last = SinceLast(options.memories, reader.settings.clock)
    with reader.client.ahead(foreseen(workspace, reader, options.selection) if gathered is None else ()):
        made = compare_live(workspace, reader, options, gathered or gather(workspace, reader, options))
    if options.memories:
        made = replace(made, since_last=True)
    if options.drift:
        made = drifted_changes(made)
    if options.blame:
        made = with_blame(made, reader)
    if options.drift:
        made = healable(made, reader.catalog)
    return judge_plan(workspace, made, options.raised, reader.catalog)


def foreseen(workspace: Workspace, reader: Reader, selection: Selection) -> Iterator[Question]:
    """Yield the questions that `plan` will ask first, as far as settings and pins know them."""
    read, pins = workspace.offline, workspace.pins
    settled = read is not None and read.is_settled
    mentions = read.mentions if read and settled else Mentions()
    yield from first_questions(reader, pins, workspace.settings.groups(), workspace.words, mentions)
    if read and settled and selection.everything and not (read.rules or reader.since_last):
        yield from item_questions(reader, pins, read.catalog, desired_keys(read.items))


def compare_live(workspace: Workspace, reader: Reader, options: PlanOptions, gathered: Gathered) -> Plan:
    """Compare with the live items and with what earlier commits desired.

    What is no longer managed is known only where no file was left out.
    """
    items, ruled, standpoint = gathered
    if standpoint is None:
        standpoint = standpoint_for(workspace, reader, options.refs, items)
    made = plan_items(items, reader, named=workspace.named, standpoint=standpoint, ruled=ruled)
    if any(one.stores for one in workspace.decisions.ignore):
        from reconciler.plan.stored_otherwise import as_stored

        made = as_stored(made, workspace.decisions, reader.catalog)
    unknown = standpoint is None and options.refs.applied is not None
    absent = 0
    if made.released:
        from reconciler.plan.source_commit import not_checked_out

        absent = not_checked_out(workspace.root, workspace.state)  # files that a sparse checkout leaves out
    whole = workspace.whole and options.selection.everything and not absent
    notes = [
        *([NOTHING_APPLIED] if unknown else []),
        *([NOT_HERE.format(counted(absent, "file"))] if absent else []),
        *deprecation_notes(workspace, items, reader.catalog),
    ]
    part = None
    if not (whole or absent or options.drift):
        from reconciler.plan.parts import part_of_commit  # most plans are whole

        part = part_of_commit(workspace, reader, options.refs, items)
    return replace(
        made,
        whole=whole,
        commit=part.commit if part else None,
        rest=part.rest if part else None,
        parts=part.earlier if part else (),
        released=made.released if whole else (),
        notes=(*notes, *reader.notes, *made.notes),
    )


def deprecation_notes(
    workspace: Workspace, items: Sequence[DesiredItem], catalog: Catalog
) -> tuple[str, ...]:
    """Return a note on each deprecated field or option that the files still use."""
    if not workspace.decisions.deprecated:
        return ()
    from reconciler.desired.deprecated import deprecated_notes, deprecated_uses

    return tuple(deprecated_notes(deprecated_uses(items, catalog, workspace.decisions.deprecated)))


def standpoint_for(
    workspace: Workspace,
    reader: Reader,
    refs: Refs,
    items: Sequence[DesiredItem],
    rules: frozenset[str] = frozenset(),
) -> Standpoint | None:
    """Read what earlier commits desired; None if no commit is named.  `rules`: the names of today's rules."""
    if refs.base is None and refs.applied is None:
        return None
    from reconciler.plan.standpoint import standpoint_of

    return standpoint_of(workspace, reader, refs, items, rules)


def plan_items(
    items: Sequence[DesiredItem],
    reader: Reader,
    *,
    named: int,
    live: Mapping[Ref, Item] | None = None,
    standpoint: Standpoint | None = None,
    ruled: Ruled | None = None,
) -> Plan:
    """Compare desired items with live ones, then let the space say whom and what the rows show.

    `live`: the live items, if the caller has read them already; `ruled`: those that were read for rules.
    Rows that point to an item that the space does not confirm are blocked.
    """
    read = ruled.live if ruled else {}
    agreed = ruled.agreed.intersection([one.ref for one in items]) if ruled else frozenset[Ref]()
    unread = [one for one in items if one.ref not in read and one.ref not in agreed] if ruled else items
    survey = Survey(live, frozenset()) if live is not None else reader.survey(unread)
    if ruled:
        survey = Survey({**read, **survey.live}, survey.in_sync | agreed)
    made = make_plan(
        items,
        survey.live,
        reader.catalog,
        host=reader.client.host,
        named=named,
        standpoint=standpoint,
        agreed=survey.in_sync,
        notes=reader.name_notes,
        sources=ruled.sources if ruled else NO_SOURCES,
    )
    if ruled:
        from reconciler.plan.rules import with_results

        made = with_results(made, ruled, items)
    known = set(reader.catalog.people.by_key)
    shown = shown_people(made) - known
    strangers = shown.union(named_first(made.updates)) - known
    asked = questions(made, reader.catalog)
    with reader.ask_who(strangers, asked):
        meet_people(reader, strangers, needed=bool(shown))
        found = reader.confirm(asked)
    if asked:
        reader.use(replace(reader.catalog, items=named_items(reader.catalog.items, asked, found)))
    if strangers or asked:
        from reconciler.plan.naming import with_names

        made = with_names(made, items, survey.live, reader.catalog)
    return confirmed(made, reader.catalog, found)


def judge_plan(workspace: Workspace, plan: Plan, raised: Raised, catalog: Catalog) -> Plan:
    """Hold a plan against the guards, by the base's settings where there is a base."""
    from reconciler.plan.earlier_commit import settings_at

    base = settings_at(workspace.root, workspace.paths, plan.base, workspace.settings) if plan.base else None
    earlier = spaces_before(base, workspace.settings, plan) if base else ()
    plan = block_protected(plan, (workspace.decisions, *earlier), catalog)
    plan = with_notified(plan, catalog.people)
    return guarded(plan, workspace.settings, raised, now(), base, catalog_names(catalog))


def with_blame(plan: Plan, reader: Reader) -> Plan:
    """Add who changed what, from the operation records of just the items that differ.

    Drift that was put back again and again is left alone from here on.
    """
    from reconciler.plan.blame import blamed, fought_over, suspect_items

    refs = suspect_items(plan)
    if not refs:
        return plan
    records = reader.records(refs, int(now().timestamp() * 1000) + CLOCKS_APART)
    reader.meet({one.who for rows in records.values() for one in rows if one.who.isdigit()})
    names = {key: person.email or person.name or key for key, person in reader.catalog.people.by_key.items()}
    told = blamed(plan, records, names, reader.client.plugin_id, reader.settings.clock)
    return leaving(told, lambda ref, one: fought_over(one, records.get(ref, ())), reader.catalog)
