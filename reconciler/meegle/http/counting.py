"""Count what was really sent, and log it at debug level: never a header, a body or a value."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

import httpx
from msgspec import Struct

from reconciler.meegle.http.endpoints import PLUGIN_TOKEN, Endpoint
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of

log = logging.getLogger("reconciler.meegle.http")


class Counts(Struct, frozen=True):
    """HTTP requests sent so far: reads by endpoint name, PUTs, token calls, and retries among the reads."""

    reads: Mapping[str, int]
    puts: int
    tokens: int
    retries: int


class Counting(Layer):
    """Count requests and log one line for each answer."""

    def __init__(self, inner: httpx.BaseTransport, clock: Callable[[], float] = time.monotonic) -> None:
        """Start from nothing."""
        super().__init__(inner)
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: Counter[Endpoint] = Counter()
        self.date = ""
        """The header Date of the latest answer: the service's own clock."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on; one that was never sent counts too, as it took its turn."""
        endpoint = endpoint_of(request)
        with self._lock:
            self._sent[endpoint] += 1
        began = self._clock()
        response = self.inner.handle_request(request)
        self.date = response.headers.get("date", "")
        log.debug(
            "%s %s %d in %d ms, log id %s",
            endpoint.method,
            endpoint.template,
            response.status_code,
            round((self._clock() - began) * 1000),
            answer_of(response).log_id or "none",
        )
        return response

    def counts(self, retries: int) -> Counts:
        """Return the numbers so far."""
        with self._lock:
            sent = dict(self._sent)
        return Counts(
            reads={
                endpoint.name: count
                for endpoint, count in sent.items()
                if endpoint.reads and endpoint != PLUGIN_TOKEN
            },
            puts=sum(count for endpoint, count in sent.items() if not endpoint.reads),
            tokens=sent.get(PLUGIN_TOKEN, 0),
            retries=retries,
        )
