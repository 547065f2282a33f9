"""See: read what was sent until it shows, repeat a PUT whose answer was lost, and conclude."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, wait

from reconciler.apply.outcomes import PATIENCE
from reconciler.apply.run import Run
from reconciler.apply.sending import read_window, send_item
from reconciler.apply.task import Task
from reconciler.clock import ticks
from reconciler.meegle.http.verdict import Ambiguous, Fatal, NotWritten, Refused
from reconciler.model.outcomes import Applied

MOMENT = 2.0
"""Seconds for answers under way after a signal, so that those that came are read back in time."""
LOOK_UP = 0.1
"""Seconds between looks at whether a signal came."""


def settle_window(run: Run, window: Sequence[Task], sending: Sequence[tuple[Task, Future[None]]]) -> None:
    """Wait for a window's answers, read it back until all is seen or patience ends, and conclude."""
    waiting = await_answers(run, sending)
    answered = [task for task in window if all(task is not one for one in waiting)]
    sent = [task for task in answered if task.verdict]
    read_back(run, [task for task in sent if not isinstance(task.verdict, NotWritten | Fatal)])
    for task in sent:
        if task.open and may_repeat(run, task):
            same_token = task.generation == run.remote.token_generation
            send_item(run, task, None, idem=task.idem if same_token else "")
            read_back(run, [task])
    for task in answered:
        if task.verdict or not task.open:
            run.conclude(task)


def await_answers(run: Run, sending: Sequence[tuple[Task, Future[None]]]) -> list[Task]:
    """Wait for the PUT responses, at most MOMENT seconds after a stop signal; return the items without."""
    until = float("inf")
    for _, one in sending:
        while not one.done() and ticks() < until:
            wait([one], timeout=LOOK_UP)
            if run.stop.asked.is_set():
                until = min(until, ticks() + MOMENT)
        if one.done():
            one.result()
    return [task for task, one in sending if not one.done()]


def read_back(run: Run, tasks: Sequence[Task]) -> None:
    """Read items until every change is live or PATIENCE ends; a refused item is read once."""
    for number, pause in enumerate(PATIENCE):
        waiting = [task for task in tasks if task.open and not (number and isinstance(task.verdict, Refused))]
        if not waiting or run.stop.cut.wait(pause):
            return
        live, _ = read_window(run, waiting)
        for task in waiting if live is not None else ():
            task.after = live.get(task.ref) if live else None
            task.end([one for one in task.open if one.is_live(task.after)], Applied())


def may_repeat(run: Run, task: Task) -> bool:
    """Return True if an answer was lost, and after a quiet time nothing of the item has changed."""
    return (
        isinstance(task.verdict, Ambiguous)
        and task.verdict.repeatable
        and task.before is not None
        and not run.should_stop()
        and all(one.is_untouched(task.before, task.after) for one in task.open)
    )
