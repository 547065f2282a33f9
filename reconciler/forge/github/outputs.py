"""What a command tells the steps after it in a GitHub job: its outputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.streams import tell
from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import append
from reconciler.render.safe import safe_text

if TYPE_CHECKING:
    from reconciler.model import Plan, Report
    from reconciler.plan.plan_json import PlanFile

OUTPUTS = "GITHUB_OUTPUT"
ACCEPT = "drift: accept"
"""Why a row is left alone whose live value is to be brought into the files."""


def give(**values: object) -> None:
    """Append outputs to the file that GitHub reads; elsewhere nobody asks for them."""
    if not (file := os.environ.get(OUTPUTS)):
        return
    try:
        append(Path(file), "".join(f"{name}={safe_text(str(value))}\n" for name, value in values.items()))
    except CannotRun as error:
        tell(f"no outputs for the job: {error}")


def give_plan(
    plan: Plan, make: Callable[[], PlanFile], formats: Iterable[tuple[str, Path | None]], out: Path | None
) -> None:
    """Tell how much a plan would do, and where its files are."""
    if not os.environ.get(OUTPUTS):
        return
    made = make()
    files = {name: path for name, path in formats if path}
    give(
        changes=plan.fields,
        to_update=len(plan.updates),
        to_clear=plan.clears,
        drifted=plan.count("drift"),
        blocked=len(plan.blocks),
        to_accept=len(list(acceptable(plan))),
        digest=made.digest,
        plan_path=out or files.get("json", ""),
        html_path=files.get("html", ""),
        exit_reason=made.exit_reason,
    )


def give_report(report: Report, reason: str) -> None:
    """Tell how an apply ended."""
    from reconciler.model import Blocked, Conflict

    give(blocked=report.count(Blocked), conflicts=report.count(Conflict), exit_reason=reason)


def acceptable(plan: Plan) -> Iterator[str]:
    """Yield each field that is to follow the live value, as a REF."""
    for update in plan.skipped:
        for one in update.changes:
            if one.held == ACCEPT:
                yield f"{update.ref.type_key}/{update.ref.id}.{one.key.replace('/', '.')}"
