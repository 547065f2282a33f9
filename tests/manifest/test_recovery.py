"""Mended lines: reading goes on after a slip, and places stay those of the file."""

from __future__ import annotations

from reconciler.errors import Mistake, Place
from reconciler.manifest.likely_mistakes import Slip
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import AuthoredList, Scalar
from reconciler.manifest.recovery import MOST_MENDED, Mending
from tests.manifest.reports import ITEM, TITLE, said


def test_what_stands_behind_a_slip_on_its_line_is_told_where_it_was_written() -> None:
    document, mistakes = read_bytes(
        f"{ITEM}      优先级：[高, {{contains: }}]\n      a:b\n".encode(), "f.yaml"
    )
    assert document is not None
    (list_, scalar) = document.items[0].fields.values()
    assert list_.place[1:] == (6, 11)
    assert isinstance(list_, AuthoredList)
    assert [node.place[1:] for node in list_ if isinstance(node, Scalar)] == [(6, 12)]
    assert scalar.place[1:] == (7, 9)
    assert [mistake.place[1:] for mistake in mistakes] == [(6, 10), (7, 8), (6, 26)]


def test_a_slip_behind_a_slip_on_one_line_is_told_too() -> None:
    assert said(f"{ITEM}      name: x\n      标题：[BUG] crash\n") == [
        "7:9: a full-width colon '：'; write ': '",
        f'7:10: {TITLE}"[BUG] crash"',
    ]


def test_a_place_after_an_inserted_character_is_that_of_the_file() -> None:
    mending = Mending(["due:2026-12-01"])
    mistake = Mistake(Place("f.yaml", 1, 4), "no space after the colon", "write `due: …`")
    assert mending.mend(Slip(mistake, 1, "due: 2026-12-01"))
    assert mending.lines == ["due: 2026-12-01"]
    assert mending.slips == [mistake]
    assert [mending.original(Place("f.yaml", 1, column)).column for column in (1, 4, 5, 6, 7)] == [
        1,
        4,
        5,
        5,
        6,
    ]
    assert mending.original(Place("f.yaml", 2, 6)).column == 6


def test_a_line_is_not_mended_to_itself_and_only_so_many_lines_are() -> None:
    mending = Mending([f"a:{number}" for number in range(MOST_MENDED + 1)])
    mistake = Mistake(Place("f.yaml", 1, 1), "a slip", "mend it")
    assert not mending.mend(Slip(mistake, 1, "a:0"))
    mended = [mending.mend(Slip(mistake, number + 1, f"a: {number}")) for number in range(MOST_MENDED + 1)]
    assert mended == [True] * MOST_MENDED + [False]
