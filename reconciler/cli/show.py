"""`reconciler show`: a saved plan, rendered again."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options


@click.command("show")
@click.argument("plan", type=click.Path(path_type=Path))
@options.formats
@options.full
@options.color
@options.narrowed
def command(
    plan: Path, formats: tuple[tuple[str, Path | None], ...], *, full: bool, spaces: tuple[str, ...]
) -> int:
    """Show a saved PLAN; no network is needed."""
    from reconciler.apply.saved_plan import chosen_plans, read_plans
    from reconciler.cli.formats import Showing, refuse_input, show_plan
    from reconciler.manifest.safe_write import empty_outputs
    from reconciler.plan.plan_file import plan_of

    files = [path for _, path in formats]
    refuse_input(plan, *files)
    empty_outputs(*files)
    made = tuple(chosen_plans(read_plans(plan), spaces))
    show_plan(Showing(tuple(map(plan_of, made)), lambda: made, full), formats)
    return 0
