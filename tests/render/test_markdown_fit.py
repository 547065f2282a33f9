"""A comment is cut to size by whole rows, and says how many are left out."""

from __future__ import annotations

import pytest

from reconciler.render.markdown_fit import Section, filled
from reconciler.render.markdown_text import Markdown


class Rows:
    """Makes rows of ten characters, and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def make(self, n: int) -> Markdown:
        self.asked.append(n)
        return Markdown(f"row {n:05}\n")


def section(count: int, rows: Rows | None = None, each: int = 1) -> Section:
    return Section("items", "open\n", (rows or Rows()).make, [each] * count, closing="end\n")


FRAME = len("open\nend\n")


@pytest.mark.parametrize(
    ("room", "fits"), [(FRAME + 9, 0), (FRAME + 10, 1), (FRAME + 29, 2), (FRAME + 30, 3), (999, 3)]
)
def test_only_whole_rows_are_kept(room: int, fits: int) -> None:
    assert section(3).fitting(room, len)[0] == fits


def test_a_section_without_a_row_takes_no_room() -> None:
    assert section(3).fitting(FRAME + 9, len) == (0, FRAME + 9)


def test_what_a_section_leaves_is_the_next_one_s() -> None:
    assert filled([section(1), section(5)], 2 * FRAME + 30, len) == [1, 2]


def test_rows_that_cannot_be_shown_are_never_made() -> None:
    rows = Rows()
    section(10_000, rows).fitting(FRAME + 25, len)
    assert rows.asked == [0, 1, 2]


def test_all_rows_are_shown_without_a_word_about_others() -> None:
    assert section(2).trimmed(2) == "open\nrow 00000\nrow 00001\nend\n"


def test_what_is_cut_is_counted() -> None:
    assert section(3).trimmed(1).endswith("end\n*2 of 3 items not shown.*\n\n")


def test_of_groups_the_rows_of_the_plan_behind_them_are_counted_too() -> None:
    assert "*2 of 3 items not shown (8 rows of the plan).*" in section(3, each=4).trimmed(1)


def test_where_nothing_fits_only_the_count_is_left() -> None:
    assert section(3).trimmed(0) == "*3 of 3 items not shown.*\n\n"
