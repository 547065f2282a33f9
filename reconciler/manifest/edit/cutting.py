"""Finds the pieces of text that an edit replaces."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from reconciler.manifest.edit.commands import Drop, Edit, Members, Put, Rename
from reconciler.manifest.edit.copied_text import comments_above
from reconciler.manifest.edit.proof import is_form_of
from reconciler.manifest.edit.spans import Source, Span, Way
from reconciler.manifest.edit.yaml_text import (
    ODD,
    STEP,
    Noted,
    Plain,
    behind,
    comment,
    double_quoted,
    holds_lines,
    inline,
    is_literal,
    key_form,
    reads_plain,
    without_note,
)

BEFORE: Final = {"defaults": "items"}
"""Keys of a file that are written above another one."""


class Splice(Struct, frozen=True):
    """A piece of the text and its replacement; of two at one spot the deeper comes first."""

    start: int
    end: int
    depth: int
    text: str

    def rank(self) -> tuple[int, int, int]:
        """Return the sort key of pieces."""
        return self.start, self.end, -self.depth


class Unplaceable(Exception):
    """An edit does not correspond to a piece of the text."""


class Pieces(Struct):
    """The pieces of a text to replace, in order; no two share a character."""

    ordered: list[Splice] = field(default_factory=list)

    def take(self, splices: Sequence[Splice]) -> bool:
        """Add all pieces; adds nothing and returns False if one of them touches another."""
        if any(self.touches(one) for one in splices):
            return False
        for one in splices:
            insort(self.ordered, one, key=Splice.rank)
        return True

    def touches(self, one: Splice) -> bool:
        """Return whether a piece shares a character with another, or begins inside of it."""
        at = bisect_left(self.ordered, one.rank(), key=Splice.rank)
        return any(overlap(one, other) for other in self.ordered[max(0, at - 1) : at + 1])


def overlap(one: Splice, other: Splice) -> bool:
    """Return whether two pieces share a character, or one begins inside of the other."""
    first, second = sorted((one, other), key=Splice.rank)
    return second.start < first.end or (first.start == second.start and first.end != second.end)


class Cutter(Struct):
    """Finds the pieces of a text that an edit replaces."""

    source: Source
    made: list[Splice] = field(default_factory=list)

    def splices(self, edit: Edit) -> list[Splice]:
        """Return the pieces; raises Unplaceable."""
        match edit:
            case Put(way, value):
                self.put(way, value)
            case Drop(way, above):
                self.drop(way)
                if above and (span := self.source.at(way[:-1])):
                    self.comments_away(span.begin(self.spot(span, way[-1])))
            case Members(way, drop, add):
                self.members(way, drop, add)
            case Rename(way, keys):
                for old, new in keys:
                    self.rename(way, old, new)
        return self.made

    def cut(self, start: int, end: int, text: str, depth: int = 0) -> None:
        """Add one piece, unless it changes nothing."""
        if self.source.text[start:end] != text:
            self.made.append(Splice(start, end, depth, text))

    def parents(self, way: Way) -> list[Span]:
        """Return the nodes above a path's end, the root first; raises Unplaceable."""
        spans = [self.source.at(way[:depth]) for depth in range(len(way))]
        found = [span for span in spans if span is not None]
        if len(found) != len(spans):
            raise Unplaceable
        return found

    def put(self, way: Way, value: Plain) -> None:
        """Replace the value at the path, or insert it."""
        if not way:
            raise Unplaceable
        parents = self.parents(way)
        flow = any(span.is_flow for span in parents)
        span = self.source.at(way)
        if span is not None:
            self.replace(parents[-1], self.spot(parents[-1], way[-1]), value, flow=flow)
        elif parents[-1].kind == "scalar":
            self.unfold(parents, way, value)
        elif not flow and (after := parents[-1].position(BEFORE.get(str(way[-1]), ""))) and len(way) == 1:
            self.insert(parents[-1], after, str(way[-1]), value)
        else:
            self.rearrange(parents[-1], frozenset(), {str(way[-1]): value}, flow=flow)

    def insert(self, parent: Span, at: int, key: str, value: Plain) -> None:
        """Write a new key above another one and its comments."""
        source, key_start = self.source, parent.begin(at)
        above = comments_above(source, key_start)
        start = above[0][0] if above else source.line_start(key_start)
        lines = self.added(key, value, source.column(key_start))
        self.cut(start, start, "".join(line + source.newline for line in lines))

    def spot(self, parent: Span, step: str | int) -> int:
        """Return the position of a step; raises Unplaceable if it is missing."""
        at = parent.position(step)
        if at is None:
            raise Unplaceable
        return at

    def drop(self, way: Way) -> None:
        """Delete one key or member."""
        parents = self.parents(way)
        parent = parents[-1]
        at = self.spot(parent, way[-1])
        if len(parent.parts) == 1:
            empty = inline({} if parent.kind == "map" else [])
            self.whole(parents[-2] if way[1:] else None, parent, empty)
            return
        self.rearrange(parent, frozenset({at}), {}, flow=any(span.is_flow for span in parents))

    def members(self, way: Way, drop: frozenset[int], add: Sequence[Plain]) -> None:
        """Delete members of a list, and append others."""
        parents = self.parents(way)
        span = self.source.at(way)
        if span is None or span.kind != "list":
            raise Unplaceable
        flow = span.is_flow or any(one.is_flow for one in parents)
        if any(map(holds_lines, add)) and self.opened(parents, span, add):
            return
        if len(drop) == len(span.parts) and not add:
            self.whole(parents[-1] if parents else None, span, "[]")
        elif drop or add:
            self.rearrange(span, drop, dict(enumerate(add)), flow=flow)

    def opened(self, parents: Sequence[Span], span: Span, add: Sequence[Plain]) -> bool:
        """Replace an empty `[]` by members on their own lines; False if lines are not possible here."""
        if span.parts or any(one.is_flow for one in parents) or not parents or parents[-1].kind != "map":
            return False
        colon = self.source.text.rindex(":", 0, span.start) + 1
        indent = self.source.column(parents[-1].start) + STEP
        lines = [line for one in add for line in self.added(0, one, indent)]
        end = self.source.line_end(span.end)
        self.cut(colon, span.end, "")
        self.cut(end, end, "".join(self.source.newline + line for line in lines))
        return True

    def rename(self, way: Way, old: str, new: str) -> None:
        """Replace a key."""
        span = self.source.at(way)
        if span is None or span.kind != "map":
            raise Unplaceable
        key = span.keys[self.spot(span, old)]
        self.cut(key.start, key.end, self.scalar(key, new))

    # -- replacing -------------------------------------------------------------------------

    def replace(self, parent: Span, at: int, value: Plain, *, flow: bool) -> None:
        """Replace a value by another; parts that are equal stay as they are written."""
        span, plain = parent.parts[at], without_note(value)
        inside = flow or span.is_flow
        if span.kind == "map" and isinstance(plain, Mapping) and plain:
            keys = [key.text for key in span.keys]
            gone = frozenset(at for at, key in enumerate(keys) if key not in plain)
            if len(gone) < len(keys):
                for key, one in plain.items():
                    if key in keys:
                        self.replace(span, keys.index(key), one, flow=inside)
                fresh = {key: one for key, one in plain.items() if key not in keys}
                self.rearrange(span, gone, fresh, flow=inside)
                return
        if span.kind == "list" and isinstance(plain, list | tuple) and plain and span.parts:
            for position, one in enumerate(plain[: len(span.parts)]):
                self.replace(span, position, one, flow=inside)
            gone = frozenset(range(len(plain), len(span.parts)))
            self.rearrange(span, gone, dict(enumerate(plain[len(span.parts) :])), flow=inside)
            return
        if span.kind == "scalar" and not isinstance(plain, Mapping | list | tuple):
            if not (is_form_of(plain, span.text, span.style == "plain") and not span.is_block_scalar):
                self.cut(span.start, span.end, self.scalar(span, plain, flow=flow))
                self.follow(span, value)
            return
        self.whole(parent, span, inline(value, flow=flow))

    def scalar(self, span: Span, value: Plain, *, flow: bool = True) -> str:
        """Return the text of a scalar, in the style of the one that it replaces."""
        if not isinstance(value, str):
            return inline(value)
        text, style = str(value), span.style
        if style in {"|", ">"}:
            return self.block_scalar(span, text)
        if style == "'" and "\n" not in text:
            return "'" + text.replace("'", "''") + "'"
        cut = ODD.match(self.source.text[span.end : self.source.line_end(span.end)])
        plain = style == "plain" and reads_plain(text, flow=flow) and not cut
        return text if plain else double_quoted(text)

    def follow(self, span: Span, value: Plain) -> None:
        """Update the comment that we generated for the old value; leave the author's comments alone."""
        if isinstance(value, Noted) and value.instead:
            start = span.end
            hit = re.fullmatch(
                r"([ \t]+# *)(.*?)[ \t]*", self.source.text[start : self.source.line_end(start)]
            )
            if hit and hit[2] == comment(value.instead):
                self.cut(start + hit.start(2), start + hit.end(2), comment(value.note))

    def block_scalar(self, span: Span, text: str) -> str:
        """Return a text as a block scalar under the old header; in quotes if a block cannot hold it."""
        whole = self.source.text[span.start : span.end]
        head, _, body = whole.replace("\r\n", "\n").partition("\n")
        first = next((line for line in body.split("\n") if line.strip()), "")
        indent = len(first) - len(first.lstrip(" "))
        if not indent or not (is_literal(text) or is_literal(f"{text}\n")):
            return double_quoted(text)
        lines = (" " * indent + line if line else "" for line in text.removesuffix("\n").split("\n"))
        return self.source.newline.join([head.replace(">", "|", 1), *lines])

    def whole(self, parent: Span | None, span: Span, text: str) -> None:
        """Replace a node by one line of text; a block that begins below its key moves to the key's line."""
        if span.kind == "scalar" or span.is_flow or parent is None or parent.kind != "map":
            self.cut(span.start, span.end, text)
            return
        key = parent.keys[next(at for at, one in enumerate(parent.parts) if one is span)]
        colon = self.source.text.index(":", key.end) + 1
        end = self.source.line_end(colon)
        self.cut(colon, colon, f" {text}")
        self.cut(end, self.source.line_end(span.end), "")

    # -- entries of lists and maps -----------------------------------------------------------

    def rearrange(
        self, span: Span, drop: frozenset[int], add: Mapping[str, Plain] | Mapping[int, Plain], *, flow: bool
    ) -> None:
        """Delete entries of a list or map by their positions, and append others."""
        if not (drop or add):
            return
        if span.is_flow or flow:
            self.in_flow(span, drop, add)
        else:
            self.in_block(span, drop, add)

    def in_flow(
        self, span: Span, drop: frozenset[int], add: Mapping[str, Plain] | Mapping[int, Plain]
    ) -> None:
        """Delete and append entries between brackets."""
        texts = [
            f"{key_form(key)}: {inline(one)}" if isinstance(key, str) else inline(one)
            for key, one in add.items()
        ]
        kept = [at for at in range(len(span.parts)) if at not in drop]
        if not span.parts:
            self.cut(span.start + 1, span.end - 1, ", ".join(texts))
            return
        if not kept:
            self.cut(span.begin(0), span.parts[-1].end, ", ".join(texts))
            return
        for before, at in zip([-1, *kept], kept, strict=False):
            if at > before + 1:
                self.cut(span.begin(before + 1), span.begin(at), "")
        last = span.parts[kept[-1]].end
        self.cut(last, span.parts[-1].end, "".join(f", {text}" for text in texts))

    def in_block(
        self, span: Span, drop: frozenset[int], add: Mapping[str, Plain] | Mapping[int, Plain]
    ) -> None:
        """Delete and append entries that have lines of their own."""
        source = self.source
        indent = source.column(span.start)
        kept = [at for at in range(len(span.parts)) if at not in drop]
        lines = [line for key, one in add.items() for line in self.added(key, one, indent)]
        if not kept:
            text = source.newline.join([lines[0].removeprefix(" " * indent), *lines[1:]])
            self.cut(span.start, source.line_end(span.end), text)
            return
        for at in sorted(drop):
            self.line_away(span, at)
        if lines:
            end = source.line_end(span.parts[kept[-1]].end)
            self.cut(end, end, "".join(source.newline + line for line in lines), depth=indent)

    def added(self, key: str | int, value: Plain, indent: int) -> list[str]:
        """Return the lines of one new entry."""
        lead = f"{key_form(key)}:" if isinstance(key, str) else "-"
        first, *rest = behind(lead, value, indent)
        return [" " * indent + first, *rest]

    def line_away(self, span: Span, at: int) -> None:
        """Delete the lines of one entry, but not the comments above it."""
        source = self.source
        begin, end = span.begin(at), span.parts[at].end
        start = source.line_start(begin)
        if span.kind == "list":
            begin = source.text.rfind("-", start, begin)
        if begin >= start and not source.text[start:begin].strip():
            stop = source.next_line(end)
            if source.line_end(end) == len(source.text):
                start = max(0, start - len(source.newline))
                stop = len(source.text)
            self.cut(start, stop, "")
        elif at == 0 and len(span.parts) > 1 and "#" not in source.text[source.line_end(end) : span.begin(1)]:
            self.cut(span.begin(0), span.begin(1), "")
        elif at == 0 and len(span.parts) > 1:
            dash = source.text.rindex("-", start, span.begin(0))
            self.cut(dash + 1, source.line_end(end), "")
        else:
            raise Unplaceable

    def comments_away(self, at: int) -> None:
        """Delete the comments right above a key whose lines are deleted."""
        for start, stop in comments_above(self.source, at):
            self.cut(start, stop, "")

    def unfold(self, parents: list[Span], way: Way, value: Plain) -> None:
        """Turn a bare id into an item with sections."""
        span, holder = parents[-1], parents[-2] if len(parents) > 1 else None
        if holder is None or holder.kind != "list" or not isinstance(way[-1], str):
            raise Unplaceable
        if any(one.is_flow for one in parents):
            text = f"{{id: {span.text}, {key_form(way[-1])}: {inline(value)}}}"
            self.cut(span.start, span.end, text)
            return
        indent = self.source.column(span.start)
        self.cut(span.start, span.end, f"id: {span.text}")
        end = self.source.line_end(span.end)
        lines = self.added(way[-1], value, indent)
        self.cut(end, end, "".join(self.source.newline + line for line in lines), depth=indent)
