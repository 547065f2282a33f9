"""`reconciler drift`: what moved under us, and by whom; healed where the policies say so."""

from __future__ import annotations

from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.progress import reading
from reconciler.cli.streams import on_stderr, tell
from reconciler.forge.outputs import give_plan
from reconciler.gc_pause import gc_paused

if TYPE_CHECKING:
    from reconciler.model import Plan
    from reconciler.plan.planning import PlanOptions
    from reconciler.settings import Settings

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
@options.space
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
    space: str | None,
) -> int:
    """Say what people, rules and plugins changed in the space since the last apply.

    PATHS are files or folders of desired state (default: state).  What was changed here and is not
    applied yet is no drift, and is not sent.
    """
    from reconciler.cli.apply_steps import Way, execute, refuse_silence, until_of
    from reconciler.cli.failures import failures_shown
    from reconciler.cli.formats import Showing, memories_of, save_plan, show_plan
    from reconciler.desired.committed_run_files import refuse_foreign
    from reconciler.plan.guard import Raised
    from reconciler.plan.planning import PlanOptions
    from reconciler.plan.source_commit import dated
    from reconciler.render.drift_steps import next_steps

    if heal:
        refuse_silence(yes=yes)
    raised = Raised(max_changes, max_share, allow_clear, accept_both, max_invisible)
    with failures_shown(paths, space, formats, out):
        if heal:
            refuse_foreign()
        memories = memories_of(out) if since_last else None
        options = PlanOptions(raised=raised, blame=True, drift=True, memories=memories)
        plan, settings = drifted(paths, space, applied, options, until_of(deadline))
    make = cache(partial(dated, plan, paths))
    if out:
        save_plan(make, out)
    give_plan(tell, plan, make, formats, out)
    if heal and plan.base is None:
        tell("no last applied commit is known: nothing is healed")
    if heal and plan.base is not None:
        show_plan(Showing(plan, make, full), [one for one in formats if one[1]])
        fmt = "json" if ("json", None) in formats else "text"
        return execute(plan, settings, Way(yes, max_errors, deadline, wait, fmt, full))
    show_plan(Showing(plan, make, full), formats, out)
    with on_stderr():
        tell(*next_steps(plan))
    return CHANGES if detailed_exitcode and not plan.is_empty else 0


@gc_paused()
def drifted(
    paths: tuple[Path, ...],
    space: str | None,
    applied: str | None,
    options: PlanOptions,
    until: float | None,
) -> tuple[Plan, Settings]:
    """Compare the files with the live items, and keep what moved in the space."""
    from reconciler.desired.workspace import open_workspace
    from reconciler.meegle.connect import connect
    from reconciler.plan import planning
    from reconciler.plan.last_applied_ref import known_ref
    from reconciler.plan.planning import open_reader
    from reconciler.plan.source_commit import source_of, sourced
    from reconciler.plan.why import Refs

    workspace = open_workspace(paths, space)
    tell(*workspace.notes)
    source = source_of(workspace)
    refs = Refs(applied=applied or known_ref(workspace.root, workspace.space))
    options = options._replace(refs=refs)
    with (
        reading(),
        open_reader(
            workspace, connect(workspace.mistakes, tell, workspace.space, workspace.spaces), until
        ) as reader,
    ):
        plan = planning.plan(workspace, reader, options)
    return sourced(plan, source), workspace.settings
