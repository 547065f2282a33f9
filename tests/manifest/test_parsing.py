"""Whatever the bytes: no exception, places that the file has, and exactly what was written."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Mistake
from reconciler.manifest.decoding import BAD_SIGN
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.render.mistakes import mistakes_text
from reconciler.settings import read_settings

WORDS = [
    *(
        "space: demo",
        "type: story",
        "items:",
        "- id: 6300012345",
        "fields:",
        "roles:",
        "defaults:",
        "expect:",
    ),
    *("unmanaged: [platform]", "name: Pay", "priority: P0", "notes: null", "tags: [iOS, Android]", "people:"),
    *("spaces:", "ana: ana@example.com", "guards: {changes: 1}", "  ", "    ", "      ", "\n", "\n", "\n"),
    *(
        "\r\n",
        "\t",
        "- ",
        ": ",
        ":",
        "：",
        "\u3000",
        "\u00a0",
        "#",
        " #x",
        "[",
        "]",
        "{",
        "}",
        ",",
        "?",
        "? ",
    ),
    *("!", "!!str ", "&a ", "*a", "|", ">-", "%", "@", "`", "'", '"', "\\", "\\ud800", "\\u001b", "<<: "),
    *("---", "...", "=======", "<<<<<<< HEAD", "~", "null", "优先级", "e\u0301", "é", "\u2028", "\u202e"),
    *("\x85", "\ufeff", "\x00", "😀", "0", "-1"),
]

yamlish = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
indented = st.lists(st.sampled_from([word for word in WORDS if "\n" not in word]), max_size=12).map(
    lambda words: "space: demo\ntype: story\nitems:\n  - id: 1\n    fields:\n      " + "\n      ".join(words)
)


def check(raw: bytes, mistakes: Sequence[Mistake]) -> None:
    """Every place lies in the file, one column behind the end of its line at most; the report is text."""
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    for mistake in mistakes:
        _, line, column = mistake.place
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
    for said in mistakes_text(mistakes):
        assert not BAD_SIGN.search(said)
        assert "this is not YAML" not in said


@settings(max_examples=800, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=200), yamlish.map(str.encode), indented.map(str.encode)))
def test_no_bytes_break_the_loader(raw: bytes) -> None:
    document, mistakes = read_bytes(raw, "f.yaml")
    assert document is not None or mistakes
    check(raw, mistakes)
    assert read_bytes(raw, "f.yaml") == (document, mistakes)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=200), yamlish.map(str.encode)))
def test_no_bytes_break_the_settings(raw: bytes) -> None:
    found, mistakes = read_settings(raw, "f.yaml")
    assert found is not None
    check(raw, mistakes)


# -- what is written is what is read ---------------------------------------------------------

Written = tuple[str, bool] | list["Written"] | dict[str, "Written"]
"""A scalar's text and whether it is plain, a list, or a map."""

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]).filter(
    lambda sign: not BAD_SIGN.match(sign)
)
PLAIN = r"[A-Za-z0-9支付é][A-Za-z0-9支付é_./+]{0,8}( [A-Za-z0-9支付é]{1,4}){0,2}"
plain = st.from_regex(PLAIN, fullmatch=True).filter(lambda text: text not in {"Null", "NULL"})
quoted = st.text(LETTERS, max_size=12)
scalars = st.one_of(plain.map(lambda text: (text, True)), quoted.map(lambda text: (text, False)))
keys = st.one_of(plain, quoted.filter(bool))


def maps(children: st.SearchStrategy[Written]) -> st.SearchStrategy[dict[str, Written]]:
    """Maps whose keys differ in every normal form."""
    return st.dictionaries(keys, children, min_size=1, max_size=4).filter(
        lambda made: len({unicodedata.normalize("NFC", key) for key in made}) == len(made)
    )


def nested(children: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    return st.one_of(st.lists(children, min_size=1, max_size=4), maps(children))


values: st.SearchStrategy[Written] = st.recursive(scalars, nested, max_leaves=12)


def head(key: str) -> str:
    """Write a key."""
    return key if re.fullmatch(PLAIN, key) else json.dumps(key, ensure_ascii=False)


def flow(value: Written) -> str:
    """Write a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{head(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    text, is_plain = value
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def block(value: Written, indent: int) -> str:
    """Write a value below its key."""
    if isinstance(value, dict):
        return "".join(f"\n{' ' * indent}{head(key)}:{block(one, indent + 2)}" for key, one in value.items())
    if isinstance(value, list):
        return "".join(f"\n{' ' * indent}- {flow(one)}" for one in value)
    text, is_plain = value
    return f" {text}" if is_plain else " '" + text.replace("'", "''") + "'"


def as_written(node: Node) -> Written:
    """Return what was read in the terms of what was written."""
    if isinstance(node, AuthoredMap):
        assert list(node) == list(node.keys_at)
        return {key: as_written(one) for key, one in node.items()}
    if isinstance(node, AuthoredList):
        return [as_written(one) for one in node]
    return node.text, node.plain


def scalars_of(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    return [
        one
        for child in (node.values() if isinstance(node, AuthoredMap) else node)
        for one in scalars_of(child)
    ]


@pytest.mark.parametrize("write", [lambda one: " " + flow(one), lambda one: block(one, 8)])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@settings(max_examples=80, deadline=None, derandomize=True)
@given(fields=maps(values))
def test_every_scalar_is_read_as_written_at_its_place(
    write: Callable[[Written], str], newline: str, fields: dict[str, Written]
) -> None:
    lines = [f"      {head(key)}:{write(value)}" for key, value in fields.items()]
    text = "space: demo\ntype: story\nitems:\n  - id: 6300012345\n    fields:\n" + "\n".join(lines) + "\n"
    document, mistakes = read_bytes(text.replace("\n", newline).encode(), "f.yaml")
    assert not mistakes
    assert document is not None
    (entry,) = document.items
    assert as_written(entry.fields) == fields
    source = text.split("\n")
    for scalar in [*scalars_of(entry.fields), *entry.fields.keys_at.values()]:
        _, line, column = scalar.place
        rest = source[line - 1][column - 1 :]
        assert rest.startswith(scalar.text if scalar.plain else ('"', "'"))
