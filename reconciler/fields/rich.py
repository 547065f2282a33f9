"""`multi_text`: plain words, or a subset of Markdown (field-formats.md section 12)."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from msgspec import Struct

from reconciler.errors import Mistake, UnknownName
from reconciler.fields.codec import DOCUMENTED, Codec
from reconciler.fields.json_schema import Schema, map_schema
from reconciler.fields.prose import (
    KEPT,
    Block,
    Kind,
    Over,
    Prose,
    Run,
    Unsayable,
    blocks_of,
    is_sayable,
    markdown_of,
    plain_prose,
    prose_of,
)
from reconciler.fields.text import canonical_text, nothing_in, text_of, written_text
from reconciler.fields.unread import Unreadable
from reconciler.fields.values import EMPTY, EMPTY_LABEL, Desired, Overlay, Seen, Wrong
from reconciler.manifest.editor_words import ANY_TEXT
from reconciler.manifest.nodes import AuthoredMap, Node, Scalar

LONGEST_MARKDOWN = 100_000
"""The longest Markdown value in characters: some patterns cost its parser 30 µs a character."""

FORMATTED = "formatted"
"""Note: plain text would destroy the formatting of the live text."""

TAG = re.compile(r"<\s*([A-Za-z][A-Za-z0-9-]*)")
ELEMENT = re.compile(r"<[^>]*>")
PLAIN_TAGS = frozenset({"p", "br", "div", "span"})
"""HTML elements in which `doc_html` wraps text that has no formatting."""

DESTROYED = (
    "the live text has formatting that plain text would destroy "
    "(to replace it, write {text: …, replace_formatting: true})"
)
UNREADABLE = (
    "the live text has formatting that this Markdown cannot express "
    "(to replace it, write {text: …, replace_formatting: true})"
)
BEYOND = "beyond_markdown"
"""Marks the stored form of a text outside of the Markdown subset; never sent."""

MEMBERS = ("markdown", "text", "replace_formatting")


def canonical_rich(text: str) -> str | None:
    """Fold a rich text's plain projection (field-formats.md section 12.3)."""
    lines = (line.rstrip() for line in text.replace("\u00a0", " ").splitlines())
    return canonical_text(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"))


class Words(Struct, Overlay, frozen=True):
    """Desired words without formatting: a live text with the same words keeps its own."""

    text: str
    over: Over

    def of(self, live: Any) -> Hashable:
        """Return the live text if it has the same words, else the desired one."""
        if isinstance(live, Prose) and live.text == self.text:
            return live
        return plain_prose(self.text, self.over)


class Formatted(Struct, Overlay, frozen=True):
    """Desired words with formatting; empty paragraphs of the live text do not count."""

    blocks: tuple[Block, ...]

    def of(self, live: Any) -> Hashable:
        """Return the live text if it has the same blocks, else the desired one."""
        if isinstance(live, Prose) and live.filled == self.blocks:
            return live
        return prose_of(self.blocks, "known")


class RichTextCodec(Codec):
    """`multi_text`: a string or blocks on the way in, a document on the way out."""

    desired_shape = "a text"
    example = '"plain words", {markdown: …}, or {text: …, replace_formatting: true}'
    cleared_by = '""'
    compared = "plain words with the words of the live text; Markdown with its words and formatting"

    def read(self, node: Node) -> Desired:
        """Read plain words, Markdown, or words that may replace formatting."""
        if isinstance(node, Scalar):
            return self.words(node, "nothing")
        if not isinstance(node, AuthoredMap):
            raise self.misshapen(node)
        unknown = [
            UnknownName(node.keys_at[key].place, "form", key, self.spec.label, MEMBERS)
            for key in node
            if key not in MEMBERS
        ]
        if unknown:
            raise Wrong(*unknown)
        words, markdown, consent = (node.get(member) for member in ("text", "markdown", "replace_formatting"))
        if words is not None and markdown is not None:
            raise Wrong(Mistake(node.place, "both `text` and `markdown`", "keep one of them"))
        if isinstance(markdown, Scalar) and consent is None and not markdown.is_null:
            return self.markdown(markdown)
        if not isinstance(words, Scalar) or words.is_null:
            raise self.misshapen(node)
        if isinstance(consent, Scalar) and consent.plain and consent.text == "true":
            return self.words(words, "anything")
        raise Wrong(
            Mistake(
                (consent or node).place,
                f"`text` of {self.spec.label} without `replace_formatting: true`",
                "add it, or write the text alone",
            )
        )

    def shapes(self) -> Iterator[Schema]:
        """Describe plain words, Markdown, or words that may replace formatting."""
        yield ANY_TEXT
        yield map_schema({"markdown": ANY_TEXT}, required=("markdown",))
        consent: Schema = {"const": True}
        yield map_schema(
            {"text": ANY_TEXT, "replace_formatting": consent}, required=("text", "replace_formatting")
        )

    def words(self, scalar: Scalar, over: Over) -> Words:
        """Read plain words, normalised as in live rich texts."""
        text = canonical_rich(written_text(scalar))
        if (
            text is not EMPTY and over == "anything"
        ):  # it is sent as blocks, which keep no blanks at their ends
            text = canonical_rich(prose_of(plain_prose(text).blocks).text)
        if text is EMPTY:
            raise nothing_in(scalar)
        return Words(text, over)

    def markdown(self, scalar: Scalar) -> Formatted:
        """Read the Markdown subset."""
        text = written_text(scalar)
        if len(text) > LONGEST_MARKDOWN:
            what = f"{len(text)} characters of Markdown in {self.spec.label}"
            raise Wrong(Mistake(scalar.place, what, f"write at most {LONGEST_MARKDOWN}"))
        try:
            blocks = blocks_of(text)
        except Unsayable as error:
            raise Wrong(
                Mistake(scalar.place, f"{error} in the Markdown of {self.spec.label}", KEPT)
            ) from None
        if not blocks:
            raise nothing_in(scalar)
        return Formatted(blocks)

    def decode(self, wire: Any) -> Seen:
        """Read the string of `fields[]`, the object of `multi_texts` (12.1), or blocks as they are sent."""
        if isinstance(wire, list):
            blocks = blocks_in(wire)
            return Seen(prose_of(blocks, "anything") if blocks else EMPTY)
        if isinstance(wire, dict):
            return self.decode_detail(wire)
        text = canonical_rich(text_of(wire) or "")
        return Seen(EMPTY if text is EMPTY else plain_prose(text))

    def decode_detail(self, wire: dict[str, Any]) -> Seen:
        """Read `{doc, doc_text, doc_html}`: plain words, Markdown's blocks, or a text beyond the subset."""
        if wire and wire.get("is_empty") is not True and not isinstance(wire.get("doc_text"), str):
            raise Unreadable("a text, or its words as `doc_text`", wire)
        text = canonical_rich(text_of(wire.get("doc_text")) or "") or ""
        html, doc = text_of(wire.get("doc_html")) or "", text_of(wire.get("doc")) or ""
        tags = {tag.lower() for tag in TAG.findall(html)}
        blocks = parse_doc(doc)
        prose = prose_of(blocks) if blocks else None
        if prose and not prose.is_plain and is_sayable(prose.filled):
            return Seen(Prose(prose.filled, text), (FORMATTED,))
        hints = tags - PLAIN_TAGS or wire.get("notify_user_list") or wire.get(BEYOND)
        if not text and says_more(wire, prose.text if prose else "" if blocks == [] else None, html, doc):
            hints = True
        if not hints and (prose is None or prose.is_plain):
            return Seen(plain_prose(text) if text else EMPTY)
        return Seen(Prose((Block("opaque", (Run(html), Run(doc))),), text), (FORMATTED,))

    def encode(self, value: Any) -> Any:
        """Send a string, or blocks if there is formatting or formatting may be replaced; `""` clears.

        A text beyond the subset is never sent; it keeps the form in which it was read.
        """
        if value is EMPTY:
            return ""
        if value.is_opaque:
            html, doc = (run.text for run in value.blocks[0].runs)
            return {"doc_html": html, "doc": doc, "doc_text": value.text, BEYOND: True}
        return (
            value.text if value.is_plain and value.over == "nothing" else list(written_blocks(value.blocks))
        )

    def forms(self, value: Any) -> Mapping[str, Any]:
        """Offer blocks as another form of plain text."""
        blocks = self.encode(value) if value is EMPTY else list(written_blocks(value.blocks))
        return {DOCUMENTED: self.encode(value), "blocks": blocks}

    def show(self, value: Any) -> str:
        """Quote the words, or the Markdown of a formatted text."""
        if value is EMPTY:
            return EMPTY_LABEL
        return f'"{value.text if value.is_plain or value.is_opaque else markdown_of(value.blocks)}"'

    def dump(self, value: Any) -> Any:
        """Write the words, or Markdown if there is formatting."""
        if value is EMPTY:
            return None
        plain = value.is_plain or value.is_opaque
        return value.text if plain else {"markdown": markdown_of(value.filled)}

    def forced(self, value: Any) -> Any:
        """Return the text with consent to replace formatting; a text beyond the subset cannot be written."""
        if isinstance(value, Prose) and value.is_opaque:
            raise ValueError("formatting that no field can be given")
        return replace(value, over="anything") if isinstance(value, Prose) else value

    def objection(self, live: Seen, after: Hashable) -> str | None:
        """Refuse to destroy formatting without the author's consent."""
        if not isinstance(after, Prose) or not isinstance(live.value, Prose) or after.over == "anything":
            return None
        if after.over == "nothing":
            return DESTROYED if FORMATTED in live.notes else None
        return UNREADABLE if live.value.is_opaque else None


def says_more(wire: Mapping[str, Any], words: str | None, html: str, doc: str) -> bool:
    """Return whether a text without words may still have content, by its other members.

    `words` are those of the document; None if the document is not understood.
    """
    if wire.get("is_empty") is True:
        return bool(words and words.strip())
    beside = (doc if words is None else words) + ELEMENT.sub("", html)
    return wire.get("is_empty") is False or bool(beside.strip())


# -- the blocks of the PUT (section 12.2) ------------------------------------------------------

WRITTEN_MARKS = {"bold": "bold", "italic": "italic", "strike": "strikethrough"}
HEADINGS: dict[str, Kind] = {"h1": "h1", "h2": "h2", "h3": "h3"}
BLOCK_MEMBERS = frozenset({"type", "content", "lineAttrs"})
LINES: dict[str, Kind] = {"paragraph": "p", "blank": "p", "ul": "ul", "ol": "ol", "horizontalLine": "hr"}
TYPES = {"ul": "ul", "ol": "ol", "hr": "horizontalLine"}


def written_blocks(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    """Return the wire form of blocks; a heading is a paragraph in the heading's size."""
    number = 0
    for block in blocks:
        number = number + 1 if block.kind == "ol" else 0
        size: dict[str, str] = {"fontSize": block.kind} if block.kind in HEADINGS else {}
        made: dict[str, Any] = {
            "type": TYPES.get(block.kind, "paragraph" if block.runs else "blank"),
            "content": [written_run(run, size) for run in block.runs],
        }
        if number:
            made["lineAttrs"] = {"list": str(number)}
        yield made


def written_run(run: Run, size: dict[str, str]) -> dict[str, Any]:
    """Return the wire form of a run; its attributes are texts, too."""
    attrs = {**{WRITTEN_MARKS[mark]: "true" for mark in sorted(run.marks)}, **size}
    return {"type": "text", "text": run.text} | ({"attrs": attrs} if attrs else {})


def blocks_in(wire: list[Any]) -> list[Block]:
    """Read a block array; raises ValueError for any other value."""
    try:
        return list(read_written(wire))
    except (LookupError, TypeError, AttributeError):
        raise Unreadable("blocks", wire) from None


def read_written(wire: list[Any]) -> Iterator[Block]:
    """Read a block array; raises ValueError for blocks outside of the subset."""
    for one in wire:
        if one["type"] not in LINES or not one.keys() <= BLOCK_MEMBERS:
            raise Unreadable("a block", one)
        if any(value for key, value in (one.get("lineAttrs") or {}).items() if key != "list"):
            raise ValueError("a line with attributes")
        sizes: set[str] = set()
        runs: list[Run] = []
        for part in one.get("content") or ():
            attrs = {
                key: value for key, value in (part.get("attrs") or {}).items() if value not in ("", "false")
            }
            sizes.add(str(attrs.pop("fontSize", "")))
            marks = {mark for mark, word in WRITTEN_MARKS.items() if attrs.pop(word, None) == "true"}
            if part["type"] != "text" or not isinstance(part["text"], str) or attrs:
                raise Unreadable("a text with known attributes", part)
            runs.append(Run(part["text"], frozenset(marks)))
        size = sizes.pop() if len(sizes) == 1 else "" if not sizes else "mixed"
        if size and (size not in HEADINGS or LINES[one["type"]] != "p"):
            raise ValueError("a size that is not understood")
        yield Block(HEADINGS.get(size, LINES[one["type"]]), tuple(runs))


# -- the document of a read (section 12.1; its inner form is only known from other clients) -----

READ_MARKS = {
    "bold": "bold",
    "strong": "bold",
    "italic": "italic",
    "em": "italic",
    "strike": "strike",
    "strikethrough": "strike",
}
LISTS: dict[str, Kind] = {"bullet_list": "ul", "bulletlist": "ul", "ordered_list": "ol", "orderedlist": "ol"}
RULES = frozenset({"horizontal_rule", "horizontalrule", "horizontalline"})


def parse_doc(doc: str) -> list[Block] | None:
    """Read `doc`, a document as JSON text; None if it is not understood."""
    try:
        tree = json.loads(doc)
        if isinstance(tree, list):
            return list(read_written(tree))
        return [block for node in tree["content"] for block in read_node(node)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def read_node(node: dict[str, Any]) -> Iterator[Block]:
    """Read one node of the document; raises ValueError or KeyError for a node outside of the subset."""
    kind = str(node["type"]).lower()
    if kind in RULES:
        yield Block("hr")
    elif kind == "heading":
        yield Block(HEADINGS[f"h{node['attrs']['level']}"], read_texts(node))
    elif kind in LISTS:
        for entry in node["content"]:
            (paragraph,) = entry["content"]
            if paragraph["type"] != "paragraph":
                raise ValueError("a list in a list")
            yield Block(LISTS[kind], read_texts(paragraph))
    else:
        yield from read_written([put_form(node, node["type"])])


def read_texts(node: dict[str, Any]) -> tuple[Run, ...]:
    """Read the texts of a heading or of a list's entry, whose own attributes are known."""
    (block,) = read_written([{**put_form(node, "paragraph"), "lineAttrs": {}}])
    if block.kind != "p":
        raise ValueError("a size inside a heading or a list")
    return block.runs


def put_form(node: dict[str, Any], kind: str) -> dict[str, Any]:
    """Turn a node into the form of the PUT: marks become attributes."""
    return {
        "type": kind,
        "lineAttrs": node.get("attrs") or {},
        "content": [
            {
                "type": part["type"],
                "text": part["text"],
                "attrs": dict(map(as_attribute, part.get("marks") or ())),
            }
            for part in node.get("content") or ()
        ],
    }


def as_attribute(mark: dict[str, Any]) -> tuple[str, str]:
    """Turn a mark into an attribute of the PUT; a mark without a value becomes a flag."""
    name = READ_MARKS.get(mark["type"])
    return WRITTEN_MARKS[name] if name else mark["type"], str((mark.get("attrs") or {}).get("value", "true"))
