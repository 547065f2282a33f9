"""The work items that rows point to: which of them the space has to confirm, and what becomes of the rows.

A relation is an id on the wire, and a name for people.  Which id a name means is pinned in `items.json`, a
file that a pull request can bring.  So before anybody reads a row, the space says what its ids are: a row
is blocked where one of them is gone, of a type that the field does not take, or called otherwise than the
files call it, and every name in a view is the space's.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from reconciler.errors import quoted
from reconciler.fields.codec import Codec
from reconciler.fields.related import type_word
from reconciler.fields.spec import Items
from reconciler.model import GONE, Change, Plan, Ref, Update
from reconciler.plan.planner import blocking
from reconciler.schema.catalog import Catalog

Called: TypeAlias = Mapping[int, frozenset[tuple[str, str]]]
"""By what (type key, name) the files call an item, as they were read."""
Live: TypeAlias = Mapping[int, tuple[str, str]]
"""The type key and the name of an item, as the space says it."""
RENAME = "correct the name, or run `reconciler schema pull --rewrite` where the item was renamed"
ANOTHER = "name another item, or restore this one in Meegle"


def calls(catalog: Catalog) -> Called:
    """Return what the files call each item that they name."""
    found: dict[int, set[tuple[str, str]]] = {}
    for at, ids in catalog.items.by_name.items():
        for item_id in ids:
            found.setdefault(item_id, set()).add(at)
    return {item_id: frozenset(some) for item_id, some in found.items()}


def questions(plan: Plan, catalog: Catalog) -> dict[int, tuple[str, ...]]:
    """Return the ids that the space has to confirm, each with the types in which it may be.

    Those are the items that a row to be sent would newly point to, and all that a view would show a name
    of; an item that is only known by its id and is related already stays as it is.
    """
    called = calls(catalog)
    asked: dict[int, tuple[str, ...]] = {}
    every = tuple(catalog.types)
    for update in (*plan.updates, *plan.skipped):
        for change in update.changes:
            codec = catalog.codec(update.ref.type_key, change.key)
            new = added_targets(codec, change) if change.held is None else frozenset()
            for types, item_id in shown_items(codec, change):
                if item_id in new or item_id in called:
                    first = (key for key, _ in sorted(called.get(item_id, ())))
                    known = catalog.items.known.get(item_id, ("", ""))[0]
                    some = (*first, known, *(types or every), *asked.get(item_id, ()))
                    asked[item_id] = tuple(dict.fromkeys(key for key in some if key in catalog.types))
    return asked


def links(codec: Codec, wire: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the items in a wire value, with the types that the field takes; none where it points nowhere."""
    if codec.names_items:
        yield from codec.links(codec.decode(wire).value)


def shown_items(codec: Codec, change: Change) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every item that a view of the row would show."""
    for wire in (change.before, change.after, change.base):
        yield from links(codec, wire)


def added_targets(codec: Codec, change: Change) -> frozenset[int]:
    """Return the items to which the row would newly point."""
    return frozenset(one for _, one in links(codec, change.after)) - frozenset(
        one for _, one in links(codec, change.before)
    )


def named_items(items: Items, asked: Iterable[int], live: Live) -> Items:
    """Return the known items with the asked ones by the space's names, and by no name if it gave none."""
    nameless = dict.fromkeys(asked, ("", ""))
    return replace(items, known={**items.known, **nameless, **live})


def confirmed(plan: Plan, catalog: Catalog, live: Live) -> Plan:
    """Block the rows that point to what the space does not confirm; the plan then holds what they rest on."""
    called = calls(catalog)

    def fault(ref: Ref, change: Change) -> tuple[str, str] | None:
        codec = catalog.codec(ref.type_key, change.key)
        return next(
            (
                why
                for types, item_id in rested_on(codec, change, called)
                if (why := unlike(item_id, types, called.get(item_id, frozenset()), live, catalog))
            ),
            None,
        )

    made = blocking(plan, fault, catalog)
    return replace(made, targets=tuple(sorted(set(new_targets(made.updates, catalog, live)))))


def new_targets(updates: Iterable[Update], catalog: Catalog, live: Live) -> Iterator[Ref]:
    """Yield the items to which rows would newly point, which an apply looks at once more."""
    for update in updates:
        for change in update.changes:
            for item_id in added_targets(catalog.codec(update.ref.type_key, change.key), change):
                if item_id in live:
                    yield Ref(live[item_id][0], item_id)


def rested_on(codec: Codec, change: Change, called: Called) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the items that the author chose: new ones, and those that the files name for this row."""
    new = added_targets(codec, change)
    rule = (list(change.contains), list(change.excludes))
    chosen = {one for wire in (*rule, change.after) for _, one in links(codec, wire)}
    for types, item_id in shown_items(codec, change):
        if item_id in new or (item_id in called and item_id in chosen):
            yield types, item_id


def unlike(
    item_id: int, types: tuple[str, ...], called: frozenset[tuple[str, str]], live: Live, catalog: Catalog
) -> tuple[str, str] | None:
    """Say how an item differs from what the files take it for, and what to do; None where it does not."""
    seen = live.get(item_id)
    names = " or ".join(sorted(quoted(name) for _, name in called))
    what = f"the pins take {names} for {item_id}, which" if names else f"it points to {item_id}, which"
    if seen is None:
        return f"{what} is {GONE}", ANOTHER
    type_key, name = seen
    is_now = f"{what} is {type_word(type_key, catalog.items)} {quoted(name)} in the space"
    if any(at != seen for at in called):
        return is_now, RENAME
    if types and type_key not in types:
        return f"{is_now}: the field does not take it", ANOTHER
    return None
