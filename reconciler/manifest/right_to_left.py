"""Text that is written from right to left."""

from __future__ import annotations

import re
from functools import cache

LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Letters that are written from right to left; with them the text around changes its order."""


def is_right_to_left(text: str) -> bool:
    """Return True if a text has letters that are written from right to left."""
    return not text.isascii() and bool(pattern().search(text))


@cache
def pattern() -> re.Pattern[str]:
    """Return the pattern of those letters. It takes long to make, and ASCII has none."""
    return re.compile(f"[{LETTERS}]")
