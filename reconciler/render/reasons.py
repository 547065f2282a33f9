"""The words that tell people why a field differs, and why an apply skips it.  Pure.

Most are the words of plan JSON; another language or a plainer word changes this file alone.
"""

from __future__ import annotations

from reconciler.language import sentence
from reconciler.model import Failure, Held, HeldBy, Why
from reconciler.plan.plan_words import WHY_WORDS, reason_words


def why_text(why: Why | None) -> str:
    """Return why a field differs; empty where no base is known."""
    if why is Why.CONFLICTING:
        return "conflicting"
    return WHY_WORDS[why] if why else ""


def held_text(held: Held) -> str:
    """Return why an apply skips a change."""
    return reason_words(held)


def held_word(held: Held) -> str:
    """Return why an apply skips a change, in a word for counts: never a stranger's words."""
    match held.by:
        case HeldBy.POLICY | HeldBy.FOUGHT_OVER:
            return "drift"
        case HeldBy.OTHER:
            return "other reasons"
        case _:
            return reason_words(Held(held.by))


def failure_text(failure: Failure) -> str:
    """Return why nothing was planned, on one line."""
    where = f"{failure.place}: " if failure.place else ""
    return where + sentence(failure.what, failure.fix)
