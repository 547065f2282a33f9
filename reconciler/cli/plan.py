"""`reconciler plan`: the difference between the files and the live items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from reconciler.cli import options
from reconciler.cli.streams import say_told, tell
from reconciler.errors import CannotRun, counted
from reconciler.forge.outputs import give_plan
from reconciler.gc_pause import gc_paused

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Plan
    from reconciler.plan.planning import PlanOptions

CHANGES = 2
SNAPSHOT = "snapshot"
"""The host of a plan against a snapshot: no service has this name, so that no apply takes it."""


@click.command("plan")
@options.paths
@click.option("--out", metavar="PLAN", type=options.NewFile(), help="Save the plan for apply.")
@options.formats
@options.full
@options.color
@options.refs
@options.only
@options.exclude
@click.option("--changed", is_flag=True, help="Only what is in files that differ from the base.")
@click.option("--offline", is_flag=True, help="Ask no service: check the files, or plan against a snapshot.")
@click.option(
    "--snapshot",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --offline: a copy made by `pull --snapshot`.",
)
@options.since_last
@click.option("--strict", is_flag=True, help="Exit 1 if a change is blocked.")
@click.option("--blame", is_flag=True, help="Say who changed the live values, from operation records.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if the plan has changes.")
@options.spaces
@gc_paused()
def command(
    paths: tuple[Path, ...],
    out: Path | None,
    formats: tuple[tuple[str, Path | None], ...],
    base: str | None,
    applied: str | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    *,
    full: bool,
    changed: bool,
    offline: bool,
    snapshot: Path | None,
    since_last: bool,
    strict: bool,
    blame: bool,
    detailed_exitcode: bool,
    spaces: tuple[str, ...],
) -> int:
    """Show what would change on the live items.  Writes nothing to the space.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.cli.failures import failures_shown
    from reconciler.cli.formats import Showing, memories_of, refuse_input, refuse_two, save_plan, show_plan
    from reconciler.cli.local_service import services
    from reconciler.cli.space_plans import plan_each, sourced_each, sources_of, with_base
    from reconciler.desired.workspace import changed_files, open_workspaces
    from reconciler.plan.last_applied_ref import applied_of
    from reconciler.plan.planning import PlanOptions
    from reconciler.plan.selection import Selection
    from reconciler.plan.source_commit import Source, dated_each
    from reconciler.plan.standpoint import refuse_empty
    from reconciler.plan.trusted_snapshot import age_of, of_base, trusted_snapshot
    from reconciler.plan.why import Refs

    if snapshot and not offline:
        raise CannotRun("--snapshot stands for the space only with --offline", "add it, or leave both out")
    if since_last and offline:
        raise CannotRun(
            "--since-last asks the space what moved, and --offline asks nothing", "give one of both"
        )
    refuse_two(formats, out)
    refuse_input(snapshot, out, *(path for _, path in formats))
    with failures_shown(paths, spaces, formats, out):
        refuse_empty(base)
        memories = memories_of(out) if since_last else None
        if changed and base is None:
            raise CannotRun("--changed needs a base", "name it: --base REF")
        # A plan as JSON may be applied, wherever it goes, so nothing of it comes from a cache.
        shown_alone = out is None and all(name != "json" for name, _ in formats)
        workspaces = open_workspaces(paths, spaces, kept=shown_alone, since=base if changed else None)
        workspaces = with_base(workspaces, base, offline=offline)
        if offline and snapshot is None:
            return checked_alone(workspaces)

        def options_of(one: Workspace) -> PlanOptions:
            selection = Selection(only, exclude, changed_files(one))
            refs = Refs(base, applied_of(applied, one.space, [each.space for each in workspaces]))
            return PlanOptions(selection, refs, blame=blame, memories=memories)

        with trusted_snapshot(snapshot, base) as copy, services(copy, tell) as connect:
            # Asked before the space is read, which may take minutes in which the checkout moves.
            here = snapshot if copy == snapshot else None
            needed = has_outputs(out, formats)
            sources = sources_of(workspaces, here) if needed else [Source() for _ in workspaces]
            plans = plan_each(workspaces, options_of, connect)
        if snapshot:
            told = of_base(snapshot, base) if copy != snapshot else f"{snapshot}, {age_of(snapshot)} old"
            plans = tuple(against_snapshot(one, told) for one in plans)
        plans = sourced_each(plans, sources)
        make = cache(partial(dated_each, plans, paths))
        if out:
            save_plan(make, out)
        show_plan(Showing(plans, make, full), formats, out)
        give_plan(tell, plans, make, formats, out)
    return code_of(plans, strict=strict, detailed=detailed_exitcode)


def code_of(plans: Sequence[Plan], *, strict: bool, detailed: bool) -> int:
    """Return the exit code that the plans of a run earned."""
    if any(one.failures for one in plans):
        return 1
    if strict and (stuck := sum(len(one.blocks) + len(one.blocked_rules) for one in plans)):
        tell(f"error: {counted(stuck, 'blocked change')}, and --strict makes that an error")
        return 1
    return CHANGES if detailed and any(not one.is_empty for one in plans) else 0


def against_snapshot(plan: Plan, told: str) -> Plan:
    """Return a plan against a snapshot, which no apply takes, with a note on the snapshot."""
    return replace(plan, host=SNAPSHOT, notes=(f"planned against {told}", *plan.notes))


def has_outputs(out: Path | None, formats: tuple[tuple[str, Path | None], ...]) -> bool:
    """Return True if anything but lines for people is made of the plan, which then names its commit."""
    from reconciler.forge.outputs import are_asked_for

    return bool(out or are_asked_for() or any(one != ("text", None) for one in formats))


def checked_alone(workspaces: Sequence[Workspace]) -> int:
    """Say what can be said without live items; mistakes have ended the run before."""
    from reconciler.errors import InputError

    if workspaces[0].mistakes:
        raise InputError(workspaces[0].mistakes)
    items = sum(len(one.ids) for each in workspaces for one in each.outlines)
    pinned = sum(len(each.pins.types) for each in workspaces)
    checked = f"{counted(items, 'item')} checked by {counted(pinned, 'pinned type')}"
    say_told(f"Offline: {checked}; no live item was read.\n")
    return 0
