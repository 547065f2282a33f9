"""Send: wait for the turn of a PUT, look how old the read is, write the intent, PUT."""

# Window, freshness and permit
# ----------------------------
# Five items of one type make a window.  It is read in one call; while that read is fresh each of its items
# gets its PUT; then the window is read back in one call.  Five, since 15 PUTs a second send five items in a
# third of a second, well within FRESH, while a dozen would outlive their read and be read one by one again.
#
# The permit comes first.  The throttle may let a PUT wait for seconds (429s, other threads), and a read that
# was fresh before the wait says nothing after it.  So the applier takes the permit, then looks at the age
# of the read, and reads again if it has to; the throttle lets a call that holds a permit through at once.
# Only the intent's fsync lies between the last look at the clock and the PUT.

# How a PUT may be repeated
# -------------------------
# A PUT of this API is not idempotent: a second one undoes what a person did in between.
# No layer below repeats it.  It is repeated in two cases only, each time with an intent of its own:
#
# - The service proved that nothing was written (NotWritten: throttled, token expired, no connection): at
#   once, with a new X-IDEM-UUID, since the old one may count as seen.  At most ATTEMPTS times.
# - The answer was lost (Ambiguous and repeatable), and every look of the read-back, over PATIENCE, has seen
#   each open field exactly as it was before: once, with the *same* X-IDEM-UUID, so that a first PUT that is
#   still on its way and the second one count as one.  After a new token the key means nothing to the
#   service, and a new one is made (reading_back.py decides this one).
#
# A refusal is never repeated: parts of a refused PUT may have been stored.

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from reconciler.apply.judging import judge
from reconciler.apply.run import Run
from reconciler.apply.task import Task
from reconciler.clock import Moment, slept, ticks
from reconciler.meegle.http.throttle import Permit
from reconciler.meegle.http.verdict import Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.meegle.rows import fold_roles
from reconciler.model import ROLES, Item, Ref

WINDOW = 5
"""Items of one pre-read, and of one read-back."""
FRESH = 0.8
"""Seconds for which a pre-read may be trusted; the declared gap."""
ATTEMPTS = 4
"""PUTs of one item after proofs that nothing was written."""


def in_windows(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the tasks in windows of at most five items of one type."""
    for type_key in sorted({task.ref.type_key for task in tasks}):
        same = [task for task in tasks if task.ref.type_key == type_key]
        yield from (same[start : start + WINDOW] for start in range(0, len(same), WINDOW))


def read_window(run: Run, tasks: Sequence[Task]) -> tuple[Mapping[Ref, Item] | None, Moment]:
    """Read a window, and return when the answer came; None where it cannot be read, which ends the run."""
    asleep = slept()
    try:
        live = run.remote.items({task.ref: task.keys for task in tasks}, WINDOW)
    except Exception as error:  # noqa: BLE001 - no thread or memory left, too, ends the run in order
        run.halt(error)
        return None, Moment(ticks(), asleep)
    return live, Moment(ticks(), asleep)


def dispatch(
    run: Run, pool: ThreadPoolExecutor, task: Task, live: Mapping[Ref, Item], at: Moment
) -> Future[None] | None:
    """Judge an item, wait for the turn of its PUT and let a thread send it; None where nothing is sent."""
    judge(task, live.get(task.ref))
    if not task.open or run.should_stop():
        return None
    try:
        permit = run.remote.permit()
    except Exception as error:  # noqa: BLE001 - after the first failure of any kind no PUT leaves
        run.halt(error)
        return None
    return pool.submit(send_item, run, task, at, permit)


def send_item(run: Run, task: Task, at: Moment | None, permit: Permit | None = None, idem: str = "") -> None:
    """Give one item its PUT; again only after proof that nothing was written."""
    try:
        for _ in range(ATTEMPTS):
            permit = permit or run.remote.permit()
            if at is None or at.before_sleep or at.age > FRESH:
                live, at = read_window(run, [task])
                if live is None:
                    return
                judge(task, live.get(task.ref))
            if run.should_stop() or not task.open:
                return
            if not put(run, task, permit, idem or uuid.uuid4().hex, at):
                at = None
                continue
            permit, idem = None, ""
            if not isinstance(task.verdict, NotWritten):
                return
    except Exception as error:  # noqa: BLE001 - after the first failure of any kind no PUT leaves
        run.halt(error)


def put(run: Run, task: Task, permit: Permit, idem: str, read: Moment) -> bool:
    """Write the intent, then send exactly one PUT and keep its verdict.

    False: the machine slept meanwhile, and nothing was sent on what was read before.
    """
    pairs, at = update_fields(run, task), {"type": task.ref.type_key, "id": task.ref.id, "idem": idem}
    steps = list(task.journal_steps())
    run.journal.write("intent", **at, title=task.update.title, fields=pairs, changes=steps)
    if read.before_sleep:
        told_so = "not written: the machine slept after the item was read"
        run.journal.write("answer", **at, answer=told_so, log_id="")
        return False
    run.trusted(read.age)
    task.remember_sent(run.remote.catalog)
    task.idem, task.generation = idem, run.remote.token_generation
    task.verdict = Ambiguous("no answer yet", None, "", repeatable=False)
    task.verdict = run.remote.put(task.ref, pairs, idem, permit)
    log_id = getattr(task.verdict, "log_id", "")
    run.journal.write("answer", **at, answer=in_words(task.verdict), log_id=log_id)
    if isinstance(task.verdict, Fatal):
        run.halt(task.verdict.error)
    return True


def update_fields(run: Run, task: Task) -> list[dict[str, Any]]:
    """Return the item's `update_fields`: only what differs; roles folded into one whole list."""
    # Why roles are rows and one PUT: people write, review and guard one role at a time, so each is a change
    # of its own, with its own reason, outcome and conflict.  The API knows only `role_owners`, the list of
    # all roles, and a PUT replaces the whole of it: a role that is missing loses its people.  So the roles
    # that differ are laid over the list of the read just before, and that list is sent whole.  The roles
    # sent along may undo an edit that came after the read: record_check.py looks for that.
    assert task.before is not None  # noqa: S101 - an item that was not read is never sent
    roles: dict[str, list[str]] = {}
    pairs: list[dict[str, Any]] = []
    for one in task.open:
        value = one.aim(task.before.values[one.key].value)
        wire = run.remote.catalog.encode(task.ref.type_key, one.key, value)
        if one.change.is_role:
            roles[one.key.removeprefix(ROLES)] = wire
        else:
            pairs.append({"field_key": one.key, "field_value": wire})
    if roles:
        pairs.append({"field_key": "role_owners", "field_value": fold_roles(task.before.roles, roles)})
    return pairs


def in_words(verdict: Verdict) -> str:
    """Return a verdict in one line for the journal."""
    match verdict:
        case Refused(code=code, message=message):
            return f"refused: {code} {message}"
        case Ambiguous(reason=reason) | NotWritten(reason=reason):
            return f"{'ambiguous' if isinstance(verdict, Ambiguous) else 'not written'}: {reason}"
        case Fatal(error=error):
            return f"fatal: {error}"
        case _:
            return "accepted"
