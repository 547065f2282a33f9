"""The texts that a forge shows: a change's comment, the issue of drift, the request that accepts drift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.language import _
from reconciler.model import Plan
from reconciler.plan.accepted import accepted
from reconciler.plan.plan_file import plan_of
from reconciler.render.markdown import LIMIT, plan_markdown
from reconciler.render.markdown_text import fenced
from reconciler.render.spaces import plans_markdown

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


def comment_text(made: Sequence[PlanFile]) -> str:
    """Return the text of the comment about the plans of a run."""
    return run_markdown(made, "plan", LIMIT)


def run_markdown(made: Sequence[PlanFile], artifact: str, limit: int) -> str:
    """Return the plans of a run, of one space or of several, as Markdown."""
    plans = [plan_of(one) for one in made]
    if len(made) == 1:
        return plan_markdown(plans[0], made[0], artifact=artifact, limit=limit)
    return plans_markdown(plans, made, artifact=artifact, limit=limit)


def is_pending(made: Sequence[PlanFile], notes: str) -> bool:
    """Return True if a drift report or the notes beside it hold something to look at."""
    found = any(one.errored or not plan_of(one).is_empty for one in made)
    return found or notes.strip() not in {"", WELL, _(WELL)}


def issue_title(made: Sequence[PlanFile]) -> str:
    """Return the title of the issue."""
    names = _(", ").join(one.space.name for one in made if one.space.name)
    return _("Drift in {space}", space=names) if names else _("Drift")


def issue_text(made: Sequence[PlanFile], notes: str) -> str:
    """Return the text of the issue: what moved and by whom, and what changed in the space's metadata."""
    below = f"\n#### {_('Metadata')}\n\n{fenced(notes[:MOST_NOTES])}" if notes else ""
    body = run_markdown(made, "drift", LIMIT - len(below))
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
