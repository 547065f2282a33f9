"""Text from strangers, made harmless before it reaches a screen, a log or a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NewType

from reconciler.manifest.right_to_left import is_right_to_left

SafeText = NewType("SafeText", str)
"""Text that has been through `safe_text`; views take no other."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a screen obeys or hides instead of showing."""

BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff"
"""Letters, marks and symbols that show nothing: what is Default_Ignorable_Code_Point (Unicode's
DerivedCoreProperties.txt) and in none of those categories, and the empty Braille pattern."""

EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d"
    "\u2620\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665"
    "\u2666\u2668\u267b\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1"
    "\u26bd\u26be\u26c4\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd"
    "\u2702\u2705\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e"
    "\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50"
    "\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""Signs that U+FE0E and U+FE0F make a text or a picture of (Unicode's emoji-data.txt)."""

BEYOND = re.compile("[^\x00-\x7e]")
"""All that JSON may hold beside plain ASCII and blanks between its parts: as a range to the last sign of
Unicode it takes longer to compile than all of `--help`."""

VARIANTS = re.compile("[\ufe0e\ufe0f]")
STEERS = re.compile(r":(?=:)|##(?=\[)")
UNLIKE = re.compile(r"[\ufe0e\ufe0f]|[^\S \n]|^ | $|(?<= ) |(?<=\n) | (?=\n)|(?![ \n])\W(?<![!-~])")
"""The signs that may distinguish two texts that look alike; beyond ASCII only those that are not letters."""


@cache
def odd() -> re.Pattern[str]:
    """Return the pattern of signs that show nothing. It takes long to make, and ASCII has none."""
    return re.compile(f"(?P<kept>[{EMOJI}][\ufe0e\ufe0f]|[#*0-9]\ufe0f(?=\u20e3))|[{BLANK}]")


def safe_text(text: str) -> SafeText:
    """Show as escapes what a screen obeys, hides or shows nothing of; keep all else.

    `::` and `##[` could command a CI runner; a backslash breaks them.
    """
    if not text.isprintable():
        text = "".join(escape(sign) if unicodedata.category(sign) in UNSEEN else sign for sign in text)
    shown = text if text.isascii() else odd().sub(lambda hit: hit["kept"] or escape(hit[0]), text)
    return unsteered(shown)


def unsteered(text: str) -> SafeText:
    """Break what commands a CI runner, in a text that is otherwise harmless."""
    return SafeText(STEERS.sub(r"\g<0>\\", text) if "::" in text or "##[" in text else text)


def isolated(text: SafeText) -> SafeText:
    """Keep a text that is written from right to left from changing the order of what is around it."""
    return SafeText(f"\u2068{text}\u2069") if is_right_to_left(text) else text


def distinguishable(labels: Iterable[str]) -> tuple[str, ...]:
    """Return texts that are shown together; where two look alike, all that may differ is made visible.

    Such are blanks of other kinds and numbers, signs with and without U+FE0F, accents put together.
    """
    some = tuple(labels)
    different = set(some)
    if len(different) <= 1 or len({visible_form(one) for one in different}) == len(different):
        return some
    return tuple(UNLIKE.sub(lambda hit: escape(hit[0]), one) for one in some)


def visible_form(text: str) -> str:
    """Return a text as the eye sees it: blanks may be as thin as a hair, accents are put together."""
    plain = text if text.isascii() else VARIANTS.sub("", unicodedata.normalize("NFC", text))
    return "".join(plain.split())


def safe_json(text: str) -> SafeText:
    """Return JSON of the same meaning, with the same signs as escapes that `safe_text` shows or breaks."""
    made = BEYOND.sub(lambda hit: json_sign(hit[0]), text)
    return SafeText(made.replace("##[", "\\u0023#[").replace("::", ":\\u003a"))


@lru_cache(maxsize=4096)
def json_sign(sign: str) -> str:
    """Return a character of a JSON text, as an escape where no screen shows it."""
    from json import dumps  # noqa: PLC0415 - help writes no JSON

    return dumps(sign)[1:-1] if unicodedata.category(sign) in UNSEEN or odd().match(sign) else sign


def escape(sign: str) -> str:
    """Return the escape of one character, as a programmer writes it."""
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(sign) or (f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}")
