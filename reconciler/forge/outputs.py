"""Passes results to later steps and jobs: a step's outputs on GitHub, a dotenv report on GitLab."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
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
    plans: Sequence[Plan],
    make: Callable[[], tuple[Made, ...]],
    formats: Iterable[tuple[str, Path | None]],
    out: Path | None,
) -> None:
    """Tell how much the plans of a run would do in all, and where their files are."""
    from reconciler.model import Why
    from reconciler.plan.accepted import acceptable, proposed
    from reconciler.plan.spaces_data import run_digest, worst

    if not are_asked_for():
        return
    made = make()
    files = {name: path for name, path in formats if path}
    give(
        report,
        changes=sum(one.fields for one in plans),
        to_update=sum(len(one.updates) for one in plans),
        to_clear=sum(one.clears for one in plans),
        drifted=sum(one.count(Why.DRIFT) for one in plans),
        blocked=sum(len(one.blocks) for one in plans),
        to_accept=sum(len(list(acceptable(one))) + proposed(one) for one in plans),
        digest=run_digest(made),
        plan_path=out or files.get("json", ""),
        html_path=files.get("html", ""),
        exit_reason=worst(one.exit_reason for one in made),
    )


def give_report(report: Callable[[str], None], done: Report, reason: str) -> None:
    """Tell how an apply ended."""
    from reconciler.model.outcomes import Blocked, Conflict

    give(report, blocked=done.count(Blocked), conflicts=done.count(Conflict), exit_reason=reason)
