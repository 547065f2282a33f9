"""Decide the outcome of one change: before it is sent, and after it was read back.  Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import assert_never

from reconciler.apply.bound_change import BoundChange
from reconciler.fields.values import Rule
from reconciler.meegle.http.advice import RENEW, likely
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.model import Change, Item
from reconciler.model.outcomes import Already, Applied, Blocked, Conflict, Ignored, Outcome, Rejected, Unknown

MOVED = "changed since the plan"
UNREAD = "could not be read after the write"
LAGS = "accepted, not seen within {:g} s"

# Why a read-back waits
# ---------------------
# Reads of this service may lag behind its writes: right after a PUT that was accepted, a query may still
# return the old value.  To conclude `ignored` from that first read would be a false alarm, and to take the
# answer's word for `applied` would prove nothing, as some values are accepted and silently dropped.  So an
# item is read again after growing pauses, until all of its changes are live or the pauses are used up.
# The first pause is zero, since most reads do not lag: a normal run pays nothing for those that do.
#
# The old value after the last pause still proves nothing by itself.  Only an item that has *moved* since,
# by our own hand, was read as it is now, and did not store the value: `ignored`.  One that has not moved may
# be an old read of an item that took the value: `unknown`, which the next plan settles.
# A refused PUT is read once: what it stored, if anything, was there when the refusal was written.
PATIENCE = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each look of a read-back."""


def before_sending(one: BoundChange, item: Item) -> Outcome | None:
    """Hold a change against a fresh read: `already`, `conflict`, `blocked`, or None: send it.

    Of a rule only the named members are compared, with what the plan saw of them.
    """
    seen = item.values.get(one.key)
    if seen is None:
        return Blocked(item.unread(one.key))
    after = one.aim(seen.value)
    if seen.value == after:
        return Already()
    if has_moved(one, seen.value):
        return Conflict(MOVED)
    objection = one.codec.objection(seen, after) or item.objection(one.key)
    return Blocked(objection) if objection else None


def has_moved(one: BoundChange, live: Hashable) -> bool:
    """Return True if a live value is another one than the plan saw; of a rule, in a member that it names.

    A member that the plan saw, and the rule had nothing to change about, may not have moved.  One that was
    to be changed may: it is either still to be changed, or already as it should be.
    """
    if not isinstance(one.desired, Rule):
        return live != one.before
    assert isinstance(one.before, frozenset)  # noqa: S101 - rules are made for sets alone
    assert isinstance(live, frozenset)  # noqa: S101 - see above
    in_sync = one.desired.named - (one.before ^ one.desired.of(one.before))
    return bool((live ^ one.before) & in_sync)


def after_sending(
    one: BoundChange,
    *,
    before: Item,
    item: Item | None,
    verdict: Verdict,
    user_key: str,
    waited: float,
) -> Outcome:
    """Decide what became of a change that was sent, by the last read and what the service answered.

    `waited`: the seconds for which reads were given time to show it.
    """
    if isinstance(verdict, NotWritten):
        return Rejected(f"not written: {verdict.reason}", f"; {RENEW}" if verdict.kind == "token" else "")
    if isinstance(verdict, Fatal):
        return Rejected(str(verdict.error))
    seen = item.values.get(one.key) if item else None
    if item is None or seen is None:
        return Unknown(UNREAD)
    if one.is_live(item):
        return Applied()
    same, shown = one.is_untouched(before, item), one.codec.show(seen.value)
    by_others = bool(item.updated_by) and item.updated_by != user_key
    match verdict:
        case Refused(code=code, message=message, log_id=log_id):
            words = f'{code} "{message}"' + (f" (log id {log_id})" if log_id else "")
            return Rejected(words, likely(code, message))
        case Ambiguous(reason=reason) if same:
            return Rejected(f"not stored: {reason}")
        case Accepted() if same:
            moved = item.updated_at > before.updated_at and not by_others
            return unstored(one.change, shown) if moved else Unknown(LAGS.format(waited))
        case Accepted() | Ambiguous():
            if by_others:
                return Conflict(f"changed right after our write, to {shown}")
            return Ignored(f"stored as {shown}", seen)
        case _ as never:
            assert_never(never)


def unstored(change: Change, shown: str) -> Ignored:
    """Return `ignored` for an accepted value that the item, read as it is since our PUT, does not hold.

    An item that has not moved may be an old read of one that took the value.
    """
    advice = "; how this space empties it is found by `reconciler doctor --probe`"
    return Ignored(shown + (advice if change.clears else ""))
