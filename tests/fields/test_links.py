"""Documents: a list of addresses whose order counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fields.fieldspace import DOCS, codec, read, refused

WIKI, SHEET = "https://x.feishu.cn/wiki/AbC", "http://x.feishu.cn/sheets/1"


def test_addresses_keep_the_order_in_which_they_are_written() -> None:
    assert read(DOCS, f"['{SHEET}', '  {WIKI} ']") == (SHEET, WIKI)
    assert read(DOCS, f"['{WIKI}', '{SHEET}']") != read(DOCS, f"['{SHEET}', '{WIKI}']")


def test_null_and_an_empty_list_empty_the_field() -> None:
    assert read(DOCS, "null") == read(DOCS, "[]") == ()
    assert codec(DOCS).encode(()) == []
    assert codec(DOCS).show(()) == "(empty)"


def test_every_entry_that_is_no_address_is_reported_and_a_second_copy_too() -> None:
    assert refused(DOCS, f"[wiki, '{WIKI}', '{WIKI}', [a]]") == [
        "1:5: expected a web address in Docs, found 'wiki'; write \"https://…\"",
        "1:43: the same address twice in Docs; keep one",
        '1:75: expected a web address in Docs, found a list; write "https://…"',
    ]


def test_one_address_outside_of_a_list_is_refused_in_a_file_and_read_in_an_answer() -> None:
    assert refused(DOCS, WIKI) == [
        f"1:4: expected a list of web addresses for Docs, found '{WIKI}'; write [\"https://…\"]"
    ]
    assert codec(DOCS).decode(WIKI).value == (WIKI,)


@pytest.mark.parametrize("wire", [7, [7], [""], [None], {"url": WIKI}])
def test_an_answer_of_another_shape_is_not_taken_for_empty(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected a list of addresses"):
        codec(DOCS).decode(wire)
