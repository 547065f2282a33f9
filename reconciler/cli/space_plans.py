"""What the commands that plan share: the spaces of a run, their plans, and those that failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.cli.progress import reading
from reconciler.cli.streams import on_stderr, tell
from reconciler.errors import InputError, ReconcilerError

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.http.connection import Connection
    from reconciler.model import Plan
    from reconciler.plan.planning import PlanOptions
    from reconciler.plan.side_by_side import Result
    from reconciler.plan.source_commit import Source


def with_base(
    workspaces: Sequence[Workspace], base: str | None, *, offline: bool = False
) -> tuple[Workspace, ...]:
    """Return the workspaces, which know the spaces that the base does not name; prints their notes.

    Unless `offline`, the service says which of them only got another name.
    """
    for one in workspaces:
        tell(*one.notes)
    if base is None:
        return tuple(workspaces)
    from reconciler.plan.new_spaces import is_new, recognised, with_new_spaces

    found = with_new_spaces(workspaces, base)
    return found if offline or not any(map(is_new, found)) else recognised(found)


def connected(workspace: Workspace) -> Connection:
    """Return how to reach a space, as its variables say."""
    from reconciler.meegle.connect import connect

    return connect(workspace.mistakes, tell, workspace.space, workspace.spaces)


def plan_each(
    workspaces: Sequence[Workspace],
    options: Callable[[Workspace], PlanOptions],
    connect: Callable[[Workspace], Connection],
    until: float | None = None,
) -> tuple[Plan, ...]:
    """Plan every space of a run.  Raises what stops a run about one space; of several the others are planned.

    The plan of a space that failed tells why, and so does stderr.
    """
    from reconciler.plan.planning import open_reader, plan

    with reading():
        if len(workspaces) > 1:
            from reconciler.plan.side_by_side import plan_spaces

            found = plan_spaces(workspaces, options, connect, until)
            refuse_input(found)
            return tuple(planned(one, result) for one, result in zip(workspaces, found, strict=True))
        (alone,) = workspaces
        with open_reader(alone, connect(alone), until) as reader:
            return (marked(plan(alone, reader, options(alone)), alone),)


def refuse_input(found: Sequence[Result]) -> None:
    """Raise InputError with every mistake at once, if mistakes in the files stopped every space."""
    wrong = [one for one in found if isinstance(one, InputError)]
    if len(wrong) == len(found):
        raise InputError({mistake for one in wrong for mistake in one.mistakes})


def planned(workspace: Workspace, result: Result) -> Plan:
    """Return the plan of a space, or the one that tells why there is none."""
    if isinstance(result, ReconcilerError):
        from reconciler.plan.failures import failed_plan

        tell_failure(workspace.space, result)
        result = failed_plan(result, (), workspace.space)
    return marked(result, workspace)


def marked(plan: Plan, workspace: Workspace) -> Plan:
    """Return the plan, which says before all else whether its space is new."""
    if workspace.spaces is None or not workspace.spaces.new:
        return plan
    from reconciler.plan.new_spaces import first_named

    return first_named(plan, workspace)


def tell_failure(space: str, error: ReconcilerError) -> None:
    """Tell on stderr why a space could not be planned."""
    from reconciler.render.mistakes import mistakes_text

    with on_stderr():
        tell(*mistakes_text(error.mistakes))
    if isinstance(error, InputError):
        tell(f"error: the space {space} was not planned: its files hold mistakes")
    else:
        tell(f"error: the space {space} was not planned: {error}")


def sources_of(workspaces: Sequence[Workspace], snapshot: Path | None = None) -> list[Source]:
    """Hold the files of each space against the commit that is checked out."""
    from reconciler.plan.source_commit import source_of

    return [source_of(one, snapshot) for one in workspaces]


def sourced_each(plans: Sequence[Plan], sources: Sequence[Source]) -> tuple[Plan, ...]:
    """Return the plans with the commits whose files were read, the failed ones too."""
    from reconciler.plan.source_commit import sourced

    return tuple(
        replace(one, commit=source.commit) if one.failures else sourced(one, source)
        for one, source in zip(plans, sources, strict=True)
    )
