"""A change bound to the codec of its field, with its values in canonical form.  Pure.

An apply asks several times whether a live value is the desired one.  Fresh metadata gives the codec, the
values of the plan are decoded once, and each of those questions is then one `==`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from reconciler.fields.codec import Codec
from reconciler.fields.values import Desired, Rule, desired_value
from reconciler.model import Change, Item
from reconciler.plan.planner import member_labels


class BoundChange(NamedTuple):
    """A change, its codec, the value that the plan saw, and the desired value or rule."""

    change: Change
    codec: Codec
    before: Hashable
    desired: Desired

    @property
    def key(self) -> str:
        """The key of the field or role."""
        return self.change.key

    def aim(self, live: Hashable) -> Hashable:
        """Return the canonical value that the change makes of a live one."""
        return desired_value(self.desired, live)

    def is_live(self, item: Item | None) -> bool:
        """Return True if an item, as it was read, holds the desired value."""
        seen = item.values.get(self.key) if item else None
        return seen is not None and seen.value == self.aim(seen.value)

    def is_untouched(self, before: Item, after: Item | None) -> bool:
        """Return True if both reads of an item saw one and the same value."""
        old = before.values.get(self.key)
        seen = after.values.get(self.key) if after else None
        return old is not None and seen is not None and old.value == seen.value

    def labels(self, live: Hashable) -> dict[str, Any]:
        """Return what people read of the change from a live value on: the plan's words, if it saw that value.

        The plan may know more: the names of related items.
        """
        if live == self.before:
            seen = self.change
            sides, members = (seen.before_label, seen.after_label), (seen.added, seen.removed)
        else:
            aim = self.aim(live)
            sides, members = (
                (self.codec.show(live), self.codec.show(aim)),
                member_labels(self.codec, live, aim),
            )
        added, removed = map(list, members)
        return {"before_label": sides[0], "after_label": sides[1], "added": added, "removed": removed}


def bind_change(change: Change, codec: Codec) -> BoundChange:
    """Decode the values of a change; raises what the codec raises for a value that its field cannot hold."""
    return BoundChange(change, codec, codec.decode(change.before).value, desired_of(change, codec))


def desired_of(change: Change, codec: Codec) -> Desired:
    """Return the rule of a change in canonical members, or else the whole canonical value."""
    if not change.is_rule:
        return codec.decode(change.after).value
    contains, excludes = (codec.decode(list(part)).value for part in (change.contains, change.excludes))
    assert isinstance(contains, frozenset)  # noqa: S101 - rules are made for sets alone
    assert isinstance(excludes, frozenset)  # noqa: S101 - see above
    return Rule(contains, excludes)
