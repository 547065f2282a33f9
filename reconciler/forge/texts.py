"""The texts that a forge shows: a change's comment, the issue of drift, the request that accepts drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.language import _
from reconciler.model import Plan
from reconciler.plan.accepted import accepted
from reconciler.plan.plan_file import plan_of
from reconciler.render.markdown import LIMIT, plan_markdown
from reconciler.render.markdown_text import fenced

if TYPE_CHECKING:
    from reconciler.plan.plan_data import Made
    from reconciler.plan.plan_json import PlanFile

HALF: Final = 28_000
"""Characters of each half of a request's text."""
MOST_NOTES: Final = 8_000
"""Characters of the notes that an issue takes."""
WELL: Final = "The pins match the space."
"""The output of `schema check` if it found nothing."""


class Shown(NamedTuple):
    """A plan, and the file that is made of it."""

    plan: Plan
    made: Made


def comment_text(made: PlanFile) -> str:
    """Return the text of the comment."""
    return plan_markdown(plan_of(made), made)


def is_pending(made: PlanFile, notes: str) -> bool:
    """Return True if a drift report or the notes beside it hold something to look at."""
    return made.errored or not plan_of(made).is_empty or notes.strip() not in {"", WELL, _(WELL)}


def issue_title(space: str) -> str:
    """Return the title of the issue."""
    return _("Drift in {space}", space=space) if space else _("Drift")


def issue_text(made: PlanFile, notes: str) -> str:
    """Return the text of the issue: what moved and by whom, and what changed in the space's metadata."""
    below = f"\n#### {_('Metadata')}\n\n{fenced(notes[:MOST_NOTES])}" if notes else ""
    body = plan_markdown(plan_of(made), made, artifact="drift", limit=LIMIT - len(below))
    return body.replace("<!-- reconciler:plan ", "<!-- reconciler:drift ", 1) + below


def request_text(taken: Shown, after: Shown, space: str) -> str:
    """Return the text of the request: the values that the files take over, and the plan of the new files.

    A request that a job's own token opened may start no checks, so it carries its plan itself.
    """
    values = accepted(taken.plan)
    parts = [
        plan_markdown(plan, made, artifact="drift", limit=HALF).partition("\n")[2]
        for plan, made in ((values, taken.made), after)
    ]
    return (
        f"<!-- reconciler:accept v1 space={space} -->\n"
        f"{_('The files take over these live values, whose policy is `accept`:')}\n\n{parts[0]}\n"
        f"{_('With this merged:')}\n\n{parts[1]}"
    )
