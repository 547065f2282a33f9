"""Takes a value out of a file as its author wrote it, with the comments that belong to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.manifest.edit.spans import Source, Span, Way
from reconciler.manifest.edit.yaml_text import STEP, Copied
from reconciler.manifest.nodes import Node


def copied(source: Source, way: Way, node: Node) -> Copied:
    """Return the value at a path, whose node was read; its lines are indented as seen from its key."""
    parent, span = source.at(way[:-1]), source.at(way)
    assert parent is not None  # noqa: S101 - the node was read from this text
    assert span is not None  # noqa: S101 - the same
    key = parent.keys[parent.position(way[-1]) or 0]
    if any(one is not None and one.is_flow for one in (source.at(way[:depth]) for depth in range(len(way)))):
        text, column, end = f" {source.text[span.start : span.end]}", None, span.end
    else:
        end = source.line_end(span.end)
        text, column = source.text[source.text.index(":", key.end) + 1 : end], source.column(key.start)
    first, *rest = (line.removesuffix("\r") for line in text.split("\n"))
    lines = (first.rstrip(), *(dedented(line, column) for line in rest))
    above = tuple(source.text[start:stop].strip() for start, stop in comments_above(source, key.start))
    beside = tuple(text for _, text in comments_between(source, scalars(span), key.end, end))
    return Copied(node, lines, above if column is not None else (), beside)


def dedented(line: str, column: int | None) -> str:
    """Return a line as seen from a column; between brackets indentation means nothing."""
    if column is None:
        return " " * STEP + line.strip()
    return line[min(column, len(line) - len(line.lstrip(" "))) :].rstrip()


def comments_above(source: Source, at: int) -> list[tuple[int, int]]:
    """Return where the lines of comments begin and end that stand right above a key, in its column."""
    start = source.line_start(at)
    found: list[tuple[int, int]] = []
    if source.text[start:at].strip():
        return found
    while start > 0:
        before = source.line_start(start - 1)
        line = source.text[before:start].rstrip()
        if not line.lstrip(" ").startswith("#") or len(line) - len(
            line.lstrip(" ")
        ) != at - source.line_start(at):
            break
        found.insert(0, (before, start))
        start = before
    return found


def comments(source: Source) -> Iterator[tuple[int, str]]:
    """Yield every comment of a file: where it begins, and its text."""
    return comments_between(source, scalars(source.root), 0, len(source.text))


def comments_between(
    source: Source, some: Iterable[tuple[int, int]], at: int, stop: int
) -> Iterator[tuple[int, str]]:
    """Yield the comments between two places, which are outside of the scalars there."""
    for start, end in (*some, (stop, stop)):
        for line_at, line in lines_between(source, at, start):
            hit = line.find("#")
            while hit > 0 and line[hit - 1] not in " \t":
                hit = line.find("#", hit + 1)
            if hit >= 0:
                yield line_at + hit, line[hit:].strip()
        at = end


def lines_between(source: Source, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the pieces of lines between two places, each with its own place."""
    at = start
    for line in source.text[start:end].splitlines(keepends=True):
        yield at, line
        at += len(line)


def scalars(span: Span | None) -> Iterator[tuple[int, int]]:
    """Yield where each scalar begins and ends, in the order of the text."""
    if span is None:
        return
    if span.kind == "scalar":
        yield span.start, span.end
        return
    for at, part in enumerate(span.parts):
        if span.keys:
            yield span.keys[at].start, span.keys[at].end
        yield from scalars(part)


def comment_counts(raw: bytes, file: str) -> Counter[str]:
    """Return how often each comment stands in a file."""
    return Counter(text for _, text in comments(Source(raw, file)))
