"""The span of each value, to the character: what an edit may replace."""

from __future__ import annotations

import pytest

from reconciler.errors import InputError
from reconciler.manifest.edit.spans import Source, Way

TEXT = """\
space: demo  # ours
items:
  - 7
  - id: 8
    fields: {a: [x, 'y']}
    notes: |
      one

      two

  # the end
"""


@pytest.mark.parametrize(
    ("way", "text"),
    [
        (("space",), "demo"),
        (("items", 0), "7"),
        (("items", 1, "fields"), "{a: [x, 'y']}"),
        (("items", 1, "fields", "a", 1), "'y'"),
        (("items", 1, "notes"), "|\n      one\n\n      two"),
    ],
)
def test_a_span_is_the_text_of_its_value_without_comments_and_empty_lines_after_it(
    way: Way, text: str
) -> None:
    source = Source(TEXT.encode(), "f")
    span = source.at(way)
    assert span
    assert source.text[span.start : span.end] == text


@pytest.mark.parametrize("way", [("space", "x"), ("items", 2), ("items", "id"), ("items", 1, "roles")])
def test_a_path_that_leads_to_no_value_has_no_span(way: Way) -> None:
    assert Source(TEXT.encode(), "f").at(way) is None


def test_a_block_ends_with_its_last_value() -> None:
    source = Source(TEXT.encode(), "f")
    assert source.root
    assert source.text[source.root.end :] == "\n\n  # the end\n"


def test_every_value_is_found_by_its_path() -> None:
    ways = set(Source(b"a: {b: [1]}\nc: 2\n", "f").ways().values())
    assert ways == {("a",), ("a", "b"), ("a", "b", 0), ("c",)}


def test_line_ends_and_the_byte_order_mark_are_those_of_the_file() -> None:
    raw = b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"
    source = Source(raw, "f")
    assert source.newline == "\r\n"
    assert source.encoded(source.text) == raw
    second = source.at(("b",))
    assert second
    assert source.text[source.line_start(second.start) : source.line_end(second.start)] == "b: 2"
    assert source.next_line(0) == source.offset(2, 1)
    assert source.column(second.start) == 3


def test_pieces_are_replaced_and_the_rest_is_kept() -> None:
    source = Source(b"a: 1\nb: 2\n", "f")
    assert source.spliced([(3, 4, "one"), (8, 9, "two")]) == "a: one\nb: two\n"
    assert source.spliced([]) == source.text


def test_a_file_with_mistakes_has_no_spans() -> None:
    with pytest.raises(InputError, match="an alias"):
        Source(b"a: *b\n", "f")
