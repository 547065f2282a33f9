"""A past run in the form of a plan, so that what was changed is read as it was when it was planned."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.errors import Place
from reconciler.model import Change, Plan, Update
from reconciler.model.history import PastChange, PastRun
from reconciler.model.outcomes import WORDS, Already, Applied, Ignored, Outcome, Row

PLACE = re.compile(r"(.+):([0-9]{1,9}):([0-9]{1,9})")
KINDS: dict[str, type[Any]] = {word: kind for kind, word in WORDS.items()}
UNSEEN = "unknown"


def past_plan(run: PastRun, changes: Iterable[PastChange]) -> Plan:
    """Return changes of a run as a plan's updates."""
    items: dict[tuple[str, int], list[PastChange]] = {}
    for one in changes:
        items.setdefault(one.ref, []).append(one)
    updates = tuple(past_update(run, some) for some in items.values())
    return Plan(run.host, run.space, run.space_key, run.types, updates, (), 0, 0)


def past_update(run: PastRun, some: Sequence[PastChange]) -> Update:
    """Return the changes of one item."""
    made = tuple(past_change(run, one) for one in some)
    return Update(some[0].ref, some[0].title, made[0].place, made)


def past_change(run: PastRun, one: PastChange) -> Change:
    """Return one change; without labels the values are shown as the service writes them."""
    return Change(
        one.key,
        one.label,
        one.type,
        one.before,
        one.after,
        shown(one.before_label, one.before),
        shown(one.after_label, one.after),
        one.added,
        one.removed,
        place_of(run, one),
        clears=one.clears,
    )


def shown(label: str | None, wire: Any) -> str:
    """Return a value for people; its JSON in a journal without labels."""
    return json.dumps(wire, ensure_ascii=False) if label is None else label


def place_of(run: PastRun, one: PastChange) -> Place:
    """Return the line of the file that was applied; the line of the journal where it does not name one."""
    hit = PLACE.fullmatch(one.place)
    return Place(hit[1], int(hit[2]), int(hit[3])) if hit else Place(f"run {run.id}", one.line, 1)


def past_row(run: PastRun, one: PastChange) -> Row:
    """Return what became of one change."""
    change = past_change(run, one) if one.sent else None
    return Row(one.ref, one.title, one.key, one.label, past_outcome(one), change)


def past_outcome(one: PastChange) -> Outcome:
    """Return an outcome by its word."""
    kind = KINDS.get(one.result, KINDS[UNSEEN])
    made: Outcome = (
        kind() if kind in {Applied, Already} else Ignored(one.reason) if kind is Ignored else kind(one.reason)
    )
    return made
