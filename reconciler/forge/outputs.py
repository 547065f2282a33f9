"""Passes results to later steps and jobs: a step's outputs on GitHub, a dotenv report on GitLab."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import append
from reconciler.render.safe import safe_text

if TYPE_CHECKING:
    from reconciler.model import Plan
    from reconciler.model.outcomes import Report
    from reconciler.plan.plan_data import Made

GITHUB = "GITHUB_OUTPUT"
DOTENV = "RECONCILER_DOTENV"
"""Each names a file.  GitHub sets the first; a GitLab job sets the second to its `reports: dotenv:`."""


def are_asked_for() -> bool:
    """Return True if a later step or job reads outputs."""
    return bool(os.environ.get(GITHUB) or os.environ.get(DOTENV))


def give(report: Callable[[str], None], **values: object) -> None:
    """Append outputs to the files that are asked for; `report` takes why that failed.

    GitLab makes variables of the lines, for all jobs after this one: each name begins with `RECONCILER_`.
    """
    for variable, form in ((GITHUB, "{}={}\n".format), (DOTENV, dotenv_line)):
        if file := os.environ.get(variable):
            try:
                append(Path(file), "".join(form(name, safe_text(str(one))) for name, one in values.items()))
            except CannotRun as error:
                report(f"no outputs for the job: {error}")


def dotenv_line(name: str, value: str) -> str:
    """Return one line of a dotenv report; GitLab takes the value as it is, up to the end of the line."""
    return f"RECONCILER_{name.upper()}={value}\n"


def give_plan(
    report: Callable[[str], None],
    plan: Plan,
    make: Callable[[], Made],
    formats: Iterable[tuple[str, Path | None]],
    out: Path | None,
) -> None:
    """Tell how much a plan would do, and where its files are."""
    from reconciler.model import Why
    from reconciler.plan.accepted import acceptable, proposed

    if not are_asked_for():
        return
    made = make()
    files = {name: path for name, path in formats if path}
    give(
        report,
        changes=plan.fields,
        to_update=len(plan.updates),
        to_clear=plan.clears,
        drifted=plan.count(Why.DRIFT),
        blocked=len(plan.blocks),
        to_accept=len(list(acceptable(plan))) + proposed(plan),
        digest=made.digest,
        plan_path=out or files.get("json", ""),
        html_path=files.get("html", ""),
        exit_reason=made.exit_reason,
    )


def give_report(report: Callable[[str], None], done: Report, reason: str) -> None:
    """Tell how an apply ended."""
    from reconciler.model.outcomes import Blocked, Conflict

    give(report, blocked=done.count(Blocked), conflicts=done.count(Conflict), exit_reason=reason)
