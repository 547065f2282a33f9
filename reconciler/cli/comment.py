"""`reconciler comment`: the sticky comment of a pull request, or the one issue about drift."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.streams import say
from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.plan.plan_json import PlanFile

MOST_NOTES = 8_000
"""Characters of the notes that an issue takes."""
WELL = "The pins match the space."
"""What `schema check` says where it has found nothing."""


@click.command("comment")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--issue", is_flag=True, help="Keep the issue about drift instead of a comment.")
@click.option(
    "--notes",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --issue: what `schema check` said, added below.",
)
def command(plan: Path, *, issue: bool, notes: Path | None) -> int:
    """Show a saved PLAN on the pull request of this GitHub job: one comment, kept up to date.

    Needs GITHUB_TOKEN.  The plan is checked and rendered here, whoever made the file.
    """
    from reconciler.apply.saved_plan import read_plan
    from reconciler.forge.github.comments import write_comment, write_issue
    from reconciler.forge.github.job import job_from
    from reconciler.forge.github.rest import GitHub
    from reconciler.plan.plan_file import plan_of
    from reconciler.render.markdown import plan_markdown

    if notes and not issue:
        raise CannotRun("--notes are for an issue", "add --issue, or leave them out")
    made = read_plan(plan)
    with GitHub(job_from(os.environ)) as github:
        if not issue:
            say(f"Comment {write_comment(github, plan_markdown(plan_of(made), made))}.\n")
            return 0
        said = read_notes(notes)
        pending = made.errored or not plan_of(made).is_empty or bool(said and said.strip() != WELL)
        title = f"Drift in {made.space.name}" if made.space.name else "Drift"
        done = write_issue(github, title, issue_text(made, said), pending=pending)
    say(f"Issue {done}.\n")
    return 0


def read_notes(path: Path | None) -> str:
    """Return the notes; raises CannotRun where there are none to read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path else ""
    except OSError as error:
        raise CannotRun(f"cannot read {path} ({error.strerror})", "check the path") from None


def issue_text(made: PlanFile, notes: str) -> str:
    """Return the text of the issue: what moved and by whom, and what changed in the space's metadata."""
    from reconciler.plan.plan_file import plan_of
    from reconciler.render.markdown import LIMIT, fenced, plan_markdown

    below = f"\n#### Metadata\n\n{fenced(notes[:MOST_NOTES])}" if notes else ""
    body = plan_markdown(plan_of(made), made, artifact="drift", limit=LIMIT - len(below))
    return body.replace("<!-- reconciler:plan ", "<!-- reconciler:drift ", 1) + below
