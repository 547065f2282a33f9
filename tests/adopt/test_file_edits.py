"""Edits that bring files up to the live items, and touch those lines alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.adopt.file_edits import renewals
from reconciler.desired.claims import desired_state
from reconciler.desired.written_values import file_word
from reconciler.fields.sets import SetCodec
from reconciler.manifest.edit.edits import edited
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.model import Item
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import spec_of
from tests.adopt.adoption import KIND, REF, SPECS, catalog, file_of, item_of, plan_of, values


def in_a_rule(raw: bytes, live: Item, space: Catalog, data: st.DataObject) -> bytes:
    """Write some of the sets as rules about some members."""
    text = raw.decode()
    for key, seen in live.values.items():
        codec = space.codec("story", key)
        start = f"      {file_word(spec_of(KIND, key), KIND)}: ["
        if isinstance(codec, SetCodec) and start in text and data.draw(st.booleans()):
            at = text.index(start) + len(start) - 1
            end = text.index("\n", at)
            text = f"{text[:at]}{{contains: {text[at:end]}}}{text[end:]}"
        del seen
    return text.encode()


@given(values(), st.data())
def test_a_file_follows_whatever_changes_in_the_lines_of_that_alone(
    drawn: dict[str, Any], data: st.DataObject
) -> None:
    space, live = catalog(), item_of(drawn)
    raw, _ = file_of(live, space)
    raw = in_a_rule(raw, live, space, data)
    changed = data.draw(st.lists(st.sampled_from(sorted(drawn)), min_size=1, unique=True))
    after = item_of({**drawn, **data.draw(values(tuple(changed)))})
    document, _ = read_bytes(raw, "f.yaml")
    assert document
    manifest = Manifest((document,))
    desired, _ = desired_state(manifest, space)[:2]
    made, left = renewals(desired, {REF: after}, manifest, space)
    new = edited(raw, [edit for one in made for edit in one.edits], "f.yaml")
    rest = {change.name for update in plan_of(new, after, space).updates for change in update.changes}
    assert rest <= {one.name for one in left}
    named = {f"{file_word(SPECS[one.key].spec, KIND)}:" for one in made}
    for line in kept_of(raw, named):
        assert line in new.decode().split("\n")
    gone = [line for line in taken(raw, new) if line.startswith("      ") and line[6] not in " -"]
    assert all(line.strip().startswith(tuple(named)) for line in gone)


def kept_of(raw: bytes, named: set[str]) -> list[str]:
    """Return the first lines of the fields that did not change."""
    return [
        line
        for line in raw.decode().split("\n")
        if line.startswith("      ")
        and line[6:7] not in {" ", "-"}
        and not line.strip().startswith(tuple(named))
    ]


def taken(raw: bytes, new: bytes) -> list[str]:
    """Return the lines that a file lost."""
    return list((Counter(raw.decode().split("\n")) - Counter(new.decode().split("\n"))).elements())
