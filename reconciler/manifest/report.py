"""The lines that report mistakes: sorted, equal ones as one line with their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.errors import Mistake, Place

SHOWN = 50
"""Different mistakes that are shown."""


PLACES = 3
"""Places that are shown of equal mistakes."""


def report(mistakes: Iterable[Mistake]) -> list[str]:
    """Return the lines that tell all mistakes: sorted, equal ones as one line with their places."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for mistake in sorted(set(mistakes), key=lambda one: (one.place, one.what, one.fix)):
        groups.setdefault((mistake.what, mistake.fix), []).append(mistake.place)
    lines = [line(what, fix, places) for (what, fix), places in list(groups.items())[:SHOWN]]
    return lines if len(groups) <= SHOWN else [*lines, f"… and {len(groups) - SHOWN} more"]


def line(what: str, fix: str, places: Sequence[Place]) -> str:
    """Return the line of one mistake: its place, or how often it stands and the first places."""
    if len(places) == 1:
        return f"{places[0]}: {what}; {fix}"
    others = ", ".join(map(str, places[1:PLACES])) + (", …" if len(places) > PLACES else "")
    return f"{places[0]}: {what}; {fix} ({len(places)} times, also at {others})"
