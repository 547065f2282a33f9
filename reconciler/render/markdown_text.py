"""Text from strangers as Markdown that GitHub renders as plain text: code, fences, table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NewType

from markupsafe import escape

from reconciler.errors import Place
from reconciler.language import _, counted
from reconciler.manifest.right_to_left import is_right_to_left
from reconciler.model import Change
from reconciler.render.explain import GONE, NEW, Piece, compare_words, inside_rows, is_long, nearby
from reconciler.render.groups import shows_members, steps
from reconciler.render.safe import SafeText, isolated, safe_text

Markdown = NewType("Markdown", str)
"""Text that GitHub may render: our own, or a stranger's that was fenced in."""


SHORT = 160
"""Characters of a value that a table shows."""


DIFFERENCE = 4_000
"""Characters of a word-level difference that an item's details show."""


MEMBERS = 20
"""Members of a set that a table names one by one."""


HARMLESS = re.compile(r"(?!\d+[.)])(?:(?![0-9A-Fa-f]{7})[^\W_]|(?<=\w)[.](?= |\Z)|[ ,;()'’…，；：。（）、])+")
"""Words that no reading of Markdown turns into anything else; a hash is not among them."""


def inline_code(text: str) -> Markdown:
    """Fence a text in, on one line."""
    shown = isolated(safe_text(text))
    fence = "`" * (longest_run(shown) + 1)
    pad = " " if not shown or shown[0] in "` " or shown[-1] in "` " else ""
    return Markdown(f"{fence}{pad}{shown}{pad}{fence}")


def longest_run(text: str) -> int:
    """Return the length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text))) if "`" in text else 0


def fenced(text: str) -> Markdown:
    """Fence lines in, each made harmless."""
    lines = "\n".join(map(safe_text, text.splitlines()))
    fence = "`" * max(3, longest_run(lines) + 1)
    return Markdown(f"{fence}text\n{lines}\n{fence}\n")


def safe_words(text: str) -> Markdown:
    """Leave harmless words as they are and fence in all others."""
    plain = text.strip() == text and HARMLESS.fullmatch(text) and not is_right_to_left(text)
    return Markdown(text) if plain and safe_text(text) == text else inline_code(text)


def table_row(*cells: str) -> Markdown:
    """Return one row of a table; no cell can end early.

    A pipe counts as escaped behind an odd number of backslashes only, so that a value's own
    backslashes before it are made even first.
    """
    held = (re.sub(r"(\\*)\|", escaped_pipe, cell) if "|" in cell else cell for cell in cells)
    return Markdown(f"| {' | '.join(held)} |\n")


def escaped_pipe(hit: re.Match[str]) -> str:
    """Return a pipe with an odd number of backslashes before it."""
    return hit[1] + ("\\|" if len(hit[1]) % 2 == 0 else "\\\\|")


def html_text(text: str) -> Markdown:
    """Return a text for raw HTML, where Markdown is not read."""
    return Markdown(f"<code>{markup(isolated(safe_text(text)))}</code>")


def markup(text: SafeText) -> str:
    """Escape what HTML would read."""
    return str(escape(text))


def brief(text: str) -> str:
    """Cut a value that is too long for a table and say how long it is."""
    return (
        text
        if len(text) <= SHORT
        else _("{text}… ({number} characters)", text=text[:SHORT], number=len(text))
    )


def ones(rows: Sequence[object]) -> list[int]:
    """Count each row once."""
    return [1] * len(rows)


def table_head(*names: str) -> Markdown:
    """Return the two lines that begin a table."""
    return Markdown(f"{table_row(*names)}{table_row(*('---' for _ in names))}")


def section_head(title: str, *names: str) -> Markdown:
    """Return the heading of a section, and the head of its table if it has one."""
    return Markdown(f"#### {title}\n\n{table_head(*names) if names else ''}")


def why_cell(why: str) -> Markdown:
    """Return why, or a dash where nobody knows."""
    return safe_words(brief(why)) if why else Markdown("–")


def first_of(named: list[str], count: int) -> str:
    """Name the first items and count all of them."""
    more = _(" and {number} more", number=count - len(named)) if count > len(named) else ""
    return (f"**{counted(count, 'item')}**{_(': ')}" if count > 1 else "") + ", ".join(named) + more


def value_cell(change: Change) -> Markdown:
    """Return base → live → wanted, or the members that come and go, on one line."""
    if not shows_members(change):
        return Markdown(" → ".join(inline_code(brief(label)) for label in steps(change)))
    parts = [f"+ {inline_code(brief(label))}" for label in change.added]
    parts += [f"− {inline_code(brief(label))}" for label in change.removed]
    more = [_("and {number} more", number=len(parts) - MEMBERS)] if len(parts) > MEMBERS else []
    return Markdown(", ".join([*parts[:MEMBERS], *more]))


def where_of(place: Place) -> str:
    """Return a place as `file:line`, of a long file name the end."""
    file = place.file
    return f"{file if len(file) <= SHORT else '…' + file[-SHORT:]}:{place.line}"


def explain_change(change: Change) -> Markdown:
    """Return what differs inside a long text or a list of rows, or nothing."""
    made = ""
    if is_long(change):
        made += (
            _("{name}, word by word:", name=safe_words(brief(change.name)))
            + f"\n\n{word_difference(change)}\n\n"
        )
    if lines := inside_rows(change):
        listed = "".join(f"- {inline_code(brief(line))}\n" for line in lines)
        made += _("{name}, inside:", name=safe_words(brief(change.name))) + f"\n\n{listed}\n"
    return Markdown(made)


def word_difference(change: Change) -> Markdown:
    """Return a word-level difference as raw HTML, up to a limit with a count of what is beyond."""
    pieces = list(nearby(compare_words(change.before_label, change.after_label)))
    made, room = [], DIFFERENCE
    for piece in pieces:
        made.append(tagged(Piece(piece.kind, SafeText(piece.text[:room]))) if room else "")
        room -= min(room, len(piece.text))
    beyond = sum(len(piece.text) for piece in pieces) - DIFFERENCE
    more = _("… ({number} characters more)", number=beyond) if beyond > 0 else ""
    return Markdown(f"<pre>{''.join(made)}{more}</pre>")


def tagged(piece: Piece) -> str:
    """Return a piece in the element of its side."""
    tag = {GONE: "del", NEW: "ins"}.get(piece.kind)
    shown = markup(isolated(piece.text))
    return f"<{tag}>{shown}</{tag}>" if tag else shown
