"""Cutting: which pieces of a text an edit replaces, and which edits of one text fit together."""

from __future__ import annotations

import pytest

from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.cutting import Cutter, Pieces, Splice, Unplaceable, overlap
from reconciler.manifest.edit.spans import Source
from reconciler.manifest.edit.yaml_text import Noted

TEXT = "items:\n  - 7\n  - id: 8  # Pay\n    fields:\n      a: 'x'  # mine\n      b: [1, 2]\n"
F = ("items", 1, "fields")


def cuts(edit: Edit) -> list[tuple[str, str]]:
    """Return the pieces of TEXT that an edit replaces, each with its new text."""
    made = Cutter(Source(TEXT.encode(), "f")).splices(edit)
    return [(TEXT[one.start : one.end], one.text) for one in made]


@pytest.mark.parametrize(
    ("edit", "pieces"),
    [
        (Put((*F, "a"), "y"), [("'x'", "'y'")]),
        (Put((*F, "a"), "x"), []),
        (Put((*F, "a"), None), [("'x'", "null")]),
        (Put((*F, "b", 1), 3), [("2", "3")]),
        (Put((*F, "c"), 3), [("", "\n      c: 3")]),
        (Put(("items", 0, "fields"), {"a": 1}), [("7", "id: 7"), ("", "\n    fields: {a: 1}")]),
        (Drop((*F, "b")), [("      b: [1, 2]\n", "")]),
        (Drop((*F, "b", 0)), [("1, ", "")]),
        (Members((*F, "b"), frozenset({0, 1}), ()), [("[1, 2]", "[]")]),
        (Members((*F, "b"), add=(3,)), [("", ", 3")]),
        (Rename(F, (("a", "z"),)), [("a", "z")]),
        (Put(("items", 1, "id"), Noted(9, "Pay again", "Pay")), [("8", "9"), ("Pay", "Pay again")]),
        (Put((*F, "a"), Noted("y", "new", "another comment")), [("'x'", "'y'")]),
    ],
)
def test_an_edit_replaces_its_own_characters_and_the_comment_that_was_generated_for_them(
    edit: Edit, pieces: list[tuple[str, str]]
) -> None:
    assert cuts(edit) == pieces


@pytest.mark.parametrize(
    "edit",
    [
        Put((), 1),
        Drop((*F, "z")),
        Drop((*F, "z", "y")),
        Members((*F, "a"), add=(1,)),
        Rename((*F, "b"), (("a", "z"),)),
        Rename(F, (("z", "y"),)),
        Put((*F, "a", "b"), 1),
    ],
)
def test_an_edit_of_what_is_not_there_has_no_place(edit: Edit) -> None:
    with pytest.raises(Unplaceable):
        cuts(edit)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ((0, 2), (2, 4), False),
        ((0, 3), (2, 4), True),
        ((2, 2), (2, 2), False),
        ((2, 2), (2, 4), True),
        ((0, 9), (3, 3), True),
    ],
)
def test_two_pieces_touch_if_they_share_a_character_or_one_begins_inside_of_the_other(
    one: tuple[int, int],
    other: tuple[int, int],
    together: bool,  # noqa: FBT001
) -> None:
    first, second = Splice(*one, 0, ""), Splice(*other, 0, "")
    assert overlap(first, second) is overlap(second, first) is together


def test_an_edit_of_which_one_piece_touches_another_is_not_taken_in_part() -> None:
    pieces = Pieces()
    assert pieces.take([Splice(5, 9, 0, "a")])
    assert not pieces.take([Splice(0, 1, 0, "b"), Splice(8, 12, 0, "c")])
    assert pieces.ordered == [Splice(5, 9, 0, "a")]
    assert pieces.take([Splice(0, 1, 0, "b"), Splice(9, 12, 0, "c")])
    assert [one.text for one in pieces.ordered] == ["b", "a", "c"]


def test_of_two_insertions_at_one_spot_the_deeper_comes_first() -> None:
    pieces = Pieces()
    assert pieces.take([Splice(4, 4, 2, "shallow")])
    assert pieces.take([Splice(4, 4, 6, "deep")])
    assert [one.text for one in pieces.ordered] == ["deep", "shallow"]
