"""The words by which people read why a field differs, and why an apply skips it.  Pure.

They are those of plan JSON today; another language or a plainer word changes this file alone.
"""

from __future__ import annotations

from reconciler.model import Held, Why
from reconciler.plan.plan_words import WHY_WORDS, words_of


def why_text(why: Why | None) -> str:
    """Return why a field differs; empty where no base is known."""
    return WHY_WORDS[why] if why else ""


def held_text(held: Held) -> str:
    """Return why an apply skips a change."""
    return words_of(held)
