"""A file is cut into lines where each means the same by itself; any other is no plain file."""

from __future__ import annotations

import pytest

from reconciler.errors import Place
from reconciler.manifest.nodes import Scalar
from reconciler.manifest.plain_lines import NotPlain, entry_in, field_in, plain_file
from tests.desired.demo_pins import STORIES


def test_a_plain_file_is_cut_into_its_entries() -> None:
    read = plain_file(f"# a\n\n{STORIES}  - id: 7\n    fields:\n      a: b\n  - 8\n".encode(), "a.yaml")
    assert read is not None
    assert read.space == Scalar("demo", plain=True, place=Place("a.yaml", 3, 8))
    assert read.type == Scalar("story", plain=True, place=Place("a.yaml", 4, 7))
    assert read.first == 6
    assert read.entries == ["id: 7\n    fields:\n      a: b", "8"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        STORIES.encode(),
        f"{STORIES}  - 7".encode(),
        f"{STORIES}- 7\n".encode(),
        f"{STORIES}  - 7\n".encode("utf-16"),
        f"{STORIES}  - 7\n# \u202e\n".encode(),
        f"{STORIES}  - 7\n".replace("items", "rules").encode(),
        f"{STORIES}  - 7\n".replace("story", "null").encode(),
        f"{STORIES}  - 7\n".replace("story", "story  # b").encode(),
    ],
)
def test_any_other_file_is_no_plain_file(raw: bytes) -> None:
    assert plain_file(raw, "a.yaml") is None


@pytest.mark.parametrize(("text", "item_id"), [("7", 7), ("id: 7", 7), ("7  # b\n\n  # c", 7)])
def test_an_entry_begins_with_its_id(text: str, item_id: int) -> None:
    assert entry_in(text).id == item_id


@pytest.mark.parametrize(
    "text", ["", "id: 0", "id: '7'", "7 #b", "7\n    fields:", "{id: 7}", "id:  7", "1" * 19]
)
def test_an_entry_without_a_plain_id_is_not_plain(text: str) -> None:
    with pytest.raises(NotPlain):
        entry_in(text)


@pytest.mark.parametrize(
    ("value", "text", "plain"),
    [
        ("P0", "P0", True),
        ("Payments / Cards", "Payments / Cards", True),
        ("https://a.example/b:c", "https://a.example/b:c", True),
        ('"a: b # c"', "a: b # c", False),
        ("'it''s'", "it's", False),
        (r'"a\tb"', "a\tb", False),
        ("P0  # why", "P0", True),
        ("null", "null", True),
    ],
)
def test_a_value_on_its_line_is_read(value: str, text: str, plain: bool) -> None:  # noqa: FBT001 - a parameter
    name, node = field_in(f"      a: {value}")
    assert name == "a"
    assert isinstance(node, Scalar)
    assert (node.text, node.plain, node.hidden) == (text, plain, "")


@pytest.mark.parametrize(
    "line",
    [
        *(
            f"      a: {value}"
            for value in ("", "~", "Null", "[~]", "|", ">-", "&b c", "*b", "!!str b", "[b", '"b')
        ),
        "      a:b",
        "     a: b",
        "       a: b",
        "      ? a",
        "      e\u0301: b",
        "      - a",
        "      a: b: c",
        "\ta: b",
    ],
)
def test_a_line_that_needs_the_others_is_not_plain(line: str) -> None:
    with pytest.raises(NotPlain):
        field_in(line)
