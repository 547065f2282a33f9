"""What people write that YAML reads as something else: looked at as its author meant it, line by line.

Where the meaning is clear the line is mended in memory, so that reading goes on and the next
mistake of the file is told in the same run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.authored import Place
from reconciler.errors import QUOTABLE, Mistake
from reconciler.manifest.credentials import SECRET

LINE = re.compile(
    r"""(?P<indent>[ ]*(?:-[ ]+)*)
        (?:(?P<key>"[^"]*"|'[^']*'|[^\s'"\[\]{}\#&*!|>%@`,](?:[^:]|:(?=\S))*?)\s*:\s+)?
        (?P<value>\S.*)?""",
    re.VERBOSE,
)
"""A line of block style: its dashes, its key, its value with what may be a comment."""

COMMENT = re.compile(r"\s+#(?:\s.*)?$")
"""A comment that is clearly one; ` #123` may belong to a title."""

BLOCK = re.compile(r"[>|][-+0-9]{0,2}")
"""The header of a block scalar."""

BROKEN_QUOTE = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s:#,\]}].*""")
"""A text that goes on behind its closing quote."""

CLOSERS = {"[": "]", "{": "}"}
SIGNS = frozenset("[{*&!%>|@`")
"""Characters that begin something else than a text."""

FULL_WIDTH_COLON = "："
FULL_WIDTH = (f"a full-width colon '{FULL_WIDTH_COLON}'", "write ': '")
INDENTS = {"\t": "a tab", "\u00a0": "a no-break space", "\u3000": "a full-width space"}
"""What indents a line besides spaces; only a no-break space is surely as wide as one."""
ODD_INDENT = re.compile(r"^ *(?:- *)*([\t\u00a0\u3000])[\t\u00a0\u3000 ]*")
NO_SPACE = re.compile(r"^(?P<lead> *(?:- +)*(?P<key>[^\W\d][^\s:'\"#\[\]{},]*):)(?=[^\s:/\\])")
NO_SPACE_AFTER_DASH = re.compile(r"^ *(?:- +)*(?P<dash>-)(?=[^\s-])")

DIRECTIVE = ("a YAML directive", "delete the line")

LONGEST_LINE = 2_000
"""Characters of a line that is looked at for slips: a pattern may look at each more than once."""


class Slip(NamedTuple):
    """A mistake on one line (counted from 1), and the line as it was probably meant."""

    mistake: Mistake
    line: int
    mended: str


class Title(NamedTuple):
    """A text that begins or reads like YAML: from column `start` (from 0) to `end` of its line.

    `text` is what its author meant, without quotes that cannot hold it.
    """

    text: str
    start: int
    end: int
    advice: str


def title_in(line: str) -> Title | None:
    """Find a value that looks like a title and is nothing that YAML could mean."""
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
    """Return the text that was meant where YAML sees more than a text and nothing well-formed, or None."""
    sign = written[0]
    if sign in "'\"":
        one_too_many = written[-1] == sign and written.count(sign) % 2
        inside = written[1:-1] if one_too_many else written
        return inside if BROKEN_QUOTE.fullmatch(written) else None
    if written.endswith(CLOSERS.get(sign, "\n")) or BLOCK.fullmatch(written) or sign == "#":
        return None
    reads_as_yaml = (
        sign in SIGNS
        or re.match(r"[-?,:](?: |$)", written)
        or (after_key and re.search(r":(?=\s|$)", written))
    )
    return written if reads_as_yaml else None


def quote_advice(text: str) -> str:
    """Say how to quote a text; a long or unprintable one is not repeated."""
    return (
        f"quote the text: {json.dumps(text, ensure_ascii=False)}"
        if 0 < len(text) <= QUOTABLE and text.isprintable()
        else "quote the text"
    )


def slip_on(lines: Sequence[str], number: int, file: str) -> Slip | None:
    """Recognise the likeliest slips on the line of that number."""
    line = lines[number - 1]
    if len(line) > LONGEST_LINE:
        return None
    if hit := ODD_INDENT.match(line):
        mended = hit[0].replace("\u00a0", " ") + line[hit.end() :]
        return Slip(odd_indent(Place(file, number, hit.start(1) + 1), hit[1]), number, mended)
    at = line.find(FULL_WIDTH_COLON)
    if at >= 0 and not re.search(r":(?:\s|$)|['\"]", line[:at]):
        mended = f"{line[:at]}: {line[at + 1 :]}"
        return Slip(Mistake(Place(file, number, at + 1), *FULL_WIDTH), number, mended)
    if line.startswith("%"):
        return Slip(Mistake(Place(file, number, 1), *DIRECTIVE), number, "")
    if title := title_in(line):
        mistake = Mistake(
            Place(file, number, title.start + 1), "a text that YAML reads as something else", title.advice
        )
        quoted = json.dumps(title.text, ensure_ascii=False)
        return Slip(mistake, number, line[: title.start] + quoted + line[title.end :])
    if hit := NO_SPACE.match(line):
        mended = f"{line[: hit.end()]} {line[hit.end() :]}"
        return Slip(Mistake(Place(file, number, hit.end()), *no_space(hit["key"])), number, mended)
    if hit := NO_SPACE_AFTER_DASH.match(line):
        mistake = Mistake(Place(file, number, hit.end()), "no space after the dash", "write '- '")
        return Slip(mistake, number, f"{line[: hit.end()]} {line[hit.end() :]}")
    return None


def no_space(key: str) -> tuple[str, str]:
    """Say what is wrong with `key:value`; the value may be a secret and is not repeated."""
    shown = key if len(key) <= QUOTABLE and key.isprintable() else "key"
    return "no space after the colon", f"write `{shown}: …`"


def odd_indent(place: Place, sign: str) -> Mistake:
    """Make the mistake of indenting with something that only looks like spaces."""
    return Mistake(place, f"{INDENTS[sign]} as indentation", "indent with spaces")
