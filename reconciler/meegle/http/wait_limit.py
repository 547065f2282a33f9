"""How long a run may wait for the service: never past its deadline, and not in silence."""

from __future__ import annotations

import logging
import threading
from typing import Final

from reconciler.clock import ticks
from reconciler.meegle.http.failures import CannotWait

log = logging.getLogger("reconciler.meegle.http")

GRACE: Final = 4.0
"""Seconds after the deadline in which what was sent may still be read back."""
LONG: Final = 5.0
"""Seconds from which a wait is logged before it begins."""
SAME: Final = 1.0
"""How many seconds the ends of one wait may differ between threads."""


class WaitLimit:
    """Called before each wait for the service; `until` is the run's deadline by `ticks`."""

    def __init__(self, host: str, until: float | None = None) -> None:
        """Nothing is logged yet."""
        self._host = host
        self._until = until
        self._logged_until = float("-inf")
        self._lock = threading.Lock()

    def __call__(self, seconds: float) -> None:
        """Log a long wait, once for all threads; raises CannotWait for one that would end after the deadline.

        Such a wait is given up before it begins: other calls under way have the time that is left.
        """
        ends = ticks() + seconds
        if self._until is not None and ends > self._until + GRACE:
            raise CannotWait(self._host, seconds)
        log.debug("the next request waits %.2f s for its turn", seconds)
        if seconds < LONG:
            return
        with self._lock:
            if ends <= self._logged_until + SAME:
                return
            self._logged_until = ends
        log.warning(
            "%s allows no more requests or gives no answer: the next try is in %.0f s", self._host, seconds
        )
