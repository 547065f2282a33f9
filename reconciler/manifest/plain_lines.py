"""Reads files in the layout of `fmt` line by line: in a tenth of the time that a YAML scanner takes.

Only whole files in which each line means the same by itself as among the others: entries of items, one field
on one line.  For any other file the answer is None, and `loading.read_bytes` reads it.  So nothing is refused
here: every mistake is found, and told with its place, by the one full reader.
"""

# Why a line may be read by itself
#
# An item's fields stand below each other in one column, each line `name: value` with a value that ends on its
# line.  YAML ends a plain text at the next line that is indented no deeper, and quoted texts and brackets are
# closed where they end.  So such a line is one entry of the map, whatever stands above and below it, and the
# text of the line is all that its meaning depends on.
#
# Words, texts in double quotes without escapes, and lists of words are read by one pattern.  Any other value
# on one line is read by the full reader, as a file of this one line.  A line that is not the whole of an
# entry (a block scalar, brackets that go on, a key with a `?`) makes the file one for the full reader.

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from reconciler.errors import Place
from reconciler.manifest.decoding import Refused, decode_file, refused_signs
from reconciler.manifest.nodes import BLANKS, AuthoredList, AuthoredMap, Node, Scalar

HEAD = re.compile(
    r"""(?P<above>(?:\#.*\n|\n)*)
        space:\ (?P<space>[A-Za-z0-9_-]{1,64})\n
        type:\ (?P<type>[^\W\d]\w*)\n
        items:\n\ \ -\ """,
    re.VERBOSE,
)
"""A file up to its first entry."""
ENTRY = "\n  - "
ID = re.compile(r"(id: )?([1-9][0-9]{0,17})(?: +# .*)?")
SECTIONS = {"    fields:": "field", "    roles:": "role"}
"""The lines below which fields and roles stand, and the kind of name that stands there."""
INDENT = "      "
NAME = r"[^\W\d][\w-]*(?:[ ][\w-]+)*"
"""The name of a field, of one word or more."""
LINE = re.compile(
    rf"""{INDENT.replace(" ", "[ ]")}(?P<name>{NAME}):[ ]
        (?: "(?P<quoted>[^"\\\t]*)"
          | (?P<plain>-?\w[\w.@+-]*(?:[:/][\w.@+-]+)*(?:[ ](?:/[ ])?\w[\w.@+-]*)*)
          | \[(?P<words>\w[\w.@+-]*(?:,[ ]\w[\w.@+-]*)*)\]
        )""",
    re.VERBOSE,
)
"""A field whose value is a quoted text, a few words, or a list of words."""
WHOLE = re.compile(rf"{INDENT}{NAME}: +[^\s|>].*")
"""A field with any value on its line, other than the header of a block scalar."""
COLUMN = len(INDENT) + 1
NOWHERE = Place("", 1, 1)
new = tuple.__new__


class NotPlain(Exception):
    """The file has to be read as a whole."""


class PlainFile(NamedTuple):
    """A file cut into its entries: the text of each, and the line where the first begins."""

    file: str
    space: Scalar
    type: Scalar
    first: int
    entries: list[str]


class PlainEntry(NamedTuple):
    """One entry: the item's id, and its lines; `with_fields`: it has a map and not only the id."""

    id: int
    lines: list[str]


def plain_file(raw: bytes, file: str) -> PlainFile | None:
    """Cut a file into its entries; None if it has to be read as a whole."""
    try:
        text = decode_file(raw, file)
    except Refused:
        return None
    head = HEAD.match(text)
    if head is None or not text.endswith("\n") or any(refused_signs(text, file)):
        return None
    above = head["above"].count("\n")
    space = Scalar(head["space"], plain=True, place=Place(file, above + 1, len("space: ") + 1))
    type_ = Scalar(head["type"], plain=True, place=Place(file, above + 2, len("type: ") + 1))
    if {space.text, type_.text} & {*BLANKS, "null"}:
        return None
    return PlainFile(file, space, type_, above + 4, text[head.end() : -1].split(ENTRY))


def entry_in(text: str) -> PlainEntry:
    """Read the first line of an entry; raises NotPlain."""
    head, *lines = text.split("\n")
    hit = ID.fullmatch(head)
    if hit is None or not (hit[1] or all(map(is_aside, lines))):
        raise NotPlain
    return PlainEntry(int(hit[2]), lines)


def is_aside(line: str) -> bool:
    """Return True if a line holds nothing, or only a comment."""
    text = line.lstrip(" ")
    return not text or text[0] == "#"


def field_in(line: str) -> tuple[str, Node]:
    """Read one field from its line: its name and its value, whose places mean nothing; raises NotPlain."""
    hit = LINE.fullmatch(line)
    name, node = (hit["name"], value_of(hit)) if hit else read_alone(line)
    if not name.isascii() and not unicodedata.is_normalized("NFC", name):
        raise NotPlain  # another name may look the same
    return name, node


def value_of(hit: re.Match[str]) -> Node:
    """Make the value of a field; raises NotPlain for a blank."""
    _, quoted, plain, words = hit.groups()
    if quoted is not None:
        return new(Scalar, (quoted, False, NOWHERE, ""))
    if plain is not None:
        if plain in BLANKS:
            raise NotPlain
        return new(Scalar, (plain, True, NOWHERE, ""))
    listed = AuthoredList(NOWHERE)
    for word in words.split(", "):
        if word in BLANKS:
            raise NotPlain
        listed.append(new(Scalar, (word, True, NOWHERE, "")))
    return listed


def read_alone(line: str) -> tuple[str, Node]:
    """Read a line by the full reader, as a file of its own; raises NotPlain."""
    from reconciler.manifest.parsing import read_tree  # noqa: PLC0415 - a circle: few lines need it

    tree = read_tree(f"{line}\n".encode(), "") if WHOLE.fullmatch(line) else None
    root = tree.root if tree and not (tree.mistakes or tree.blanks or tree.signs) else None
    if not isinstance(root, AuthoredMap) or len(root) != 1:
        raise NotPlain
    return next(iter(root.items()))
