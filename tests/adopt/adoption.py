"""An item with fields of every type, the file that adopts it, and the plan of that file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from reconciler.adopt.new_entries import adopted, entry, file_words, take_out_unwritable
from reconciler.desired.claims import desired_state
from reconciler.fields.values import Seen
from reconciler.manifest.edit.yaml_text import Section, lines_of
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
