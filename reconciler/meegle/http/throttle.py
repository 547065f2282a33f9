"""Keep to the service's limits: one pace for each endpoint, taken before a request leaves.

The service allows 15 requests a second for an endpoint and token, and for some 450 a minute as
well (endpoints.md 3).  A bucket of capacity 1 spreads them evenly: a full bucket at the start
would be a burst that the service's own window may cut in another place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import httpx

from reconciler.meegle.http.answers import LONGEST_RETRY_AFTER, was_throttled
from reconciler.meegle.http.endpoints import Endpoint
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of

Wait = Callable[[float], bool]
"""Wait that many seconds; True if the run was asked to stop (`threading.Event.wait`)."""

BeforeWait = Callable[[float], None]
"""Called before a wait of that many seconds; raises if the run cannot wait so long."""

SLACK: Final = 1.01
"""The service's second and ours are not cut at the same place: 15 go into 1,010 ms."""

BURST_A_MINUTE: Final = 30
"""How far a long scan may run ahead of an even 450 a minute; both stay within the limit."""

MOST_SLOWED: Final = 16
RECOVERY: Final = 30.0
"""Seconds without a refusal after which the pace doubles again."""


class Rate(NamedTuple):
    """One request every `interval` seconds; after a quiet time, `burst` of them may come at once."""

    interval: float
    burst: int


class Permit:
    """The right to send one request to one endpoint without waiting; it can be spent once."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Make an unspent permit."""
        self._endpoint = endpoint
        self._spent = threading.Lock()

    def spend(self, endpoint: Endpoint) -> bool:
        """Use it up; False if it is for another endpoint or was used before."""
        return endpoint == self._endpoint and self._spent.acquire(blocking=False)


class Pace:
    """When the next request to one endpoint may leave.  Thread-safe; one thread waits at a time.

    `rate` is in requests a second, 0 means no limit of ours.
    """

    def __init__(
        self,
        rate: float,
        per_minute: int | None,
        *,
        clock: Callable[[], float],
        wait: Wait,
        before_wait: BeforeWait = lambda _: None,
    ) -> None:
        """Start with an empty record: the first request leaves at once."""
        self._rate = rate
        self._per_minute = per_minute
        self._clock = clock
        self._wait = wait
        self._before_wait = before_wait
        self._turn = threading.Lock()
        self._record = threading.Lock()
        self._slowed = 1
        self._rates = self._rates_now()
        self._due = [float("-inf")] * len(self._rates)
        self._not_before = 0.0
        self._refused_at = float("-inf")

    def take(self) -> None:
        """Wait for this request's turn; raises Interrupted at a stop, and what `BeforeWait` raises."""
        with self._turn:
            pause = 0.0
            while not self._wait(pause):
                pause = self._pause()
                if pause <= 0:
                    return
                self._before_wait(pause)
            raise Interrupted

    def slow_down(self, sent_at: float, retry_after: float | None) -> None:
        """Halve the pace after a refusal of a request that left at `sent_at`.

        Refusals of requests that left before the last halving say nothing new.
        """
        with self._record:
            now = self._clock()
            self._not_before = max(self._not_before, now + min(retry_after or 0.0, LONGEST_RETRY_AFTER))
            if sent_at > self._refused_at:
                self._refused_at = now
                self._set_slowed(min(self._slowed * 2, MOST_SLOWED))

    def _pause(self) -> float:
        """Return 0 and count the request, or the seconds after which to ask again."""
        with self._record:
            now = self._clock()
            if now < self._not_before:
                return self._not_before - now
            if not self._rates:
                return 0.0
            if self._slowed > 1 and now - self._refused_at > RECOVERY:
                self._refused_at = now
                self._set_slowed(self._slowed // 2)
            early = max(
                due - (rate.burst - 1) * rate.interval - now
                for due, rate in zip(self._due, self._rates, strict=True)
            )
            if early <= 0:
                self._due = [
                    max(due, now) + rate.interval for due, rate in zip(self._due, self._rates, strict=True)
                ]
            return max(early, 0.0)

    def _set_slowed(self, slowed: int) -> None:
        self._slowed = slowed
        self._rates = self._rates_now()

    def _rates_now(self) -> list[Rate]:
        if not self._rate:
            return []
        even = [Rate(SLACK * self._slowed / self._rate, burst=1)]
        if self._per_minute is not None:
            sustained = self._per_minute - BURST_A_MINUTE
            even.append(Rate(60 * self._slowed / sustained, burst=BURST_A_MINUTE))
        return even


Paces = dict[Endpoint, Pace]
"""The pace of each endpoint; clients that ask with one token share one."""


class Throttle(Layer):
    """Hold every request until its endpoint's pace allows it, and slow down when refused."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        rate: float,
        *,
        wait: Wait,
        before_wait: BeforeWait = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        paces: Paces | None = None,
    ) -> None:
        """Keep to `rate` requests a second for each endpoint; `paces`: those that clients share."""
        super().__init__(inner)
        self._rate = rate
        self._wait = wait
        self._before_wait = before_wait
        self._clock = clock
        self._lock = threading.Lock()
        self._paces: Paces = {} if paces is None else paces

    def permit(self, endpoint: Endpoint) -> Permit:
        """Wait for a turn now, to be used a little later."""
        self._pace(endpoint).take()
        return Permit(endpoint)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Wait unless the request carries a permit; learn from the answer."""
        endpoint = endpoint_of(request)
        pace = self._pace(endpoint)
        permit = request.extensions.get("permit")
        if not (isinstance(permit, Permit) and permit.spend(endpoint)):
            pace.take()
        sent_at = self._clock()
        response = self.inner.handle_request(request)
        answer = answer_of(response)
        if was_throttled(answer):
            pace.slow_down(sent_at, answer.retry_after)
        return response

    def _pace(self, endpoint: Endpoint) -> Pace:
        with self._lock:
            if endpoint not in self._paces:
                rate = min(self._rate, endpoint.per_second or self._rate)
                self._paces[endpoint] = Pace(
                    rate,
                    endpoint.per_minute,
                    clock=self._clock,
                    wait=self._wait,
                    before_wait=self._before_wait,
                )
            return self._paces[endpoint]
