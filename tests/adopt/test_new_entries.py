"""Whatever is live: adopted it plans empty, and a file brought up to other values plans empty again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.new_entries import adopted, entry, file_words
from reconciler.desired.written_values import file_word
from reconciler.manifest.edit.yaml_text import Noted
from reconciler.model import Item
from tests.adopt.adoption import KIND, REF, SPECS, catalog, file_of, item_of, plan_of, values

EXPECTED_LEFT = ("no file can", "the text has formatting", "points to the item itself", "is not a last level")


@given(values())
def test_any_item_is_adopted_so_that_its_plan_is_empty(drawn: dict[str, Any]) -> None:
    space, live = catalog(), item_of(drawn)
    raw, left = file_of(live, space)
    assert all(reason.startswith(EXPECTED_LEFT) or "option" in reason for reason in left.values()), left
    assert plan_of(raw, live, space).is_empty
    text = raw.decode()
    assert "# An item # of ours" in text
    for key, value in drawn.items():
        spec = SPECS[key].spec
        said = f" {file_word(spec, KIND)}:" in text
        assert said == (value != space.codec("story", key).empty and spec.label not in left)


@given(st.sampled_from(["release_plan", "env_rows"]), st.data())
def test_rows_of_which_a_write_would_lose_a_part_are_left_out_and_told(key: str, data: st.DataObject) -> None:
    space = catalog()
    codec = space.codec("story", key)
    wire = codec.encode(data.draw(SPECS[key].values))
    unseen = data.draw(st.lists(st.sampled_from(["field_file", "field_vote"]), max_size=len(wire)))
    for row, lost in zip(wire, unseen, strict=False):
        row.append({"field_key": lost, "field_value": "x"})
    seen = codec.decode(wire)
    made, left = adopted(Item(REF, "An item", {key: seen}), [key], space)
    objection = codec.objection(seen, codec.empty)
    assert (objection is not None) == bool(unseen)
    if objection and seen.value != codec.empty:
        assert made.values == {}
        assert [one.reason for one in left] == [objection]
        assert "which a write would lose" in objection
    else:
        assert (key in made.values) == (seen.value != codec.empty and not left)


def test_the_name_of_an_item_is_told_behind_its_id() -> None:
    space = catalog()
    made, _ = adopted(item_of({"notes": "x"}), ["notes"], space)
    assert isinstance(entry(made, KIND, file_words(KIND)), Noted)
