"""The width of text on a terminal: wide signs take two columns, marks that combine take none.  Pure."""

from __future__ import annotations

from unicodedata import category, east_asian_width

WIDE = frozenset("WF")
NOTHING = frozenset({"Mn", "Me", "Cf"})
"""Categories of signs that take no column."""


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if category(one) in NOTHING else 2 if east_asian_width(one) in WIDE else 1 for one in text)


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to a width; a wider one stays as it is."""
    return text + " " * (width - columns(text))
