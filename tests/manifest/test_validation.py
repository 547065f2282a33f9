"""The model of a shape finds every mistake of a tree as it was written, each with its place."""

from __future__ import annotations

from typing import ClassVar

import pytest
from msgspec import field

from reconciler.manifest.nodes import AuthoredMap
from reconciler.manifest.parsing import read_tree
from reconciler.manifest.shapes import NameMap, Shape, read
from reconciler.manifest.validation import mistakes_in


class Guards(Shape, frozen=True):
    changes: NameMap


class File(Shape, frozen=True):
    elsewhere: ClassVar[str] = "write it below `guards:`"

    guards: Guards
    rows: list[NameMap] = field(default_factory=list)
    spaces: dict[str, Guards] = field(default_factory=dict)


def mistakes(text: str) -> list[str]:
    root = read_tree(text.encode(), "f.yaml").root
    assert root is not None
    return [str(one).removeprefix("f.yaml:") for one in mistakes_in(File, root)]


def test_a_tree_of_the_right_shape_that_could_not_be_read_is_a_mistake_all_the_same() -> None:
    assert mistakes("guards: {changes: {a: 1}}\nrows: [{b: 2}]\n") == [
        "1:1: cannot be read; see the schema of the file"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rows: []\n", "1:1: no guards; write `guards: …`"),
        ("guards: {change: {}}\n", "1:10: no key 'change' on this map; did you mean 'changes'?"),
        ("guards: [a]\n", "1:9: expected a map, found a list; write `key: value` lines below it"),
        (
            "guards: {changes: {}}\nrows: {a: b}\n",
            "2:7: expected a list, found a map; begin each entry with '- '",
        ),
        (
            "guards: {changes: {}}\nrows: [a]\n",
            "2:8: expected a map, found text; write `key: value` lines below it",
        ),
        ("guards: {changes: {}}\nrows: [a：b]\n", "2:9: a full-width colon '：'; write ': '"),
        (
            "guards: {changes: {}}\ntimeout: 3\n",
            "2:1: no key 'timeout' on this map; write it below `guards:`",
        ),
        (
            "guards: {changes: {}}\nspaces: {demo: {changed: {}}}\n",
            "2:17: no key 'changed' on this map; did you mean 'changes'?",
        ),
    ],
)
def test_a_mistake_is_reported_at_its_place_with_what_to_write(text: str, said: str) -> None:
    assert said in mistakes(text)


def test_the_key_of_a_secret_is_refused_and_its_value_is_not_repeated() -> None:
    (mistake,) = mistakes("guards: {changes: {}, plugin_secret: s3cr3t}\n")
    assert mistake.startswith("1:23: credentials do not belong in files; ")
    assert "s3cr3t" not in mistake


def test_a_section_is_kept_as_it_was_written() -> None:
    root = read_tree(b"guards: {changes: {a: '1'}}\n", "f.yaml").root
    assert isinstance(root, AuthoredMap)
    guards = root["guards"]
    assert isinstance(guards, AuthoredMap)
    assert read(File, root).guards.changes is guards["changes"]
