"""Text from strangers, made harmless before it reaches a screen, a log or a page."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that has been through `safe_text`; views take no other."""

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a screen obeys or hides instead of showing."""


def safe_text(text: str) -> SafeText:
    """Show control, bidi, zero-width and separator characters as escapes; keep all else.

    `::` and `##[`, by which a value could command a CI runner, are broken with a backslash.
    """
    if text.isprintable() and "::" not in text and "##[" not in text:
        return SafeText(text)
    shown = "".join(escape(sign) if unicodedata.category(sign) in UNSEEN else sign for sign in text)
    return SafeText(re.sub(r":(?=:)|##(?=\[)", r"\g<0>\\", shown))


def safe_json(text: str) -> SafeText:
    """Return JSON of the same meaning, with the same signs as escapes that `safe_text` shows or breaks."""
    made = re.sub(r"[^\n -~]+", lambda hit: "".join(map(json_sign, hit[0])), text)
    return SafeText(made.replace("##[", "\\u0023#[").replace("::", ":\\u003a"))


def json_sign(sign: str) -> str:
    """Return a character of a JSON text, as an escape where no screen shows it."""
    return json.dumps(sign)[1:-1] if unicodedata.category(sign) in UNSEEN else sign


def escape(sign: str) -> str:
    """Return the escape of one character, as a programmer writes it."""
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(sign) or (f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}")
