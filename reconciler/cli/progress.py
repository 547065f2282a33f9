"""How far a long run is, on stderr: one line on a terminal that is gone at the end.

Reads keep to the service's limits, so that 4,000 items take six seconds in which nothing else is printed.
The line says what was read of how much, and what the run waits for.  Elsewhere reads print nothing, and an
apply prints a line an item.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.cli.leaving import DRAWN
from reconciler.cli.streams import on_stderr, tell
from reconciler.language import _, told

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 0.4
"""Seconds of silence before a line is drawn: most reads are over by then, and need no rich."""
LATELY = 1.0
"""Seconds for which a wait for the limit counts as the reason of the slowness."""
SERVICE = "reconciler.meegle"
"""The logger of all that asks the service."""


def can_draw() -> bool:
    """Return True if stderr is a terminal that can take a line back, and no log is printed there."""
    dumb = os.environ.get("TERM") in {"", "dumb"} or os.environ.get("CI")
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return terminal and not dumb and logging.getLogger().level >= logging.WARNING


@contextmanager
def progress(items: int) -> Iterator[Callable[[str], None]]:
    """Yield what is to be called with a line for each item that an apply has ended."""
    if items and can_draw():
        with drawn(items) as shown:
            yield (lambda __: shown.advance(shown.task_ids[0])) if shown else tell
    else:
        yield tell


@contextmanager
def reading() -> Iterator[None]:
    """Draw how far reads are, from the moment when they have taken long."""
    if not can_draw():
        yield
        return
    over = threading.Event()
    watch = Watch()
    line = threading.Thread(target=draw_reads, args=(watch, over), daemon=True)
    with watch.listening():
        try:
            line.start()
        except RuntimeError:  # no thread is left to draw in
            yield
            return
        try:
            yield
        finally:
            over.set()
            line.join()


class Watch(logging.Handler):
    """Hears from the log of the service how far reads are, and what they wait for."""

    def __init__(self) -> None:
        """Nothing is heard yet."""
        super().__init__(logging.DEBUG)
        self.done, self.total, self.noun = 0, 0, "reading the space"
        self.parts: dict[int | None, tuple[int, int]] = {}
        self.waited = float("-inf")
        self.took = 0
        self.text = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to everything; what is at least a warning is printed as before."""
        service = logging.getLogger(SERVICE)
        before = service.level, service.propagate
        service.addHandler(self)
        service.setLevel(logging.DEBUG)
        service.propagate = False
        try:
            yield
        finally:
            service.removeHandler(self)
            service.setLevel(before[0])
            service.propagate = before[1]

    def emit(self, record: logging.LogRecord) -> None:
        """Take what a record tells."""
        match record.module, record.args:
            case "batches", (int(done), int(total), str(noun)):
                self.parts[record.thread] = done, total  # of several spaces each is read in its own thread
                self.done, self.total = map(sum, zip(*self.parts.values(), strict=True))
                self.noun = noun
            case "counting", (_, _, _, int(took), _):
                self.took = took
            case "wait_limit", _:
                self.waited = time.monotonic()
        if record.levelno >= logging.WARNING:
            logging.getLogger().handle(record)

    def __str__(self) -> str:
        """Return the line: what was read, of how much, and what is waited for."""
        noun, done, total = told(self.noun), f"{self.done:,}", f"{self.total:,}"
        so_far = noun
        if self.done and self.total:
            so_far = _("{done} of {total} {noun}", done=done, total=total, noun=noun)
        elif self.done:
            so_far = _("{done} {noun}", done=done, noun=noun)
        if time.monotonic() - self.waited < LATELY:
            return _("{so_far}, at the pace that the service allows", so_far=so_far)
        if self.took:
            return _("{so_far}, an answer takes {took} ms", so_far=so_far, took=self.took)
        return _("{so_far}, waiting for an answer", so_far=so_far)


def draw_reads(watch: Watch, over: threading.Event) -> None:
    """Draw the line of a watch until it is over, in a thread of its own."""
    if over.wait(PATIENCE):
        return
    with drawn(None) as shown:
        while shown and not over.wait(0.1):
            total = watch.total or None
            with on_stderr():
                text = str(watch)
            shown.update(shown.task_ids[0], description=text, completed=watch.done, total=total)


@contextmanager
def drawn(total: int | None) -> Iterator[Progress | None]:
    """Draw one line that is gone at the end; None if it cannot be drawn."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    text = TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1))
    counts = [MofNCompleteColumn()] if total else []
    # stdout is the result and may be this terminal, too: it is left as it is.
    shown = Progress(
        BarColumn(20),
        *counts,
        TimeRemainingColumn(),
        text,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        expand=True,
    )
    shown.add_task("", total=total)
    try:
        shown.start()
    except RuntimeError:  # it draws in a thread, and none can be started
        yield None
        return
    DRAWN.append(True)
    try:
        with logs_above():
            yield shown
    finally:
        shown.stop()
        DRAWN.clear()


@contextmanager
def logs_above() -> Iterator[None]:
    """Print what is logged above the line: rich has put a stream of its own in the place of stderr."""
    handlers = [one for one in logging.getLogger().handlers if isinstance(one, logging.StreamHandler)]
    before = [one.setStream(sys.stderr) for one in handlers]
    try:
        yield
    finally:
        for one, stream in zip(handlers, before, strict=True):
            if stream is not None:
                one.setStream(stream)
