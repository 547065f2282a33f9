"""Makes the C scanner read colons and question marks inside of words between brackets.

`[https://a.example/?q=1]` and `{at: 09:30:00}` are valid YAML 1.2.  The C scanner ends a plain text
between brackets at any colon or question mark, and refuses the file.  Such a file is scanned a second time,
with stand-ins for the colons and question marks inside of words, and the texts get their own back.

A stand-in is one character, so all places stay the same, and the same scanner finds all other mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import ScalarEvent

UNPARTED = ("did not find expected ',' or ']'", "did not find expected ',' or '}'")
"""Errors about a missing separator in brackets."""

STOPS = {":": ("found unexpected ':'",), "?": UNPARTED}
"""The errors of the C scanner at a colon or question mark that may be a part of a word."""

WORD = re.compile(r"""(?<![^\s,\[\]{}])[^\s,\[\]{}"':?&*!|>%@`#][^\s,\[\]{}]*""")
"""A word as YAML 1.2 has it: no character that begins anything but a plain text, and none that ends one."""

INSIDE = re.compile(r"""(?<!["']):(?!\Z)|\?""")
"""A colon that does not end its word, and not after a quote, as in `{"a":1}`; a question mark."""

CANDIDATES = [chr(code) for code in range(0xE000, 0xE020)]
"""Characters for private use, which nearly no file has."""


def stops_in_word(error: MarkedYAMLError, lines: Sequence[str]) -> bool:
    """Return whether the scanner stopped at a colon or question mark that a second scan may read."""
    mark: Any = error.problem_mark
    sign = lines[mark.line][mark.column : mark.column + 1] if mark and mark.line < len(lines) else ""
    return str(error.problem) in STOPS.get(sign, ())


def stand_ins(text: str) -> str:
    """Return two characters that a text does not hold, not even as an escape; empty if there are none."""
    lower = text.lower()
    free = [sign for sign in CANDIDATES if sign not in text and f"{ord(sign):x}" not in lower]
    return "".join(free[:2]) if len(free) > 1 else ""


def masked(text: str, signs: str) -> str:
    """Return a text of the same length with stand-ins inside of its words."""
    names = {":": signs[0], "?": signs[1]}

    def mask(word: re.Match[str]) -> str:
        return INSIDE.sub(lambda found: names[found[0]], word[0])

    return WORD.sub(mask, text)


def restored(events: Iterator[Any], signs: str) -> Iterator[Any]:
    """Yield events with the colons and question marks put back into their texts."""
    for event in events:
        if type(event) is ScalarEvent:
            event.value = event.value.replace(signs[0], ":").replace(signs[1], "?")
        yield event
