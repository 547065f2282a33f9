"""Whatever is live: adopted it plans empty, and a file brought up to other values plans empty again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.new_entries import adopted, entry, file_words, take_out_unwritable
from reconciler.desired.claims import desired_state
from reconciler.desired.written_values import file_word
from reconciler.fields.values import Seen
from reconciler.manifest.edit.yaml_text import Noted, Section, lines_of
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.model import Item, Plan, Ref
from reconciler.plan.planner import make_plan
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key
from tests.fields.fieldspace import CASES, ITEMS, PEOPLE

SPECS = {change_key(case.spec): case for case in CASES}
KIND = TypeSpec(
    "story",
    "Story",
    "story",
    tuple(case.spec for case in CASES if case.spec.type != "role"),
    tuple(case.spec for case in CASES if case.spec.type == "role"),
)
REF = Ref("story", 6300000001)
EXPECTED_LEFT = ("no file can", "the text has formatting", "points to the item itself", "is not a last level")


def catalog() -> Catalog:
    return Catalog("64a0c1f2e3b4d5a6c7e8f901", "demo", {"story": KIND}, PEOPLE, ITEMS)


def item_of(values: Mapping[str, Any]) -> Item:
    return Item(REF, "An item # of ours", {key: Seen(value) for key, value in values.items()})


@st.composite
def values(draw: st.DrawFn, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """Draw canonical values of some fields."""
    some = st.lists(st.sampled_from(sorted(SPECS)), min_size=1, max_size=8, unique=True)
    chosen = keys or tuple(draw(some))
    return {key: draw(SPECS[key].values) for key in chosen}


def plan_of(raw: bytes, live: Item, space: Catalog) -> Plan:
    document, mistakes = read_bytes(raw, "f.yaml")
    assert mistakes == []
    assert document
    desired, wrong = desired_state(Manifest((document,)), space)[:2]
    assert wrong == []
    return make_plan(desired, {REF: live}, space, host="h", named=1)


def file_of(live: Item, space: Catalog) -> tuple[bytes, dict[str, str]]:
    """Return a file that adopts an item, and why what is not in it was left out."""
    made, left = adopted(live, live.values, space)
    left += take_out_unwritable(made, live, space)
    whole = Section(space="demo", type="story", items=[entry(made, KIND, file_words(KIND))])
    return "".join(f"{line}\n" for line in lines_of(whole, 0)).encode(), {
        one.name: one.reason for one in left
    }


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
