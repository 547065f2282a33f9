"""Large and nested files: as fast as they are long, and read by the scanner in C."""

from __future__ import annotations

import time

import pytest

from reconciler.manifest import parsing
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.loading import read_bytes
from reconciler.settings import read_settings

HEAD = "space: demo\ntype: story\nitems:\n"

PATTERNS = {
    "brackets": "[",
    "braces": "{a: ",
    "dashes": "- ",
    "question marks": "? ",
    "blanks": " ",
    "line feeds": "\n",
    "carriage returns": "a\r",
    "conflict markers": "=======\n",
    "byte order marks": "\ufeff",
    "aliases": "- *a\n",
    "anchors": "- &a a\n",
    "one key again and again": "a: 1\n",
    "slips": "a:1\n",
    "titles": "a: [x] y\n",
    "full-width colons": "a：1\nb: 2\n",
    "escapes": '- "\\u001b"\n',
    "colons on one line": "a: ",
    "addresses on one line": "://a/1",
    "hashes on one line": " #",
    "digits": "9",
    "a list on one line": "[b,",
    "a quote": '"a\n',
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
@pytest.mark.parametrize("head", ["", HEAD + "  - a"])
def test_the_largest_file_of_one_pattern_is_refused_in_a_moment(pattern: str, head: str) -> None:
    raw = (head + pattern * (LARGEST // len(pattern))).encode()[:LARGEST]
    began = time.process_time()
    document, mistakes = read_bytes(raw, "f.yaml")
    read_settings(raw, "f.yaml")
    assert time.process_time() - began < 5
    assert mistakes
    assert document is None or not document.items


def test_the_keys_of_one_large_map_are_held_against_each_other_in_a_moment() -> None:
    keys = "".join(f"      e\u0301{number}: 1\n" for number in range(50_000))
    began = time.process_time()
    document, mistakes = read_bytes(f"{HEAD}  - id: 1\n    fields:\n{keys}".encode(), "f.yaml")
    assert time.process_time() - began < 5
    assert not mistakes
    assert document is not None
    assert len(document.items[0].fields) == 50_000


def test_64_levels_are_read_and_one_more_is_refused() -> None:
    def nested(levels: int) -> bytes:
        inside = levels - 4  # the file, its items, the item, its fields
        return f"{HEAD}  - id: 1\n    fields: {{a: {'[' * inside}x{']' * inside}}}\n".encode()

    assert read_bytes(nested(64), "f.yaml")[1] == []
    (mistake,) = read_bytes(nested(65), "f.yaml")[1]
    assert str(mistake) == "f.yaml:5:77: lists and maps deeper than 64 levels; nest them less deep"


def test_the_scanner_is_the_one_in_c() -> None:
    assert "_ruamel_yaml" in parsing.CParser.__module__
