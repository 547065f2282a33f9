"""Every type of the two tables has a row that says how its wire form is known."""

from __future__ import annotations

from reconciler.fields import CODECS
from reconciler.fields.certainty import ASSUMED, CERTAINTY, DOCUMENTED, LIVE
from reconciler.fields.refusals import REFUSED_TYPES


def test_every_managed_and_every_refused_type_has_a_row_and_no_other_type_has_one() -> None:
    assert set(CERTAINTY) == set(CODECS) | set(REFUSED_TYPES)


def test_every_row_begins_with_one_of_the_three_words() -> None:
    unclear = [type_ for type_, row in CERTAINTY.items() if not row.startswith((LIVE, DOCUMENTED, ASSUMED))]
    assert unclear == []
