"""From bytes to text: UTF-8 of a limited size, without characters that hide."""

from __future__ import annotations

import pytest

from reconciler.manifest.decoding import LARGEST, MOST_SIGNS, byte_place, decode_file, refused_signs
from tests.manifest.reports import said

BYTES = [
    (b"", "1:1: an empty file; write space, type and items, or delete it"),
    (b"# nothing yet\n", "1:1: an empty file; write space, type and items, or delete it"),
    (b"---\n", "1:1: an empty file; write space, type and items, or delete it"),
    (b"\xef\xbb\xbf", "1:1: an empty file; write space, type and items, or delete it"),
    ("space: demo\n".encode("utf-16"), "1:1: the file is UTF-16; save it as UTF-8"),
    ("space: demo\n".encode("utf-16-be"), "1:1: a NUL byte; save the file as UTF-8 text"),
    (b"space: demo\ntype: st\0ory\n", "2:9: a NUL byte; save the file as UTF-8 text"),
    ("space: demo\n# 优先级\n".encode("gbk"), "2:3: the file looks like GBK; save it as UTF-8"),
    ("# 优".encode() + b"\xff\n", "1:4: the file is not UTF-8; save it as UTF-8"),
    (b"\xef\xbb\xbf# \xff\n", "1:3: the file is not UTF-8; save it as UTF-8"),
    (b"# \xed\xa0\x80\n", "1:3: the file is not UTF-8; save it as UTF-8"),
    (
        b"#" * (LARGEST + 1),
        "1:1: a file of 1048577 bytes; split it; at most 1048576 bytes are read",
    ),
]


@pytest.mark.parametrize(("raw", "line"), BYTES)
def test_bytes_that_are_no_text_are_refused(raw: bytes, line: str) -> None:
    assert said(raw) == [line]


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", b"a: 1\nb: 2\n"])
def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(raw: bytes) -> None:
    assert decode_file(raw, "f.yaml") == "a: 1\nb: 2\n"


def test_the_column_of_a_byte_counts_characters() -> None:
    assert byte_place("f.yaml", "a\n优先级: x".encode(), len("a\n优先级: ".encode())) == ("f.yaml", 2, 6)


def test_characters_that_hide_and_conflict_markers_are_refused_at_their_places() -> None:
    text = "a: \u202eb\n<<<<<<< HEAD\n======= \n<<<<<<<no marker\nc: \u200f\n"
    assert [str(one) for one in refused_signs(text, "f.yaml")] == [
        "f.yaml:2:1: a conflict marker; resolve the merge",
        "f.yaml:3:1: a conflict marker; resolve the merge",
        "f.yaml:1:4: the character \\u202e; delete it",
        "f.yaml:5:4: the character \\u200f; delete it",
    ]


def test_a_file_of_such_characters_is_reported_in_part() -> None:
    assert len(list(refused_signs("\u202e" * 10_000, "f.yaml"))) == MOST_SIGNS
