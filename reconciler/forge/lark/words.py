"""The words of a card, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from reconciler.language import _, messages


class Words(NamedTuple):
    """The phrases of a card; `{…}` are counts, names and values."""

    plan: str
    drift: str
    run: str
    no_drift: str
    guards: str
    guard: str
    guard_alone: str
    conflicts: str
    blocks: str
    clears: str
    drifts: str
    changes: str
    errors: str
    settings: str
    somebody: str
    on_items: str
    cut: str
    base_live_desired: str
    outcomes: str
    outcome: str
    stopped: str
    nothing_sent: str
    request: str
    page: str
    job: str
    names: Mapping[str, str]
    """Outcomes and guards as this language calls them, where it does not as JSON does."""


NAMES: Final = messages(
    "applied",
    "already",
    "blocked",
    "conflict",
    "ignored",
    "rejected",
    "unknown",
    "not tried",
    "changes",
    "share",
    "clears",
    "both",
    "invisible",
    "people",
    "windows",
)
"""Outcomes and guards, which cards name in their language."""


def spoken_words() -> Words:
    """Return the phrases in the language that is spoken."""
    return Words(
        plan=_("Plan for {space}"),
        drift=_("Drift in {space}"),
        run=_("Apply in {space}"),
        no_drift=_("Nothing moved in Meegle since the last apply."),
        guards=_("Guards stop an apply"),
        guard=_("{name}: {actual}, at most {limit}"),
        guard_alone=_("{name}: {actual}"),
        conflicts=_("Changed here and in Meegle"),
        blocks=_("Blocked"),
        clears=_("Fields to empty"),
        drifts=_("Drift: changed in Meegle, by person"),
        changes=_("Changes"),
        errors=_("Errors"),
        settings=_("Settings changed"),
        somebody=_("unknown"),
        on_items=_("{change} on {count} items"),
        cut=_("… not shown here: {rows} rows, {fields} fields"),
        base_live_desired=_("base → live → desired"),
        outcomes=_("Outcomes, by field"),
        outcome=_("{word}: {count}"),
        stopped=_("Stopped: {why}"),
        nothing_sent=_("Nothing was sent."),
        request=_("Request"),
        page=_("Page"),
        job=_("CI run"),
        names={word: _(word) for word in NAMES},
    )
