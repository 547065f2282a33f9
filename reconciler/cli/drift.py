"""`reconciler drift`: what moved under us, and by whom; healed where the policies say so."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.streams import on_stderr, tell
from reconciler.forge.outputs import give_plan
from reconciler.gc_pause import gc_paused

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Plan
    from reconciler.plan.planning import PlanOptions

CHANGES = 2


@click.command("drift")
@options.paths
@click.option(
    "--applied", metavar="REF", help="The last applied commit (default: the space's record, if it is here)."
)
@click.option("--heal", is_flag=True, help="Put back the fields whose policy is `heal`.")
@click.option("--yes", is_flag=True, help="Apply without asking for confirmation.")
@options.since_last
@options.guards
@options.ends
@click.option("--out", metavar="PLAN", type=options.NewFile(), help="Save what was found.")
@options.formats
@options.full
@options.color
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if the plan has changes.")
@options.spaces
def command(
    paths: tuple[Path, ...],
    *,
    applied: str | None,
    heal: bool,
    yes: bool,
    since_last: bool,
    max_changes: int | None,
    max_share: Decimal | None,
    allow_clear: int | None,
    accept_both: int | None,
    max_invisible: Decimal | None,
    max_errors: int | None,
    deadline: float | None,
    wait: float | None,
    out: Path | None,
    formats: tuple[tuple[str, Path | None], ...],
    full: bool,
    detailed_exitcode: bool,
    spaces: tuple[str, ...],
) -> int:
    """Say what people, rules and plugins changed in the space since the last apply.

    PATHS are files or folders of desired state (default: state).  What was changed here and is not
    applied yet is no drift, and is not sent.
    """
    from reconciler.cli.apply_steps import Part, Way, execute, refuse_silence, until_of
    from reconciler.cli.failures import failures_shown
    from reconciler.cli.formats import Showing, memories_of, save_plan, show_plan
    from reconciler.desired.committed_run_files import refuse_foreign
    from reconciler.plan.guard import Raised
    from reconciler.plan.planning import PlanOptions
    from reconciler.plan.source_commit import dated_each
    from reconciler.render.drift_steps import next_steps

    if heal:
        refuse_silence(yes=yes)
    raised = Raised(max_changes, max_share, allow_clear, accept_both, max_invisible)
    with failures_shown(paths, spaces, formats, out):
        if heal:
            refuse_foreign()
        memories = memories_of(out) if since_last else None
        options = PlanOptions(raised=raised, blame=True, drift=True, memories=memories)
        plans, run = drifted(paths, spaces, applied, options, until_of(deadline))
    make = cache(partial(dated_each, plans, paths))
    if out:
        save_plan(make, out)
    give_plan(tell, plans, make, formats, out)
    failed = any(one.failures for one in plans)
    healed = [Part(one, run[0].settings, run[0].spaces) for one in plans if one.base is not None]
    if heal and not failed:
        for one in plans:
            if one.base is None:
                tell(
                    f"no last applied commit of the space {one.space} is known: nothing of it is healed"
                    if len(plans) > 1
                    else "no last applied commit is known: nothing is healed"
                )
    if heal and healed and not failed:
        show_plan(Showing(plans, make, full), [one for one in formats if one[1]])
        fmt = "json" if ("json", None) in formats else "text"
        return execute(healed, Way(yes, max_errors, deadline, wait, fmt, full))
    show_plan(Showing(plans, make, full), formats, out)
    with on_stderr():
        tell(*next_steps(plans))
    if failed:
        return 1
    return CHANGES if detailed_exitcode and any(not one.is_empty for one in plans) else 0


@gc_paused()
def drifted(
    paths: tuple[Path, ...],
    spaces: tuple[str, ...],
    applied: str | None,
    options: PlanOptions,
    until: float | None,
) -> tuple[tuple[Plan, ...], tuple[Workspace, ...]]:
    """Compare the files with the live items, and keep what moved in each space."""
    from reconciler.cli.space_plans import connected, plan_each, sourced_each, sources_of, with_base
    from reconciler.desired.workspace import open_workspaces
    from reconciler.plan.last_applied_ref import applied_of, known_ref
    from reconciler.plan.why import Refs

    workspaces = with_base(open_workspaces(paths, spaces), None)
    names = [one.space for one in workspaces]
    sources = sources_of(workspaces)

    def options_of(one: Workspace) -> PlanOptions:
        ref = applied_of(applied, one.space, names) or known_ref(one.root, one.space)
        return options._replace(refs=Refs(applied=ref))

    plans = plan_each(workspaces, options_of, connected, until)
    return sourced_each(plans, sources), workspaces
