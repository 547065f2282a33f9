"""Count the people whom an apply may notify: those of the items, and those whom a change adds.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from reconciler.fields.people import USER_KEY
from reconciler.fields.spec import People
from reconciler.model import Item, Notified, NotifiedPerson, Plan, Update
from reconciler.schema.types import PEOPLE_TYPES, strings

MOST_NAMED = 10
"""The people who are named; the others are counted."""


def audience_of_update(update: Update, item: Item) -> frozenset[str] | None:
    """Return the people of an item to change and those whom its changes add; None if some are not known."""
    if item.audience is None:
        return None
    added = {
        key
        for one in update.changes
        if one.type in PEOPLE_TYPES
        for key in strings([one.after])
        if USER_KEY.fullmatch(key)
    }
    return item.audience | added


def most_notified(updates: Iterable[Update]) -> list[tuple[str, int]]:
    """Return the people of the most items, with the number of items; of equal ones the lower key first."""
    counts = Counter(key for update in updates for key in update.audience or ())
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def named_first(updates: Iterable[Update]) -> Collection[str]:
    """Return the user keys of the people who are named."""
    return [key for key, _ in most_notified(updates)[:MOST_NAMED]]


def with_notified(plan: Plan, people: People) -> Plan:
    """Return the plan with the number of people who may be notified, and the most affected by name."""
    found = most_notified(plan.updates)
    notified = Notified(
        len(found),
        tuple(NotifiedPerson(key, people.show(key), items) for key, items in found[:MOST_NAMED]),
        sum(update.audience is None for update in plan.updates),
    )
    return replace(
        plan,
        notified=notified,
        updates=tuple(replace(update, audience=frozenset()) for update in plan.updates),
    )
