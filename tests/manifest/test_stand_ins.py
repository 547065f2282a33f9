"""Colons and question marks inside of words between brackets are read as a second reader reads them."""

from __future__ import annotations

import re
import time
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from reconciler.errors import Place
from reconciler.manifest import parsing
from reconciler.manifest.decoding import LARGEST
from reconciler.manifest.edit.formatting import formatted
from reconciler.manifest.edit.spans import Source
from reconciler.manifest.edit.yaml_text import inline
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import Tree, read_tree
from reconciler.manifest.stand_ins import CANDIDATES, STOPS
from tests.inputs.rows import ROWS

TESTS = Path(__file__).parent.parent
HEAD = "space: demo\ntype: story\nitems:\n  - id: 1\n    fields:\n"
LINKS = f"""{HEAD}      docs: [https://a.example/?q=1#x, "b: c",
        http://b.example:80/a]   # both
      times: {{from: 2026-12-01T09:30:00+08:00, to: 20:00}}
      what: [what?, a::b, it's]
"""
ADJACENT = re.compile(rb"""["']:[^\s,\[\]{}]""")
"""A colon after a quote, `{"a":1}`: the C scanner reads it, the second reader refuses it."""


def plain(node: Node | None) -> object:
    """Return a tree as texts, lists and dicts."""
    match node:
        case AuthoredList():
            return [plain(member) for member in node]
        case AuthoredMap():
            return {key: plain(value) for key, value in node.items()}
        case Scalar():
            return node.text
    return None


def by_second_reader(raw: bytes) -> object:
    """Return what a reader that is written in Python, without the C scanner, makes of a file's texts."""
    return YAML(typ="base", pure=True).load(StringIO(raw.removeprefix(b"\xef\xbb\xbf").decode()))


def refused_by_c(raw: bytes) -> tuple[str, str]:
    """Return the C scanner's error and the character at its place; empty if it accepts the file."""
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n")
    try:
        list(iter(parsing.CParser(text).get_event, None))
    except MarkedYAMLError as error:
        mark = error.problem_mark
        assert mark
        line = text.split("\n")[mark.line] if mark.line <= text.count("\n") else ""
        return str(error.problem), line[mark.column : mark.column + 1]
    except YAMLError as error:
        return str(error), ""
    return "", ""


def check(raw: bytes, tree: Tree) -> None:
    """Hold a tree against the C scanner and the second reader."""
    problem, sign = refused_by_c(raw)
    if problem and problem not in STOPS.get(sign, ()):
        assert tree.root is None or tree.mistakes
    if tree.signs and tree.root is not None and not tree.mistakes and not ADJACENT.search(raw):
        assert plain(tree.root) == by_second_reader(raw)


def test_links_times_and_questions_between_brackets_are_read_at_their_places() -> None:
    tree = read_tree(LINKS.encode(), "f.yaml")
    assert tree.mistakes == []
    assert plain(tree.root) == by_second_reader(LINKS.encode())
    assert isinstance(tree.root, AuthoredMap)
    fields = tree.root["items"][0]["fields"]  # type: ignore[index,call-overload]
    assert fields["docs"] == [  # type: ignore[index,call-overload]
        Scalar("https://a.example/?q=1#x", plain=True, place=Place("f.yaml", 6, 14)),
        Scalar("b: c", plain=False, place=Place("f.yaml", 6, 40)),
        Scalar("http://b.example:80/a", plain=True, place=Place("f.yaml", 7, 9)),
    ]


def test_edits_know_the_span_of_each_link() -> None:
    source = Source(LINKS.replace("\n", "\r\n").encode(), "f.yaml")
    at = source.at(("items", 0, "fields", "docs", 2))
    assert at
    assert source.text[at.start : at.end] == at.text == "http://b.example:80/a"


def test_fmt_lays_out_such_a_file_and_keeps_its_values() -> None:
    raw = LINKS.replace("   # both", " # both").replace("times: {", "times:   {").encode()
    done = formatted(raw, "f.yaml")
    assert b"      times: {from: 2026-12-01T09:30:00+08:00, to: 20:00}\n" in done
    assert by_second_reader(done) == by_second_reader(raw)
    assert formatted(done, "f.yaml") == done


@pytest.mark.parametrize("text", ["https://a.example", "09:30:00", "what?", "a::b"])
def test_texts_that_c_scanners_stop_at_are_never_written_without_quotes_between_brackets(text: str) -> None:
    assert inline([text]) == f'["{text}"]'
    assert inline({"k": text}) == f'{{k: "{text}"}}'


SIGNS = [*"[]{},:?'\"#&*!|>-%@`~\\ \n", ", ", ": ", "? ", " #", "\n  ", "- "]
TEXTS = ["a", "b:c", "x?", "https://a.example/?q=1", "09:30", "a::b", "-:x", "?:x", ":x", "支：付", "null"]
NEAR = ['"a":1', "'k':v", '"b c":d', "*a:x", "&a:x y", "!t:x y"]
WORDS = st.sampled_from([*SIGNS, *TEXTS, *NEAR])


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(
    st.lists(WORDS, max_size=14).map("".join),
    st.sampled_from(["[{}]", "{{k: {}}}", "{{{}}}", "- [{}]", "{}"]),
)
def test_what_is_read_with_stand_ins_is_what_a_second_reader_reads(inside: str, shape: str) -> None:
    raw = shape.format(inside).encode()
    check(raw, read_tree(raw, "f.yaml"))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["b:c", "x?", "https://a.example/?q=1", "09:30", "a", "a::b"]), min_size=1, max_size=5
    )
)
def test_every_list_of_words_is_read(words: list[str]) -> None:
    for raw in (f"[{', '.join(words)}]".encode(), f"{{k: [{',  '.join(words)},\n  z]}}".encode()):
        tree = read_tree(raw, "f.yaml")
        assert tree.mistakes == []
        assert plain(tree.root) == by_second_reader(raw)


def test_the_corpora_are_read_alike() -> None:
    seeds = [path.read_bytes() for path in sorted((TESTS / "fuzz/seeds").rglob("*")) if path.is_file()]
    contents = [content for rows in ROWS.values() for row in rows for content in row.files.values()]
    files = [content.encode() if isinstance(content, str) else content for content in contents]
    assert len(seeds) > 10
    assert len(files) > 100
    for raw in [*seeds, *files]:
        check(raw, read_tree(raw, "f.yaml"))


def test_a_file_that_holds_all_stand_ins_gets_the_scanner_s_word() -> None:
    for every in ("".join(CANDIDATES), " ".join(f"{ord(sign):X}" for sign in CANDIDATES)):
        (mistake,) = read_tree(f"# {every}\na: [b:c, http://x]\n".encode(), "f.yaml").mistakes
        assert str(mistake) == "f.yaml:2:6: no space after the colon; write ': '"


def test_an_escape_never_becomes_a_colon() -> None:
    for sign in CANDIDATES[:3]:
        raw = f'["\\u{ord(sign):X}", "\\U0000{ord(sign):x}", "{sign}", b:c]'.encode()
        assert plain(read_tree(raw, "f.yaml").root) == [sign, sign, sign, "b:c"]


def test_the_largest_file_of_links_is_read_in_a_moment() -> None:
    link = "      a{}: [https://a.example/{}?x=1]\n"
    lines = "".join(link.format(number, number) for number in range(24_000))
    raw = (HEAD + lines).encode()
    assert LARGEST * 0.85 < len(raw) < LARGEST
    began = time.process_time()
    document, mistakes = read_bytes(raw, "f.yaml")
    assert time.process_time() - began < 5
    assert not mistakes
    assert document
    assert len(document.items[0].fields) == 24_000
