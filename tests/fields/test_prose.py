"""Formatted text as blocks, and the Markdown that reads as these blocks again."""

from __future__ import annotations

import pytest

from reconciler.fields.prose import (
    Block,
    Run,
    Unsayable,
    blocks_of,
    is_sayable,
    markdown_of,
    plain_prose,
    prose_of,
    tidy,
)

BOLD, ITALIC = frozenset({"bold"}), frozenset({"italic"})


def test_markdown_is_read_as_blocks_and_written_as_the_same_markdown() -> None:
    markdown = "# Why\n\nso **it** is\n\n- a\n- *b*\n\n1. c\n2. d\n\n---\n\n~~old~~"
    blocks = blocks_of(markdown)
    assert [block.kind for block in blocks] == ["h1", "p", "ul", "ul", "ol", "ol", "hr", "p"]
    assert blocks[1] == Block("p", (Run("so "), Run("it", BOLD), Run(" is")))
    assert markdown_of(blocks) == markdown


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        ("see [here](https://example.com)", "a link"),
        ("![x](y.png)", "a picture"),
        ("`code`", "code"),
        ("```\ncode\n```", "code"),
        ("> quoted", "a quotation"),
        ("| a |\n| - |\n| b |", "a table"),
        ("#### four", "a heading below the third level"),
        ("a  \nb", "a line break inside a paragraph"),
        ("2. two", "a list that does not begin at 1"),
        ("- a\n  - b", "an entry of a list that is not one paragraph"),
        ("#", "a heading or an entry without words"),
    ],
)
def test_markdown_outside_of_the_subset_is_refused_with_its_name(markdown: str, reason: str) -> None:
    with pytest.raises(Unsayable, match=reason):
        blocks_of(markdown)


@pytest.mark.parametrize(
    "words", ["# no heading", "- no list", "1. no list", "a*b*c", "<b>", "a | b", "--- "]
)
def test_words_that_look_like_markdown_are_escaped(words: str) -> None:
    block = tidy(Block("p", (Run(words),)))
    assert blocks_of(markdown_of([block])) == (block,)


def test_a_block_loses_blanks_at_its_ends_and_under_marks_and_joins_equal_runs() -> None:
    loose = Block("p", (Run("  a"), Run(" "), Run(" b ", BOLD), Run("c\u00a0"), Run("", ITALIC)))
    assert tidy(loose) == Block("p", (Run("a  "), Run("b", BOLD), Run(" c")))
    assert tidy(tidy(loose)) == tidy(loose)


def test_texts_are_equal_by_their_blocks_alone() -> None:
    assert plain_prose("a\nb") == prose_of([Block("p", (Run("a"),)), Block("p", (Run("b"),))], "anything")
    assert plain_prose("a") != prose_of([Block("h1", (Run("a"),))])


def test_only_paragraphs_without_marks_are_plain() -> None:
    assert plain_prose("a\n\nb").is_plain
    assert not prose_of([Block("p", (Run("a", BOLD),))]).is_plain
    assert not prose_of([Block("ul", (Run("a"),))]).is_plain


def test_empty_lines_are_no_filled_blocks_and_rules_are() -> None:
    prose = prose_of([Block("p", (Run("a"),)), Block("p"), Block("hr")])
    assert prose.filled == (Block("p", (Run("a"),)), Block("hr"))


def test_blocks_that_do_not_round_trip_are_not_sayable() -> None:
    assert is_sayable([Block("p", (Run("a"),))])
    assert not is_sayable([Block("p", (Run("a\nb"),))])
    assert not is_sayable([Block("opaque", (Run("<table>"),))])
