"""A scanner's error becomes plain words at the place that an author would look at."""

from __future__ import annotations

import pytest

from reconciler.manifest.syntax_errors import colon_in_brackets, second_colon
from tests.manifest.reports import ITEM, said


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (
            "tags: [iOS, Android",
            "6:13: a list that is not closed; write ']' at its end, or quote the text: \"[iOS, Android\"",
        ),
        (
            "who: {contains: [ana]",
            "6:12: a map that is not closed; write '}' at its end, or quote the text: \"{contains: [ana]\"",
        ),
        ('name: "Pay', "6:13: a quote that is not closed; close it"),
        (
            "a: b\n      - x",
            "7:7: a list item instead of a key; write `key: value`, or indent the item below its key",
        ),
        ("tags: [a] b", '6:13: a text that YAML reads as something else; quote the text: "[a] b"'),
        ('name: "a\\qb"', "6:15: a backslash that does not begin an escape; write two, or use single quotes"),
        ("tags: [a b: c: d]", "6:20: a second ': ' in one text; quote the text"),
        ("tags: [a, , b]", "6:17: ',' instead of a value; write the value, or quote the text"),
    ],
)
def test_a_line_that_is_no_yaml_is_explained(lines: str, line: str) -> None:
    assert said(f"{ITEM}      {lines}\n")[0] == line


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("[https", "//example.com]", "a colon in a text between brackets"),
        ("[10", "30]", "a colon in a text between brackets"),
        ("{id", "6300012345}", "no space after the colon"),
        ("[a", "b]", "no space after the colon"),
    ],
)
def test_a_colon_in_brackets_belongs_to_an_address_a_time_or_a_key(
    before: str, after: str, what: str
) -> None:
    assert colon_in_brackets(before, after)[0] == what


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        ("name: Checkout: pay", 15, "a second ': ' in one text"),
        ("      name: x", 11, "a key that is indented further than its neighbours"),
        ("  - - name: x", 11, "a key that is indented further than its neighbours"),
        ("k" * 2000 + ": x", 2001, "a key that is too long"),
    ],
)
def test_a_colon_that_yaml_cannot_read_is_told_apart_by_what_is_before_it(
    line: str, column: int, what: str
) -> None:
    assert second_colon(line, column)[0] == what
