"""What people really write, and the line that answers each: `line:column: what; what to do`."""

from __future__ import annotations

import pytest

from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Scalar
from tests.manifest.reports import ITEM, NO_VALUE, TITLE, said

UNCLOSED = "a list that is not closed; write ']' at its end, or quote the text"
LONG = "k" * 1025
"""A key that is one character too long."""
QUOTED_SIGNS, SINGLE_SIGNS, SENTENCE = '\\"k' * 600, "''k" * 600, "word " * 299 + "word"

# -- syntax --------------------------------------------------------------------------------

FILES = [
    # conflict markers, all of them at once
    ("<<<<<<< HEAD\nspace: demo\n", "1:1: a conflict marker; resolve the merge"),
    (
        "<<<<<<< HEAD\nspace: a\n||||||| base\n=======\nspace: b\n>>>>>>> other\n",
        "1:1: a conflict marker; resolve the merge (4 times, also at f.yaml:3:1, f.yaml:4:1, …)",
    ),
    ("space: demo\r\n=======\r\n", "2:1: a conflict marker; resolve the merge"),
    # a keyboard's and an editor's signs
    ("space：demo\n", "1:6: a full-width colon '：'; write ': '"),
    ("space：demo\ntype：story\n", "1:6: a full-width colon '：'; write ': '"),
    ("\ufeffspace：demo\n", "1:6: a full-width colon '：'; write ': '"),
    ("\tspace: demo\ntype: story\nitems: [1]\n", "1:1: a tab as indentation; indent with spaces"),
    ("space: demo\ntype: story\nitems:\n\t- 6300012345\n", "4:1: a tab as indentation; indent with spaces"),
    ("space: demo\n\ufeff", "2:1: the character \\ufeff; delete it"),
    ("space: demo\x0b\n", "1:12: the character \\u000b; delete it"),
    ("space: demo\x0c\n", "1:12: the character \\u000c; delete it"),
    ("space: demo\rtype: story\r", "1:12: the character \\u000d; delete it (2 times, also at f.yaml:1:24)"),
    ("space: demo\x1b[31m\n", "1:12: the character \\u001b; delete it"),
    ("space: demo\x7f\n", "1:12: the character \\u007f; delete it"),
    ("space: demo\x85type: story\n", "1:12: the character \\u0085; delete it"),
    ("space: demo\u2028type: story\n", "1:12: the character \\u2028; delete it"),
    ("space: demo\u2029\n", "1:12: the character \\u2029; delete it"),
    ("space: demo # \u202e evil\n", "1:15: the character \\u202e; delete it"),
    ("space: 演示\u200f\n", "1:10: the character \\u200f; delete it"),
    # documents and directives
    ("%YAML 1.1\n---\nspace: demo\ntype: story\nitems: [1]\n", "1:1: a YAML directive; delete the line"),
    (
        "# c\n%TAG ! tag:x,2000:\n---\nspace: demo\ntype: story\nitems: [1]\n",
        "2:1: a YAML directive; delete the line",
    ),
    ("%FOO bar\n---\nspace: demo\ntype: story\nitems: [1]\n", "1:1: a YAML directive; delete the line"),
    ("%YAML 9.9\n---\nspace: demo\ntype: story\nitems: [1]\n", "1:1: a YAML directive; delete the line"),
    (
        "space: demo\ntype: story\nitems: [1]\n---\nspace: demo\n",
        "4:1: a second document; move it to a file of its own",
    ),
    ("space: demo\ntype: story\nitems: [1]\n---\n", "4:1: a second document; move it to a file of its own"),
    (
        "space: demo\ntype: story\nitems: [1]\n...\nx",
        "5:1: a line outside of the map or list above; check its indentation",
    ),
    # brackets that are not closed, and nesting
    (
        "space: demo\ntype: story\nitems: [1, 2\n",
        "3:8: a list that is not closed; write ']' at its end, or quote the text: \"[1, 2\"",
    ),
    ("[" * 30, "1:30: a list that is not closed; write ']' at its end"),
    ("[" * 400_000, "1:65: lists and maps deeper than 64 levels; nest them less deep"),
    ("- " * 1000, "1:129: lists and maps deeper than 64 levels; nest them less deep"),
    ("{a: " * 1000, "1:257: lists and maps deeper than 64 levels; nest them less deep"),
    ('space: "demo\n', "1:8: a quote that is not closed; close it"),
    ("space: 'demo\ntype: story\n", "1:8: a quote that is not closed; close it"),
]


@pytest.mark.parametrize(("text", "line"), FILES)
def test_a_file_that_is_no_plain_yaml_is_refused(text: str, line: str) -> None:
    assert said(text) == [line]


# -- titles: texts that begin or read like YAML ------------------------------------------------

TITLES = [
    "[BUG] crash",
    "[支付] 崩溃",
    "[BUG][iOS] crash",
    "*urgent*",
    "* urgent",
    "&co & sons",
    "& sons",
    "!important",
    "! x",
    "%50 done",
    ">50%",
    "> 50",
    "|pipe|",
    "- first",
    "? what",
    "@bob",
    "`make`",
    "{draft} pay",
    "Checkout: pay",
    "a: b: c",
    "支付: 崩溃",
    "it is 12:30: go",
    "[BUG] crash #12",
    "[iOS] crash [P0]",
    "{a} or {b}",
    "[a]]",
    r"[C:\temp] full",
    '[BUG] the "big" one',
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_that_yaml_reads_as_something_else_is_told_how_to_be_quoted(title: str) -> None:
    (line,) = said(f"{ITEM}      name: {title}\n")
    shown = title.replace("\\", "\\\\").replace('"', '\\"')
    assert line.startswith("6:13: ")
    assert line.endswith(f'quote the text: "{shown}"')


@pytest.mark.parametrize("title", TITLES)
def test_a_title_in_quotes_is_that_text(title: str) -> None:
    single = title.replace("'", "''")
    document, mistakes = read_bytes(f"{ITEM}      name: '{single}'\n".encode(), "f.yaml")
    assert not mistakes
    assert document is not None
    name = document.items[0].fields["name"]
    assert isinstance(name, Scalar)
    assert name.text == title


def test_a_title_among_a_lists_members_is_told_too() -> None:
    assert said(f"{ITEM}      tags:\n        - [a]\n        - [BUG] crash\n") == [
        f'8:11: {TITLE}"[BUG] crash"'
    ]


def test_a_comment_behind_a_title_is_no_part_of_it() -> None:
    assert said(f"{ITEM}      name: [BUG] crash  # seen on iOS\n") == [f'6:13: {TITLE}"[BUG] crash"']


def test_a_long_title_is_not_repeated() -> None:
    assert said(f"{ITEM}      name: [BUG] {'x' * 60}\n") == [f"6:13: {TITLE.removesuffix(': ')}"]


def test_the_title_of_a_secret_is_not_repeated() -> None:
    assert said(f"{ITEM}      plugin_secret: [s3cr3t] x\n") == [f"6:22: {TITLE.removesuffix(': ')}"]


# -- one line among an item's fields ---------------------------------------------------------

FIELDS = [
    # keyboards and spaces
    ("      优先级：高", "6:10: a full-width colon '：'; write ': '"),
    ("      name: x\n      优先级：高", "7:10: a full-width colon '：'; write ': '"),
    ("      优先级：高\n      name: x", "6:10: a full-width colon '：'; write ': '"),
    ("      优先级：高\n      备注：x", "6:10: a full-width colon '：'; write ': '"),
    ("      watchers: {contains：ana}", "6:26: a full-width colon '：'; write ': '"),
    ("      priority:P0", "6:15: no space after the colon; write `priority: …`"),
    ("      priority:P0\n      name: x", "6:15: no space after the colon; write `priority: …`"),
    ("      name: x\n      priority:P0", "7:15: no space after the colon; write `priority: …`"),
    ("      优先级:高", "6:10: no space after the colon; write `优先级: …`"),
    ("      watchers: {contains:ana}", "6:26: no space after the colon; write ': '"),
    ('      "priority":P0', "6:17: no space after the colon; write `key: value`"),
    ("      tags:\n        -iOS\n        - Android", "7:9: no space after the dash; write '- '"),
    (
        "\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0name: x",
        "6:1: a no-break space as indentation; indent with spaces",
    ),
    ("      \u00a0name: x", "6:7: a no-break space as indentation; indent with spaces"),
    ("      \u3000name: x", "6:7: a full-width space as indentation; indent with spaces"),
    ("      tags:\n      \t- a", "7:7: a tab as indentation; indent with spaces"),
    # indentation
    (
        "      name: x\n     due: y",
        "7:6: a line whose indentation matches no line above; indent it like its neighbours",
    ),
    (
        "      name: x\n        due: y",
        "7:12: a key that is indented further than its neighbours; indent it like them",
    ),
    (
        "      name: x\n      - due",
        "7:7: a list item instead of a key; write `key: value`, or indent the item below its key",
    ),
    ("      tags:\n        - a\n        b", "8:9: a line without ': '; write `key: value`"),
    ("      name: x\n      due", "7:7: a line without ': '; write `key: value`"),
    ("      : x", "6:7: a colon without a key before it; write `key: value`"),
    # quotes, brackets, escapes
    (
        '      name: "Fix" login',
        f'6:13: {TITLE}"\\"Fix\\" login"',
    ),
    (
        "      name: 'it's'",
        f'6:13: {TITLE}"it\'s"',
    ),
    (
        "      tags: {b: [a]]}",
        "6:13: a map that is not closed; write '}' at its end, or quote the text: \"{b: [a]]}\"",
    ),
    (
        "      tags: [a, b\n      due: x",
        "6:13: a list that is not closed; write ']' at its end, or quote the text: \"[a, b\"",
    ),
    (
        "      tags: [a, b}",
        "6:13: a list that is not closed; write ']' at its end, or quote the text: \"[a, b}\"",
    ),
    (
        "      watchers: {contains: a",
        "6:17: a map that is not closed; write '}' at its end, or quote the text: \"{contains: a\"",
    ),
    (
        "      tags: {a: b,",
        "6:13: a map that is not closed; write '}' at its end, or quote the text: \"{a: b,\"",
    ),
    ("      tags: [a,\n        b: c: d]", "7:13: a second ': ' in one text; quote the text"),
    (
        "      tags: [a,\n        'b'\n      due: x",
        "6:13: a list that is not closed; write ']' at its end, or quote the text: \"[a,\"",
    ),
    ("      tags: [a,,b]", "6:16: ',' instead of a value; write the value, or quote the text"),
    ("      tags: ]", "6:13: ']' instead of a value; write the value, or quote the text"),
    ("      docs: [https://a.example/1, b", f'6:13: {UNCLOSED}: "[https://a.example/1, b"'),
    (
        "      rows: [{at: 20:00}, {https://a.example}]",
        "6:33: a colon in a text between brackets; quote the text",
    ),
    ("      rows: [{at :20}]", "6:18: no space after the colon; write ': '"),
    ("      rows: [{at: 20:00}, {a b:c}]", "6:31: no space after the colon; write ': '"),
    ("      rows: [{id:6300012302}]", "6:17: no space after the colon; write ': '"),
    ("      rows: [{at: 2, due:2026-12-01}]", "6:25: no space after the colon; write ': '"),
    (f'      "{"k" * 1025}": x', "6:1034: a key that is too long; shorten it"),
    (f'      rows: {{"{LONG}": x}}', "6:1041: a key that is too long; shorten it"),
    (f"      rows: {{at: 2, '{LONG}': x}}", "6:1048: a key that is too long; shorten it"),
    (f"      rows: {{at: 2, {LONG}: x}}", "6:1046: a key that is too long; shorten it"),
    (f'      "{QUOTED_SIGNS}": x', "6:1809: a key that is too long; shorten it"),
    (f"      '{SINGLE_SIGNS}': x", "6:1809: a key that is too long; shorten it"),
    (f"      {LONG}: x", "6:1032: a key that is too long; shorten it"),
    (f"      {SENTENCE}: x", "6:1506: a key that is too long; quote the text"),
    (f"      name: {SENTENCE}: x", "6:13: a text that YAML reads as something else; quote the text"),
    (f"      rows: [{'a, ' * 500}b: c: d]", "6:1518: a second ': ' in one text; quote the text"),
    ("      tags: [@bob]", "6:14: a text cannot begin with '@'; quote the text"),
    ("      tags: [a: b: c]", "6:18: a second ': ' in one text; quote the text"),
    (
        '      name: "\\ud800"',
        "6:16: an escape for a character that does not exist; write the character itself",
    ),
    (
        '      name: "C:\\quux"',
        "6:16: a backslash that does not begin an escape; write two, or use single quotes",
    ),
    ('      name: "\\u12"', "6:16: an incomplete escape; write the character itself"),
    ('      name: "a\\u001bb"', "6:13: the character \\u001b; delete it"),
    ('      name: "a\\x85b"', "6:13: the character \\u0085; delete it"),
    ('      name: "a\\u202eb"', "6:13: the character \\u202e; delete it"),
    ('      name: "a\\Lb"', "6:13: the character \\u2028; delete it"),
    ('      name: "a\\rb"', "6:13: the character \\u000d; delete it"),
    ('      "a\\0b": x', "6:7: the character \\u0000; delete it"),
    ("      name: 'Fix' the 'x'", f"6:13: {TITLE}\"'Fix' the 'x'\""),
    ("      name: -", f'6:13: {TITLE}"-"'),
    ("      name: ?", f'6:13: {TITLE}"?"'),
    ("      name: , first", f'6:13: {TITLE}", first"'),
    (
        "      tags: ['a' b]",
        "6:18: text after a closing quote; quote the whole text, with the other kind of quotes",
    ),
    # what YAML offers beyond scalars, lists and maps
    ("      name: *other", '6:13: an alias (*); write the value out, or quote the text: "*other"'),
    ("      tags: [*other]", "6:14: an alias (*); write the value out"),
    ("      name: &anchor x", '6:13: an anchor (&); delete it, or quote the text: "&anchor x"'),
    ("      &anchor name: x", "6:7: an anchor (&); delete it"),
    (
        "      watchers: &w {contains: a}",
        '6:17: an anchor (&); delete it, or quote the text: "&w {contains: a}"',
    ),
    ("      name: !!str x", "6:13: a tag (!); delete it, the field's type reads the value"),
    (
        "      name: !!python/object:os.system x",
        "6:13: a tag (!); delete it, the field's type reads the value",
    ),
    (
        "      name: !tag x",
        '6:13: a tag (!); delete it, the field\'s type reads the value, or quote the text: "!tag x"',
    ),
    ("      <<: {name: x}", "6:7: a merge key (<<); write the keys out"),
    ("      ? name\n      : x", "6:9: a key after a '?'; write `key: value`"),
    ("      ? [name]\n      : x", "6:9: a list or map as a key; write the key as text"),
    ("      {a: b}: x", "6:7: a list or map as a key; write the key as text"),
    ("      '': x", "6:7: an empty key; write `key: value`"),
    # columns count characters, whatever their width
    ("      tags: [😀, 支付, e\u0301, *x]", "6:25: an alias (*); write the value out"),
    ('      "😀":\t*x', '6:12: an alias (*); write the value out, or quote the text: "*x"'),
    # doubled keys
    ("      name: x\n      name: y", "7:7: the key 'name' is a duplicate of line 6; keep one"),
    ("      name: x\n      'name': x", "7:7: the key 'name' is a duplicate of line 6; keep one"),
    (
        "      watchers: {contains: a, contains: b}",
        "6:31: the key 'contains' is a duplicate of line 6; keep one",
    ),
    (
        "      caf\u00e9: x\n      cafe\u0301: y",
        "7:7: the key 'cafe\u0301' is a duplicate of line 6; keep one",
    ),
    # emptiness
    ("      notes:", f"6:13: {NO_VALUE}"),
    ("      notes: ~", f"6:14: {NO_VALUE}"),
    ("      notes: Null", f"6:14: {NO_VALUE}"),
    ("      notes: NULL", f"6:14: {NO_VALUE}"),
    ("      notes: #123", f"6:13: {NO_VALUE}"),
    ("      notes:\n        # - one", f"6:13: {NO_VALUE}"),
    ("      tags:\n        - # one", f"7:10: {NO_VALUE}"),
    ("      tags: [\n        # one\n      ]", f"6:13: {NO_VALUE}"),
    ("      watchers: {\n        # contains: [a]\n      }", f"6:17: {NO_VALUE}"),
    ("      watchers: {contains}", f"6:26: {NO_VALUE}"),
    ("      watchers: {contains: }", f"6:28: {NO_VALUE}"),
]


@pytest.mark.parametrize(("lines", "line"), FIELDS)
def test_a_slip_among_the_fields_of_an_item_is_told_at_its_place(lines: str, line: str) -> None:
    assert said(f"{ITEM}{lines}\n") == [line]


@pytest.mark.parametrize(("lines", "line"), FIELDS)
def test_a_slip_is_told_at_the_same_place_in_a_file_with_bom_and_crlf(lines: str, line: str) -> None:
    text = f"{ITEM}{lines}\n".replace("\n", "\r\n")
    assert said(b"\xef\xbb\xbf" + text.encode()) == [line]


# -- all at once ---------------------------------------------------------------------------


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = (
        "space: demo\n"
        "typ: story\n"
        "items:\n"
        "  - id: '6300012345'\n"
        "    fields:\n"
        "      name: [BUG] crash\n"
        "      notes:\n"
        "      优先级：高\n"
        "      due:2026-12-01\n"
        "      owner: *me\n"
        "      due: x\n"
        "      due: y\n"
        "  - id: 6300012346\n"
        "    roles: {RD: }\n"
        "    name: Checkout: pay\n"
    )
    assert said(text) == [
        "1:1: no type; write `type: …`",
        "2:1: no key 'typ' on this map; did you mean 'type'?",
        "4:9: an id in quotes; write 6300012345 without quotes",
        f'6:13: {TITLE}"[BUG] crash"',
        f"7:13: {NO_VALUE} (2 times, also at f.yaml:14:17)",
        "8:10: a full-width colon '：'; write ': '",
        "9:10: no space after the colon; write `due: …`",
        '10:14: an alias (*); write the value out, or quote the text: "*me"',
        "11:7: the key 'due' is a duplicate of line 9; keep one (2 times, also at f.yaml:12:7)",
        "15:5: no key 'name' on this map; write a field below `fields:`, a role below `roles:`",
        f'15:11: {TITLE}"Checkout: pay"',
    ]


def test_a_file_of_nothing_but_mistakes_is_told_in_part() -> None:
    _, mistakes = read_bytes(b"[" + b"*a," * 300_000 + b"]", "f.yaml")
    assert 200 <= len(mistakes) <= 202
