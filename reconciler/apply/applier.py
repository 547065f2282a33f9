"""Act: carry out a plan, item by item, and report what was seen.

    judge all   ─▶  for each window of five:  read · judge · permit · intent · PUT   ─▶  verify all
    judging.py                    sending.py        └▶ read back · repeat · conclude      verifying.py
                                                       reading_back.py

While one window is sent the next ones are read, and those before are read back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from reconciler.apply.judging import block_lost_fields, block_lost_targets, judge
from reconciler.apply.reading_back import settle_window
from reconciler.apply.run import Run
from reconciler.apply.sending import WINDOW, dispatch, in_windows, read_window
from reconciler.apply.task import Task
from reconciler.apply.verifying import verify
from reconciler.clock import Moment
from reconciler.model import Item, Ref, SideEffect
from reconciler.model.outcomes import Blocked, Report, Row

WORKERS = 32
"""Threads: most of them wait for a read-back that lags."""


def apply(run: Run) -> Report:
    """Carry the plan out; never raises for what the service or the disk does."""
    try:
        block_lost_fields(run)
        live = read_all(run)
        block_lost_targets(run, live)
        for task in run.tasks:
            judge(task, live.get(task.ref))
            if not task.open:
                run.conclude(task)
        send_all(run, [task for task in run.tasks if task.open])
        verify(run)
    except Exception as error:  # noqa: BLE001 - whatever fails, the report says what was sent
        run.halt(error)
    return report(run)


def read_all(run: Run) -> Mapping[Ref, Item]:
    """Read what the plan touches and the items to which it would newly point, together."""
    known = run.remote.catalog.types
    targets = {ref: () for ref in run.plan.targets if ref.type_key in known}
    return run.remote.items({**targets, **{task.ref: task.keys for task in run.tasks}})


def send_all(run: Run, tasks: list[Task]) -> None:
    """Send what is open, window by window; the next ones are read while one is sent."""
    windows = list(in_windows(tasks))
    reads: deque[Future[tuple[Mapping[Ref, Item] | None, Moment]]] = deque()
    settling: list[Future[None]] = []
    begun = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        start_all(pool, min(WORKERS, len(tasks) + 2 * len(windows)))
        for number, window in enumerate(windows):
            while begun < len(windows) and (begun <= number or fits_ahead(windows[number : begun + 1])):
                reads.append(pool.submit(read_window, run, windows[begun]))
                begun += 1
            live, at = reads.popleft().result()
            if live is None or run.should_stop():
                break
            sending = [(task, one) for task in window if (one := dispatch(run, pool, task, live, at))]
            settling.append(pool.submit(settle_window, run, window, sending))
    for one in settling:
        one.result()


def fits_ahead(windows: Sequence[Sequence[Task]]) -> bool:
    """Return True if the last window is still fresh in its turn when it is read before the first is sent."""
    return sum(map(len, windows)) <= 2 * WINDOW


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
