"""Edits keep a file the author's: only what they are about changes, to the byte."""

from __future__ import annotations

import difflib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InputError
from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.edits import CannotEdit, edited
from reconciler.manifest.edit.spans import Source, Way
from reconciler.manifest.edit.yaml_text import Noted, Plain, Section, Text
from reconciler.manifest.parsing import read_tree
from tests.manifest.drawn import SCALARS, VALUES, WORDS, comments, files

FILE = """\
# ours
space: demo
type: 'story'   # quoted by hand
defaults:
  fields: {platform: [iOS, Android]}   # all
items:
  - 6300012300   # bare
  # the second one
  - id: 6300012345  # Checkout: pay
    fields:
      priority: P0   # agreed
      name: 'it''s'
      due: 2026-12-01
      description: |
        Why
        How

      folded: >-
        one
        two
      watchers:   # who
        - ana@example.com   # lead
        - bo@example.com
      env: {contains: [bo@example.com], excludes: [ana@example.com]}
      rows:
        - env: prod   # live
          ready: true
        - {env: test, ready: false}
    roles:
      RD: [ana@example.com]
# the end
"""
F: Way = ("items", 1, "fields")


def changed_lines(edits: list[Edit], text: str = FILE) -> tuple[list[str], list[str]]:
    """Return the lines that an edit takes out of a file and those that it brings."""
    new = edited(text.encode(), edits, "f.yaml").decode()
    diff = list(difflib.unified_diff(text.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    return (
        [line[1:] for line in diff if line.startswith("-")],
        [line[1:] for line in diff if line.startswith("+")],
    )


CASES: list[tuple[str, list[Edit], list[str], list[str]]] = [
    (
        "a scalar",
        [Put((*F, "priority"), "P1")],
        ["      priority: P0   # agreed"],
        ["      priority: P1   # agreed"],
    ),
    ("an empty one", [Put((*F, "due"), None)], ["      due: 2026-12-01"], ["      due: null"]),
    ("a day", [Put((*F, "due"), date(2027, 1, 2))], ["      due: 2026-12-01"], ["      due: 2027-01-02"]),
    ("quotes stay", [Put((*F, "name"), "she's")], ["      name: 'it''s'"], ["      name: 'she''s'"]),
    (
        "quotes come",
        [Put((*F, "priority"), "a: b")],
        ["      priority: P0   # agreed"],
        ['      priority: "a: b"   # agreed'],
    ),
    ("a block stays one", [Put((*F, "description"), "Why\nWho")], ["        How"], ["        Who"]),
    (
        "a folded text is unfolded",
        [Put((*F, "folded"), "one\ntwo")],
        ["      folded: >-"],
        ["      folded: |-"],
    ),
    ("nothing is the same", [Put((*F, "priority"), "P0"), Put((*F, "description"), "Why\nHow")], [], []),
    ("a new field", [Put((*F, "scale"), "XL")], [], ["      scale: XL"]),
    (
        "a new text of several lines",
        [Put((*F, "notes"), Text("a\n\nb"))],
        [],
        ["      notes: |-", "        a", "", "        b"],
    ),
    ("a new section", [Put(("items", 1, "unmanaged"), ["platform"])], [], ["    unmanaged: [platform]"]),
    (
        "a bare id gets sections",
        [
            Put(("items", 0, "fields", "a"), 1),
            Put(("items", 0, "fields", "b"), "x"),
            Put(("items", 0, "roles", "RD"), []),
        ],
        ["  - 6300012300   # bare"],
        [
            "  - id: 6300012300   # bare",
            "    fields:",
            "      a: 1",
            "      b: x",
            "    roles:",
            "      RD: []",
        ],
    ),
    ("a field goes", [Drop((*F, "due"))], ["      due: 2026-12-01"], []),
    (
        "a section goes with its last field",
        [Drop(("items", 1, "roles", "RD"))],
        ["    roles:", "      RD: [ana@example.com]"],
        [],
    ),
    (
        "a flow of several levels",
        [Put((*F, "env", "contains"), ["x", "y"]), Drop((*F, "env", "excludes"))],
        ["      env: {contains: [bo@example.com], excludes: [ana@example.com]}"],
        ["      env: {contains: [x, y]}"],
    ),
    (
        "a member goes",
        [Members((*F, "watchers"), frozenset({0}))],
        ["        - ana@example.com   # lead"],
        [],
    ),
    ("a member comes", [Members((*F, "watchers"), add=("chen",))], [], ["        - chen"]),
    (
        "the last goes and another comes",
        [Members((*F, "watchers"), frozenset({1}), ("chen",))],
        ["        - bo@example.com"],
        ["        - chen"],
    ),
    (
        "all members go",
        [Members((*F, "watchers"), frozenset({0, 1}))],
        ["      watchers:   # who", "        - ana@example.com   # lead", "        - bo@example.com"],
        ["      watchers: []   # who"],
    ),
    (
        "rows are edited inside",
        [Put((*F, "rows"), [{"env": "prod", "ready": False}, {"env": "test", "ready": False, "x": 1}])],
        ["          ready: true", "        - {env: test, ready: false}"],
        ["          ready: false", "        - {env: test, ready: false, x: 1}"],
    ),
    ("an item goes", [Members(("items",), frozenset({0}))], ["  - 6300012300   # bare"], []),
    (
        "an item comes",
        [Members(("items",), add=(Noted(Section(id=7, fields=Section(a="no")), "The\nname"), 8))],
        [],
        ["  - id: 7  # The name", "    fields:", "      a: no", "  - 8"],
    ),
    (
        "a key is renamed",
        [Rename(F, (("due", "Due date"),))],
        ["      due: 2026-12-01"],
        ["      Due date: 2026-12-01"],
    ),
    (
        "keys are swapped",
        [Rename(F, (("due", "name"), ("name", "due")))],
        ["      name: 'it''s'", "      due: 2026-12-01"],
        ["      due: 'it''s'", "      name: 2026-12-01"],
    ),
    (
        "many at once",
        [
            Drop((*F, "rows")),
            Put(("items", 1, "expect", "name"), "x"),
            Put((*F, "new"), 0.5),
            Drop(("defaults", "fields", "platform")),
        ],
        [
            "defaults:",
            "  fields: {platform: [iOS, Android]}   # all",
            "      rows:",
            "        - env: prod   # live",
            "          ready: true",
            "        - {env: test, ready: false}",
        ],
        ["      new: 0.5", "    expect:", "      name: x"],
    ),
]


@pytest.mark.parametrize(
    ("edits", "gone", "come"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
@pytest.mark.parametrize("frame", ["lf", "crlf", "bom"])
def test_an_edit_changes_these_lines_and_no_others(
    edits: list[Edit], gone: list[str], come: list[str], frame: str
) -> None:
    assert changed_lines(edits) == (gone, come)
    plain = edited(FILE.encode(), edits, "f.yaml")
    if frame == "crlf":
        assert edited(FILE.encode().replace(b"\n", b"\r\n"), edits, "f.yaml") == plain.replace(b"\n", b"\r\n")
    if frame == "bom":
        assert edited(b"\xef\xbb\xbf" + FILE.encode(), edits, "f.yaml") == b"\xef\xbb\xbf" + plain


def test_a_file_without_a_newline_at_its_end_stays_so() -> None:
    raw = b"space: demo\ntype: story\nitems:\n- 1\n- id: 2\n  fields:\n    a: 1"
    assert edited(raw, [Put(("items", 1, "fields", "b"), 2)], "f") == raw + b"\n    b: 2"
    assert edited(raw, [Put(("items", 1, "fields", "a"), "")], "f") == raw[:-1] + b'""'
    assert edited(raw, [Members(("items",), frozenset({1}))], "f") == b"space: demo\ntype: story\nitems:\n- 1"


def test_a_kept_newline_at_the_end_of_a_block_is_kept() -> None:
    raw = b"items:\n  - id: 1\n    fields:\n      a: |+\n        x\n\n  - 2\n"
    new = edited(raw, [Put(("items", 0, "fields", "b"), 2)], "f")
    assert new == raw.replace(b"\n  - 2", b"\n      b: 2\n  - 2")


@pytest.mark.parametrize("text", ["items: [1, 2]\n", "{items: [{id: 1}, {id: 2, fields: {a: [x, y,]}}]}\n"])
def test_items_between_brackets_are_edited_there(text: str) -> None:
    edits: list[Edit] = [
        Put(("items", 0, "fields", "a"), "a, b"),
        Put(("items", 1, "fields", "a"), ["z", "y", "w"]),
    ]
    new = edited(text.encode(), edits, "f").decode()
    assert '{id: 1, fields: {a: "a, b"}}' in new
    assert "{id: 2, fields: {a: [z, y, w" in new


def test_a_key_beside_a_dash_goes_and_the_next_takes_its_place() -> None:
    rows: Plain = [{"ready": True}, {"env": "test", "ready": False}]
    gone, come = changed_lines([Put((*F, "rows"), rows)])
    assert gone == ["        - env: prod   # live", "          ready: true"]
    assert come == ["        - ready: true"]


def test_a_key_beside_a_dash_leaves_the_comments_below_it() -> None:
    raw = "items:\n  - a: 1   # gone\n    # kept\n    id: 1\n"
    assert edited(raw.encode(), [Drop(("items", 0, "a"))], "f") == b"items:\n  -\n    # kept\n    id: 1\n"


def test_an_empty_list_of_items_is_opened_on_lines_of_its_own() -> None:
    raw = b"items: [ ]   # none yet\n# the end\n"
    add = (Noted(Section(id=1, fields=Section(a=1)), "one"), Noted(2, "two"))
    assert edited(raw, [Members(("items",), add=add)], "f").decode() == (
        "items:   # none yet\n  - id: 1  # one\n    fields:\n      a: 1\n  - 2  # two\n# the end\n"
    )


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(InputError, match="a text that YAML reads as something else"):
        edited(b"items:\n  a: b: c\n", [Put(("items",), 1)], "f.yaml")


def test_what_no_file_may_hold_is_not_written() -> None:
    with pytest.raises(
        CannotEdit, match=r"f\.yaml:11:17: this value cannot be edited alone; edit the file by hand"
    ):
        edited(FILE.encode(), [Put((*F, "priority"), "\u202e")], "f.yaml")


# -- the law: random files, random edits ---------------------------------------------------------


@given(text=files(), data=st.data())
def test_only_the_lines_of_the_edited_value_change(text: str, data: st.DataObject) -> None:
    """Whatever is written where: all lines outside stay, comments too, and the file says what was wanted."""
    source = Source(text.encode(), "f")
    scalars = [
        (way, parent.parts[at])
        for way, parent, at in source.walk(source.root, ())
        if len(way) > 2 and way[-1] != "id" and parent.parts[at].kind == "scalar"
    ]
    if not scalars:
        return
    way, span = data.draw(st.sampled_from(scalars))
    value = data.draw(SCALARS)
    new = edited(text.encode(), [Put(way, value)], "f").decode()
    assert new.startswith(text[: span.start])
    assert new.endswith(text[span.end :])
    assert comments(new) == comments(text)
    back = edited(new.encode(), [Put(way, span.text if span.style != "plain" else Text(span.text))], "f")
    assert comments(back.decode()) == comments(text)


@given(text=files(), value=VALUES, key=st.sampled_from(["z", *WORDS[1:]]), data=st.data())
def test_what_is_added_brings_lines_and_takes_none(
    text: str, value: Plain, key: str, data: st.DataObject
) -> None:
    source = Source(text.encode(), "f")
    items = source.at(("items",))
    assert items
    at = data.draw(st.integers(0, len(items.parts) - 1))
    section = data.draw(st.sampled_from(["fields", "roles"]))
    way: Way = ("items", at, section, key)
    if source.at(way) is not None or ((span := source.at(way[:-1])) and span.is_flow):
        return
    new = edited(text.encode(), [Put(way, value)], "f").decode()
    old_lines, new_lines = text.split("\n"), new.split("\n")
    gone = [
        old_lines[number]
        for tag, first, last, *_ in difflib.SequenceMatcher(
            None, old_lines, new_lines, autojunk=False
        ).get_opcodes()
        if tag in {"replace", "delete"}
        for number in range(first, last)
    ]
    bare = items.parts[at].kind == "scalar"
    assert gone == ([old_lines[text.count("\n", 0, items.parts[at].start)]] if bare else [])
    assert comments(new) == comments(text)


@given(text=files(), data=st.data())
def test_what_is_dropped_takes_its_own_lines_alone(text: str, data: st.DataObject) -> None:
    source = Source(text.encode(), "f")
    ways: list[Way] = [
        way
        for way, parent, _ in source.walk(source.root, ())
        if len(way) == 4 and way[2] != "id" and not parent.is_flow
    ]
    if not ways:
        return
    way = data.draw(st.sampled_from(ways))
    new = edited(text.encode(), [Drop(way)], "f").decode()
    if (parent := source.at(way[:-1])) and len(parent.parts) == 1:
        way = way[:-1]
    holder, gone = source.at(way[:-1]), source.at(way)
    assert holder
    assert gone
    key = holder.keys[holder.position(way[-1]) or 0]
    lines = text[source.line_start(key.start) : source.line_end(gone.end)]
    assert all(one in lines for one in set(comments(text)) - set(comments(new)))
    assert read_tree(new.encode(), "f").mistakes == []
