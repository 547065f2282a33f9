"""`reconciler apply`: carries a plan out and proves that it took."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.apply_steps import Way, execute, failures_told, refuse_silence, until_of
from reconciler.cli.progress import reading
from reconciler.cli.streams import tell
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.model import Plan
    from reconciler.plan.guard import Raised
    from reconciler.plan.selection import Selection
    from reconciler.plan.why import Refs
    from reconciler.settings import Settings


@click.command("apply")
@options.paths
@click.option("--yes", is_flag=True, help="Apply without asking for confirmation.")
@options.refs
@click.option(
    "--drift", type=click.Choice(["heal", "report"]), help="What to do about drift, whatever the policies."
)
@options.guards
@options.ends
@click.option("--require-commit", metavar="SHA", help="Refuse a saved plan of another commit.")
@click.option("--max-age", metavar="T", type=options.Duration(), help="Refuse a saved plan that is older.")
@options.only
@options.exclude
@options.space
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text")
@options.full
@options.color
def command(
    paths: tuple[Path, ...],
    *,
    yes: bool,
    base: str | None,
    applied: str | None,
    drift: str | None,
    max_changes: int | None,
    max_share: Decimal | None,
    allow_clear: int | None,
    accept_both: int | None,
    max_invisible: Decimal | None,
    max_errors: int | None,
    deadline: float | None,
    wait: float | None,
    require_commit: str | None,
    max_age: float | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    space: str | None,
    fmt: str,
    full: bool,
) -> int:
    """Carry out a saved PLAN, or plan the PATHS (default: state) and apply that.

    Asks on a terminal; elsewhere it needs --yes or a saved plan.
    """
    from reconciler.apply.saved_plan import is_plan, open_plan
    from reconciler.desired.committed_run_files import refuse_foreign
    from reconciler.plan.guard import Raised
    from reconciler.plan.selection import Selection
    from reconciler.plan.why import Refs

    saved = is_plan(paths)
    if not (require_commit is None and max_age is None) and not saved:
        raise CannotRun(
            "--require-commit and --max-age are about a saved plan", "name the plan, or leave them out"
        )
    if saved and (only or exclude or base or applied or drift):
        fix = "plan again with them"
        raise CannotRun("--only, --exclude, --base, --applied and --drift do not change a saved plan", fix)
    if not saved:
        refuse_silence(yes=yes)
    raised = Raised(max_changes, max_share, allow_clear, accept_both, max_invisible)
    refs = Refs(base, applied, drift)
    with failures_told(fmt):
        refuse_foreign()
        plan, settings = (
            open_plan(paths[0], raised, require_commit, max_age)
            if saved
            else from_files(paths, space, Selection(only, exclude), raised, refs, until_of(deadline))
        )
        return execute(plan, settings, Way(yes or saved, max_errors, deadline, wait, fmt, full))


def from_files(
    paths: Sequence[Path],
    space: str | None,
    selection: Selection,
    raised: Raised,
    refs: Refs,
    until: float | None,
) -> tuple[Plan, Settings]:
    """Plan now, with a client that cannot write."""
    from reconciler.desired.workspace import open_workspace
    from reconciler.meegle.connect import connect
    from reconciler.plan import planning
    from reconciler.plan.planning import PlanOptions, open_reader
    from reconciler.plan.source_commit import source_of, sourced

    workspace = open_workspace(paths, space)
    tell(*workspace.notes)
    source = source_of(workspace)
    with (
        reading(),
        open_reader(
            workspace, connect(workspace.mistakes, tell, workspace.space, workspace.spaces), until
        ) as reader,
    ):
        plan = planning.plan(workspace, reader, PlanOptions(selection, refs, raised))
    return sourced(plan, source), workspace.settings
