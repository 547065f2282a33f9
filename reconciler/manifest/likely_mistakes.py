"""Finds typing slips that YAML reads as something else, one line at a time.

If the meaning of a line is clear, the line is mended in memory, so that reading goes on and the next
mistake of the file is reported in the same run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.errors import QUOTABLE, Mistake, Place
from reconciler.manifest.credentials import SECRET

LINE = re.compile(
    r"""(?P<indent>[ ]*(?:-[ ]+)*)
        (?:(?P<key>"[^"]*"|'[^']*'|[^\s'"\[\]{}\#&*!|>%@`,](?:[^:]|:(?=\S))*?)\s*:\s+)?
        (?P<value>\S.*)?""",
    re.VERBOSE,
)
"""A line of block style: its dashes, its key, its value with a possible comment."""

COMMENT = re.compile(r"\s+#(?:\s.*)?$")
"""A comment without doubt; ` #123` may be part of a title."""

BLOCK = re.compile(r"[>|][-+0-9]{0,2}")
"""The header of a block scalar."""

BROKEN_QUOTE = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s:#,\]}].*""")
"""A text that goes on after its closing quote."""

CLOSERS = {"[": "]", "{": "}"}
SIGNS = frozenset("[{*&!%>|@`")
"""Characters that cannot begin a plain text."""

FULL_WIDTH_COLON = "："
FULL_WIDTH = (f"a full-width colon '{FULL_WIDTH_COLON}'", "write ': '")
INDENTS = {"\t": "a tab", "\u00a0": "a no-break space", "\u3000": "a full-width space"}
"""Characters other than spaces that indent a line; only a no-break space is surely as wide as one space."""
ODD_INDENT = re.compile(r"^ *(?:- *)*([\t\u00a0\u3000])[\t\u00a0\u3000 ]*")
NO_SPACE = re.compile(r"^(?P<lead> *(?:- +)*(?P<key>[^\W\d][^\s:'\"#\[\]{},]*):)(?=[^\s:/\\])")
NO_SPACE_AFTER_DASH = re.compile(r"^ *(?:- +)*(?P<dash>-)(?=[^\s-])")

DIRECTIVE = ("a YAML directive", "delete the line")

LONGEST_LINE = 2_000
"""The longest line, in characters, that is searched for slips: a pattern may backtrack."""


class Slip(NamedTuple):
    """A mistake on one line (counted from 1), and the line as it was probably meant."""

    mistake: Mistake
    line: int
    mended: str


class Hit(NamedTuple):
    """A mistake at column `at` (from 0) of a line, and the line as it was probably meant."""

    at: int
    what: str
    fix: str
    mended: str


class Title(NamedTuple):
    """A text that begins or reads like YAML: from column `start` (from 0) to `end` of its line.

    `text` is the text that its author meant, without broken quotes.
    """

    text: str
    start: int
    end: int
    advice: str


def title_in(line: str) -> Title | None:
    """Find a value that looks like a title and is not valid YAML."""
    hit = LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if hit is None or not hit["value"] or not (hit["key"] or "-" in hit["indent"]):
        return None
    written = COMMENT.sub("", hit["value"]).rstrip()
    text = meant(written, after_key=bool(hit["key"])) if written else None
    if not text:
        return None
    start = hit.start("value")
    secret = bool(hit["key"] and SECRET.search(hit["key"]))
    return Title(text, start, start + len(written), quote_advice("" if secret else text))


def meant(written: str, *, after_key: bool) -> str | None:
    """Return the text that the author meant if YAML cannot read it as text; None if it is valid YAML."""
    sign = written[0]
    if sign in "'\"":
        one_too_many = written[-1] == sign and written.count(sign) % 2
        inside = written[1:-1] if one_too_many else written
        return inside if BROKEN_QUOTE.fullmatch(written) else None
    if is_closed(written) or BLOCK.fullmatch(written) or sign == "#":
        return None
    reads_as_yaml = (
        sign in SIGNS
        or re.match(r"[-?,:](?: |$)", written)
        or (after_key and re.search(r":(?=\s|$)", written))
    )
    return written if reads_as_yaml else None


def is_closed(written: str) -> bool:
    """Return whether the last character of a value closes its first bracket."""
    awaited: list[str] = []
    for at, sign in enumerate(written):
        if sign in CLOSERS:
            awaited.append(CLOSERS[sign])
        elif sign in CLOSERS.values() and (not awaited or awaited.pop() != sign):
            return False
        if not awaited:
            return 0 < at == len(written) - 1
    return False


def quote_advice(text: str) -> str:
    """Return the advice to quote a text; a long or unprintable text is not repeated."""
    return (
        f"quote the text: {json.dumps(text, ensure_ascii=False)}"
        if 0 < len(text) <= QUOTABLE and text.isprintable()
        else "quote the text"
    )


# -- one slip each -------------------------------------------------------------------------


def odd_indentation(line: str) -> Hit | None:
    """Find indentation by other characters than spaces."""
    hit = ODD_INDENT.match(line)
    if not hit:
        return None
    mended = hit[0].replace("\u00a0", " ") + line[hit.end() :]
    return Hit(hit.start(1), f"{INDENTS[hit[1]]} as indentation", "indent with spaces", mended)


def full_width_colon(line: str) -> Hit | None:
    """Find a full-width colon after a line's key."""
    at = line.find(FULL_WIDTH_COLON)
    if at < 0 or re.search(r":(?:\s|$)|['\"]", line[:at]):
        return None
    return Hit(at, *FULL_WIDTH, f"{line[:at]}: {line[at + 1 :]}")


def directive(line: str) -> Hit | None:
    """Find a line for the parser, such as `%YAML 1.1`."""
    return Hit(0, *DIRECTIVE, "") if line.startswith("%") else None


def title_mistake(line: str) -> Hit | None:
    """Find a text that YAML reads as something else."""
    hit = title_in(line)
    if not hit:
        return None
    mended = line[: hit.start] + json.dumps(hit.text, ensure_ascii=False) + line[hit.end :]
    return Hit(hit.start, "a text that YAML reads as something else", hit.advice, mended)


def no_space_after_colon(line: str) -> Hit | None:
    """Find `key:value`, which YAML takes for one word."""
    hit = NO_SPACE.match(line)
    if not hit:
        return None
    return Hit(hit.end() - 1, *no_space(hit["key"]), f"{line[: hit.end()]} {line[hit.end() :]}")


def no_space_after_dash(line: str) -> Hit | None:
    """Find `-value`, which YAML takes for one word."""
    hit = NO_SPACE_AFTER_DASH.match(line)
    if not hit:
        return None
    mended = f"{line[: hit.end()]} {line[hit.end() :]}"
    return Hit(hit.end() - 1, "no space after the dash", "write '- '", mended)


SLIPS = (
    odd_indentation,
    full_width_colon,
    directive,
    title_mistake,
    no_space_after_colon,
    no_space_after_dash,
)
"""The likeliest slips; the first one that matches a line is reported."""


def slip_on(lines: Sequence[str], number: int, file: str) -> Slip | None:
    """Return the likeliest slip on a line, or None."""
    line = lines[number - 1]
    hits = (look(line) for look in SLIPS) if len(line) <= LONGEST_LINE else iter(())
    hit = next((hit for hit in hits if hit), None)
    return (
        Slip(Mistake(Place(file, number, hit.at + 1), hit.what, hit.fix), number, hit.mended) if hit else None
    )


def no_space(key: str) -> tuple[str, str]:
    """Return mistake and advice for `key:value`; the value may be a secret and is not repeated."""
    shown = key if len(key) <= QUOTABLE and key.isprintable() else "key"
    return "no space after the colon", f"write `{shown}: …`"
