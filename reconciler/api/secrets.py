"""The texts that no message may repeat, even where the service repeats them to us."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.api.wire import Answer, Failure

HIDDEN: Final = "(hidden)"


class Secrets:
    """The plugin's secret and every token that the run has held."""

    def __init__(self, *texts: str) -> None:
        """Begin with those; empty ones are no secrets."""
        self._texts = {text for text in texts if text}

    def __repr__(self) -> str:
        """Say how many there are, and nothing of them."""
        return f"Secrets({len(self._texts)})"

    def add(self, text: str) -> None:
        """Keep one more."""
        self._texts = self._texts | {text}

    def hidden_in(self, answer: Answer) -> Answer:
        """Return the answer with our secrets taken out of the service's own words."""
        if not isinstance(answer.reply, Failure):
            return answer
        message = answer.reply.message
        for text in self._texts:
            message = message.replace(text, HIDDEN)
        log_id = "" if any(text in answer.log_id for text in self._texts) else answer.log_id
        return replace(answer, reply=replace(answer.reply, message=message), log_id=log_id)
