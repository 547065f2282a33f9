"""Show a plan in the formats that were asked for, to stdout or to files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.cli.output import write_file
from reconciler.errors import CannotRun
from reconciler.model import Plan
from reconciler.planfile import PlanFile, dumps
from reconciler.render.text import plan_text


def show_plan(
    plan: Plan, made: PlanFile, formats: Iterable[tuple[str, Path | None]], say: Callable[[str], None]
) -> None:
    """Render the plan in each format; one of them may go to stdout."""
    wanted = list(formats)
    if sum(path is None for _, path in wanted) > 1:
        raise CannotRun("two formats for one stdout", "give all but one a file: --format json=plan.json")
    views: dict[str, Callable[[], str]] = {"text": lambda: plan_text(plan), "json": lambda: dumps(made)}
    for name, path in wanted:
        if path is None:
            say(views[name]())
        else:
            write_file(path, views[name]())
