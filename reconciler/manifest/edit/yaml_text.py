"""Writes plain values as YAML text that people would write, and that the loader reads as the same values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json import JSONEncoder
from typing import TypeAlias

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from reconciler.manifest.decoding import BAD_SIGN
from reconciler.manifest.nodes import BLANKS, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import read_tree

WIDTH = 100
"""The longest line, in columns, on which a list or map is written in brackets."""

LONGEST_NOTE = 80
"""The longest generated comment in characters."""

LONGEST_PLAIN = 120
STEP = 2

double_quoted = JSONEncoder(ensure_ascii=False).encode
"""Returns a text in double quotes."""


class Text(str):
    """A text that is always quoted."""

    __slots__ = ()


class Section(dict[str, "Plain"]):
    """A map that is always written on lines of its own."""

    __slots__ = ()


class Noted(Struct, frozen=True):
    """A value with a comment after it.  `instead` is the comment of the old value that it replaces."""

    value: Plain
    note: str
    instead: str = ""


class Copied(Struct, frozen=True):
    """A value in its author's words: the text behind its key, and the comments above it.

    Lines after the first are indented as seen from the key.
    """

    node: Node
    lines: tuple[str, ...]
    above: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments that belong to the value: those above it, and those on its lines."""
        return self.above + self.beside


Plain: TypeAlias = (
    bool
    | int
    | float
    | Decimal
    | date
    | str
    | Noted
    | Copied
    | Sequence["Plain"]
    | Mapping[str, "Plain"]
    | None
)
"""The output of a codec's `dump`, with notes."""


def without_note(value: Plain) -> Plain:
    """Return a value without its note."""
    return value.value if isinstance(value, Noted) else value


def comment(note: str) -> str:
    """Return an untrusted text as a comment: one line, without invisible characters."""
    words = " ".join(BAD_SIGN.sub(" ", note).split())
    return words if len(words) <= LONGEST_NOTE else f"{words[: LONGEST_NOTE - 1]}…"


@lru_cache(maxsize=8192)
def reads_plain(text: str, *, flow: bool = True) -> bool:
    """Return whether any YAML tool reads a text without quotes as itself; `flow`: in brackets, too."""
    if text in BLANKS or len(text) > LONGEST_PLAIN or "\n" in text:
        return False
    inside = f"- [{text}, {text}]\n- {{k: {text}}}\n" if flow else "- [1, 1]\n- {k: 1}\n"
    tree = read_tree(f"- {text}\n- k: {text}\n{inside}".encode(), "")
    match tree.root if not tree.mistakes and not tree.signs else None:
        case [alone, {"k": block}, [one, two], {"k": value}]:
            scalars = (alone, block, one, two, value) if flow else (alone, block)
        case _:
            return False
    if any(not isinstance(one, Scalar) or one[:2] != (text, True) or one.hidden for one in scalars):
        return False
    try:
        return isinstance(YAML(typ="safe").load(text), str | date)
    except (YAMLError, ValueError):
        return False


def key_form(text: str) -> str:
    """Return a key, quoted if needed."""
    return text if reads_plain(text) else double_quoted(text)


def text_form(text: str, *, flow: bool) -> str:
    """Return a text on one line, quoted if needed."""
    return text if not isinstance(text, Text) and reads_plain(text, flow=flow) else double_quoted(text)


def inline(value: Plain, *, flow: bool = True) -> str:
    """Return a value on one line; `flow`: it is written in brackets."""
    match value:
        case Noted():
            return inline(value.value, flow=flow)
        case Copied():
            return flow_text(value.node)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return text_form(value, flow=flow)
        case int() | date():
            return value.isoformat() if isinstance(value, date) else str(value)
        case float() | Decimal():
            return plain_number(value)
        case Mapping():
            return "{" + ", ".join(f"{key_form(key)}: {inline(one)}" for key, one in value.items()) + "}"
        case _:
            return "[" + ", ".join(map(inline, value)) + "]"


def flow_text(node: Node) -> str:
    """Return an authored value between brackets, without its comments."""
    if isinstance(node, Scalar):
        return node.text if node.plain else double_quoted(node.text)
    if isinstance(node, AuthoredMap):
        return "{" + ", ".join(f"{key_form(key)}: {flow_text(one)}" for key, one in node.items()) + "}"
    return "[" + ", ".join(map(flow_text, node)) + "]"


def plain_number(value: float | Decimal) -> str:
    """Return a number with all of its digits."""
    written = Decimal(repr(value)) if isinstance(value, float) else value
    return f"{written:f}" if -15 < written.adjusted() < 16 else f"{written:e}"  # noqa: PLR2004 - digits people read


def is_literal(text: str) -> bool:
    """Return whether a text of several lines can be written below a `|`."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and not lines[0].startswith((" ", "\t"))
        and all(line.strip() == line.strip(" \t") and line == line.rstrip() for line in lines)
        and bool(lines[0])
        and not text.endswith("\n\n")
        and not BAD_SIGN.search(text)
    )


def holds_lines(value: Plain) -> bool:
    """Return whether a value needs lines of its own: it has notes, texts of several lines, or colons inside.

    Other programs drop the quotes of a text with a colon, and between brackets not every YAML parser reads
    the rest.
    """
    match value:
        case Section() | Noted() | Copied():
            return True
        case str():
            return is_literal(value)
        case Mapping():
            return any(holds_lines(one) or has_colon(one) for one in value.values())
        case list() | tuple():
            return any(holds_lines(one) or has_colon(one) for one in value)
        case _:
            return False


def is_filled(value: Plain) -> bool:
    """Return whether a value is a list or map with members."""
    match value:
        case Mapping() | list() | tuple():
            return bool(value)
        case _:
            return False


def has_colon(value: Plain) -> bool:
    """Return whether a value is a text with a colon."""
    return isinstance(value, str) and ":" in value


def behind(lead: str, value: Plain, indent: int) -> list[str]:
    """Return the lines of `lead` (a key with its colon, or a dash) and the value; the first is not indented.

    `indent` is the column of `lead`.
    """
    if isinstance(value, Copied):
        first, *rest = [*value.above, f"{lead}{value.lines[0]}"]
        return [first, *(" " * indent + line if line else "" for line in (*rest, *value.lines[1:]))]
    note = f"  # {words}" if isinstance(value, Noted) and (words := comment(value.note)) else ""
    plain = without_note(value)
    inner = indent + STEP
    if isinstance(plain, str):
        if "\n" in plain and is_literal(plain):
            mark = "|" if plain.endswith("\n") else "|-"
            below = plain.removesuffix("\n").split("\n")
            return [f"{lead} {mark}{note}", *(" " * inner + line if line else "" for line in below)]
        return [f"{lead} {text_form(plain, flow=False)}{note}"]
    if not is_filled(plain):
        return [f"{lead} {inline(plain, flow=False)}{note}"]
    if not holds_lines(plain):
        flat = f"{lead} {inline(plain, flow=False)}{note}"
        if indent + len(flat) <= WIDTH:
            return [flat]
    lines = lines_of(plain, inner)
    if lead == "-":
        lines[0] = f"- {lines[0]}{note}"
        return lines
    lines[0] = " " * inner + lines[0]
    return [f"{lead}{note}", *lines]


def lines_of(value: Plain, indent: int) -> list[str]:
    """Return the lines of a filled list or map that begins in a column; the first is not indented."""
    made: list[str] = []
    pad = ""
    if isinstance(value, Mapping):
        for key, one in value.items():
            lines = behind(f"{key_form(key)}:", one, indent)
            made.append(pad + lines[0])
            made += lines[1:]
            pad = " " * indent
    elif isinstance(value, list | tuple):
        for one in value:
            lines = behind("-", one, indent)
            made.append(pad + lines[0])
            made += lines[1:]
            pad = " " * indent
    return made


ODD = re.compile(r"\s+#\S")
"""A comment that the loader would refuse as the cut-off end of a text."""
