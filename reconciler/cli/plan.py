"""`reconciler plan`: the difference between the files and the live items."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.output import say, tell, write_file

CHANGES = 2


@click.command("plan")
@options.paths
@click.option("--out", metavar="PLAN", type=click.Path(path_type=Path), help="Save the plan for apply.")
@options.formats
@options.refs
@options.only
@options.exclude
@click.option("--changed", is_flag=True, help="Only what stands in files that differ from the base.")
@click.option("--strict", is_flag=True, help="Take blocked rows for errors.")
@click.option("--blame", is_flag=True, help="Say who changed the live values, from operation records.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there is any row.")
@options.space
def command(
    paths: tuple[Path, ...],
    out: Path | None,
    formats: tuple[tuple[str, Path | None], ...],
    base: str | None,
    applied: str | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    *,
    changed: bool,
    strict: bool,
    blame: bool,
    detailed_exitcode: bool,
    space: str | None,
) -> int:
    """Show what would change on the live items.  Writes nothing to the space.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.api.client import Client
    from reconciler.cli.views import show_plan
    from reconciler.cli.workspace import (
        Raised,
        Refs,
        Selection,
        changed_files,
        connect,
        desired,
        open_workspace,
        plan_now,
        with_blame,
    )
    from reconciler.clock import now
    from reconciler.history import head
    from reconciler.planfile import dumps, plan_file
    from reconciler.space import Reader

    workspace = open_workspace(paths, space)
    files = changed_files(workspace, base) if changed else None
    selection = Selection(only, exclude, files)
    connection = connect(workspace.mistakes)
    with Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        items = desired(workspace, reader, selection)
        plan = plan_now(
            workspace,
            reader,
            items,
            connection.host,
            Raised(),
            Refs(base, applied),
            everything=selection.everything,
        )
        if blame:
            plan = with_blame(plan, reader, connection.plugin_id)
    commit = head(workspace.root)
    made = plan_file(
        plan, now(), commit=commit.sha if commit else None, dirty=commit.dirty if commit else None
    )
    if out:
        write_file(out, dumps(made))
    show_plan(plan, made, formats, say)
    if strict and plan.blocks:
        tell(f"error: {len(plan.blocks)} blocked rows, and --strict takes them for errors")
        return 1
    return CHANGES if detailed_exitcode and not plan.is_empty else 0
