"""Show a plan in the formats that were asked for, to stdout or to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.cli.output import write_file
from reconciler.errors import CannotRun
from reconciler.model import Plan
from reconciler.planfile import PlanFile, dumps
from reconciler.render.github import plan_annotations, step_summary
from reconciler.render.html import plan_html
from reconciler.render.markdown import plan_markdown
from reconciler.render.text import plan_text

VIEWS: dict[str, Callable[[Plan, PlanFile], str]] = {
    "text": lambda plan, _: plan_text(plan),
    "json": lambda _, made: dumps(made),
    "markdown": plan_markdown,
    "html": lambda plan, made: plan_html(plan, made, source=source_address(made)),
    "github": lambda plan, _: plan_annotations(plan) + plan_text(plan),
}
"""One row a format, as in `options.PLAN_FORMATS`."""


def show_plan(
    plan: Plan, made: PlanFile, formats: Iterable[tuple[str, Path | None]], say: Callable[[str], None]
) -> None:
    """Render the plan in each format; one of them may go to stdout.

    In a GitHub job the step summary is written beside the annotations.
    """
    wanted = list(formats)
    if sum(path is None for _, path in wanted) > 1:
        raise CannotRun("two formats for one stdout", "give all but one a file: --format json=plan.json")
    for name, path in wanted:
        text = VIEWS[name](plan, made)
        if path is None:
            say(text)
        else:
            write_file(path, text)
        summary = os.environ.get("GITHUB_STEP_SUMMARY") if name == "github" else None
        if summary:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(step_summary(plan, made))


def source_address(made: PlanFile) -> str:
    """Return where a GitHub job's repository shows the files of the plan's commit; empty elsewhere."""
    server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return (
        f"{server}/{repository}/blob/{made.desired.commit}"
        if server and repository and made.desired.commit
        else ""
    )
