"""A change bound to its codec: decoded once, asked as often as a run has questions."""

from __future__ import annotations

from typing import Any

from reconciler.apply.bound_change import bind_change
from reconciler.apply.outcomes import before_sending
from reconciler.errors import Place
from reconciler.fields.numbers import NumberCodec
from reconciler.fields.values import Seen
from reconciler.model import Change, Item, Ref
from tests.fields import fieldspace as space
from tests.fields.fieldspace import codec

SEEN, MOVED = (Item(Ref("story", 1), "", {"f": codec(space.POINTS).decode(one)}) for one in (1, 4))


class Counted(NumberCodec):
    """A codec that counts what it decodes."""

    decoded = 0

    def decode(self, wire: Any) -> Seen:
        """Count, and decode."""
        self.decoded += 1
        return super().decode(wire)


def test_the_values_of_a_change_are_decoded_once_however_often_a_run_judges_it() -> None:
    counted = Counted(space.POINTS, space.PEOPLE, space.ITEMS)
    one = bind_change(Change("f", "F", "number", 1, 7, "1", "7", (), (), Place("a.yaml", 1, 1)), counted)
    for item in (SEEN, MOVED) * 3:
        before_sending(one, item)
        one.is_live(item)
        one.is_untouched(SEEN, item)
    assert counted.decoded == len((one.before, one.desired))
