"""The words of plan JSON for why a field differs and why an apply skips it, and the way back.  Pure.

Scripts compare these words, and plans are kept: a word is never changed.  The words that people read are made
in `render/reasons.py`.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.model import Held, HeldBy, Why

WHY_WORDS: Final = {
    Why.CHANGED_HERE: "changed here",
    Why.DRIFT: "drift",
    Why.CONFLICTING: "both",
    Why.NEWLY_MANAGED: "newly managed",
    Why.PENDING: "pending",
    Why.NEWLY_SELECTED: "newly selected",
}
HELD_WORDS: Final = {
    HeldBy.BASE_UNKNOWN: "base unknown",
    HeldBy.APPLIED_UNKNOWN: "no last applied commit is known",
    HeldBy.CHANGED_HERE_TOO: "changed here, too",
    HeldBy.IGNORED: "ignored",
    HeldBy.RULE_CHECKS: "rule: check",
    HeldBy.RULE_PROPOSES: "rule: propose",
}
"""Those that need no detail."""
POLICIES: Final = frozenset({"report", "accept"})
PUT_BACK: Final = re.compile(r"drift: put back ([0-9]+) times in 7 days")


def why_of(words: str) -> Why | None:
    """Return the reason of these words; None for words of no version."""
    return next((why for why, known in WHY_WORDS.items() if words == known), None)


def reason_words(held: Held) -> str:
    """Return the words for what keeps an apply from sending a change."""
    match held.by:
        case HeldBy.POLICY:
            return f"drift: {held.detail}"
        case HeldBy.FOUGHT_OVER:
            return f"drift: put back {held.detail} times in 7 days"
        case HeldBy.OTHER:
            return held.detail
        case _:
            return ": ".join(filter(None, (HELD_WORDS[held.by], held.detail)))


def held_of(words: str) -> Held:
    """Return what the words of a plan of any version say."""
    by = next((by for by, known in HELD_WORDS.items() if words == known), None)
    if by is not None:
        return Held(by)
    head, _, detail = words.partition(": ")
    if head == "ignored" and detail:
        return Held(HeldBy.IGNORED, detail)
    if head == "drift" and detail in POLICIES:
        return Held(HeldBy.POLICY, detail)
    if hit := PUT_BACK.fullmatch(words):
        return Held(HeldBy.FOUGHT_OVER, hit[1])
    return Held(HeldBy.OTHER, words)
