"""Count how the service refuses, for the report of a probe: numbers alone, never a text of the service."""

from __future__ import annotations

from collections import Counter

import httpx
from msgspec import Struct

from reconciler.meegle.http.answers import Failure, Success
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of


class Refusal(Struct, frozen=True):
    """One kind of refusal: its endpoint, HTTP status and code (0: no code that can be read)."""

    endpoint: str
    status: int
    code: int
    codes_agree: bool
    has_log_id: bool
    has_retry_after: bool


class RefusalLog(Layer):
    """Count the answers that are not a success."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        """Wrap `inner`."""
        super().__init__(inner)
        self.refusals: Counter[Refusal] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on."""
        response = self.inner.handle_request(request)
        answer = answer_of(response)
        if not isinstance(answer.reply, Success):
            codes = answer.reply.codes if isinstance(answer.reply, Failure) else ()
            refused = [code for code in codes if code]
            refusal = Refusal(
                endpoint_of(request).name,
                answer.status,
                refused[0] if refused else 0,
                len(set(refused)) < 2,  # noqa: PLR2004 - the outer code and the one inside `err`
                bool(answer.log_id),
                answer.retry_after is not None,
            )
            self.refusals[refusal] += 1
        return response
