"""Turns a YAML scanner's errors into plain words, at the place that an author would look at.

A scanner names the spot at which it stopped, in terms of its grammar.  First the lines in question
are searched for slips; else the tables here, keyed by libyaml's messages, give the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ruamel.yaml.error import MarkedYAMLError

from reconciler.errors import Mistake, Place
from reconciler.manifest.likely_mistakes import DIRECTIVE, Slip, slip_on, title_in
from reconciler.manifest.nodes import place_within
from reconciler.manifest.stand_ins import UNPARTED

UNCLOSED = {
    "[": ("a list that is not closed", "write ']' at its end"),
    "{": ("a map that is not closed", "write '}' at its end"),
}
"""The mistakes for a bracket that is not closed."""

OPENED: dict[str, tuple[str, str]] = {
    "found unexpected end of stream": ("a quote that is not closed", "close it"),
    "found unexpected document indicator": ("a quote that is not closed", "close it"),
    "could not find expected ':'": ("a line without ': '", "write `key: value`"),
}
"""Errors that are reported at the start of the node."""

STOPPED: dict[str, tuple[str, str]] = {
    "did not find expected alphabetic or numeric character": (
        "an anchor (&) or alias (*) without a name",
        "quote the text",
    ),
    "did not find expected comment or line break": (
        "a text after the sign of a block",
        "begin it on the next line, or quote it",
    ),
    "found an indentation indicator equal to 0": ("a block that is indented by 0", "write '|' alone"),
    "found a tab character that violates indentation": ("a tab as indentation", "indent with spaces"),
    "found a tab character where an indentation space is expected": (
        "a tab as indentation",
        "indent with spaces",
    ),
    "mapping keys are not allowed in this context": ("a key after a '?'", "quote the text"),
    "block sequence entries are not allowed in this context": (
        "a list item on the line of its key",
        "begin it on a line of its own",
    ),
    "did not find expected '-' indicator": (
        "a line between list items that does not begin an item",
        "write '- '",
    ),
    "found invalid Unicode character escape code": (
        "an escape for a character that does not exist",
        "write the character itself",
    ),
    "found unknown escape character": (
        "a backslash that does not begin an escape",
        "write two, or use single quotes",
    ),
    "did not find expected hexdecimal number": ("an incomplete escape", "write the character itself"),
    "did not find expected <document start>": (
        "a line outside of the map or list above",
        "check its indentation",
    ),
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
"""Errors that are reported where the scanner stopped."""

SECOND_COLON = ("a second ': ' in one text", "quote the text")
QUOTES = ("'", '"')
KEY_IN_BRACKETS = re.compile(r"[{,]\s*[^\W\d][\w.-]*$")
"""A bracket or comma and a name: what follows is the colon of a key, as in `{id:6300012345}`."""

LONGEST_KEY = 1024
"""The longest key without a `?` in characters."""

FURTHER_RIGHT = ("a key that is indented further than its neighbours", "indent it like them")
QUOTED = ("text after a closing quote", "quote the whole text, with the other kind of quotes")
BRACKETED = ("text after a closing bracket", "quote the whole text, or delete what follows")
BEHIND = {"'": QUOTED, '"': QUOTED, "]": BRACKETED, "}": BRACKETED}
"""Mistakes by the character before the spot."""

STRAY = {
    **dict.fromkeys(UNPARTED, ("no ',' before this", "write it, or quote the text")),
    "did not find expected key": ("a text outside of the value before it", "quote the whole text"),
}
"""Mistakes by the scanner's message, if the characters around the spot do not decide."""

INDENTED = {
    "-": ("a list item instead of a key", "write `key: value`, or indent the item below its key"),
    "": ("a line whose indentation matches no line above", "indent it like its neighbours"),
}
"""Mistakes by the first character of a line with wrong indentation."""


def explain_scanner_error(
    error: MarkedYAMLError, lines: Sequence[str], file: str, around: Sequence[Place]
) -> Mistake | Slip:
    """Turn a scanner's error into plain words, with a mended line if the slip is clear.

    `around` are the places of the lists and maps that are open, the innermost last.
    """
    problem = str(error.problem or "not YAML")
    stopped, began = spot(error.problem_mark, lines, file), spot(error.context_mark, lines, file)
    if "flow" in str(error.context):
        brackets = [place for place in around if sign_at(lines, place) in UNCLOSED]
        return in_brackets(problem, stopped, brackets[-1] if brackets else began, lines)
    for number in suspect_lines(problem, stopped.line, began.line, lines):
        if slip := slip_on(lines, number, file):
            return slip
    if problem in OPENED:
        return Mistake(began, *OPENED[problem])
    return Mistake(stopped, *(STOPPED.get(problem) or by_sign(problem, lines, stopped)))


def in_brackets(problem: str, stopped: Place, bracket: Place, lines: Sequence[str]) -> Mistake:
    """Return the mistake in brackets: they are not closed, or one member is not YAML."""
    line, sign = lines[stopped.line - 1], sign_at(lines, stopped)
    first_on_line = not line[: stopped.column - 1].strip()
    if problem in UNPARTED and sign == ":":
        mistake = second_colon(line, stopped.column)
        if mistake != FURTHER_RIGHT:
            return Mistake(stopped, *mistake)
    if sign and not (problem in UNPARTED and (sign in "]}:" or first_on_line)):
        return Mistake(stopped, *(STOPPED.get(problem) or by_sign(problem, lines, stopped)))
    what, fix = UNCLOSED.get(sign_at(lines, bracket), UNCLOSED["["])
    title = title_in(lines[bracket.line - 1])
    return Mistake(bracket, what, f"{fix}, or {title.advice}" if title else fix)


def spot(mark: object, lines: Sequence[str], file: str) -> Place:
    """Return a scanner's mark as a place in the file."""
    line, column = int(getattr(mark, "line", 0)), int(getattr(mark, "column", 0))
    return place_within(Place(file, line + 1, column + 1), lines)


def suspect_lines(problem: str, stopped: int, began: int, lines: Sequence[str]) -> Iterator[int]:
    """Yield the lines that an error may be about, the likeliest first."""
    if problem in OPENED:
        yield began
    yield stopped
    above = next((number for number in range(stopped - 1, 0, -1) if lines[number - 1].strip()), 0)
    if above:
        yield above


def sign_at(lines: Sequence[str], place: Place) -> str:
    """Return the character at a place, empty at the end of its line."""
    return lines[place.line - 1][place.column - 1 : place.column]


def colon_in_brackets(before: str, after: str) -> tuple[str, str]:
    """Return the mistake for a colon without a space after it: in an address, a time or a key."""
    if after.startswith("//") or (re.match("[0-9]", after) and not KEY_IN_BRACKETS.search(before)):
        return "a colon in a text between brackets", "quote the text"
    return "no space after the colon", "write ': '"


def by_sign(problem: str, lines: Sequence[str], place: Place) -> tuple[str, str]:
    """Return the mistake by the characters where the scanner stopped, and before."""
    line = lines[place.line - 1]
    sign, before = sign_at(lines, place), line[: place.column - 1].rstrip()
    match problem:
        case "mapping values are not allowed in this context":
            return second_colon(line, place.column)
        case "found character that cannot start any token":
            return f"a text cannot begin with '{sign}'", "quote the text"
        case "found unexpected ':'":
            return colon_in_brackets(before, line[place.column :])
        case "did not find expected node content":
            return f"'{sign}' instead of a value", "write the value, or quote the text"
    if sign == ":":
        what = "no space after the colon" if before else "a colon without a key before it"
        return what, "write `key: value`"
    if not before:
        return INDENTED.get(sign, INDENTED[""])
    return BEHIND.get(before[-1]) or STRAY.get(problem, (f"this is not YAML ({problem})", "correct the line"))


def second_colon(line: str, column: int) -> tuple[str, str]:
    """Return the mistake for a ': ' that YAML cannot read: the line's first one, or one in its text."""
    key, is_value = text_before(line, column)
    if len(key) > LONGEST_KEY and not is_value:
        # A text with blanks and without quotes is a sentence rather than a key.
        return "a key that is too long", "quote the text" if " " in key and key[
            -1
        ] not in QUOTES else "shorten it"
    first = re.match(r" *(?:- +)*(?:[^:]|:(?=\S))*", line)
    return FURTHER_RIGHT if first and first.end() == column - 1 else SECOND_COLON


def text_before(line: str, column: int) -> tuple[str, bool]:
    """Return the text that ends before a colon, and True if it is the value of another key."""
    whole = line[: column - 1].rstrip()
    quote = whole[-1:]
    if quote in QUOTES:
        start = opening_quote(whole, quote)
    else:
        start = 1 + max(whole.rfind(sign) for sign in ("{", "[", ",", ": "))
    before = whole[:start].rstrip()
    return whole[start:].lstrip(" -"), before.endswith(":")


def opening_quote(text: str, quote: str) -> int:
    """Return where the quoted text begins that ends a line."""
    start = text.rfind(quote, 0, -1)
    while start > 0 and text[start - 1] in {"\\", quote}:
        start = text.rfind(quote, 0, start - (text[start - 1] == quote))
    return max(start, 0)
