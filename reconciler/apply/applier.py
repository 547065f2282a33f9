"""Act: carry out a plan, item by item, and report what was seen.

    judge all   ─▶  for each window of five:  read · judge · permit · intent · PUT   ─▶  verify all
    judging.py                    sending.py        └▶ read back · repeat · conclude      verifying.py
                                                       reading_back.py

While one window is sent the next one is read, and those before are read back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from reconciler.apply.judging import block_lost_fields, block_lost_targets, judge
from reconciler.apply.reading_back import settle_window
from reconciler.apply.run import Run
from reconciler.apply.sending import dispatch, in_windows, read_window
from reconciler.apply.task import Task
from reconciler.apply.verifying import verify
from reconciler.clock import Moment
from reconciler.model import Blocked, Item, Ref, Report, Row, SideEffect

WORKERS = 32
"""Threads: most of them wait for a read-back that lags."""


def apply(run: Run) -> Report:
    """Carry the plan out; never raises for what the service or the disk does."""
    try:
        block_lost_fields(run)
        block_lost_targets(run)
        live = run.remote.items({task.ref: task.keys for task in run.tasks})
        for task in run.tasks:
            judge(task, live.get(task.ref))
            if not task.open:
                run.conclude(task)
        send_all(run, [task for task in run.tasks if task.open])
        verify(run)
    except Exception as error:  # noqa: BLE001 - whatever fails, the report says what was sent
        run.halt(error)
    return report(run)


def send_all(run: Run, tasks: list[Task]) -> None:
    """Send what is open, window by window; the next window is read while one is sent."""
    windows = list(in_windows(tasks))
    ahead: list[Future[tuple[Mapping[Ref, Item] | None, Moment]]] = []
    settling: list[Future[None]] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        start_all(pool, min(WORKERS, len(tasks) + 2 * len(windows)))
        for number, window in enumerate(windows):
            live, at = ahead.pop().result() if ahead else read_window(run, window)
            if live is None or run.should_stop():
                break
            ahead += [
                pool.submit(read_window, run, following) for following in windows[number + 1 : number + 2]
            ]
            sending = [(task, one) for task in window if (one := dispatch(run, pool, task, live, at))]
            settling.append(pool.submit(settle_window, run, window, sending))
    for one in settling:
        one.result()


def start_all(pool: ThreadPoolExecutor, count: int) -> None:
    """Start the threads of a pool now; raises RuntimeError where the machine has no more, before any PUT."""
    ready = threading.Event()
    try:
        for _ in range(count):
            pool.submit(ready.wait)  # a thread is started for each, since none of them ends
    finally:
        ready.set()


def report(run: Run) -> Report:
    """Return what is known now; may be called while calls are still under way."""
    notes = (*moved_roles(run), *run.record_check.doubts(run.tasks))
    return Report(tuple(rows(run)), notes, run.stopped, gap=run.gap)


def rows(run: Run) -> Iterator[Row]:
    """Yield one row a field, and the plan's own blocked rows."""
    for task in run.tasks:
        update = task.update
        for change in update.changes:
            outcome = task.outcomes.get(change.key) or run.outcome(task, change)
            yield Row(update.ref, update.title, change.key, change.name, outcome, change)
    for block in run.plan.blocks:
        yield Row(block.ref, block.title, block.key or "", block.name, Blocked(block.reason))


def moved_roles(run: Run) -> Iterator[str]:
    """Yield the locked roles that the service moved back by itself."""
    for task in run.tasks:
        for effect in task.update.side_effects if task.after else ():
            if locked_role_moved(effect, task.after):
                who, where = ", ".join(effect.labels), run.plan.address(task.ref)
                yield f"{where}  {effect.name}: {who} went back to the space's default (locked role)"


def locked_role_moved(effect: SideEffect, item: Item | None) -> bool:
    """Return True if a locked role no longer has the members that it had."""
    held = dict(item.roles).get(effect.role, ()) if item else effect.members
    return frozenset(held) != frozenset(effect.members)
