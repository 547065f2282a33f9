"""Act: carry out a plan, item by item, and report what was seen.

Five items of one type make a window.  A window is read, and while that is fresh each item gets
its PUT: permit, age of the read, judgement, intent to disk, send.  Then the window is read back.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.apply.outcomes import MOVED, after_sending, aim, before_sending, stands, untouched
from reconciler.apply.replaced import Witness
from reconciler.apply.task import Remote, Task
from reconciler.clock import Moment, slept, ticks
from reconciler.errors import ReconcilerError, told_as
from reconciler.fields.codec import Codec
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.http.throttle import Permit
from reconciler.meegle.http.verdict import Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.meegle.rows import fold_roles
from reconciler.model import (
    GONE,
    ROLES,
    Applied,
    Blocked,
    Change,
    Conflict,
    Ignored,
    Item,
    NotTried,
    Outcome,
    Plan,
    Ref,
    Rejected,
    Report,
    Row,
    SideEffect,
    Unknown,
    word,
)
from reconciler.plan.targets import added

WINDOW = 5
"""Items of one pre-read, and of one read-back."""
FRESH = 0.8
"""Seconds for which a pre-read may be trusted; the declared gap."""
PATIENCE = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each look of a read-back: reads may lag behind writes."""
ATTEMPTS = 4
"""PUTs of one item after proofs that nothing was written."""
MOMENT = 2.0
"""Seconds for answers under way after a signal, so that those that came are read back in time."""
LOOK_UP = 0.1
"""Seconds between looks at whether a signal came."""
WORKERS = 32
"""Threads: most of them wait for a read-back that lags."""


class Recorder(Protocol):
    """Where intents and results are kept."""

    def write(self, event: str, **members: Any) -> None:
        """Keep one line; raises ReconcilerError if it could not be kept."""


@dataclass(frozen=True, slots=True)
class Stop:
    """When to end early.

    `asked`: no new PUT; `cut`: the time for calls under way is over; `deadline` by `clock.ticks`.
    """

    asked: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    max_errors: int | None = None


def start_all(pool: ThreadPoolExecutor, count: int) -> None:
    """Start the threads of a pool now; raises RuntimeError where the machine has no more, before any PUT."""
    ready = threading.Event()
    try:
        for _ in range(count):
            pool.submit(ready.wait)  # a thread is started for each, since none of them ends
    finally:
        ready.set()


class Applier:
    """One apply: the tasks, the journal and the stop flags.  `gap` is the oldest read trusted, in seconds."""

    def __init__(
        self,
        plan: Plan,
        remote: Remote,
        journal: Recorder,
        stop: Stop,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make a task of each update."""
        self.plan = plan
        self.remote = remote
        self.journal = journal
        self.stop = stop
        self.tell = tell
        self.tasks = [Task(update) for update in plan.updates]
        self.reason: str | None = None
        self.witness = Witness(remote)
        self.gap = 0.0

    def run(self) -> Report:
        """Carry the plan out; never raises for what the service or the disk does."""
        try:
            self.check_metadata()
            self.check_targets()
            live = self.remote.items({task.update.ref: task.keys for task in self.tasks})
            for task in self.tasks:
                self.judge(task, live.get(task.update.ref))
                if not task.open:
                    self.conclude(task)
            self.write([task for task in self.tasks if task.open])
            self.verify()
        except Exception as error:  # noqa: BLE001 - whatever fails, the report says what was sent
            self.halt(error)
        return self.report()

    # -- decide --------------------------------------------------------------------------------

    def check_metadata(self) -> None:
        """Block fields that the space no longer has or no longer lets us write."""
        for task in self.tasks:
            for change in task.update.changes:
                if reason := self.remote.catalog.fault(task.update.ref.type_key, change.key):
                    task.end([change], Blocked(reason))

    def check_targets(self) -> None:
        """Block what would point to an item that is gone since the plan was made."""
        readable = [ref for ref in self.plan.targets if ref.type_key in self.remote.catalog.types]
        gone = set(self.plan.targets) - self.remote.items(dict.fromkeys(readable, ())).keys()
        lost = {ref.id for ref in gone}
        for task in self.tasks if lost else ():
            for change in task.open:
                if found := sorted(lost & added(self.codec(task, change), change)):
                    task.end([change], Blocked(f"it would point to {found[0]}, which is {GONE}"))

    def judge(self, task: Task, item: Item | None) -> None:
        """Hold the open changes against a fresh read; one conflict keeps the whole item from being sent."""
        task.before = item
        if item is None:
            task.end(task.open, Blocked(GONE))
            return
        if item.aborted:
            task.end(task.open, Blocked("terminated"))
            return
        judged = {change.key: before_sending(change, item, self.codec(task, change)) for change in task.open}
        names = [change.name for change in task.open if isinstance(judged[change.key], Conflict)]
        for change in task.open:
            if outcome := judged[change.key]:
                task.end([change], outcome)
        if names:
            task.end(task.open, Conflict(f"not sent: {', '.join(names)} of this item {MOVED}"))

    def codec(self, task: Task, change: Change) -> Codec:
        """Bind the codec of a change from fresh metadata."""
        return self.remote.catalog.codec(task.update.ref.type_key, change.key)

    # -- act -----------------------------------------------------------------------------------

    def write(self, tasks: list[Task]) -> None:
        """Send what is open, window by window; the next window is read while one is sent."""
        windows = list(in_windows(tasks))
        ahead: list[Future[tuple[Mapping[Ref, Item] | None, Moment]]] = []
        settling: list[Future[None]] = []
        with ThreadPoolExecutor(WORKERS) as pool:
            start_all(pool, min(WORKERS, len(tasks) + 2 * len(windows)))
            for number, window in enumerate(windows):
                live, at = ahead.pop().result() if ahead else self.look(window)
                if live is None or self.should_stop():
                    break
                ahead += [pool.submit(self.look, following) for following in windows[number + 1 : number + 2]]
                sending = [(task, one) for task in window if (one := self.dispatch(pool, task, live, at))]
                settling.append(pool.submit(self.settle, window, sending))
        for one in settling:
            one.result()

    def dispatch(
        self, pool: ThreadPoolExecutor, task: Task, live: Mapping[Ref, Item], at: Moment
    ) -> Future[None] | None:
        """Judge an item, wait for the turn of its PUT and let it go off; None where nothing is sent."""
        self.judge(task, live.get(task.update.ref))
        if not task.open or self.should_stop():
            return None
        try:
            permit = self.remote.permit()
        except Exception as error:  # noqa: BLE001 - as above
            self.halt(error)
            return None
        return pool.submit(self.send, task, at, permit)

    def look(self, tasks: Sequence[Task]) -> tuple[Mapping[Ref, Item] | None, Moment]:
        """Read a window, and say when the answer came; None where it cannot be read, which ends the run."""
        asleep = slept()
        try:
            live = self.remote.items({task.update.ref: task.keys for task in tasks}, WINDOW)
        except Exception as error:  # noqa: BLE001 - no thread or memory left, too, ends the run in order
            self.halt(error)
            return None, Moment(ticks(), asleep)
        return live, Moment(ticks(), asleep)

    def send(self, task: Task, at: Moment | None, permit: Permit | None = None, idem: str = "") -> None:
        """Give one item its PUT; again only after proof that nothing was written."""
        try:
            for _ in range(ATTEMPTS):
                permit = permit or self.remote.permit()
                if at is None or at.before_sleep or at.age > FRESH:
                    live, at = self.look([task])
                    if live is None:
                        return
                    self.judge(task, live.get(task.update.ref))
                if self.should_stop() or not task.open:
                    return
                if not self.put(task, permit, idem or uuid.uuid4().hex, at):
                    at = None
                    continue
                permit, idem = None, ""
                if not isinstance(task.verdict, NotWritten):
                    return
        except Exception as error:  # noqa: BLE001 - after the first failure of any kind no PUT leaves
            self.halt(error)

    def put(self, task: Task, permit: Permit, idem: str, read: Moment) -> bool:
        """Write the intent, then send exactly one PUT and keep its verdict.

        False: the machine slept meanwhile, and nothing was sent on what was read before.
        """
        pairs, ref = self.pairs(task), task.update.ref
        self.journal.write(
            "intent",
            type=ref.type_key,
            id=ref.id,
            idem=idem,
            fields=pairs,
            changes=list(task.steps(task.open, self.remote.catalog)),
        )
        if read.before_sleep:
            told_so = "not written: the machine slept after the item was read"
            self.journal.write("answer", type=ref.type_key, id=ref.id, idem=idem, answer=told_so, log_id="")
            return False
        self.gap = max(self.gap, read.age)
        task.leaves(self.remote.catalog)
        task.idem, task.generation = idem, self.remote.token_generation
        task.verdict = Ambiguous("no answer yet", None, "", repeatable=False)
        task.verdict = self.remote.put(ref, pairs, idem, permit)
        log_id = getattr(task.verdict, "log_id", "")
        self.journal.write(
            "answer", type=ref.type_key, id=ref.id, idem=idem, answer=told(task.verdict), log_id=log_id
        )
        if isinstance(task.verdict, Fatal):
            self.halt(task.verdict.error)
        return True

    def pairs(self, task: Task) -> list[dict[str, Any]]:
        """Return the item's `update_fields`: only what differs; roles folded into one whole list."""
        assert task.before is not None  # noqa: S101 - an item that was not read is never sent
        roles: dict[str, list[str]] = {}
        pairs: list[dict[str, Any]] = []
        for change in task.open:
            codec = self.codec(task, change)
            value = aim(change, codec, task.before.values[change.key].value)
            wire = self.remote.catalog.encode(task.update.ref.type_key, change.key, value)
            if change.is_role:
                roles[change.key.removeprefix(ROLES)] = wire
            else:
                pairs.append({"field_key": change.key, "field_value": wire})
        if roles:
            pairs.append({"field_key": "role_owners", "field_value": fold_roles(task.before.roles, roles)})
        return pairs

    # -- see -----------------------------------------------------------------------------------

    def settle(self, window: Sequence[Task], sending: Sequence[tuple[Task, Future[None]]]) -> None:
        """Wait for a window's answers, read it back until all is seen or patience ends, and conclude."""
        unheard = self.unheard(sending)
        heard = [task for task in window if all(task is not one for one in unheard)]
        sent = [task for task in heard if task.verdict]
        self.read_back([task for task in sent if not isinstance(task.verdict, NotWritten | Fatal)])
        for task in sent:
            if task.open and self.may_repeat(task):
                same_token = task.generation == self.remote.token_generation
                self.send(task, None, idem=task.idem if same_token else "")
                self.read_back([task])
        for task in heard:
            if task.verdict or not task.open:
                self.conclude(task)

    def unheard(self, sending: Sequence[tuple[Task, Future[None]]]) -> list[Task]:
        """Wait for answers; after a signal only for a moment, and return the items that have none by then."""
        until = float("inf")
        for _, one in sending:
            while not one.done() and ticks() < until:
                wait([one], timeout=LOOK_UP)
                if self.stop.asked.is_set():
                    until = min(until, ticks() + MOMENT)
            if one.done():
                one.result()
        return [task for task, one in sending if not one.done()]

    def read_back(self, tasks: Sequence[Task]) -> None:
        """Look until every change stands; a refused item is looked at once."""
        for number, pause in enumerate(PATIENCE):
            waiting = [
                task for task in tasks if task.open and not (number and isinstance(task.verdict, Refused))
            ]
            if not waiting or self.stop.cut.wait(pause):
                return
            live, _ = self.look(waiting)
            for task in waiting if live is not None else ():
                task.after = live.get(task.update.ref) if live else None
                standing = [
                    change for change in task.open if stands(change, task.after, self.codec(task, change))
                ]
                task.end(standing, Applied())

    def may_repeat(self, task: Task) -> bool:
        """Whether an answer was lost, and after a quiet time nothing of the item has changed."""
        return (
            isinstance(task.verdict, Ambiguous)
            and task.verdict.repeatable
            and task.before is not None
            and not self.should_stop()
            and all(untouched(change, task.before, task.after) for change in task.open)
        )

    def conclude(self, task: Task) -> None:
        """Give every change of a sent item its outcome, and record them."""
        for change in task.open:
            task.end([change], self.outcome(task, change))
        self.record(task)
        ended = Counter(word(outcome) for outcome in task.outcomes.values())
        told = ", ".join(f"{n} {what}" for what, n in ended.items())
        self.tell(f"{self.plan.address(task.update.ref)}  {told}")

    def record(self, task: Task) -> None:
        """Write down what became of an item; of two lines the later one holds."""
        ref = task.update.ref
        words = {key: type(outcome).__name__ for key, outcome in task.outcomes.items()}
        try:
            self.journal.write("result", type=ref.type_key, id=ref.id, outcomes=words)
        except ReconcilerError as error:
            self.halt(error)

    def outcome(self, task: Task, change: Change) -> Outcome:
        """Say what became of a change that was sent, or was not."""
        if task.verdict is None or task.before is None:
            return NotTried(self.stopped or "the run stopped")
        if self.stop.asked.is_set() and not stands(change, task.after, self.codec(task, change)):
            if isinstance(task.verdict, NotWritten):
                return NotTried("interrupted")
            if not isinstance(task.verdict, Refused | Fatal):
                return Unknown("interrupted before it was seen")
        return after_sending(
            change,
            self.codec(task, change),
            before=task.before,
            item=task.after,
            verdict=task.verdict,
            user_key=self.remote.user_key,
            waited=sum(PATIENCE),
        )

    def verify(self) -> None:
        """Read every written item once more: what was seen must still be there."""
        written = [task for task in self.tasks if task.verdict]
        if not written or self.stop.asked.is_set():
            return
        live = self.remote.items({task.update.ref: task.keys for task in written})
        concluded = [dict(task.outcomes) for task in written]
        for task in written:
            task.after = live.get(task.update.ref)
            for change in task.update.changes:
                self.reconsider(task, change)
        self.witness.hear([task for task in written if task.after])
        for task, before in zip(written, concluded, strict=True):
            if task.outcomes != before:
                self.record(task)

    def reconsider(self, task: Task, change: Change) -> None:
        """Give a change another outcome where the last read shows more than the earlier ones did."""
        match task.outcomes.get(change.key):
            case Applied() if not stands(change, task.after, self.codec(task, change)):
                task.end([change], Conflict("changed after it was seen"))
            case Unknown() | Ignored():
                task.end([change], self.outcome(task, change))

    # -- tell ----------------------------------------------------------------------------------

    @property
    def stopped(self) -> str | None:
        """Why the run ended early, if it did."""
        return self.reason or ("interrupted" if self.stop.asked.is_set() else None)

    def halt(self, error: Exception | str) -> None:
        """Stop the run, for the first reason that came."""
        told = str(told_as(error)) if isinstance(error, Exception) else error
        self.reason = self.reason or ("interrupted" if isinstance(error, Interrupted) else told)

    def should_stop(self) -> bool:
        """Look at the stop flags: signal, deadline, error budget, what ended the run already."""
        if self.stopped is not None:
            return True
        if self.stop.deadline is not None and ticks() > self.stop.deadline:
            self.halt("the deadline passed")
        elif self.stop.max_errors is not None:
            ended = [outcome for task in self.tasks for outcome in list(task.outcomes.values())]
            if sum(isinstance(one, Rejected | Unknown | Ignored) for one in ended) > self.stop.max_errors:
                self.halt(f"more than {self.stop.max_errors} errors")
        return self.stopped is not None

    def report(self) -> Report:
        """Return what is known now; may be called while calls are still under way."""
        return Report(
            tuple(self.rows()), (*self.moved(), *self.witness.doubts(self.tasks)), self.stopped, gap=self.gap
        )

    def rows(self) -> Iterator[Row]:
        """Yield one row a field, and the plan's own blocked rows."""
        for task in self.tasks:
            update = task.update
            for change in update.changes:
                outcome = task.outcomes.get(change.key) or self.outcome(task, change)
                yield Row(update.ref, update.title, change.key, change.name, outcome, change)
        for block in self.plan.blocks:
            yield Row(block.ref, block.title, block.key or "", block.name, Blocked(block.reason))

    def moved(self) -> Iterator[str]:
        """Yield the locked roles that the service moved back by itself."""
        for task in self.tasks:
            for effect in task.update.side_effects if task.after else ():
                if has_moved(effect, task.after):
                    who, where = ", ".join(effect.labels), self.plan.address(task.update.ref)
                    yield f"{where}  {effect.name}: {who} went back to the space's default (locked role)"


def told(verdict: Verdict) -> str:
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


def in_windows(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the tasks in windows of at most five items of one type."""
    for type_key in sorted({task.update.ref.type_key for task in tasks}):
        same = [task for task in tasks if task.update.ref.type_key == type_key]
        yield from (same[start : start + WINDOW] for start in range(0, len(same), WINDOW))


def has_moved(effect: SideEffect, item: Item | None) -> bool:
    """Whether a locked role no longer has the members that it had."""
    held = dict(item.roles).get(effect.role, ()) if item else effect.members
    return frozenset(held) != frozenset(effect.members)
