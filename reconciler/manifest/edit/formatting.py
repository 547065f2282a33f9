"""Formats a desired-state file: one layout, with the same comments and the same meaning.

Each step cuts the text at its values and is proved by reading the result: a step that would
change the meaning is skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from reconciler.manifest.edit.spans import Source, Span, Way
from reconciler.manifest.edit.yaml_text import STEP, double_quoted
from reconciler.manifest.nodes import AuthoredList, AuthoredMap, Node, Scalar
from reconciler.manifest.parsing import read_tree

SECTIONS = ("fields", "roles")
ORDERS: dict[int, tuple[str, ...]] = {
    0: ("space", "type", "defaults", "items"),
    1: SECTIONS,
    2: ("id", "expect", "unmanaged", *SECTIONS),
}
"""The order of keys by the depth of their map: the file's, its defaults', an item's."""

MOST_ROUNDS = 6
BLANK = re.compile(r"[ \t]*")
ESCAPED = re.compile(r"[\\\"\x00-\x1f\x7f]")
"""Characters that need an escape in double quotes."""

COMMENT = re.compile(r"[\s,:\]\}]*#")
"""What stands between a value and the next one, if a comment is part of it."""

BESIDE = re.compile(r"[,:]?([ \t])#")
"""A comment on the line of a value, a single blank after it: other linters ask for two."""

Cut = tuple[int, int, str]
"""A piece of a text, from and to an index, and its replacement."""


def formatted(raw: bytes, file: str) -> bytes:
    """Return the formatted bytes of a file; raises InputError if it cannot be read."""
    source = Source(raw, file)
    for _ in range(MOST_ROUNDS):
        before = source
        for step in (tidy_lines, scalars, brackets, order, indentation):
            source = taken(step, source)
        if source is before:
            break
    return source.encoded(source.text)


def taken(step: Callable[[Source], Iterator[Cut]], source: Source) -> Source:
    """Return the text after one step, or unchanged if the step would change its meaning."""
    text = source.text
    cuts = [cut for cut in sorted(step(source)) if text[cut[0] : cut[1]] != cut[2]]
    if not cuts:
        return source
    after = source.encoded(source.spliced(cuts))
    kept = same_content(source.encoded(text), after, source.file)
    return Source(after, source.file) if kept else source


def same_content(before: bytes, after: bytes, file: str) -> bool:
    """Return whether two files have the same values and comments: blanks, quotes and order may differ."""
    old, new = read_tree(before, file), read_tree(after, file)
    if new.mistakes or letters(before) != letters(after):
        return False
    return old.root is None or (new.root is not None and same(old.root, new.root))


def letters(raw: bytes) -> Counter[int]:
    """Count all bytes but blanks, quotes and the commas that may end a list."""
    return Counter(raw.translate(None, b" \t\r\n'\"\\,"))


def same(one: Node, other: Node) -> bool:
    """Return whether two nodes have the same values, whatever the order of keys."""
    match one:
        case Scalar():
            return isinstance(other, Scalar) and (one.text, one.plain, one.hidden) == (
                other.text,
                other.plain,
                other.hidden,
            )
        case AuthoredList():
            return isinstance(other, AuthoredList) and len(one) == len(other) and all(map(same, one, other))
        case AuthoredMap():
            return (
                isinstance(other, AuthoredMap)
                and set(one) == set(other)
                and all(same(node, other[key]) for key, node in one.items())
            )


def every(source: Source) -> Iterator[Span]:
    """Yield all nodes, keys included."""
    if source.root is not None:
        yield source.root
    for _, parent, at in source.walk(source.root, ()):
        yield parent.parts[at]
        if parent.keys:
            yield parent.keys[at]


def held(source: Source) -> set[int]:
    """Return the starts of lines inside a scalar: their blanks may belong to its value."""
    inside: set[int] = set()
    for span in every(source):
        if span.kind == "scalar":
            at = source.next_line(span.start)
            while at < span.end:
                inside.add(at)
                at = source.next_line(at)
    return inside


def starts(source: Source) -> Iterator[int]:
    """Yield the start of each line."""
    at = 0
    while at < len(source.text):
        yield at
        at = source.next_line(at)


# -- one step each ---------------------------------------------------------------------------


def tidy_lines(source: Source) -> Iterator[Cut]:
    """Remove blanks at the ends of lines and repeated empty lines; end the file with a newline.

    A block scalar at the very end of a file would take the newline into its value.
    """
    inside = held(source)
    text = source.text
    empty = True
    kept = start = 0
    for start in starts(source):
        end = source.line_end(start)
        body = text[start:end].rstrip(" \t")
        if start in inside:
            empty, kept = False, source.next_line(start)
        elif not body:
            if empty:
                yield start, source.next_line(start), ""
                continue
            yield start, end, ""
            empty = True
        else:
            empty, kept = False, source.next_line(start)
            if source.next_line(end) not in inside:
                yield start + len(body), end, ""
    last = next((span.end for span in [source.root] if span), 0)
    if not text.endswith("\n") and start in inside:
        return
    if not text.endswith("\n"):
        yield len(text), len(text), source.newline
    elif empty and kept > last and kept < len(text):
        first_empty = source.next_line(kept - 1) if kept else 0
        yield from ((start, end, "") for start, end in [(first_empty, len(text))] if start < end)


def scalars(source: Source) -> Iterator[Cut]:
    """Replace single quotes by double ones, write one blank after a colon, and two before a comment."""
    text = source.text
    for span in every(source):
        if not span.is_block_scalar and (hit := BESIDE.match(text, span.end)):
            yield hit.start(1), hit.end(1), "  "
        if span.style == "'" and not ESCAPED.search(span.text) and "\n" not in text[span.start : span.end]:
            yield span.start, span.end, double_quoted(span.text)
        if span.is_flow or span.kind == "scalar":
            continue
        for key, part in zip(span.keys, span.parts, strict=False):
            gap = text[key.end : part.start]
            if re.fullmatch(r"[ \t]*:[ \t]+", gap):
                yield key.end, part.start, ": "
            elif hit := re.match(r"[ \t]+:", gap):
                yield key.end, key.end + hit.end(), ":"


def brackets(source: Source) -> Iterator[Cut]:
    """Write brackets on one line, as `[a, b]` and `{a: 1}`, unless they hold comments or broken texts."""
    for span in every(source):
        if span.is_flow and is_joinable(source.text, span):
            yield from joined(span)


def is_joinable(text: str, span: Span) -> bool:
    """Return whether nothing between two brackets needs lines of its own."""
    if "\n" not in text[span.start : span.end]:
        return True
    parts = list(inside(span))
    ends = [span.start + 1, *sorted(one.end for one in parts)]
    return not any(COMMENT.match(text, end, span.end) for end in ends) and not any(
        one.kind == "scalar" and "\n" in text[one.start : one.end] for one in parts
    )


def inside(span: Span) -> Iterator[Span]:
    """Yield all nodes below one, keys included."""
    for one in (*span.keys, *span.parts):
        yield one
        yield from inside(one)


def joined(span: Span) -> Iterator[Cut]:
    """Yield the cuts that bring one pair of brackets to one line."""
    if not span.parts:
        yield span.start + 1, span.end - 1, ""
        return
    yield span.start + 1, span.begin(0), ""
    yield span.parts[-1].end, span.end - 1, ""
    for at, part in enumerate(span.parts):
        if span.keys:
            yield span.keys[at].end, part.start, ": "
        if at:
            yield span.parts[at - 1].end, span.begin(at), ", "


def order(source: Source) -> Iterator[Cut]:
    """Sort the sections of the file, of its defaults and of its items.

    A nested map is sorted before the map around it, which waits for the next round.
    """
    moved: list[Cut] = []
    for way, span in ordered_maps(source):
        rank = ORDERS[min(len(way), 2)]
        keys = [key.text for key in span.keys]
        desired = sorted(
            range(len(keys)), key=lambda at: rank.index(keys[at]) if keys[at] in rank else len(rank)
        )
        if desired == list(range(len(keys))):
            continue
        moved += swapped(source, span, desired) if span.is_flow else stacked(source, span, desired)
    yield from separate_cuts(moved)


def separate_cuts(cuts: Sequence[Cut]) -> Iterator[Cut]:
    """Yield the cuts that do not touch an earlier one; nested maps come before the maps around them."""
    behind = 0
    for start, end, text in sorted(cuts, key=lambda cut: (cut[1], -cut[0])):
        if start >= behind:
            yield start, end, text
            behind = end


def ordered_maps(source: Source) -> Iterator[tuple[Way, Span]]:
    """Yield the maps whose keys have an order, nested ones first."""
    items = source.at(("items",))
    ways: list[Way] = [("items", at) for at in range(len(items.parts) if items else 0)]
    for way in (*ways, ("defaults",), ()):
        span = source.at(way)
        if span is not None and span.kind == "map":
            yield way, span


def swapped(source: Source, span: Span, desired: Sequence[int]) -> Iterator[Cut]:
    """Reorder entries between brackets, unless there is a comment among them."""
    if "#" in source.text[span.start : span.end]:
        return
    for slot, at in enumerate(desired):
        text = source.text[span.begin(at) : span.parts[at].end]
        yield span.begin(slot), span.parts[slot].end, text


def stacked(source: Source, span: Span, desired: Sequence[int]) -> Iterator[Cut]:
    """Reorder entries on lines, each with the comments above it."""
    column = source.column(span.start)
    heads = [span.start, *(entry_start(source, span, at, column) for at in range(1, len(span.parts)))]
    end = source.next_line(span.parts[-1].end)
    chunks = [source.text[start:stop] for start, stop in zip(heads, [*heads[1:], end], strict=True)]
    pad = " " * column
    chunks[0] = pad + chunks[0]
    first = chunks[desired[0]]
    beside_dash = bool(source.text[source.line_start(span.start) : span.start].strip())
    if not first.startswith(pad) or (beside_dash and first.lstrip().startswith("#")):
        return
    if not all(chunk.endswith("\n") for chunk in chunks):
        return
    text = "".join(chunks[at] for at in desired)
    yield span.start, end, text[column:]


def entry_start(source: Source, span: Span, at: int, column: int) -> int:
    """Return the start of an entry's lines: after the previous entry and the deeper comments at its end."""
    start = source.next_line(span.parts[at - 1].end)
    while start < span.begin(at):
        line = source.text[start : source.line_end(start)]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        start = source.next_line(start)
    return start


def indentation(source: Source) -> Iterator[Cut]:
    """Indent by two, also lists below their key."""
    if source.root is None or source.root.is_flow or source.root.kind == "scalar":
        return
    moves: dict[int, tuple[int, int]] = {}
    yield from shifted(source, source.root, 0, moves)
    inside = held(source)
    begun = sorted(moves)
    for start in starts(source):
        if start in moves:
            old, new = moves[start]
            yield start, start + old, " " * new
        elif start not in inside and source.text[start : source.line_end(start)].lstrip().startswith("#"):
            yield from attach_comment(source, start, moves, begun)


def shifted(source: Source, span: Span, column: int, moves: dict[int, tuple[int, int]]) -> Iterator[Cut]:
    """Record, by line, the column that it moves from and to; yields the nodes after dashes."""
    for at, part in enumerate(span.parts):
        begin, inner = span.begin(at), column + STEP
        if span.kind == "list":
            dash = source.text.rfind("-", 0, begin)
            if source.line_start(dash) == source.line_start(begin):
                yield dash + 1, begin, " "
            begin = dash
        start = source.line_start(begin)
        old = begin - start
        if BLANK.fullmatch(source.text, start, begin):
            moves[start] = (old, column)
        if part.kind == "scalar" or part.is_flow:
            carried(source, part, column - old, moves)
        else:
            yield from shifted(source, part, inner, moves)


def carried(source: Source, part: Span, by: int, moves: dict[int, tuple[int, int]]) -> None:
    """Move the other lines of a value with its first."""
    at = source.next_line(part.start)
    while at < part.end:
        line = source.text[at : source.line_end(at)]
        old = len(line) - len(line.lstrip(" "))
        if line.strip():
            moves[at] = (old, max(0, old + by))
        at = source.next_line(at)


def attach_comment(
    source: Source, start: int, moves: dict[int, tuple[int, int]], begun: Sequence[int]
) -> Iterator[Cut]:
    """Move a comment with the next line of its column, or else with the previous line."""
    line = source.text[start : source.line_end(start)]
    column = len(line) - len(line.lstrip(" "))
    below = next((moves[at] for at in begun if at > start), None)
    above = next((moves[at] for at in reversed(begun) if at < start and moves[at][0] == column), None)
    if below and below[0] == column:
        yield start, start + column, " " * below[1]
    elif above:
        yield start, start + column, " " * above[1]
