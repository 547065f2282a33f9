"""Verify: read all that was written once more at the end, and ask whose edits our PUTs replaced."""

from __future__ import annotations

from reconciler.apply.run import Run
from reconciler.apply.task import Task
from reconciler.model.outcomes import Applied, Conflict, Ignored, Unknown


def verify(run: Run) -> None:
    """Read every written item once more: what was seen must still be there."""
    written = [task for task in run.tasks if task.verdict]
    if not written or run.stop.asked.is_set():
        return
    live = run.remote.items({task.ref: task.keys for task in written})
    concluded = [dict(task.outcomes) for task in written]
    for task in written:
        task.after = live.get(task.ref)
        reconsider(run, task)
    run.record_check.ask([task for task in written if task.after])
    for task, before in zip(written, concluded, strict=True):
        if task.outcomes != before:
            run.record(task)


def reconsider(run: Run, task: Task) -> None:
    """Give changes another outcome where the last read shows more than the earlier ones did."""
    for one in task.bound.values():
        match task.outcomes.get(one.key):
            case Applied() if not one.is_live(task.after):
                task.end([one], Conflict("changed after it was seen"))
            case Unknown() | Ignored():
                task.end([one], run.outcome(task, one.change))
