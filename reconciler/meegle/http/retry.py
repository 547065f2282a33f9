"""Ask again, for reads only.

A read changes nothing, so it may be repeated while the run's budget lasts.  A write passes
through untouched: only the applier, which can look whether it took, may repeat one.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

import httpx

from reconciler.meegle.http.answers import worth_another_read
from reconciler.meegle.http.failures import Interrupted, NoAnswer, NotSent
from reconciler.meegle.http.layer import Layer, answer_of, endpoint_of
from reconciler.meegle.http.throttle import BeforeWait, Wait

if TYPE_CHECKING:
    import tenacity

MOST_ATTEMPTS: Final = 6
LONGEST_TRYING: Final = 180.0
"""Seconds after which a call that keeps failing is given up, whatever its attempts."""

RUN_BUDGET: Final = 200
"""Retries of a whole run: a service that is down must not be asked a thousand times."""

T = TypeVar("T")


class Budget:
    """How many retries a run has left; thread-safe."""

    def __init__(self, retries: int = RUN_BUDGET) -> None:
        """Start with that many."""
        self._left = retries
        self._spent = 0
        self._lock = threading.Lock()

    @property
    def spent(self) -> int:
        """How many retries the run has made."""
        return self._spent

    def take(self) -> bool:
        """Use one; False if none is left."""
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            self._spent += 1
            return True


class Retry(Layer):
    """Repeat reads that found the service unreachable, overloaded or incomprehensible."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        budget: Budget,
        *,
        wait: Wait,
        before_wait: BeforeWait = lambda _: None,
    ) -> None:
        """Draw on `budget`; sleep by `wait`, which a stop cuts short, unless `before_wait` raises."""
        super().__init__(inner)
        self._budget = budget
        self._wait = wait
        self._before_wait = before_wait

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first good answer, else the last one; raise what the last attempt raised."""
        if not endpoint_of(request).reads:
            return self.inner.handle_request(request)
        began = time.monotonic()
        try:
            response = self.inner.handle_request(request)
        except (NotSent, NoAnswer) as error:
            return self._retrying(request, error, began)
        if not worth_another_read(answer_of(response)):
            return response
        return self._retrying(request, response, began)

    def _retrying(
        self, request: httpx.Request, first: httpx.Response | Exception, began: float
    ) -> httpx.Response:
        # Most runs never come here, and importing tenacity costs a small plan a twentieth of its time.
        import tenacity

        made = [first]

        def attempt() -> httpx.Response:
            if not made:
                return self.inner.handle_request(request)
            outcome = made.pop()
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((NotSent, NoAnswer))
            | tenacity.retry_if_result(lambda response: worth_another_read(answer_of(response))),
            stop=lambda state: self._enough(state, began),
            wait=_pause,
            sleep=self._sleep,
            retry_error_callback=_outcome,
        )(attempt)

    def _enough(self, state: tenacity.RetryCallState, began: float) -> bool:
        return (
            state.attempt_number >= MOST_ATTEMPTS
            or time.monotonic() - began > LONGEST_TRYING
            or not self._budget.take()
        )

    def _sleep(self, seconds: float) -> None:
        self._before_wait(seconds)
        if self._wait(seconds):
            raise Interrupted


def _pause(state: tenacity.RetryCallState) -> float:
    """Return full jitter, and no less than the service asked for."""
    import tenacity

    jitter = tenacity.wait_random_exponential(multiplier=0.5, max=20.0)
    outcome = state.outcome
    asked = None if outcome is None or outcome.failed else answer_of(outcome.result()).retry_after
    return max(jitter(state), asked or 0.0)


def _outcome(state: tenacity.RetryCallState) -> httpx.Response:
    """Give back the last outcome as it was: an answer, or the exception itself."""
    if state.outcome is None:
        raise NotSent("not tried")
    response: httpx.Response = state.outcome.result()
    return response
