"""The line reader takes no file that the full reader would refuse, and reads the others as it does.

A long search runs by `make deep` (`TARGETS=fuzz-lines`); what it finds stays a seed in tests/fuzz.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.desired.both_readers import read_by_both
from tests.desired.demo_pins import ROOT, STORIES
from tests.inputs.rows import ROWS
from tests.manifest.drawn import files as drawn_files

CORPUS: Final = sorted(
    path
    for folder in ("state", "tests/scenarios", "tests/fuzz/seeds/loader", "tests/fuzz/seeds/lines")
    for path in (ROOT / folder).rglob("*.yaml")
)
ENTRY: Final = "  - id: 6300012320\n    fields:\n"
NAMES: Final = (
    *("priority", "ext_ref", "notes", "story_points", "needs_qa", "due", "scale", "platform", "reviewer"),
    *("watchers", "area", "hotline", "name", "wiki", "docs", "parent_story", "planning_release", "tags"),
    *(
        "description",
        "cutover",
        "schedule",
        "business",
        "env_rows",
        "RD",
        "PM",
        "no_such",
        "优先级",
        "e\u0301",
    ),
)
VALUES: Final = (
    *("P0", "P3", "S", "true", "3", "0.5", "-1", "2026-12-01", "2026-12-01T09:30:00+08:00", "null", "~"),
    *("Null", "NULL", "", '""', '"EXT-1"', '"a: b # c"', r'"a\nb"', '"open', "'P0'", "'it''s'", "a #b"),
    *("a # b", "P0  # why", "P0 #1", '"P0" # x', "[iOS, Android]", "[iOS,Android]", "[iOS, ~]", "[]", "[a"),
    *("[iOS]  # x", '["iOS"]', "[iOS, iOS]", "{contains: [Web]}", "{id: option_0}", "ana", "ana@example.com"),
    *("[bo@example.com, ana]", "https://wiki.example.com/a:b?c=d#e", "Payments / Refunds", "6300012300"),
    *(
        "6300012320",
        "[6300014300]",
        '[{name: "Web 8.1"}]',
        "|",
        ">-",
        "| # x",
        "&a P0",
        "*a",
        "!!str a",
        "- a",
    ),
    *(
        "-a",
        "? a",
        "%a",
        "@a",
        "`a`",
        "a: b",
        "a :b",
        "a:",
        "a： b",
        "需求",
        "\u3000x",
        "x\u00a0y",
        "x\ty",
        '"x\ty"',
    ),
    *(
        '"\u00a0"',
        '" a "',
        "+86-1",
        "1_000",
        "0x1F",
        "<<",
        "a\u202eb",
        "a\x07b",
        "a\r",
        "e\u0301",
        "x, y",
        "a]b",
    ),
)
ODD: Final = (
    *(
        "",
        "   ",
        "# c",
        "      # c",
        "      #c",
        "#c",
        "---",
        "...",
        "\t",
        "\t# c",
        "    roles:",
        "    fields:",
    ),
    *("    expect: {priority: P0}", "    unmanaged: [notes]", "  - 6300012321", "  - id: 6300012322", "  -"),
    *(
        "  - id: 6300012321  # b",
        "  - id: 6300012321 #b",
        "        deeper",
        "        - ana",
        "  - {id: 6300012329}",
    ),
    *(
        "  - id: 0",
        "  - id: 9999999999999999999",
        '  - id: "6300012321"',
        "items:",
        "defaults:",
        "      ? a",
        "\u00a0",
    ),
)
FIELD = st.builds(
    lambda indent, name, gap, value: f"{' ' * indent}{name}:{gap}{value}",
    st.sampled_from([6] * 12 + [4, 5, 7, 8]),
    st.sampled_from(NAMES),
    st.sampled_from([" "] * 8 + ["", "  ", "\t"]),
    st.one_of(st.sampled_from(VALUES), st.text(max_size=6)),
)
GOOD: Final = tuple(
    f"      {line}"
    for line in (
        *(
            "priority: P0",
            'ext_ref: "EXT-1"',
            "story_points: 3",
            "needs_qa: true",
            "due: 2026-12-01",
            "scale: S",
        ),
        *(
            "platform: [iOS, Android]",
            "reviewer: ana",
            "watchers: [bo@example.com, ana]",
            "area: Payments / Cards",
        ),
        *(
            "priority: null",
            "hotline: '+86-400-472-1372'",
            "platform: {contains: [Web]}",
            "docs: []",
            "notes: a b  # c",
        ),
        *(
            "planning_release: [6300014300]",
            "parent_story: 6300012300",
            'description: "x"',
            "wiki: https://a.b/c:d",
        ),
    )
)
LINES = st.one_of(st.sampled_from(GOOD), st.sampled_from(GOOD), FIELD, st.sampled_from(ODD))
HEADS = st.sampled_from(
    [STORIES] * 12
    + [
        f"# a\n\n{STORIES}",
        STORIES.replace("story", "需求"),
        STORIES.replace("story", "nothing"),
        STORIES.replace("items:\n", "items:\n  # b\n"),
        STORIES.replace("space: demo", "space: other"),
        f"\ufeff{STORIES}",
        f"---\n{STORIES}",
    ]
)


@st.composite
def lined_files(draw: st.DrawFn) -> bytes:
    """Draw a file of lines that are nearly all right by themselves."""
    text = draw(HEADS)
    for number in range(draw(st.integers(1, 3))):
        lines = draw(st.lists(LINES, min_size=1, max_size=5, unique=True))
        text += ENTRY.replace("320", f"32{number}") + "".join(f"{line}\n" for line in lines)
        if draw(st.booleans()):
            text += "    roles:\n      RD: [ana]\n"
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at] + draw(st.sampled_from(["", "\n", " ", "\t", '"', "#", ":", "\r\n"])) + text[at + 1 :]
        )
    return text.encode()


@given(st.lists(lined_files(), min_size=1, max_size=2))
@example([(STORIES + ENTRY + "      priority: P0\n").encode()] * 2)
@example([(STORIES + ENTRY + "      priority: P0\n    fields:\n      scale: S\n").encode()])
@example(
    [(STORIES + ENTRY.replace("fields", "roles") + "      RD: [ana]\n    fields:\n      scale: S\n").encode()]
)
@example([(STORIES + ENTRY + '      ext_ref: "a\n  - b"\n').encode()])
def test_lined_files_are_read_as_the_full_reader_reads_them(raw: list[bytes]) -> None:
    read_by_both(*raw)


@given(drawn_files())
def test_random_files_are_read_as_the_full_reader_reads_them(text: str) -> None:
    read_by_both(text.encode())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_file_of_the_corpus_is_read_as_the_full_reader_reads_it(path: Path) -> None:
    read_by_both(path.read_bytes())


def test_what_people_write_is_read_as_the_full_reader_reads_it() -> None:
    contents = [content for rows in ROWS.values() for row in rows for content in row.files.values()]
    assert len(contents) > 100
    for content in contents:
        read_by_both(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("line", GOOD)
def test_a_line_as_people_write_it_is_read_alone(line: str) -> None:
    raw = f"{STORIES}{ENTRY}      scale: S\n{line}\n    roles:\n      RD: [ana]\n  - 6300012321  # b\n"
    expected = 0 if "scale" in line else 1
    assert read_by_both(raw.encode()) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(f"{STORIES}{ENTRY}      priority: {value}\n" for value in ("P9", "", "~", "&a P0", "|")),
        f"{STORIES}{ENTRY}      priority: P0\n      priority: P0\n",
        f"{STORIES}{ENTRY}      no_such: P0\n",
        f"{STORIES}{ENTRY}    roles:\n      RD: [ana]\n",
        f"{STORIES}{ENTRY}      parent_story: 6300012320\n",
        f"{STORIES}{ENTRY}      priority: P0\n{ENTRY}      priority: P0\n",
        f"{STORIES}{ENTRY}      priority: P0",
    ],
)
def test_what_may_hold_a_mistake_is_left_to_the_full_reader(text: str) -> None:
    assert read_by_both(text.encode()) == 0


def test_an_item_of_two_files_is_told_with_both_places() -> None:
    raw = (STORIES + ENTRY + "      priority: P0\n").encode()
    assert read_by_both(raw, raw.replace(b"priority: P0", b"scale: S"), raw) == 3
