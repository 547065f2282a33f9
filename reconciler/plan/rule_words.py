"""Whether a member of a rule differs because its field was moved, or because it is new to the rule.  Pure."""

# Without a state file, the operation records tell the two apart.  A record since the last apply that took the
# field away from what the rule desires is an edit of a person or an automation: drift, which is skipped by
# default.  Where no record did, nobody has taken anything back: the item came into the selection with the
# value that it has, and the rule may set it.  What cannot be told is drift, the safe word: a record whose
# values cannot be read, an apply longer ago than the records reach, no known apply at all.

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.fields.codec import Codec
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Desired, Rule, desired_value
from reconciler.meegle.records import Record, strings_of

SLACK = 60_000
"""Milliseconds by which the clock of an earlier apply and the service's may differ."""


def was_moved_away(key: str, desired: Desired, codec: Codec, records: Iterable[Record], since: int) -> bool:
    """Return True unless the records show that nobody took the field away from `desired` since a time."""
    return any(
        took_away(one, desired, codec) for one in records if one.key == key and one.at >= since - SLACK
    )


def was_edited(key: str, _: Desired, __: Codec, records: Iterable[Record], since: int) -> bool:
    """Return True unless the records show that nobody edited the field since a time."""
    return any(one.key == key and one.at >= since - SLACK for one in records)


def took_away(record: Record, desired: Desired, codec: Codec) -> bool:
    """Return True if a record may have replaced a desired value by another one."""
    if isinstance(codec, SetCodec):
        return took_members(record, desired, codec)
    if not record.old:
        return bool(record.add or record.delete)
    if not isinstance(desired, Rule) and set(record.old) == set(strings_of(form(desired, codec))):
        return True
    old = read_old(record, codec)
    return old is None or desired_value(desired, old) == old


def form(desired: Desired, codec: Codec) -> Any:
    """Return the wire form of a plain value; of a range there is none."""
    try:
        return codec.encode(desired)
    except (TypeError, ValueError, AttributeError):
        return None


def read_old(record: Record, codec: Codec) -> Any:
    """Return the value that a record replaced; None where its strings cannot be read as one."""
    if len(record.old) != 1:
        return None
    text = record.old[0]
    forms: list[Any] = [{"value": text}, text]
    for wire in forms:
        try:
            value = codec.decode(wire).value
        except (ValueError, TypeError, OverflowError, AttributeError):
            continue
        if value is not None:
            return value
    return None


def took_members(record: Record, desired: Desired, codec: SetCodec) -> bool:
    """Return True if a record took a desired member out of a set, or put one in that is not desired."""
    if record.old or record.new:
        out, into = set(record.old) - set(record.new), set(record.new) - set(record.old)
    else:
        out, into = set(record.delete), set(record.add)
    if isinstance(desired, Rule):
        return bool(out & texts(desired.contains, codec) or into & texts(desired.excludes, codec))
    if not isinstance(desired, frozenset):
        return True
    named = texts(desired, codec)
    return bool(out & named) or (set(record.old) == named and bool(into))


def texts(members: frozenset[Any], codec: SetCodec) -> set[str]:
    """Return members as operation records write them."""
    return set(strings_of(codec.encode(members)))
