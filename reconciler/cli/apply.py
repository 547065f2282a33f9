"""`reconciler apply`: carries a plan out and proves that it took."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from reconciler.cli import options
from reconciler.cli.apply_steps import Part, Way, execute, failures_told, refuse_silence, until_of
from reconciler.errors import CannotRun
from reconciler.model import RunSpaces

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.plan.guard import Raised
    from reconciler.plan.planning import PlanOptions
    from reconciler.plan.selection import Selection
    from reconciler.plan.why import Refs


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
@options.spaces
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
    spaces: tuple[str, ...],
    fmt: str,
    full: bool,
) -> int:
    """Carry out a saved PLAN, or plan the PATHS (default: state) and apply that.

    Asks on a terminal; elsewhere it needs --yes or a saved plan.
    """
    from reconciler.apply.saved_plan import is_plan
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
        parts = (
            from_plan(paths[0], spaces, raised, require_commit, max_age)
            if saved
            else from_files(paths, spaces, Selection(only, exclude), raised, refs, until_of(deadline))
        )
        return execute(parts, Way(yes or saved, max_errors, deadline, wait, fmt, full))


def from_plan(
    path: Path, spaces: tuple[str, ...], raised: Raised, commit: str | None, max_age: float | None
) -> list[Part]:
    """Read a saved plan; of one of several spaces, those that are asked for."""
    from reconciler.apply.saved_plan import open_plans

    opened = open_plans(path, spaces, raised, commit, max_age)
    names = tuple(plan.space for plan, _ in opened)
    return [Part(plan, settings, RunSpaces(names, names)) for plan, settings in opened]


def from_files(
    paths: Sequence[Path],
    spaces: tuple[str, ...],
    selection: Selection,
    raised: Raised,
    refs: Refs,
    until: float | None,
) -> list[Part]:
    """Plan every space now, with clients that cannot write."""
    from reconciler.cli.space_plans import connected, plan_each, sourced_each, sources_of, with_base
    from reconciler.desired.workspace import open_workspaces
    from reconciler.plan.last_applied_ref import applied_of
    from reconciler.plan.planning import PlanOptions

    workspaces = with_base(open_workspaces(paths, spaces), refs.base)
    names = [one.space for one in workspaces]
    sources = sources_of(workspaces)

    def options_of(one: Workspace) -> PlanOptions:
        return PlanOptions(
            selection, replace(refs, applied=applied_of(refs.applied, one.space, names)), raised
        )

    plans = sourced_each(plan_each(workspaces, options_of, connected, until), sources)
    return [Part(plan, one.settings, one.spaces) for plan, one in zip(plans, workspaces, strict=True)]
