"""From bytes to text for the scanner: UTF-8, line feeds, no character that changes how text is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from reconciler.errors import Mistake, Place

LARGEST = 1024 * 1024
"""The largest file in bytes."""

MOST_SIGNS = 200
"""Refused characters of one kind that are reported for one file; each costs a search from its start."""

BAD_SIGN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control, bidi and separator characters, lone surrogates and stray byte order marks."""

MARKERS = ("<" * 7, ">" * 7, "|" * 7, "=" * 7)
CONFLICT = re.compile("^(?:" + "|".join(map(re.escape, MARKERS)) + ")(?= |$)", re.MULTILINE)
"""Markers that `git merge` leaves at the start of a line, where no YAML value can begin."""


class Refused(Exception):
    """Reading the file must stop; carries the mistake."""

    def __init__(self, mistake: Mistake) -> None:
        """Keep the mistake."""
        super().__init__(str(mistake))
        self.mistake = mistake


class BadSign(Mistake):
    """A character that is invisible, or that changes how the text around it is shown."""

    def __init__(self, place: Place, sign: str) -> None:
        """Make the message with the character's escape."""
        super().__init__(place, f"the character \\u{ord(sign):04x}", "delete it")


class TooLarge(Mistake):
    """A file that is larger than the limit."""

    def __init__(self, file: str, size: int) -> None:
        """Make the message for a file of `size` bytes."""
        super().__init__(
            Place(file, 1, 1), f"a file of {size} bytes", f"split it; at most {LARGEST} bytes are read"
        )


def decode_file(raw: bytes, file: str) -> str:
    """Return a file's text with line feeds; raises `Refused` if it is too large or not UTF-8.

    A byte order mark at the start and CRLF are accepted, and change no line or column.
    """
    start = Place(file, 1, 1)
    if len(raw) > LARGEST:
        raise Refused(TooLarge(file, len(raw)))
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(Mistake(start, "the file is UTF-16", "save it as UTF-8"))
    body = raw.removeprefix(b"\xef\xbb\xbf")
    if (at := body.find(b"\x00")) >= 0:
        raise Refused(Mistake(byte_place(file, body, at), "a NUL byte", "save the file as UTF-8 text"))
    try:
        return body.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        guess = "looks like GBK" if is_gbk(body) else "is not UTF-8"
        place = byte_place(file, body, error.start)
        raise Refused(Mistake(place, f"the file {guess}", "save it as UTF-8")) from None


def byte_place(file: str, body: bytes, at: int) -> Place:
    """Return the place of a byte; the column counts characters."""
    begin = body.rfind(b"\n", 0, at) + 1
    before = body[begin:at].decode("utf-8", "replace")
    return Place(file, body.count(b"\n", 0, at) + 1, len(before) + 1)


def is_gbk(body: bytes) -> bool:
    """Return whether the bytes decode as GBK, the usual Chinese encoding."""
    try:
        body.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def refused_signs(text: str, file: str) -> Iterator[Mistake]:
    """Yield a mistake for each character and conflict marker that no file may hold."""
    for hit in islice(CONFLICT.finditer(text), MOST_SIGNS) if any(map(text.__contains__, MARKERS)) else ():
        yield Mistake(text_place(file, text, hit.start()), "a conflict marker", "resolve the merge")
    for hit in islice(BAD_SIGN.finditer(text), MOST_SIGNS):
        yield BadSign(text_place(file, text, hit.start()), hit.group())


def text_place(file: str, text: str, at: int) -> Place:
    """Return the place of the character at index `at`."""
    return Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
