"""What people write that YAML reads as something else, said in plain words.

A scanner names the spot where it gave up in terms of its grammar.  Here the line is looked
at once more, as its author meant it; where the meaning is clear the line is mended in memory,
so that reading goes on and the next mistake of the file is told in the same run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

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


# -- the scanner's complaints --------------------------------------------------------------

UNCLOSED = {
    "[": ("a list that is not closed", "write ']' at its end"),
    "{": ("a map that is not closed", "write '}' at its end"),
}
"""What is said of a bracket without its end."""

UNPARTED = frozenset({"did not find expected ',' or ']'", "did not find expected ',' or '}'"})
"""Complaints about what stands between brackets."""

OPENED: dict[str, tuple[str, str]] = {
    "found unexpected end of stream": ("a quote that is not closed", "close it"),
    "found unexpected document indicator": ("a quote that is not closed", "close it"),
    "could not find expected ':'": ("a line without ': '", "write `key: value`"),
}
"""Complaints that are told at the place where the thing begins."""

STOPPED: dict[str, tuple[str, str]] = {
    "did not find expected alphabetic or numeric character": (
        "an anchor (&) or alias (*) without a name",
        "quote the text",
    ),
    "did not find expected comment or line break": (
        "a text behind the sign of a block",
        "begin it on the next line, or quote it",
    ),
    "found an indentation indicator equal to 0": ("a block that is indented by 0", "write '|' alone"),
    "found a tab character that violates indentation": ("a tab as indentation", "indent with spaces"),
    "found a tab character where an indentation space is expected": (
        "a tab as indentation",
        "indent with spaces",
    ),
    "mapping keys are not allowed in this context": ("a key behind a '?'", "quote the text"),
    "block sequence entries are not allowed in this context": (
        "a list item on the line of its key",
        "begin it on a line of its own",
    ),
    "did not find expected '-' indicator": ("a line among list items that begins no item", "write '- '"),
    "found unexpected ':'": ("no space after the colon", "write ': '"),
    "found invalid Unicode character escape code": (
        "an escape that stands for no character",
        "write the character itself",
    ),
    "found unknown escape character": (
        "a backslash that begins no escape",
        "write two, or use single quotes",
    ),
    "did not find expected hexdecimal number": ("an escape that is cut short", "write the character itself"),
    "did not find expected <document start>": ("a line that belongs to nothing", "check its indentation"),
    **dict.fromkeys(
        (
            "did not find URI escaped octet",
            "did not find expected '!'",
            "did not find expected tag URI",
            "did not find expected whitespace or line break",
            "did not find the expected '>'",
            "found an incorrect leading UTF-8 octet",
            "found an incorrect trailing UTF-8 octet",
            "found undefined tag handle",
        ),
        ("a tag (!)", "quote the text"),
    ),
    **dict.fromkeys(
        (
            "could not find expected directive name",
            "did not find expected digit or '.' character",
            "did not find expected version number",
            "did not find expected whitespace",
            "found duplicate %TAG directive",
            "found duplicate %YAML directive",
            "found extremely long version number",
            "found incompatible YAML document",
            "found unexpected non-alphabetical character",
            "found unknown directive name",
        ),
        DIRECTIVE,
    ),
}
"""Complaints that are told where the scanner stopped."""


SECOND_COLON = ("a second ': ' in one text", "quote the text")
LONGEST_KEY = 1024
"""Characters of a key without a `?`; a longer one is none to YAML."""
FURTHER_RIGHT = ("a key that stands further right than its neighbours", "indent it like them")
QUOTED = ("text after a closing quote", "quote the whole text, with the other kind of quotes")
BRACKETED = ("text after a closing bracket", "quote the whole text, or delete what follows")
BEHIND = {"'": QUOTED, '"': QUOTED, "]": BRACKETED, "}": BRACKETED}
"""What is wrong by the character before the spot."""
STRAY = {
    **dict.fromkeys(UNPARTED, ("no ',' before this", "write it, or quote the text")),
    "did not find expected key": ("a text that belongs to nothing", "quote the whole text"),
}
INDENTED = {
    "-": ("a list item where a key is wanted", "write `key: value`, or indent the item below its key"),
    "": ("a line whose indentation fits no line above", "indent it like its neighbours"),
}
"""What stands at the beginning of a line that fits nowhere."""


def explained(
    error: MarkedYAMLError, lines: Sequence[str], file: str, around: Sequence[Place]
) -> Mistake | Slip:
    """Turn a scanner's complaint into plain words, with a mended line where the slip is clear.

    `around` are the places of the lists and maps that are open, the innermost last.
    """
    problem = str(error.problem or "not YAML")
    stopped, began = spot(error.problem_mark, lines, file), spot(error.context_mark, lines, file)
    if "flow" in str(error.context):
        brackets = [place for place in around if sign_at(lines, place) in UNCLOSED]
        return in_brackets(problem, stopped, brackets[-1] if brackets else began, lines)
    for number in suspects(problem, stopped.line, began.line, lines):
        if slip := slip_on(lines, number, file):
            return slip
    if problem in OPENED:
        return Mistake(began, *OPENED[problem])
    return Mistake(stopped, *(STOPPED.get(problem) or by_sign(problem, lines, stopped)))


def in_brackets(problem: str, stopped: Place, bracket: Place, lines: Sequence[str]) -> Mistake:
    """Say what is wrong between brackets: they are not closed, or one member is no YAML."""
    line, sign = lines[stopped.line - 1], sign_at(lines, stopped)
    first_on_line = not line[: stopped.column - 1].strip()
    if problem in UNPARTED and sign == ":" and second_colon(line, stopped.column) == SECOND_COLON:
        return Mistake(stopped, *SECOND_COLON)
    if sign and not (problem in UNPARTED and (sign in "]}:" or first_on_line)):
        return Mistake(stopped, *(STOPPED.get(problem) or by_sign(problem, lines, stopped)))
    what, fix = UNCLOSED.get(sign_at(lines, bracket), UNCLOSED["["])
    title = title_in(lines[bracket.line - 1])
    return Mistake(bracket, what, f"{fix}, or {title.advice}" if title else fix)


def spot(mark: object, lines: Sequence[str], file: str) -> Place:
    """Return a mark as a place that the file has."""
    line, column = int(getattr(mark, "line", 0)), int(getattr(mark, "column", 0))
    return within(Place(file, line + 1, column + 1), lines)


def within(place: Place, lines: Sequence[str]) -> Place:
    """Return a place; what a scanner sees behind the last text of a file stands at its end."""
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 1)
    return place if place.line <= last else Place(place.file, last, len(lines[last - 1].rstrip()) + 1)


def suspects(problem: str, stopped: int, began: int, lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines that a complaint may be about, the likeliest first."""
    if problem in OPENED:
        yield began
    yield stopped
    above = next((number for number in range(stopped - 1, 0, -1) if lines[number - 1].strip()), 0)
    if above:
        yield above


def sign_at(lines: Sequence[str], place: Place) -> str:
    """Return the character at a place, empty at the end of its line."""
    return lines[place.line - 1][place.column - 1 : place.column]


def by_sign(problem: str, lines: Sequence[str], place: Place) -> tuple[str, str]:
    """Say what is wrong by what stands where the scanner stopped, and before it."""
    line = lines[place.line - 1]
    sign, before = sign_at(lines, place), line[: place.column - 1].rstrip()
    match problem:
        case "mapping values are not allowed in this context":
            return second_colon(line, place.column)
        case "found character that cannot start any token":
            return f"a text cannot begin with '{sign}'", "quote the text"
        case "did not find expected node content":
            return f"'{sign}' where a value is wanted", "write the value, or quote the text"
    if sign == ":":
        what = "no space after the colon" if before else "a colon without a key before it"
        return what, "write `key: value`"
    if not before:
        return INDENTED.get(sign, INDENTED[""])
    return BEHIND.get(before[-1]) or STRAY.get(problem, (f"this is not YAML ({problem})", "correct the line"))


def second_colon(line: str, column: int) -> tuple[str, str]:
    """Say of a ': ' that YAML cannot read whether it is a line's first or stands inside of its text."""
    if column > LONGEST_KEY:
        return "a key that is too long", "quote the text"
    first = re.match(r" *(?:- +)*(?:[^:]|:(?=\S))*", line)
    return FURTHER_RIGHT if first and first.end() == column - 1 else SECOND_COLON
