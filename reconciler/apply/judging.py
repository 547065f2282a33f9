"""Decide, by fresh metadata and fresh reads, which changes of a plan may still be sent."""

# Why a live value is judged three times
# --------------------------------------
# A plan is bound to what it saw (law 4), and hours may lie between a review and its apply.  The API has no
# condition on a write, so the only guard against overwriting an unseen edit is a read right before the PUT.
#
# 1. At the start all items are read, 50 a call.  Most of what has moved is found here, cheaply: what is live
#    already costs no PUT, what conflicts is reported before anything is sent.
# 2. Before a window is sent, its five items are read in one call.  At 15 PUTs a second this read is fresh
#    enough for each of the five, and a fifth of the price of a read per item.
# 3. Where a PUT had to wait for its permit until that read is older than FRESH, or the machine slept
#    meanwhile, the item is read alone, with the permit already in hand: nothing but the PUT comes after.
#
# What is left is the gap between the last read and the service's write.  It is measured and reported
# (`Run.gap`), and afterwards the operation records say whether somebody wrote in it (record_check.py).

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply.bound_change import BoundChange
from reconciler.apply.outcomes import MOVED, before_sending
from reconciler.apply.run import Run
from reconciler.apply.task import Task
from reconciler.fields.conditions import judged, keys_of
from reconciler.model import GONE, Item, Ref
from reconciler.model.outcomes import Blocked, Conflict, LeftSelection, Outcome
from reconciler.plan.targets import added_targets


def block_lost_fields(run: Run) -> None:
    """Block the fields that the space no longer has or no longer lets us write, and bind all others."""
    catalog = run.remote.catalog
    for task in run.tasks:
        for change in task.update.changes:
            if reason := catalog.fault(task.ref.type_key, change.key):
                task.outcomes[change.key] = Blocked(reason)
        task.bind(catalog)


def block_lost_targets(run: Run, live: Mapping[Ref, Item]) -> None:
    """Block what would point to an item that is gone since the plan was made; `live`: the items of now."""
    lost = {ref.id for ref in run.plan.targets if ref not in live}
    for task in run.tasks if lost else ():
        for one in task.open:
            if found := sorted(lost & added_targets(one.codec, one.change)):
                task.end([one], Blocked(f"it would point to {found[0]}, which is {GONE}"))


def judge(task: Task, item: Item | None) -> None:
    """Hold the open changes against a fresh read; one conflict keeps the whole item from being sent."""
    task.before = item
    if item is None:
        task.end(task.open, Blocked(GONE))
        return
    if item.aborted:
        task.end(task.open, Blocked("terminated"))
        return
    for one in task.open if task.conditions else ():
        if left := out_of_selection(task, one, item):
            task.end([one], left)
    moved: list[str] = []
    for one in task.open:
        if outcome := before_sending(one, item):
            task.end([one], outcome)
        if isinstance(outcome, Conflict):
            moved.append(one.change.name)
    if moved:
        task.end(task.open, Conflict(f"not sent: {', '.join(moved)} of this item {MOVED}"))


def out_of_selection(task: Task, one: BoundChange, item: Item) -> Outcome | None:
    """Return why a change of a rule is not sent: by this read no rule that desires it selects the item."""
    if not one.change.rules:
        return None
    answers = [judged(task.conditions.get(name, ()), item.values) for name in one.change.rules]
    if True in answers:
        return None
    if None not in answers:
        return LeftSelection()
    keys = (key for name in one.change.rules for key in keys_of(task.conditions.get(name, ())))
    unread = next(key for key in keys if key not in item.values)
    return Blocked(f"whether its rule selects the item: {unread}: {item.unread(unread)}")
