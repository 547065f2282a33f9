"""Packed fields are the fields that were packed, each at its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.items import DesiredField, DesiredItem, PackedFields, Shape, packed_fields
from reconciler.errors import Place
from reconciler.model import Ref

HERE = Place("state/a.yaml", 40, 5)
FIELDS = st.builds(
    DesiredField,
    st.text(max_size=3),
    st.none() | st.text(max_size=3) | st.frozensets(st.text(max_size=2)),
    st.builds(Place, st.just(HERE.file), st.integers(1, 60_000), st.integers(1, 1 << 20)),
    st.booleans(),
)


@given(st.lists(FIELDS, max_size=6))
def test_packed_fields_are_the_fields_that_were_packed(fields: list[DesiredField]) -> None:
    packed = packed_fields(fields, HERE, {})
    assert isinstance(packed, PackedFields)
    assert list(packed) == fields
    assert len(packed) == len(fields)
    item = DesiredItem(Ref("story", 1), HERE, packed, tuple(fields[:1]))
    plain = DesiredItem(Ref("story", 1), HERE, tuple(fields), tuple(fields[:1]))
    assert (item.keys, item.values) == (plain.keys, plain.values)
    assert item.keys == tuple(one.key for one in (*fields, *fields[:1]))


def test_items_that_are_written_alike_share_their_shape() -> None:
    shapes: dict[Shape, Shape] = {}
    packed = [
        packed_fields(
            [
                DesiredField("priority", value, Place(HERE.file, line + 2, 7)),
                DesiredField("scale", "S", Place(HERE.file, 4, 3), by_default=True),
            ],
            Place(HERE.file, line, 5),
            shapes,
        )
        for value, line in (("P0", 10), ("P1", 14))
    ]
    first, second = packed
    assert isinstance(first, PackedFields)
    assert isinstance(second, PackedFields)
    assert first.shape is second.shape
    assert [one.place.line for one in second] == [16, 4]


def test_fields_of_several_files_are_not_packed() -> None:
    fields = [DesiredField("a", 1, HERE), DesiredField("b", 2, Place("state/b.yaml", 1, 1))]
    assert packed_fields(fields, HERE, {}) == tuple(fields)
