"""What differs inside a value, for people; that it differs was found before."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.render.explain import (
    GONE,
    MOST_LINES,
    NEW,
    SAME,
    compare_words,
    inner_differences,
    inside_rows,
    nearby,
    one_line,
    safe_lines,
    words_in,
)
from tests.render.plans import priority, text
from tests.render.plans import words as texts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)

ONE_BY_ONE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
SPLIT = re.compile(rf"\n|[^\S\n]+|[{ONE_BY_ONE}]|[^\W{ONE_BY_ONE}]+|[^\w\s]")
"""The words of a text by one pattern, which takes long to compile."""
SIGNS = st.sampled_from([*"aZ9_- \t\n.:é支付あ・ー한가ァ豈\u3000\u3099\u0301\u00a0\U00020000🙂"])


@given(st.lists(SIGNS, max_size=20).map("".join) | texts)
def test_words_are_told_apart_by_blanks_and_letters_without_blanks_singly(text: str) -> None:
    assert words_in(text) == SPLIT.findall(text)


def side(pieces: object, without: str) -> str:
    assert isinstance(pieces, tuple)
    return "".join(piece.text for piece in pieces if piece.kind != without)


@given(texts, texts)
def test_the_pieces_make_up_both_sides(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    assert side(pieces, NEW) == safe_lines(before)
    assert side(pieces, GONE) == safe_lines(after)


@given(
    st.lists(st.sampled_from(["a", "b", " ", "\n", "支", "."])), st.lists(st.sampled_from(["a", " ", "支"]))
)
def test_neighbours_differ_in_kind_and_the_old_stands_before_the_new(one: list[str], two: list[str]) -> None:
    kinds = [piece.kind for piece in compare_words("".join(one), "".join(two))]
    assert all(a != b for a, b in pairwise(kinds))
    assert (NEW, GONE) not in set(pairwise(kinds))


def test_compares_words_and_not_letters() -> None:
    pieces = compare_words("pay by card, call legal", "pay by cash, call the legal team")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        (SAME, "pay by "),
        (GONE, "card"),
        (NEW, "cash"),
        (SAME, ", call "),
        (NEW, "the "),
        (SAME, "legal"),
        (NEW, " team"),
    ]


def test_compares_what_is_written_without_blanks_sign_by_sign() -> None:
    assert [(one.kind, one.text) for one in compare_words("支付崩溃了", "支付恢复了")] == [
        (SAME, "支付"),
        (GONE, "崩溃"),
        (NEW, "恢复"),
        (SAME, "了"),
    ]


def test_a_very_long_text_is_compared_by_lines_first() -> None:
    before = "".join(f"line {n} of many\n" for n in range(3_000))
    after = before.replace("line 7 of", "line seven of").replace("line 2990 of", "line last of")
    changed = [one.text for one in compare_words(before, after) if one.kind == NEW]
    assert changed == ["seven", "last"]


def test_a_line_of_a_terminal_shows_the_surroundings_of_a_change() -> None:
    change = text("a b c d e " * 9 + "old" + " f g h" * 9, "a b c d e " * 9 + "new" + " f g h" * 9)
    assert one_line(change, keep=8) == "…b c d e [-old-]{+new+} f g h f…"


@given(texts, texts)
def test_what_is_cut_is_only_what_both_sides_share(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    cut = list(nearby(pieces, keep=3))
    assert [one for one in cut if one.kind != SAME] == [one for one in pieces if one.kind != SAME]
    assert len(cut) == len(pieces)


def row(**cells: object) -> list[dict[str, object]]:
    return [{"field_key": key, "field_value": value} for key, value in cells.items()]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([row(env="prod", n=1)], [row(env="prod", n=2)], ["row 1, n: 1 → 2"]),
        ([row(env="prod")], [row(env="prod"), row(env="dev")], ["row 2: (none) → {env: dev}"]),
        ([row(env="prod", n=1)], [row(env="prod")], ["row 1, n: 1 → (none)"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["a, b, row 2: 2 → 3"]),
        (
            [{"role": "rd", "owners": ["x"]}],
            [{"role": "rd", "owners": None}],
            ["row 1, owners: [x] → (empty)"],
        ),
        ("one", "two", []),
        (["a"], ["b"], []),
    ],
)
def test_tells_differences_by_row_and_member(before: object, after: object, told: list[str]) -> None:
    assert list(inner_differences(before, after)) == told


def test_tells_nothing_of_how_options_and_texts_are_written_on_the_wire() -> None:
    option = replace(priority(), before={"value": "option_1"}, after={"value": "option_0"})
    prose = replace(text("a", "b"), before="a", after=[{"type": "paragraph", "content": []}])
    rows = replace(priority(), before=[row(ready=True)], after=[row(ready=False)])
    assert [list(inside_rows(one)) for one in (option, prose, rows)] == [
        [],
        [],
        ["row 1, ready: true → false"],
    ]


def test_counts_the_differences_that_it_does_not_tell() -> None:
    lines = inner_differences([row(n=n) for n in range(50)], [row(n=-n - 1) for n in range(50)])
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "and 30 more differences"


@given(JSON, JSON)
def test_explains_any_two_values_on_safe_lines(before: object, after: object) -> None:
    assert all("\n" not in line and "\x1b" not in line for line in inner_differences(before, after))


@given(JSON)
def test_finds_nothing_inside_equal_values(value: object) -> None:
    assert inner_differences(value, value) == ()
