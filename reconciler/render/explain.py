"""Explains the difference inside a value: word by word in texts, member by member in rows.

Only explains: that two values differ was found by `==` long before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from msgspec import Struct

from reconciler.fields.values import EMPTY_LABEL
from reconciler.language import _
from reconciler.model import Change
from reconciler.render.safe import SafeText, isolated, safe_text, unsteered

SAME, GONE, NEW = "same", "gone", "new"

LONG = 60
"""Characters from which on a text is explained word by word."""

MOST_STEPS = 1_000_000
"""Pairs of words that a comparison may look at; beyond, lines are compared."""

MOST_LINE_STEPS = 10_000_000
"""Pairs of lines likewise; beyond, the differing middle is shown as a whole."""

MOST_LINES = 20
"""Differences inside one value that are told one by one."""

WORDS = r"\n|[^\S\n]+|\w+|[^\w\s]"
"""Line feeds, blanks, words and signs."""

UNSPACED = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"), ("\uf900", "\ufaff"))
"""First and last of the letters that are written without blanks between words."""


class Piece(Struct, frozen=True):
    """A stretch of text that both sides have, or one of them.

    `text` is safe, its line feeds are kept: a view of lines must not be a log.
    """

    kind: str
    text: SafeText


def safe_lines(text: str) -> SafeText:
    """Make a text safe and keep its line feeds."""
    return SafeText("\n".join(safe_text(line) for line in text.split("\n")))


def is_long(change: Change) -> bool:
    """Return True if a row is read better word by word."""
    if change.clears or change.added or change.removed:
        return False
    sides = (change.before_label, change.after_label)
    return _(EMPTY_LABEL) not in sides and (
        max(map(len, sides)) >= LONG or any("\n" in side for side in sides)
    )


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts word by word.

    The pieces that are not new make up the safe `before`, those that are not gone the safe `after`.
    """
    had, has = words_in(safe_lines(before)), words_in(safe_lines(after))
    head = shared(had, has)
    tail = shared(had[head:][::-1], has[head:][::-1])
    old, new = had[head : len(had) - tail], has[head : len(has) - tail]
    return merge_stretches([(SAME, had[:head]), *middle(old, new), (SAME, had[len(had) - tail :])])


def words_in(text: str) -> list[str]:
    """Return the words of a text, and what is between them; letters without blanks between words singly."""
    found = re.findall(WORDS, text)
    return [part for word in found for part in ([word] if word.isascii() else parts_of(word))]


def parts_of(word: str) -> Iterator[str]:
    """Yield the letters that are written without blanks one by one, and what is between them whole."""
    for unspaced, signs in groupby(word, is_unspaced):
        if unspaced:
            yield from signs
        else:
            yield "".join(signs)


def is_unspaced(sign: str) -> bool:
    """Return True for a letter of a script that has no blanks between words."""
    # A character class of so many letters takes longer to compile than a small plan to read.
    return any(first <= sign <= last for first, last in UNSPACED)


def middle(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Compare by words; where those are too many by lines, and by words in the lines that differ."""
    if len(old) * len(new) <= MOST_STEPS:
        yield from changed_stretches(old, new)
        return
    from difflib import SequenceMatcher  # noqa: PLC0415 - few plans explain a text

    had, has = (re.findall(r"[^\n]*\n|[^\n]+", "".join(side)) for side in (old, new))
    if len(had) * len(has) > MOST_LINE_STEPS:
        yield from ((GONE, had), (NEW, has))
        return
    for __, i, j, k, m in SequenceMatcher(None, had, has).get_opcodes():
        one, two = words_in("".join(had[i:j])), words_in("".join(has[k:m]))
        if one == two:
            yield SAME, one
        elif len(one) * len(two) <= MOST_STEPS:
            yield from changed_stretches(one, two)
        else:
            yield from ((GONE, one), (NEW, two))


def shared(one: list[str], other: list[str]) -> int:
    """Return how many words two lists begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def changed_stretches(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield stretches of two lists of words; blanks between two changed words count as changed."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - few plans explain a text

    for __, i, j, k, m in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            yield SAME, old[i:j]
        else:
            yield GONE, old[i:j]
            yield NEW, new[k:m]


def merge_stretches(stretches: Iterable[tuple[str, list[str]]]) -> tuple[Piece, ...]:
    """Join neighbours of one kind; of a changed stretch the old comes first."""
    made: list[Piece] = []
    gone, new = "", ""
    for kind, parts in stretches:
        text = "".join(parts)
        if kind == SAME and text and not (text == " " and (gone or new)):
            made += changed_words(gone, new)
            gone = new = ""
            made.append(Piece(SAME, SafeText(text)))
        else:
            gone += text if kind != NEW else ""
            new += text if kind != GONE else ""
    return tuple(joined([*made, *changed_words(gone, new)]))


def changed_words(gone: str, new: str) -> list[Piece]:
    """Return what was taken and what was put in its place; a blank at both ends is shared."""
    ending = " " if gone.endswith(" ") and new.endswith(" ") else ""
    if ending:
        gone, new = gone[:-1], new[:-1]
    pieces = (Piece(GONE, SafeText(gone)), Piece(NEW, SafeText(new)), Piece(SAME, SafeText(ending)))
    return [piece for piece in pieces if piece.text]


def joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join neighbours that both sides have."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.kind == piece.kind == SAME:
            last = Piece(SAME, SafeText(last.text + piece.text))
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def nearby(pieces: Iterable[Piece], keep: int = 60) -> Iterator[Piece]:
    """Yield the pieces with what both sides share cut to `keep` characters around each change."""
    listed = list(pieces)
    for n, piece in enumerate(listed):
        before, after = (0 if n == 0 else keep), (0 if n == len(listed) - 1 else keep)
        if piece.kind != SAME or len(piece.text) <= before + after + 1:
            yield piece
        else:
            end = piece.text[len(piece.text) - after :] if after else ""
            yield Piece(SAME, SafeText(f"{piece.text[:before]}…{end}"))


def one_line(change: Change, keep: int = 30) -> SafeText:
    """Return a long text's difference for a line of a terminal: `… the [-old-] {+new+} words …`."""
    marks = {SAME: "{}", GONE: "[-{}-]", NEW: "{{+{}+}}"}
    pieces = nearby(compare_words(change.before_label, change.after_label), keep)
    return unsteered("".join(marks[piece.kind].format(isolated(safe_text(piece.text))) for piece in pieces))


def inner_differences(before: Any, after: Any) -> tuple[SafeText, ...]:
    """Tell the differences inside lists and maps, each as `row 2, cost: 3 → 5`.

    Takes the form of the PUT; the rows of a compound field are read as maps of their sub-fields.
    Values that are neither lists nor maps have no inside.
    """
    if not (has_inside(before) or has_inside(after)):
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - costs 0.1 s, and few plans have rows

    tree = DeepDiff(
        rows_as_maps(before), rows_as_maps(after), view="tree", verbose_level=2, threshold_to_diff_deeper=0
    )
    levels = sorted(
        (level for found in tree.values() for level in found),
        key=lambda level: [(isinstance(step, str), step) for step in level.path(output_format="list")],
    )
    lines = [difference_line(level.path(output_format="list"), level.t1, level.t2) for level in levels]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [SafeText(_("and {number} more differences", number=len(lines) - MOST_LINES))]
    return tuple(lines)


def inside_rows(change: Change) -> tuple[SafeText, ...]:
    """Tell the differences inside the rows of a compound field; other values are read by their labels.

    What an option, a date or a text looks like on the wire would only distract.
    """
    sides = [side for side in (change.before, change.after) if isinstance(side, list)]
    rows = [row for side in sides for row in side]
    return inner_differences(change.before, change.after) if rows and all(map(is_row, rows)) else ()


def has_inside(value: Any) -> bool:
    """Return True if a value is a map or a list of lists or maps."""
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    )


def rows_as_maps(value: Any) -> Any:
    """Read `[[{field_key, field_value}, …], …]` as a list of maps; leave all else as it is."""
    if not isinstance(value, list):
        return value
    return [{cell["field_key"]: cell["field_value"] for cell in row} if is_row(row) else row for row in value]


def is_row(row: Any) -> bool:
    """Return True if this is one row of a compound field as it is sent."""
    return isinstance(row, list) and all(
        isinstance(cell, dict)
        and cell.keys() == {"field_key", "field_value"}
        and isinstance(cell["field_key"], str)
        for cell in row
    )


def difference_line(path: list[Any], before: Any, after: Any) -> SafeText:
    """Return one difference as a line; what is not there is shown as `(none)`."""
    where = _(", ").join(
        _("row {number}", number=step + 1) if isinstance(step, int) else str(step) for step in path
    )
    return safe_text(f"{where}{_(': ')}{short_json(before)} → {short_json(after)}".removeprefix(_(": ")))


def short_json(value: Any) -> str:
    """Show a JSON value shortly; text without quotes."""
    if value is None:
        return _(EMPTY_LABEL)
    if type(value).__name__ == "NotPresent":
        return _("(none)")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {short_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(short_json, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
