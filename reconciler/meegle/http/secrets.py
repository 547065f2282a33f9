"""The texts that no message may repeat, even where the service repeats them to us."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from msgspec.structs import replace

from reconciler.meegle.http.answers import LONGEST_MESSAGE, Answer, Failure

HIDDEN: Final = "(hidden)"
SHORTEST: Final = 8
"""Characters of base64 that are looked for: fewer are part of many a harmless word."""


class Secrets:
    """The plugin's secret, a proxy's password, and every token that the run has held."""

    def __init__(self, *texts: str) -> None:
        """Begin with those; an empty one is not a secret."""
        self._forms: frozenset[str] = frozenset()
        for text in texts:
            self.add(text)

    def __repr__(self) -> str:
        """Return a text that shows none of them."""
        return "Secrets(…)"

    def add(self, text: str) -> None:
        """Keep one more."""
        self._forms |= frozenset(secret_forms(text)) if text else frozenset()

    def hidden_in(self, answer: Answer) -> Answer:
        """Return the answer with our secrets taken out of the service's own words.

        The words are cut only then: the first half of a secret is one, too.
        """
        if not isinstance(answer.reply, Failure):
            return answer
        message = answer.reply.message
        for form in sorted(self._forms, key=len, reverse=True):
            message = message.replace(form, HIDDEN)
        log_id = "" if any(form in answer.log_id for form in self._forms) else answer.log_id
        return replace(answer, reply=replace(answer.reply, message=message[:LONGEST_MESSAGE]), log_id=log_id)


def secret_forms(text: str) -> Iterator[str]:
    """Yield a secret in plain, and as an address, a page, JSON, hex or base64 would hold it."""
    raw = text.encode()
    yield from (text, quote(text, safe=""), quote_plus(text), html.escape(text))
    yield from (json.dumps(text)[1:-1], repr(text)[1:-1], raw.hex(), raw.hex().upper())
    for shift, head in enumerate((0, 2, 3)):
        # Base64 takes three bytes at a time: how a text looks in it depends on where it begins there.
        coded = base64.b64encode(bytes(shift) + raw)[head:-4].decode()
        if len(coded) >= SHORTEST:
            yield from (coded, coded.replace("+", "-").replace("/", "_"))
