"""What a REF must match, so that a typo does not look like "no changes"."""

from __future__ import annotations

import pytest

from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.errors import CannotRun, Place
from reconciler.model import Ref
from reconciler.plan.selection import Selector
from reconciler.plan.unmatched import matches_items, matches_keys, refuse_unmatched
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec

PLACE = Place("state/a.yaml", 4, 5)
ITEM = DesiredItem(Ref("story", 7), PLACE, (DesiredField("priority", None, PLACE),))
CATALOG = Catalog("key", "demo", {"story": TypeSpec("story", "Story", "story", (), ())})


@pytest.mark.parametrize(
    ("selector", "matched"),
    [
        (Selector(id=7), True),
        (Selector(id=8), False),
        (Selector(type_key="story"), True),
        (Selector(type_key="issue"), False),
        (Selector(keys=frozenset({"priority"})), True),
        (Selector(keys=frozenset({"due"})), False),
        (Selector(path="state"), True),
        (Selector(path="stat"), False),
    ],
)
def test_a_selector_matches_an_item_or_one_of_its_fields(selector: Selector, matched: bool) -> None:  # noqa: FBT001 - a column of the table
    assert matches_items(selector, [ITEM]) == matched
    assert matches_keys(selector, [(ITEM.ref, "priority")]) == (matched and selector.path is None)


def test_what_the_base_knows_is_no_mistake() -> None:
    gone = {"8": Selector(id=8)}
    refuse_unmatched(gone, [ITEM], CATALOG, lambda _: True)
    with pytest.raises(CannotRun, match="'8' selects nothing: the files name no such item"):
        refuse_unmatched(gone, [ITEM], CATALOG, lambda _: False)
