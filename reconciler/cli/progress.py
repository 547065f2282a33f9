"""How far an apply is, on stderr: a bar on a terminal, a line an item elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.cli.streams import tell


@contextmanager
def progress(items: int) -> Iterator[Callable[[str], None]]:
    """Yield what is to be called with a line for each item that has ended."""
    if items and sys.stderr and sys.stderr.isatty() and not os.environ.get("CI"):
        with bar(items) as ended:
            yield ended
    else:
        yield tell


@contextmanager
def bar(items: int) -> Iterator[Callable[[str], None]]:
    """Draw a bar that is gone at the end; the report names what needs a look."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    task = shown.add_task("", total=items)
    try:
        shown.start()
    except RuntimeError:  # it draws in a thread, and none can be started
        yield tell
        return
    try:
        yield lambda _: shown.advance(task)
    finally:
        shown.stop()
