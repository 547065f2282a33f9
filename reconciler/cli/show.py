"""`reconciler show`: a saved plan, rendered again."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.output import say


@click.command("show")
@click.argument("plan", type=click.Path(path_type=Path))
@options.formats
def command(plan: Path, formats: tuple[tuple[str, Path | None], ...]) -> int:
    """Show a saved PLAN; no network is needed."""
    from reconciler.cli.saved import read_plan
    from reconciler.cli.views import refuse_input, show_plan
    from reconciler.disk import begin
    from reconciler.planfile import plan_of

    files = [path for _, path in formats]
    refuse_input(plan, *files)
    begin(*files)
    made = read_plan(plan)
    show_plan(plan_of(made), lambda: made, formats, say)
    return 0
