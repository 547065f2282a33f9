"""Decide what becomes of one change: before it is sent, and after it was read back.  Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import assert_never

from reconciler.fields.codec import Codec
from reconciler.fields.values import Rule, settle
from reconciler.meegle.http.advice import RENEW, likely
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.model import (
    Already,
    Applied,
    Blocked,
    Change,
    Conflict,
    Ignored,
    Item,
    Outcome,
    Rejected,
    Unknown,
)

MOVED = "changed since the plan"
UNREAD = "could not be read after the write"
LAGS = "accepted, not seen within {:g} s"


def aim(change: Change, codec: Codec, live: Hashable) -> Hashable:
    """Return the canonical value that a change makes of a live one."""
    rule = rule_of(change, codec)
    return settle(rule, live) if rule else codec.decode(change.after).value


def rule_of(change: Change, codec: Codec) -> Rule | None:
    """Return the rule of a change in canonical members, None where the whole value is wanted."""
    if not change.is_rule:
        return None
    contains, excludes = (codec.decode(list(part)).value for part in (change.contains, change.excludes))
    assert isinstance(contains, frozenset)  # noqa: S101 - rules are made for sets alone
    assert isinstance(excludes, frozenset)  # noqa: S101 - see above
    return Rule(contains, excludes)


def before_sending(change: Change, item: Item, codec: Codec) -> Outcome | None:
    """Hold a change against a fresh read: `already`, `conflict`, `blocked`, or None: send it.

    Of a rule only the named members are compared, with what the plan saw of them.
    """
    seen = item.values.get(change.key)
    if seen is None:
        return Blocked(item.unread(change.key))
    after = aim(change, codec, seen.value)
    if seen.value == after:
        return Already()
    before = codec.decode(change.before).value
    if (rule := rule_of(change, codec)) is None:
        if seen.value != before:
            return Conflict(MOVED)
    else:
        assert isinstance(before, frozenset)  # noqa: S101 - rules are made for sets alone
        assert isinstance(seen.value, frozenset)  # noqa: S101 - see above
        agreed = rule.named - (before ^ rule.of(before))
        if (seen.value ^ before) & agreed:
            return Conflict(MOVED)
    objection = codec.objection(seen, after) or item.objection(change.key)
    return Blocked(objection) if objection else None


def stands(change: Change, item: Item | None, codec: Codec) -> bool:
    """Whether the wanted value is there."""
    seen = item.values.get(change.key) if item else None
    return seen is not None and seen.value == aim(change, codec, seen.value)


def untouched(change: Change, before: Item, item: Item | None) -> bool:
    """Whether the value still is the one that was read before the PUT."""
    old = before.values.get(change.key)
    seen = item.values.get(change.key) if item else None
    return old is not None and seen is not None and old.value == seen.value


def after_sending(
    change: Change,
    codec: Codec,
    *,
    before: Item,
    item: Item | None,
    verdict: Verdict,
    user_key: str,
    waited: float,
) -> Outcome:
    """Say what became of a change that was sent, by the last read and what the service answered.

    `waited` are the seconds for which reads were given time to show it.
    """
    if isinstance(verdict, NotWritten):
        return Rejected(f"not written: {verdict.reason}", f"; {RENEW}" if verdict.kind == "token" else "")
    if isinstance(verdict, Fatal):
        return Rejected(str(verdict.error))
    seen = item.values.get(change.key) if item else None
    if item is None or seen is None:
        return Unknown(UNREAD)
    if stands(change, item, codec):
        return Applied()
    same, shown = untouched(change, before, item), codec.show(seen.value)
    by_others = bool(item.updated_by) and item.updated_by != user_key
    match verdict:
        case Refused(code=code, message=message, log_id=log_id):
            words = f'{code} "{message}"' + (f" (log id {log_id})" if log_id else "")
            return Rejected(words, likely(code, message))
        case Ambiguous(reason=reason) if same:
            return Rejected(f"not stored: {reason}")
        case Accepted() if same:
            moved = item.updated_at > before.updated_at and not by_others
            return unstored(change, shown) if moved else Unknown(LAGS.format(waited))
        case Accepted() | Ambiguous():
            if by_others:
                return Conflict(f"changed right after our write, to {shown}")
            return Ignored(f"stored as {shown}", seen)
        case _ as never:
            assert_never(never)


def unstored(change: Change, shown: str) -> Ignored:
    """Say that an accepted value was not stored: the item was read as it is since, moved by our own hand.

    An item that has not moved may be an old read of one that took the value.
    """
    advice = "; how this space empties it is found by `reconciler doctor --probe`"
    return Ignored(shown + (advice if change.clears else ""))
