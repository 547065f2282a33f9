"""Text from strangers as Markdown: fenced, and never a cell that ends early."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from reconciler.render.markdown_text import inline_code, safe_words, table_row

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize(
    ("value", "fenced"),
    [
        ("P0", "`P0`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("", "`  `"),
        (" x", "`  x `"),
        ("a\nb", "`a\\nb`"),
    ],
)
def test_the_fence_is_longer_than_any_run_inside(value: str, fenced: str) -> None:
    assert inline_code(value) == fenced


@pytest.mark.parametrize(
    "value", ["1. one", "a_b_c", "x@y", "deadbeef1", "a.b", "<b>", " x", "", "GH-1", "#1"]
)
def test_only_harmless_words_go_unfenced(value: str) -> None:
    assert safe_words(value).startswith("`")
    assert safe_words("take the item out of the file, or restore it in Meegle").startswith("take")


@pytest.mark.parametrize("value", ["|", "\\|", "\\\\|", "a\\\\\\|b||", "|\\"])
def test_no_cell_of_a_table_ends_early(value: str) -> None:
    head = f"{table_row('a', 'b')}{table_row('---', '---')}"
    page = MARKDOWN.render(head + table_row(inline_code(value), inline_code("@x")))
    assert page.count("<td>") == 2
    assert page.count("</code></td>") == 2
