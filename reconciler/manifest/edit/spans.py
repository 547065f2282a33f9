"""The span of each value in a file's text, to the character: what an edit may replace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import Struct, field
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.errors import InputError
from reconciler.manifest.decoding import decode_file
from reconciler.manifest.parsing import read_tree, scanned

BOM = b"\xef\xbb\xbf"
BREAKS = re.compile(r"(?:\r?\n[ \t]*)+\Z")
"""Line ends, and lines of blanks, at the end of a block scalar."""

Way = tuple[str | int, ...]
"""A path: keys and positions that lead from the root of a file to a value."""


class Span(Struct):
    """One node: its first character, the one after its last, its kind and style.

    A block ends with its last line, without a comment after its last value.  `keys` are a map's
    keys, one for each of its `parts`.
    """

    start: int
    end: int
    kind: Literal["scalar", "list", "map"]
    style: str
    text: str = ""
    keys: list[Span] = field(default_factory=list)
    parts: list[Span] = field(default_factory=list)

    @property
    def is_flow(self) -> bool:
        """Return whether the node is written in brackets."""
        return self.style == "flow"

    @property
    def is_block_scalar(self) -> bool:
        """Return whether the text is a block below a `|` or a `>`."""
        return self.style in {"|", ">"}

    def begin(self, at: int) -> int:
        """Return the start of the entry at a position; in a map, the start of its key."""
        return self.keys[at].start if self.keys else self.parts[at].start

    def position(self, step: str | int) -> int | None:
        """Return the position of a key or member, or None."""
        if isinstance(step, int):
            return step if self.kind == "list" and step < len(self.parts) else None
        return next((at for at, key in enumerate(self.keys) if key.text == step), None)


class Source:
    """A file's text with the spans of its nodes; raises InputError if the file cannot be read."""

    def __init__(self, raw: bytes, file: str) -> None:
        """Read the file."""
        tree = read_tree(raw, file)
        if tree.mistakes:
            raise InputError(tree.mistakes)
        self.file = file
        self.bom = raw.startswith(BOM)
        decode_file(raw, file)
        self.text = raw.removeprefix(BOM).decode("utf-8")
        self.newline = "\r\n" if "\r\n" in self.text[: self.text.find("\n") + 1] else "\n"
        self.root = self.spans(tree.signs)

    def spans(self, signs: str) -> Span | None:
        """Build the spans of all nodes; `signs` are the stand-ins with which the file was read."""
        top = Span(0, 0, "list", "flow")
        stack = [top]
        waiting: list[Span | None] = [None]
        for event in scanned(self.text, signs):
            match event:
                case ScalarEvent():
                    span = self.scalar(event)
                case MappingStartEvent() | SequenceStartEvent():
                    kind: Literal["map", "list"] = "map" if isinstance(event, MappingStartEvent) else "list"
                    at = event.start_mark.index
                    span = Span(at, at, kind, "flow" if event.flow_style else "block")
                case MappingEndEvent() | SequenceEndEvent():
                    done = stack.pop()
                    waiting.pop()
                    done.end = event.end_mark.index if done.is_flow or not done.parts else done.parts[-1].end
                    continue
                case _:
                    continue
            parent = stack[-1]
            if parent.kind == "map" and waiting[-1] is None:
                waiting[-1] = span
            else:
                if (key := waiting[-1]) is not None:
                    parent.keys.append(key)
                    waiting[-1] = None
                parent.parts.append(span)
            if span.kind != "scalar":
                stack.append(span)
                waiting.append(None)
        return top.parts[0] if top.parts else None

    def scalar(self, event: Any) -> Span:
        """Return the span of one scalar."""
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or "plain"
        if style in {"|", ">"}:
            head = self.text[start : self.line_end(start)].partition("#")[0]
            whole = self.text[start:end]
            if "+" in head:
                end -= len(self.newline) if whole.endswith("\n") else 0
            else:
                end = start + len(BREAKS.sub("", whole))
            end = max(end, start + len(head.rstrip()))
        return Span(start, end, "scalar", style, event.value)

    # -- where lines begin and end ---------------------------------------------------------

    def line_start(self, at: int) -> int:
        """Return the start of a character's line."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return the end of a line's text, before its line end."""
        end = self.text.find("\n", at)
        if end < 0:
            return len(self.text)
        return end - 1 if self.text[end - 1 : end] == "\r" and end > at else end

    def next_line(self, at: int) -> int:
        """Return the start of the next line, or the end of the text."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        """Return the column of a character, counted from 0."""
        return at - self.line_start(at)

    def offset(self, line: int, column: int) -> int:
        """Return the index of the character at a place, both counted from 1."""
        at = 0
        for _ in range(line - 1):
            at = self.text.index("\n", at) + 1
        return at + column - 1

    # -- ways --------------------------------------------------------------------------------

    def at(self, way: Way) -> Span | None:
        """Return the node at a path, or None."""
        span = self.root
        for step in way:
            at = span.position(step) if span else None
            if span is None or at is None:
                return None
            span = span.parts[at]
        return span

    def ways(self) -> dict[int, Way]:
        """Return the path of each value, by the start of its key or, in a list, of the value."""
        found: dict[int, Way] = {}
        for way, parent, at in self.walk(self.root, ()):
            found.setdefault(parent.begin(at), way)
        return found

    def walk(self, span: Span | None, way: Way) -> Iterator[tuple[Way, Span, int]]:
        """Yield each value: its path, the node that holds it, and its position there."""
        if span is None:
            return
        for at, part in enumerate(span.parts):
            step = span.keys[at].text if span.kind == "map" else at
            yield (*way, step), span, at
            yield from self.walk(part, (*way, step))

    def spliced(self, cuts: Iterable[tuple[int, int, str]]) -> str:
        """Return the text with pieces replaced; the pieces come in the order of the text."""
        pieces: list[str] = []
        at = 0
        for start, end, text in cuts:
            pieces += [self.text[at:start], text]
            at = end
        return "".join([*pieces, self.text[at:]])

    def encoded(self, text: str) -> bytes:
        """Return a changed text as bytes, with the byte order mark that the file had."""
        return (BOM if self.bom else b"") + text.encode("utf-8")
