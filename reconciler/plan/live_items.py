"""The live items of one type, and those that the conditions of many rules select.  Pure."""

# Twenty rules over ten thousand items are 200,000 questions, and most of them are asked again and again:
# rules share comparisons, and items share values.  So each comparison is judged once, on each distinct value.
# The answers of Kleene (fields/conditions.py) become two sets of items: those that match for certain, and all
# that may match, since nobody can read their value.  "All of" intersects both sets, "any of" unites both.

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from reconciler.fields.conditions import AnyOf, Comparison, Condition, matcher
from reconciler.fields.prose import Prose
from reconciler.model import Item

Spots = frozenset[int]
"""Items by their index in the list of all."""
NONE: Spots = frozenset()


class Matches(NamedTuple):
    """The items that match for certain, and all that may match."""

    certain: Spots
    possible: Spots


class Held(NamedTuple):
    """The distinct live values of one field with the items that have each, and those that nobody can read."""

    values: list[tuple[Hashable, list[int]]]
    unread: Spots


class LiveItems:
    """The live items of one type, in the order of their ids, to be judged by many conditions."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Take the items; nothing is judged yet."""
        self.items = items
        self.every = frozenset(range(len(items)))
        self.held: dict[str, Held] = {}
        self.known: dict[Comparison, Matches] = {}

    def select(self, conditions: Iterable[Condition]) -> tuple[list[Item], list[Item]]:
        """Return the items for which every condition holds, and those of which nobody can tell."""
        certain = possible = self.every
        for one in conditions:
            found = self.of_condition(one)
            certain, possible = certain & found.certain, possible & found.possible
        items = self.items
        return [items[one] for one in sorted(certain)], [items[one] for one in sorted(possible - certain)]

    def of_condition(self, condition: Condition) -> Matches:
        """Judge one condition on all items."""
        if isinstance(condition, AnyOf):
            parts = [self.compared(one) for one in condition.parts]
            return Matches(
                NONE.union(*(one.certain for one in parts)), NONE.union(*(one.possible for one in parts))
            )
        return self.compared(condition)

    def compared(self, one: Comparison) -> Matches:
        """Judge one comparison on all items; a second rule that has it gets the same answer."""
        if one not in self.known:
            held, matches = self.values_of(one.key), matcher(one)
            spots = [some for value, some in held.values if matches(value)]
            certain = NONE.union(*spots)
            self.known[one] = Matches(certain, certain | held.unread)
        return self.known[one]

    def values_of(self, key: str) -> Held:
        """Return which items have which value of a field."""
        if key not in self.held:
            by_value: dict[Hashable, tuple[Hashable, list[int]]] = {}
            unread: list[int] = []
            for spot, item in enumerate(self.items):
                seen = item.values.get(key)
                if seen is None:
                    unread.append(spot)
                    continue
                value = seen.value
                # Rich texts are equal if their blocks are, and a condition reads their words.
                alike = (Prose, value.text) if type(value) is Prose else value
                if alike in by_value:
                    by_value[alike][1].append(spot)
                else:
                    by_value[alike] = (value, [spot])
            self.held[key] = Held(list(by_value.values()), frozenset(unread))
        return self.held[key]
