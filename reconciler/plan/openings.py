"""Hold a plan against the windows of its space: a guard that no flag opens.  Pure.

Windows count as limits do: those of the base and those of this commit both hold.  A window that opens,
that this commit has and the base has not, was let in by the review of this commit, and opens whatever the
base says; from then on it is one of the base's windows, and decides where it is the first that matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from reconciler.model import GuardResult, Plan
from reconciler.model.opening_hours import ALWAYS_OPEN, Calendar, Closing, Openings
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec
from reconciler.settings import SpaceSettings

GUARD = "windows"
"""The name of the guard."""
ALLOW = "windows: [{allow: {from: …, to: …}, why: …}, …]"
"""The entry that opens a window; it stands first, since the first match decides."""
NO_REASON = "freeze"
"""The reason of a window that gives none."""


def with_openings(
    plan: Plan,
    own: SpaceSettings,
    before: Iterable[SpaceSettings] | None,
    names: Mapping[str, frozenset[str]],
) -> Plan:
    """Give a plan the windows that hold for it: its own, and those of the base if there is one.

    `names` maps types to the words by which windows may mean them.
    """
    theirs = tuple(calendar_of(one) for one in before or () if one.windows)
    if not own.windows and not theirs:
        return replace(plan, openings=ALWAYS_OPEN)
    ours = calendar_of(own)
    known = [window for calendar in theirs for window in calendar.windows]
    granted = [one for one in ours.windows if one.opens and not any(map(one.limits_as, known))]
    made = Openings(ours, theirs, tuple(granted) if before is not None else ())
    return named_openings(replace(plan, openings=made), names)


def calendar_of(settings: SpaceSettings) -> Calendar:
    """Return the windows of a space with the zone of their clock."""
    return Calendar(tuple(one.window for one in settings.windows), settings.clock)


def named_openings(plan: Plan, names: Mapping[str, frozenset[str]]) -> Plan:
    """Let the windows of a plan know its types by more names."""
    before = dict(plan.openings.types)

    def words(key: str) -> frozenset[str]:
        return names.get(key, frozenset()) | before.get(key, frozenset()) | {key, plan.types.get(key, key)}

    written = sorted({update.ref.type_key for update in plan.updates})
    types = tuple((key, words(key)) for key in written)
    return replace(plan, openings=replace(plan.openings, types=types))


def type_names(*kinds: Mapping[str, TypeSpec]) -> dict[str, frozenset[str]]:
    """Return the words that mean each type, by its key."""
    found: dict[str, frozenset[str]] = {}
    for types in kinds:
        for key, spec in types.items():
            found[key] = found.get(key, frozenset()) | {spec.key, spec.api_name, spec.name} - {""}
    return found


def catalog_names(catalog: Catalog) -> dict[str, frozenset[str]]:
    """Return the words that mean each type, live and as it is pinned."""
    return type_names(catalog.types, catalog.pinned)


def window_guard(plan: Plan, at: datetime) -> Iterator[GuardResult]:
    """Yield the guard's verdict about a moment; nothing for a space without windows."""
    if plan.openings.calendars:
        closed = closed_words(plan, at)
        yield GuardResult(GUARD, "", closed or "open", ok=closed is None)


def at_hour(plan: Plan, at: datetime) -> Plan:
    """Judge a plan by its windows anew, for a moment that came later."""
    others = tuple(one for one in plan.guards if one.name != GUARD)
    return replace(plan, guards=(*others, *window_guard(plan, at)))


def closed_words(plan: Plan, at: datetime) -> str | None:
    """Return until when nothing of a plan may be sent, and why; None if its windows are open."""
    closing = plan.openings.closing(at)
    if closing is None:
        return None
    opening = plan.openings.opening(at)
    why = closing.window.why or NO_REASON
    if opening is None:
        return f"closed without an end ({why}){details(plan, closing)}"
    return f"not before {opening.astimezone(closing.zone):%Y-%m-%d %H:%M} ({why}){details(plan, closing)}"


def details(plan: Plan, closing: Closing) -> str:
    """Return by which clock a window closes, for which type if it names some, and whether the base has it."""
    word, zone = plan.types.get(closing.type_key, closing.type_key), closing.zone
    told = f" for {word}, by the clock of {zone}" if closing.window.types else f", by the clock of {zone}"
    return told if closing.ours else f"{told}, as the base has it"
