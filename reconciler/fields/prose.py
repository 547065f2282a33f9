"""Formatted text as a value: blocks of runs, and its form in Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode


Kind = Literal["p", "h1", "h2", "h3", "ul", "ol", "hr", "opaque"]
Over = Literal["nothing", "known", "anything"]
MARKS = ("bold", "italic", "strike")
"""Outermost first, as they are nested in Markdown."""
SIGNS = {"bold": "**", "italic": "*", "strike": "~~"}
TOKEN_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
SPECIAL = re.compile(r"[\\`*_\[\]<>~&|]")
CLOSING = re.compile(r"(?<![\\#])(#+)$")
LINE_START = re.compile(r"([#+\-=>:])|([0-9]{1,9})([.)])")
KEPT = "write paragraphs, headings # to ###, flat lists, ---, **bold**, *italic* and ~~strikethrough~~ only"


class Unsayable(ValueError):
    """A text that the Markdown subset cannot express; names the reason."""


class Run(Struct, frozen=True):
    """A piece of text and its marks."""

    text: str
    marks: frozenset[str] = frozenset()


class Block(Struct, frozen=True):
    """A paragraph, a heading, one entry of a list, or a line; opaque blocks are kept but not understood."""

    kind: Kind
    runs: tuple[Run, ...] = ()

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Prose:
    """A rich text.  Equality looks at the blocks alone.

    `text` are the words as the service tells them.  `over` says what formatting of a live text
    the author lets this one replace: none, what Markdown can say, or anything.
    """

    blocks: tuple[Block, ...]
    text: str = field(compare=False)
    over: Over = field(default="nothing", compare=False)

    @property
    def is_plain(self) -> bool:
        """Return whether there are only paragraphs without marks."""
        return all(block.kind == "p" and not any(run.marks for run in block.runs) for block in self.blocks)

    @property
    def is_opaque(self) -> bool:
        """Return whether the text has a block that the Markdown subset cannot express."""
        return any(block.kind == "opaque" for block in self.blocks)

    @property
    def filled(self) -> tuple[Block, ...]:
        """The blocks without empty lines, which Markdown does not have."""
        return tuple(block for block in self.blocks if block.kind in {"hr", "opaque"} or block.text)


def plain_prose(text: str, over: Over = "nothing") -> Prose:
    """Make a text of lines without formatting."""
    return Prose(tuple(Block("p", (Run(line),) if line else ()) for line in text.split("\n")), text, over)


def prose_of(blocks: Iterable[Block], over: Over = "nothing") -> Prose:
    """Make a text from blocks; their words are its text."""
    kept = tuple(tidy(block) for block in blocks)
    return Prose(kept, "\n".join(block.text for block in kept), over)


def tidy(block: Block) -> Block:
    """Return the canonical form of a block: no blanks at its ends or under marks, equal neighbours joined."""
    pieces: list[Run] = []
    for run in block.runs:
        text = unicodedata.normalize("NFC", run.text.replace("\u00a0", " "))
        core = text.strip(" \t")
        if not core or not run.marks:
            pieces.append(Run(text))
            continue
        start = text.index(core)
        pieces += [Run(text[:start]), replace(run, text=core), Run(text[start + len(core) :])]
    filled = (run for run in pieces if run.text)
    joined = [
        Run("".join(run.text for run in runs), marks)
        for marks, runs in groupby(filled, lambda run: run.marks)
    ]
    if joined:
        joined[0] = replace(joined[0], text=joined[0].text.lstrip(" \t"))
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip(" \t"))
    return Block(block.kind, tuple(run for run in joined if run.text))


# -- to Markdown -----------------------------------------------------------------------------


def markdown_of(blocks: Sequence[Block]) -> str:
    """Write blocks as Markdown; blocks that Markdown cannot express become plain words."""
    lines: list[str] = []
    number = 0
    for before, block in zip([None, *blocks], blocks, strict=False):
        number = number + 1 if before and before.kind == block.kind == "ol" else 1
        if lines and not (before and before.kind == block.kind and block.kind in {"ul", "ol"}):
            lines.append("")
        lines.append(write_block(block, number))
    return "\n".join(lines)


def write_block(block: Block, number: int) -> str:
    """Write one block."""
    heads = {"h1": "# ", "h2": "## ", "h3": "### ", "ul": "- ", "ol": f"{number}. ", "hr": "---"}
    line = escaped_start(inline_of(block.runs))
    return heads.get(block.kind, "") + (CLOSING.sub(r"\\\1", line) if block.kind in HEADS else line)


def escaped_start(line: str) -> str:
    """Escape a start that would turn a line of text into a heading, a list or a rule."""
    if hit := LINE_START.match(line):
        return f"\\{line}" if hit[1] else f"{hit[2]}\\{hit[3]}{line[hit.end() :]}"
    return line


def inline_of(runs: Sequence[Run]) -> str:
    """Write runs with their marks nested, the longest outermost."""
    parts: list[str] = []
    open_marks: list[str] = []
    for index, run in enumerate((*runs, Run(""))):
        while any(mark not in run.marks for mark in open_marks):
            parts.append(SIGNS[open_marks.pop()])
        fresh = [mark for mark in MARKS if mark in run.marks and mark not in open_marks]
        fresh.sort(key=partial(lasting, runs[index:]), reverse=True)
        parts += [SIGNS[mark] for mark in fresh]
        open_marks += fresh
        parts.append(SPECIAL.sub(lambda hit: "\\" + hit[0], run.text))
    return "".join(parts)


def lasting(runs: Sequence[Run], mark: str) -> int:
    """Return the number of runs, from the first on, that have a mark."""
    return sum(1 for _ in takewhile(lambda run: mark in run.marks, runs))


# -- from Markdown ---------------------------------------------------------------------------


@cache
def reader() -> MarkdownIt:
    """Make the Markdown parser once. The import is slow, and few runs read Markdown."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])


def parse_markdown(markdown: str) -> SyntaxTreeNode:
    """Parse Markdown."""
    from markdown_it.tree import SyntaxTreeNode  # noqa: PLC0415 - see `reader`

    return SyntaxTreeNode(reader().parse(markdown))


LISTS: dict[str, Kind] = {"bullet_list": "ul", "ordered_list": "ol"}
HEADS: dict[str, Kind] = {"h1": "h1", "h2": "h2", "h3": "h3"}
WORDS = {
    "link": "a link",
    "image": "a picture",
    "code_inline": "code",
    "code_block": "code",
    "fence": "code",
    "blockquote": "a quotation",
    "table": "a table",
    "hardbreak": "a line break inside a paragraph",
    "heading": "a heading below the third level",
    **dict.fromkeys(LISTS, "a list inside a list"),
}


def blocks_of(markdown: str) -> tuple[Block, ...]:
    """Read the Markdown subset; raises `Unsayable` for other Markdown, or if it does not round-trip."""
    blocks = read_blocks(markdown)
    if any(block.kind != "hr" and not block.text for block in blocks):
        raise Unsayable("a heading or an entry without words")
    if not is_sayable(blocks):
        raise Unsayable("formatting that does not round-trip")
    return blocks


def is_sayable(blocks: Sequence[Block]) -> bool:
    """Return whether these blocks round-trip through Markdown."""
    try:
        return read_blocks(markdown_of(blocks)) == tuple(blocks)
    except Unsayable:
        return False


def read_blocks(markdown: str) -> tuple[Block, ...]:
    """Read Markdown; raises `Unsayable` for elements outside of the subset."""
    root = parse_markdown(markdown)
    return tuple(tidy(block) for node in root.children for block in read_top(node))


def read_top(node: SyntaxTreeNode) -> Iterator[Block]:
    """Turn one node of the top level into blocks."""
    if node.type in LISTS:
        if node.attrs.get("start", 1) != 1:
            raise Unsayable("a list that does not begin at 1")
        for entry in node.children:
            if len(entry.children) != 1:
                raise Unsayable("an entry of a list that is not one paragraph")
            yield read_line(entry.children[0], LISTS[node.type], "paragraph")
    elif node.type == "hr":
        yield Block("hr")
    elif node.type == "heading" and node.tag in HEADS:
        yield read_line(node, HEADS[node.tag], "heading")
    else:
        yield read_line(node, "p", "paragraph")


def read_line(node: SyntaxTreeNode, kind: Kind, desired: str) -> Block:
    """Turn a paragraph or a heading into a block."""
    if node.type != desired:
        raise unsayable(node)
    return Block(kind, tuple(run for inline in node.children for run in read_runs(inline, frozenset())))


def read_runs(node: SyntaxTreeNode, marks: frozenset[str]) -> Iterator[Run]:
    """Turn the content of one line into runs."""
    for one in node.children:
        if one.type in {"text", "text_special", "softbreak"}:
            yield Run(" " if one.type == "softbreak" else one.content, marks)
        elif one.type in TOKEN_MARKS:
            yield from read_runs(one, marks | {TOKEN_MARKS[one.type]})
        else:
            raise unsayable(one)


def unsayable(node: SyntaxTreeNode) -> Unsayable:
    """Return the error for an element outside of the subset."""
    return Unsayable(WORDS.get(node.type, node.type.replace("_", " ")))
