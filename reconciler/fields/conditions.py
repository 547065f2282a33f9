"""Conditions on items, `FIELD OPERATOR VALUES`: the operators that a field takes, and what holds.  Pure.

One evaluator judges a condition: on live values that our own codecs decoded.  A search of the service only
lists candidates, since its index lags; whoever has left a selection is found out here, by a read by id.
"""

# Three answers.  A value that cannot be read is neither a match nor a miss: `None`.  Answers are joined as
# Kleene did: a miss decides an "all of", a match an "any of", and what is left open stays open.  An item that
# is left open is blocked; a field that nobody can read never selects an item, and never releases one.
#
# An empty field is less than nothing and not more than anything: it matches `!=`, `!~`, `HAS NONE OF` and
# `NOT CONTAINS`, as in the service's own search.  A day is a whole day: `due <= 2026-12-01` takes whatever
# time of that day somebody stored.

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from reconciler.fields.dates import to_ms
from reconciler.fields.prose import Prose
from reconciler.fields.values import Seen

NULLS: Final = ("IS NULL", "IS NOT NULL")
EQUAL: Final = ("=", "!=")
ORDER: Final = ("<", ">", "<=", ">=")
LIKE: Final = ("~", "!~")
HAS: Final = ("HAS ANY OF", "HAS NONE OF")
HOLDS: Final = ("CONTAINS", "NOT CONTAINS")

OPERATORS: Final = (*EQUAL, *ORDER, *LIKE, *HAS, *HOLDS, *NULLS)

Kind: TypeAlias = Literal["set", "text", "number", "bool", "day", "moment", "null"]
"""How a live value is compared: `day` and `moment` with a span of milliseconds, `null` not at all."""


class Searchable(Struct, frozen=True):
    """How fields of one type are compared, and the operators that the service has for them."""

    kind: Kind
    operators: tuple[str, ...]


TEXT: Final = Searchable("text", (*LIKE, *EQUAL, *NULLS))
ONE: Final = Searchable("set", (*EQUAL, *HAS, *NULLS))
MANY: Final = Searchable("set", (*EQUAL, *HAS, *HOLDS, *NULLS))
BY_TYPE: Final[Mapping[str, Searchable]] = {
    "text": TEXT,
    "multi_pure_text": TEXT,
    "link": TEXT,
    "telephone": TEXT,
    "email": TEXT,
    "multi_text": Searchable("text", (*LIKE, *NULLS)),
    "number": Searchable("number", (*EQUAL, *ORDER, *NULLS)),
    "bool": Searchable("bool", (*EQUAL, *NULLS)),
    "select": ONE,
    "radio": ONE,
    "priority": ONE,
    "tree_select": ONE,
    "tree_multi_select": ONE,
    "business": ONE,
    "user": ONE,
    "work_item_related_select": ONE,
    "linked_work_item": ONE,
    "multi_select": MANY,
    "multi_user": MANY,
    "role": MANY,
    "work_item_related_multi_select": MANY,
    "date": Searchable("day", (*ORDER, *NULLS)),
    "compound_field": Searchable("null", NULLS),
}
"""Types that are not here cannot be searched (endpoints.md 6.6)."""

STATUS, PEOPLE, CREATOR, CREATED, UPDATED, ITEM_ID = (
    "work_item_status",
    "people",
    "owner",
    "created_at",
    "updated_at",
    "work_item_id",
)
FACTS: Final[Mapping[str, Searchable]] = {
    STATUS: Searchable("set", (*EQUAL, *HAS)),
    PEOPLE: MANY,
    CREATOR: ONE,
    CREATED: Searchable("moment", (*EQUAL, *ORDER)),
    UPDATED: Searchable("moment", ORDER),
    ITEM_ID: Searchable("set", (*EQUAL, *HAS, *ORDER)),
}
"""What every item has beside its fields."""


class Comparison(Struct, frozen=True):
    """One condition: a field or role by its change key, or a fact, an operator, and what to compare with.

    `operand` holds ids, one text, number or boolean, or the first millisecond of a time and the first one
    after it; it is empty for the two null operators.
    """

    key: str
    operator: str
    kind: Kind
    operand: tuple[str | int | bool, ...] = ()


class AnyOf(Struct, frozen=True):
    """A condition that holds if any of its parts holds."""

    parts: tuple[Comparison, ...]


Condition: TypeAlias = Comparison | AnyOf


def keys_of(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return the keys of the fields, roles and facts that conditions read, each once."""
    return tuple(dict.fromkeys(one.key for one in comparisons(conditions)))


def comparisons(conditions: Iterable[Condition]) -> Iterator[Comparison]:
    """Yield every comparison in conditions."""
    for one in conditions:
        if isinstance(one, AnyOf):
            yield from one.parts
        else:
            yield one


Test: TypeAlias = Callable[[Mapping[str, Seen]], bool | None]
"""Says whether something holds for an item's live values; None if that cannot be told."""


def judged(conditions: Iterable[Condition], values: Mapping[str, Seen]) -> bool | None:
    """Return whether every condition holds for an item's live values; None if that cannot be told."""
    return joined([of_condition(one) for one in conditions], decisive=False)(values)


def of_condition(condition: Condition) -> Test:
    """Return the test of one condition."""
    if isinstance(condition, AnyOf):
        return joined([compared(one) for one in condition.parts], decisive=True)
    return compared(condition)


def joined(tests: Sequence[Test], *, decisive: bool) -> Test:
    """Return the test that gives the decisive answer if any test does, else None if any gives none."""

    def test(values: Mapping[str, Seen]) -> bool | None:
        is_open = False
        for one in tests:
            answer = one(values)
            if answer is decisive:
                return decisive
            is_open = is_open or answer is None
        return None if is_open else not decisive

    return test


def compared(one: Comparison) -> Test:
    """Return the test of a live value; it gives None for a value that could not be read."""
    key, matches = one.key, matcher(one)

    def test(values: Mapping[str, Seen]) -> bool | None:
        seen = values.get(key)
        return None if seen is None else matches(seen.value)

    return test


def matcher(one: Comparison) -> Callable[[Any], bool]:
    """Return the comparison of a canonical value."""
    if one.operator in NULLS:
        is_sought = one.operator == "IS NULL"
        return lambda value: nothing_in(value) == is_sought
    if one.kind == "set":
        holds, named = SETS[one.operator], frozenset(one.operand)
        return lambda value: holds(members(value), named)
    compare, how, by_nothing = SINGLE[one.kind], one.operator, one.operator in {"!=", "!~"}
    operand = (Decimal(str(one.operand[0])),) if one.kind == "number" else one.operand
    return lambda value: by_nothing if nothing_in(value) else compare(how, value, operand)


def nothing_in(value: Any) -> bool:
    """Return True for the empty value of any type; 0 and false are values."""
    if value is None:
        return True
    kind = type(value)
    return not value.text.strip("\n") if kind is Prose else kind in {frozenset, tuple} and not value


def members(value: Any) -> frozenset[Any]:
    """Return the ids in a canonical value; of a path of options the last one alone."""
    if value is None:
        return frozenset()
    some = value if isinstance(value, frozenset) else (value,)
    return frozenset(one[-1] if isinstance(one, tuple) else one for one in some)


SETS: Final[Mapping[str, Callable[[frozenset[Any], frozenset[Any]], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "HAS ANY OF": lambda held, named: bool(held & named),
    "HAS NONE OF": lambda held, named: not held & named,
    "CONTAINS": operator.ge,
    "NOT CONTAINS": lambda held, named: not held >= named,
}
ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def text_matches(how: str, value: Any, operand: tuple[Any, ...]) -> bool:
    """Compare a text: `~` looks for a part of it and ignores case."""
    held, named = value.text if isinstance(value, Prose) else str(value), str(operand[0])
    if how in LIKE:
        return (named.lower() in held.lower()) == (how == "~")
    return (held == named) == (how == "=")


def time_matches(how: str, value: Any, operand: tuple[Any, ...]) -> bool:
    """Compare a moment with a span of milliseconds: what is inside the span is equal to it."""
    held, (first, after) = to_ms(value), operand
    return in_span(how, held < first, held >= after)


def day_matches(how: str, value: Any, operand: tuple[Any, ...]) -> bool:
    """Compare a day with a day, both as ISO texts; a moment by its span."""
    if isinstance(value, datetime):
        return time_matches(how, value, operand[1:])
    held = value.isoformat() if isinstance(value, date) else str(value)
    return in_span(how, held < str(operand[0]), held > str(operand[0]))


def in_span(how: str, is_before: bool, is_after: bool) -> bool:  # noqa: FBT001 - the two sides of a span
    """Return whether a time that is before, in or after a span matches."""
    return {
        "<": is_before,
        "<=": not is_after,
        ">": is_after,
        ">=": not is_before,
        "=": not (is_before or is_after),
        "!=": is_before or is_after,
    }[how]


SINGLE: Final[Mapping[Kind, Callable[[str, Any, tuple[Any, ...]], bool]]] = {
    "text": text_matches,
    "number": lambda how, value, operand: ORDERS[how](value, operand[0]),
    "bool": lambda how, value, operand: ORDERS[how](value, operand[0]),
    "day": day_matches,
    "moment": time_matches,
}
