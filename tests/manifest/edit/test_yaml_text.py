"""Files as people lay them out: an edit changes the bytes of its scalar, the layout none of what is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given

from reconciler.manifest.edit.commands import Put
from reconciler.manifest.edit.edits import edited
from reconciler.manifest.edit.formatting import formatted, same_content
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import Plain, lines_of, reads_plain
from tests.manifest.drawn import VALUES

HEAD = "# ours: 支付 🙂\nspace: demo\ntype: story\n"
LAYOUTS = {
    "plain": ("items:\n  - id: 1\n    fields:\n      a: P0\n"),
    "with a comment": (
        "items:\n  - id: 1   # one\n    fields:   # two\n      a: P0   # three\n      # four\n"
    ),
    "single quotes": ("items:\n  - id: 1\n    fields:\n      a: 'P0'   # it's\n      b: 'it''s'\n"),
    "double quotes": (
        'items:\n  - id: 1\n    fields:\n      "a": "P0"   # say "no"\n      b: "\\u00e9 \\" \\\\ x"\n'
    ),
    "between brackets": ("items: [{id: 1, fields: {b: [x, y,], a: P0, c: 1}}, 2]   # all\n"),
    "brackets over lines": (
        "items: [\n  1,   # one\n  {id: 2,\n   fields: {   # two\n"
        "     a: P0,   # three\n     b: [x,\n  y]}},\n]\n"
    ),
    "lists at the left": ("items:\n- id: 1\n  fields:\n    l:\n    - x   # x\n    - y\n    a: P0\n- 2\n"),
    "far to the right": (
        "items:\n        -   id: 1\n            fields:\n"
        "                    a: P0\n                    b: x\n"
    ),
    "value below its key": (
        "items:\n  - id: 1\n    fields:\n      a:\n        # why\n        P0   # x\n"
        "      b:   # y\n        x\n"
    ),
    "loose colons": ("items :\n  - id :   1\n    fields :\n      a   :   P0\t# tab\n      b\t: x\n"),
    "empty lines": ("\n\nitems:\n\n\n  - id: 1\n\n    fields:\n\n      a: P0\n\n\n      b: x\n\n\n"),
    "blanks at the ends": ("items:  \n  - id: 1 \t\n    fields:   \n      a: P0   \n      b: x  # c  \n  \n"),
    "behind a literal": (
        "items:\n  - id: 1\n    fields:\n      t: |\n        # no comment\n"
        "          a: P0x\n\n        '\n      a: P0\n"
    ),
    "before a literal": (
        "items:\n  - id: 1\n    fields:\n      a: P0\n      t: |2   # kept\n"
        "          # no comment\n         x\n      u: >+\n        one\n\n"
        "        two\n\n\n"
    ),
    "behind folded texts": (
        'items:\n  - id: 1\n    fields:\n      t: one\n        two\n      u: "one\n\n'
        "        two \\\n        three\"\n      v: 'x\n        y'\n      a: P0\n"
    ),
    "keys out of order": (
        "items:\n  - fields:\n      a: P0   # a\n    # about roles\n"
        "    roles: {RD: []}\n    id: 1   # id\n# the end\n"
    ),
    "other scripts": (
        "items:\n  - id: 1\n    fields:\n      优先级: é 🙂 支付   # 🙂\n"
        "      '🙂': {支: [付, 🙂], a: x}\n      a: P0   # 付\n"
    ),
    "comments everywhere": (
        "# a\nitems:   # b\n  # c\n  - id: 1   # d\n    # e\n    fields:   # f\n"
        "      # g\n      a: P0   # h\n      # i\n    # j\n  # k\n  - 2   # l\n# m\n"
    ),
    "a list of rows": (
        "items:\n  - id: 1\n    fields:\n      rows:\n        - b: x   # r\n"
        "          c: y\n        -   b: z\n      a: P0\n"
    ),
}
FRAMES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "no newline at the end": lambda text: text.rstrip("\r\n"),
}
every_file = pytest.mark.parametrize(
    ("layout", "frame"), [(layout, frame) for layout in LAYOUTS for frame in FRAMES]
)


def file_of(layout: str, frame: str) -> bytes:
    return FRAMES[frame](HEAD + LAYOUTS[layout]).encode()


def way_of(raw: bytes) -> Way:
    """Return the way of the value that is edited: the only P0."""
    source = Source(raw, "f")
    (way,) = [way for way, parent, at in source.walk(source.root, ()) if parent.parts[at].text == "P0"]
    return way


@every_file
@pytest.mark.parametrize(
    ("value", "plain", "in_single", "in_double"),
    [
        ("P1", "P1", "'P1'", '"P1"'),
        (None, "null", "null", "null"),
        (3, "3", "3", "3"),
        ("null", '"null"', "'null'", '"null"'),
        ("it's: #1", '"it\'s: #1"', "'it''s: #1'", '"it\'s: #1"'),
    ],
)
def test_an_edit_changes_the_bytes_of_its_scalar_alone(
    layout: str, frame: str, value: str | int | None, plain: str, in_single: str, in_double: str
) -> None:
    raw = file_of(layout, frame)
    written, new = {
        "single quotes": ("'P0'", in_single),
        "double quotes": ('"P0"', in_double),
    }.get(layout, ("P0", plain))
    before, _, after = raw.decode().rpartition(f" {written}")
    assert edited(raw, [Put(way_of(raw), value)], "f").decode() == f"{before} {new}{after}"
    assert edited(raw, [Put(way_of(raw), "P0")], "f") == raw


@every_file
def test_the_layout_changes_nothing_that_is_said(layout: str, frame: str) -> None:
    raw = file_of(layout, frame)
    once = formatted(raw, "f")
    assert same_content(raw, once, "f")
    assert formatted(once, "f") == once
    if layout != "before a literal":
        assert once.endswith(b"\r\n" if frame == "CRLF" else b"\n")
    assert once.startswith(b"\xef\xbb\xbf") == (frame == "byte order mark")
    assert once.count(b"#") == raw.count(b"#")


def test_there_are_more_than_sixty_files() -> None:
    assert len({file_of(layout, frame) for layout in LAYOUTS for frame in FRAMES}) > 60


@pytest.mark.parametrize(
    "text",
    [
        *(
            "null",
            "~",
            "true",
            "1.10",
            "0123",
            "0x10",
            ".nan",
            "1e5",
            "[BUG] x",
            "a: b",
            "x #y",
            "- a",
            "'",
            '"',
        ),
        *(
            "",
            " ",
            "a ",
            " a",
            "a\nb",
            "@x",
            "`x",
            "%x",
            "&x",
            "*x",
            "!x",
            "|",
            ">",
            "#x",
            "x:",
            "a:b",
            "<<",
            "=",
            "a,",
            "{",
        ),
    ],
)
def test_these_texts_are_written_in_quotes(text: str) -> None:
    assert not reads_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "P0",
        "Payments / Cards",
        "ana@example.com",
        "支付",
        "26-12",
        "2026-12-01",
        "it's",
        "a#b",
        "x-y z",
    ],
)
def test_these_texts_are_written_as_they_are(text: str) -> None:
    assert reads_plain(text)


def test_a_colon_inside_a_text_wants_quotes_between_brackets_alone() -> None:
    for text in ("2026-12-01T09:30:00+08:00", "a:b", "https://example.com/x?y=z"):
        assert reads_plain(text, flow=False)
        assert not reads_plain(text)
        raw = edited(b"a: {b: 1}\nc: 1\n", [Put(("a", "b"), text), Put(("c",), text)], "f")
        assert raw.decode() == f'a: {{b: "{text}"}}\nc: {text}\n'


@given(value=VALUES)
def test_every_value_is_written_so_that_it_is_read_back(value: Plain) -> None:
    before = b"items:\n  - id: 1\n    fields:\n      a: 1\n"
    for edits in ([Put(("items", 0, "fields", "a"), value)], [Put(("items", 0, "fields", "b"), value)]):
        assert edited(before, edits, "f").startswith(b"items:\n  - id: 1\n    fields:\n      a: ")


def test_numbers_keep_their_digits() -> None:
    for number in (Decimal("0.1"), 1e-7, 0.5, 12345678901.25, Decimal("1E+3"), -0.25):
        raw = edited(b"a: 1\n", [Put(("a",), number)], "f").decode()
        assert Decimal(raw[3:].strip()) == Decimal(json.dumps(float(number)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"docs": ["https://a.example/1", "https://a.example/2"]}, "docs:\n  - https://a.example/1\n  - https://a.example/2\n"),
        ({"markets": ["Payments", "Fix: later"]}, 'markets:\n  - Payments\n  - "Fix: later"\n'),
        ({"rows": [{"env": "prod", "url": "https://a.example"}]}, "rows:\n  - env: prod\n    url: https://a.example\n"),
        ({"rows": [{"env": "prod", "on": True}]}, "rows: [{env: prod, on: true}]\n"),
        ({"docs": {"contains": ["https://a.example"]}}, "docs:\n  contains:\n    - https://a.example\n"),
        ({"wiki": "https://a.example"}, "wiki: https://a.example\n"),
    ],
)  # fmt: skip
def test_a_text_with_a_colon_stands_on_a_line_of_its_own(value: Plain, text: str) -> None:
    assert "".join(f"{line}\n" for line in lines_of(value, 0)) == text


@pytest.mark.parametrize("text", ["one  \ntwo", "one\n  \ntwo", "one\t\ntwo"])
def test_a_text_whose_lines_end_in_blanks_is_quoted_so_that_no_program_takes_them(text: str) -> None:
    (line,) = lines_of({"notes": text}, 0)
    assert line == f"notes: {json.dumps(text)}"
