"""The stop button of an apply: a signal, and the certainty that the process leaves in time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from msgspec import Struct, field

from reconciler.cli.leaving import leave

GRACE = 4.0
"""Seconds that calls under way get after a signal."""
LATEST = 6.5
"""Seconds after a signal when the process leaves, whoever does not read what it says."""


class Signals(Struct):
    """The signal that asked for an end, if one came."""

    asked: threading.Event = field(default_factory=threading.Event)
    number: int = 0

    def take(self, number: int, frame: object) -> None:
        """Remember the first signal and see to it that the process leaves; leave at once at the second."""
        del frame
        if self.number:
            leave(number)
        self.number = number
        self.asked.set()
        last = threading.Timer(LATEST, leave, [number])
        last.daemon = True
        with suppress(RuntimeError):  # no thread is left: then we leave when the calls under way have ended
            last.start()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen while a plan is carried out, where signals can be heard: in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.take) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
