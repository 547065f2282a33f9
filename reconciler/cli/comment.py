"""`reconciler comment`: the sticky comment of a proposed change, or the one issue about drift."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.streams import say, say_told
from reconciler.errors import CannotRun


@click.command("comment")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--issue", is_flag=True, help="Keep the issue about drift instead of a comment.")
@click.option(
    "--notes",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="With --issue: what `schema check` said, added below.",
)
@click.option("--print", "printed", is_flag=True, help="Print the text, for a forge without a client.")
@options.narrowed
def command(plan: Path, *, issue: bool, notes: Path | None, printed: bool, spaces: tuple[str, ...]) -> int:
    """Show a saved PLAN on the pull or merge request of this job: one comment, kept up to date.

    In a GitHub job it needs GITHUB_TOKEN, in a GitLab job RECONCILER_FORGE_TOKEN.  The plan is checked and
    rendered here, whoever made the file.  The printed text begins with the marker that finds it again.
    """
    from reconciler.apply.saved_plan import chosen_plans, read_plans
    from reconciler.forge.choice import forge_of
    from reconciler.forge.gitlab.markdown import gitlab_text
    from reconciler.forge.texts import comment_text, is_pending, issue_text, issue_title

    if notes and not issue:
        raise CannotRun("--notes are for an issue", "add --issue, or leave them out")
    made = tuple(chosen_plans(read_plans(plan), spaces))
    if printed:
        say(gitlab_text(issue_text(made, read_notes(notes)) if issue else comment_text(made)))
        return 0
    with forge_of(os.environ) as forge:
        if not issue:
            say_told(f"Comment {forge.write_comment(forge.text(comment_text(made)))}.\n")
            return 0
        noted = read_notes(notes)
        body, pending = forge.text(issue_text(made, noted)), is_pending(made, noted)
        title = issue_title(made)
        say_told(f"Issue {forge.write_issue(title, body, pending=pending)}.\n")
    return 0


def read_notes(path: Path | None) -> str:
    """Return the notes; raises CannotRun where they cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path else ""
    except OSError as error:
        raise CannotRun(f"cannot read {path} ({error.strerror})", "check the path") from None
