"""What people will really write, row by row: the sentence, the files, and the command that meets them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HEAD: Final = "space: demo\ntype: story\nitems:\n"
STORY: Final = 6300012320
ITEM: Final = f"{HEAD}  - id: {STORY}\n    fields:\n"
FILE: Final = "state/a.yaml"


@dataclass(frozen=True, slots=True)
class Row:
    """`says` is the sentence; `files` maps names to texts or bytes; `lay` puts down what no text can say."""

    says: str
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    command: str = "plan"
    lay: Callable[[Path], None] = lambda _: None

    def put_down(self, folder: Path) -> None:
        """Write the files."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.lay(folder)


def a_file(says: str, text: str | bytes) -> Row:
    """A whole file."""
    return Row(says, {FILE: text})


def an_item(says: str, text: str) -> Row:
    """An entry of `items`."""
    return Row(says, {FILE: f"{HEAD}  - {text}\n"})


def a_field(says: str, line: str, type_: str = "story", item_id: int = STORY) -> Row:
    """A line among an item's fields."""
    return Row(
        says, {FILE: f"space: demo\ntype: {type_}\nitems:\n  - id: {item_id}\n    fields:\n      {line}\n"}
    )


def a_role(says: str, line: str, type_: str = "story", item_id: int = STORY) -> Row:
    """A line among an item's roles."""
    return Row(
        says, {FILE: f"space: demo\ntype: {type_}\nitems:\n  - id: {item_id}\n    roles:\n      {line}\n"}
    )


GOOD: Final = f"{HEAD}  - {{id: {STORY}, fields: {{priority: P3}}}}\n"
SETTINGS: Final = "state/reconciler.yaml"


def many_files(folder: Path) -> None:
    """Write more files than are read."""
    for number in range(20_001):
        (folder / "state" / f"{number}.yaml").touch()


def link_out(folder: Path) -> None:
    """Link to a file outside of the tree."""
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "b.yaml").write_text(GOOD)
    (folder / "state" / "b.yaml").symlink_to(folder / "elsewhere" / "b.yaml")


def link_parent(folder: Path) -> None:
    """Put the state behind a linked folder."""
    (folder / "real").mkdir()
    (folder / "real" / "a.yaml").write_text(GOOD)
    (folder / "linked").symlink_to(folder / "real")


def a_pipe(folder: Path) -> None:
    """Make a file that can be opened, and is never read to its end."""
    (folder / "state").mkdir()
    os.mkfifo(folder / "state" / "a.yaml")


FILES: Final = (
    Row("a path that does not exist", command="plan nowhere"),
    Row("a folder without YAML", {"state/notes.txt": "hello"}),
    Row("no state at all"),
    Row("a file that cannot be read", lay=a_pipe),
    a_file("a file of 2 MB", GOOD + "#" * 2_000_000),
    Row("20,001 files", {FILE: GOOD}, lay=many_files),
    Row("a link out of the tree", {FILE: GOOD}, lay=link_out),
    Row("a linked parent", command="plan linked/a.yaml", lay=link_parent),
    a_file("an empty file", ""),
    a_file("a file of comments only", "# to do\n"),
    Row(
        "the same field of one item in two files, .yml beside .yaml",
        {FILE: GOOD, "state/b.yml": GOOD.replace("P3", "P2")},
    ),
    Row("editor leftovers are skipped", {FILE: GOOD, "state/.a.yaml.swp": "x: [", "state/#a.yaml#": "["}),
    a_file("conflict markers", f"{HEAD}<<<<<<< HEAD\n  - 6300012320\n=======\n  - 6300012321\n>>>>>>> x\n"),
)

BYTES: Final = (
    a_file("a byte order mark at the start", b"\xef\xbb\xbf" + GOOD.encode()),
    a_file("UTF-16", GOOD.encode("utf-16")),
    a_file("GBK", (GOOD + "# 优先级\n").encode("gbk")),
    a_file("CRLF", GOOD.replace("\n", "\r\n")),
    a_file("NUL", GOOD + "# \0\n"),
    a_field("a full-width colon", "优先级：高"),
    a_file("a no-break space as indentation", GOOD.replace("  - ", "\u00a0 - ")),
    a_file("a tab as indentation", GOOD.replace("  - ", "\t- ")),
    a_field("an unclosed bracket", "platform: [iOS, Web"),
    a_field("a: b: c", "ext_ref: b: c"),
    a_field("an unquoted @bob", "reviewer: @bob"),
    a_field("a comment that swallows the end of a text", "name: Fix bug #123"),
    a_file("two documents", f"{GOOD}---\n{GOOD}"),
    a_file("%YAML 1.1", f"%YAML 1.1\n---\n{GOOD}"),
    a_field("a tag", "ext_ref: !!str 12"),
    a_field("a Python tag", "ext_ref: !!python/object/apply:os.system [id]"),
    a_field("an anchor", "ext_ref: &a x"),
    a_field("an alias", "ext_ref: *a"),
    a_field("a merge key", "<<: {priority: P0}"),
    a_file(
        "a bomb of aliases",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nspace: demo\ntype: story\nitems: *c\n",
    ),
    a_field("a depth of 1,000", "platform: " + "[" * 1000),
    a_field("a doubled key", "priority: P0\n      priority: P1"),
    a_field("a doubled key in a flow map", "watchers: {contains: [bo@example.com], contains: []}"),
    a_field("a C0 character", "ext_ref: a\x07b"),
    a_field("DEL", "ext_ref: a\x7fb"),
    a_field("a C1 character", "ext_ref: a\x9bb"),
    a_field("a bidi control", "ext_ref: a\u202eb"),
    a_field("U+2028", "ext_ref: a\u2028b"),
    a_field("a control character as an escape", r'ext_ref: "a\u001bb"'),
    a_field("a lone surrogate as an escape", r'ext_ref: "a\ud800b"'),
    a_field("a control character in a key", r'"a\u001bb": x'),
    a_field("keys that differ by normal form alone", "caf\u00e9: x\n      cafe\u0301: y"),
    a_field("a key without a space", "priority:P0"),
)

SCALARS: Final = (
    a_field("`no` in a yes/no field", "needs_qa: no"),
    a_field("`on` in a yes/no field", "needs_qa: on"),
    a_field("`010` in a number", "story_points: 010"),
    a_field("`1_000` in a number", "story_points: 1_000"),
    a_field("`0x10` in a number", "story_points: 0x10"),
    a_field("`1e400` in a number", "story_points: 1e400"),
    a_field("`.nan` in a number", "story_points: .nan"),
    a_field("an integer of 5,000 digits", "story_points: " + "9" * 5000),
    a_field("a month that is none", "due: 2024-13-45"),
    a_field("a day that is none", "due: 2024-02-30"),
    Row(
        "a day where a moment is needed",
        {
            FILE: f"{ITEM}      cutover: 2026-12-01T09:30:00\n",
            SETTINGS: "spaces: {demo: {fields: {story: {cutover: {kind: moment}}}}}\n",
        },
    ),
    a_field("seconds for milliseconds", "due: 1722182400"),
    a_field("an end before its start", "schedule: {start: 2026-12-03, end: 2026-12-01}"),
    a_field("an empty text", 'ext_ref: ""'),
    a_field("a line break in a text of one line", r'name: "a\nb"'),
    a_field("a javascript: link", "wiki: javascript:alert(1)"),
    a_field("a telephone number that is none", "hotline: call me"),
    a_field("an e-mail that is none", "contact: nobody"),
)

SHAPE: Final = (
    a_file("the root is a list", "- 1\n"),
    a_file("`item:` for `items:`", GOOD.replace("items:", "item:")),
    a_file("no `space`", GOOD.replace("space: demo\n", "")),
    a_file("no `type`", GOOD.replace("type: story\n", "")),
    an_item("no `id`", "{fields: {priority: P0}}"),
    an_item("an id in quotes", '{id: "6300012320", fields: {priority: P0}}'),
    an_item("an id with a point", "{id: 12.0, fields: {priority: P0}}"),
    an_item("an id below zero", "{id: -1, fields: {priority: P0}}"),
    an_item("an id of zero", "{id: 0, fields: {priority: P0}}"),
    an_item("an id that is true", "{id: true, fields: {priority: P0}}"),
    an_item(
        "a pasted address",
        '{id: "https://project.feishu.cn/demo/story/detail/6300012320?x=1", fields: {priority: P0}}',
    ),
    an_item("an id beyond 2^63", "{id: 9223372036854775808, fields: {priority: P0}}"),
    a_field("one field by key and by alias", "ext_ref: a\n      field_a1b2c3: b"),
    a_field("one field by name and by key", "Priority: P0\n      priority: P1"),
    *(
        a_file(f"a space with {sign}", GOOD.replace("demo", f'"de{sign}mo"'))
        for sign in ("/", "..", "?", "%2f")
    ),
    a_file("a secret in a file", f"plugin_secret: hush-hush-hush\n{GOOD}"),
    a_file("an address in a file", f"base_url: https://evil.example\n{GOOD}"),
    Row("a secret in the settings", {FILE: GOOD, SETTINGS: "plugin_secret: hush-hush-hush\n"}),
)

EMPTINESS: Final = (
    a_field("a blank value", "notes:"),
    a_field("~", "notes: ~"),
    a_field("Null", "notes: Null"),
    a_field("NULL", "notes: NULL"),
    a_field("a value swallowed by a comment", "notes: #123"),
    a_field("a list whose only member is commented out", "platform:\n        # - iOS"),
)

TITLES: Final = (
    *(
        a_field(f"a text that begins with {title[0]}", f"name: {title}")
        for title in (
            "[BUG] crash", "{draft} plan", "*urgent*", "&co & sons", "!important", "%50 done", ">50%",
            "|pipe| dream", "- dash", "? really", "@bob asks", "`code` first",
        )
    ),
    a_field("a Chinese title in brackets", "name: [支付] 崩溃"),
    a_field("a text that holds ': '", "name: Checkout: pay"),
    a_field("a full-width colon behind a key", "priority：P0"),
    a_field("、 between people", "watchers: [ana@example.com、bo@example.com]"),
    a_field("， between people", "watchers: ana@example.com，bo@example.com"),
    a_field("two people in one scalar", "watchers: ana@example.com, bo@example.com"),
)  # fmt: skip

VALUES: Final = (
    a_field("an unknown field", "priorty: P0"),
    a_field("an unknown option", "priority: P9"),
    a_field("the wrong case", "priority: p0"),
    a_field("a parent where only a leaf may be chosen", "area: Payments"),
    a_field("a broken path", "area: Payments / Crads"),
    a_field("a path through another parent", "area: Accounts / Cards"),
    a_field("a doubled member", "platform: [iOS, iOS]"),
    a_field("a member both in and out", "platform: {contains: [iOS], excludes: [iOS]}"),
    a_field("an unknown person", "reviewer: nobody@example.com"),
    a_field("two people of one name", "reviewer: Kim"),
    a_field("a read-only field", "owner: ana@example.com"),
    a_field("a calculated field", "total_points: 3"),
    a_field("the template", "template: Small change"),
    a_field("a vote", "field_4b0001: true"),
    a_field("a file field", "multi_attachment: [a.png]"),
    a_field("a status", "work_item_status: Done"),
    a_field("a signal", "ci_state: true"),
    a_field("a field of another type", "severity: S0"),
    a_field("a number out of range", "story_points: 12345678901234567"),
    a_field("a related item that is itself", f"parent_story: {STORY}"),
    a_field("a related item by the name of another type", "parent_story: {type: issue, name: x}"),
    a_role("an unknown role", "RDD: [ana@example.com]"),
    a_role("two owners where one is allowed", "Designer: [ana@example.com, bo@example.com]"),
    a_role("a role whose members are fixed", "QA: [ana@example.com]"),
    a_role("an unknown person in a role", "RD: [nobody@example.com]"),
    Row(
        "two fields for one datum",
        {
            FILE: "space: demo\ntype: issue\nitems:\n  - id: 6300013300\n"
            "    fields: {issue_operator: [ana@example.com]}\n    roles: {Operator: [bo@example.com]}\n"
        },
    ),
    a_file("an unknown type", GOOD.replace("type: story", "type: stroy")),
    a_file("a space that is not there", GOOD.replace("space: demo", "space: nowhere")),
)

WORLD: Final = (
    an_item("an item that is deleted", "{id: 6300099999, fields: {priority: P3}}"),
    an_item("an item of another type", "{id: 6300013320, fields: {priority: P3}}"),
    an_item(
        "`expect` no longer true", f"{{id: {STORY}, expect: {{name: Old name}}, fields: {{priority: P3}}}}"
    ),
    a_field("a disabled option", "priority: Old"),
    a_field("a person who left", "reviewer: june@example.com"),
)
"""What the world did is no mistake: it blocks a row, and all else goes on."""

ROWS: Final[Mapping[str, tuple[Row, ...]]] = {
    "Files": FILES,
    "Bytes and syntax": BYTES,
    "Scalars, read by the field's type": SCALARS,
    "Shape": SHAPE,
    "Emptiness": EMPTINESS,
    "Titles": TITLES,
    "Values against metadata": VALUES,
    "What the world did": WORLD,
}
