"""Act: carry out a plan, item by item, and report what was seen.

For each window of five items: read them, and while that is fresh give each its PUT: permit,
look at the age, judge, intent to disk, send.  Then read the window back.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, assert_never

from reconciler.api.failures import Interrupted
from reconciler.api.throttle import Permit
from reconciler.api.wire import Accepted, Ambiguous, Fatal, NotWritten, Refused, Verdict
from reconciler.catalog import Catalog, fold_roles
from reconciler.errors import ReconcilerError
from reconciler.fields.base import Codec, Rule, settle
from reconciler.model import (
    ROLES,
    Already,
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
    Update,
)

WINDOW = 5
"""Items of one pre-read, and of one read-back."""
FRESH = 0.8
"""Seconds for which a pre-read may be trusted; the declared gap."""
PATIENCE = (0.0, 0.3, 0.7, 1.5)
"""Seconds before each look of a read-back: reads may lag behind writes."""
ATTEMPTS = 4
"""PUTs of one item after proofs that nothing was written."""
WORKERS = 12


class Remote(Protocol):
    """What applying asks of a space."""

    catalog: Catalog
    user_key: str

    def items(self, wanted: Mapping[Ref, Sequence[str]], size: int = 50) -> dict[Ref, Item]:
        """Read items now."""

    def permit(self) -> Permit:
        """Wait for the turn of one PUT."""

    def put(self, ref: Ref, pairs: list[dict[str, Any]], idem: str, permit: Permit) -> Verdict:
        """Send one PUT."""


class Recorder(Protocol):
    """Where intents and results are kept."""

    def write(self, event: str, **members: Any) -> None:
        """Keep one line; raises if it could not be kept."""


@dataclass(frozen=True, slots=True)
class Stop:
    """When to send nothing more."""

    event: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    max_errors: int | None = None


@dataclass(slots=True)
class Task:
    """One item under way: what is still to be sent, and what became of its fields."""

    update: Update
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    sent: tuple[Change, ...] = ()
    live: Item | None = None
    verdict: Verdict | None = None
    moved: list[str] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields to read of the item."""
        return tuple(change.key for change in self.update.changes)

    def open(self) -> tuple[Change, ...]:
        """Return the changes that have no outcome yet."""
        return tuple(change for change in self.update.changes if change.key not in self.outcomes)

    def end(self, changes: Iterable[Change], outcome: Outcome) -> None:
        """Give changes their outcome."""
        self.outcomes.update({change.key: outcome for change in changes})


class Applier:
    """One apply: holds the tasks, the journal and the stop flags."""

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
        self.stopped: str | None = None
        self.gap = 0.0
        self.seen: dict[Ref, Item] = {}
        self.lock = threading.Lock()

    def run(self) -> Report:
        """Carry the plan out; never raises for what the service does."""
        try:
            self.check_metadata()
            live = self.remote.items({task.update.ref: task.keys for task in self.tasks})
            for task in self.tasks:
                self.judge(task, live.get(task.update.ref))
            self.write([task for task in self.tasks if task.open()])
            self.verify()
        except ReconcilerError as error:
            self.halt("interrupted" if isinstance(error, Interrupted) else str(error))
        for task in self.tasks:
            task.end(task.open(), NotTried(self.stopped or "the run stopped"))
        return Report(tuple(self.rows()), tuple(self.moved()), self.stopped)

    # -- decide --------------------------------------------------------------------------------

    def check_metadata(self) -> None:
        """Block fields that the space no longer has or no longer lets us write."""
        for task in self.tasks:
            for change in task.update.changes:
                if not self.remote.catalog.manages(task.update.ref.type_key, change.key):
                    task.end([change], Blocked("the field is gone or cannot be written any more"))

    def judge(self, task: Task, item: Item | None) -> None:
        """Hold each open change against a fresh read: already, go, or (for the whole item) conflict."""
        task.live = item
        if item is None:
            task.end(task.open(), Blocked("deleted, of another type, or not visible"))
            return
        if item.aborted:
            task.end(task.open(), Blocked("terminated"))
            return
        conflicts: list[Change] = []
        for change in task.open():
            outcome = judged(change, item, self.codec(task, change))
            if isinstance(outcome, Conflict):
                conflicts.append(change)
            elif outcome:
                task.end([change], outcome)
        if conflicts:
            names = ", ".join(change.name for change in conflicts)
            task.end(conflicts, Conflict("changed since the plan"))
            task.end(task.open(), Conflict(f"not sent, since {names} of this item changed since the plan"))

    def codec(self, task: Task, change: Change) -> Codec:
        """Bind the codec of a change from fresh metadata."""
        return self.remote.catalog.codec(task.update.ref.type_key, change.key)

    # -- act -----------------------------------------------------------------------------------

    def write(self, tasks: list[Task]) -> None:
        """Send what is open, window by window, reading the next window while one is sent."""
        windows = list(in_windows(tasks))
        with ThreadPoolExecutor(WORKERS) as pool:
            settling: list[Future[None]] = []
            ahead = pool.submit(self.fresh, windows[0]) if windows else None
            for number, window in enumerate(windows):
                assert ahead is not None  # noqa: S101 - there is a window, so its read was begun
                live, at = ahead.result()
                following = windows[number + 1 : number + 2]
                ahead = pool.submit(self.fresh, following[0]) if following else None
                sending = [self.send_one(pool, task, live, at) for task in window]
                settling.append(pool.submit(self.settle, window, [one for one in sending if one]))
                if self.should_stop():
                    break
            for one in settling:
                one.result()

    def fresh(self, window: Sequence[Task]) -> tuple[dict[Ref, Item], float]:
        """Read a window; returns the items and when the answer arrived."""
        live = self.remote.items({task.update.ref: task.keys for task in window}, WINDOW)
        return live, time.monotonic()

    def send_one(
        self, pool: ThreadPoolExecutor, task: Task, live: Mapping[Ref, Item], at: float
    ) -> Future[Verdict] | None:
        """Permit, age, judgement, intent; then the PUT goes off.  None where nothing is to be sent."""
        if self.should_stop():
            return None
        permit = self.remote.permit()
        if time.monotonic() - at > FRESH:
            live, at = self.fresh([task])
        self.judge(task, live.get(task.update.ref))
        task.sent = task.open()
        if not task.sent or self.should_stop():
            return None
        self.gap = max(self.gap, time.monotonic() - at)
        return pool.submit(self.attempt, task, permit)

    def attempt(self, task: Task, permit: Permit, idem: str | None = None) -> Verdict:
        """Send one item's PUT, again only after proof that nothing was written."""
        for attempt in range(ATTEMPTS):
            if attempt:
                permit = self.remote.permit()
            verdict = self.put(task, permit, idem or uuid.uuid4().hex)
            idem = None
            if not isinstance(verdict, NotWritten) or self.should_stop():
                break
        return verdict

    def put(self, task: Task, permit: Permit, idem: str) -> Verdict:
        """Write the intent, then send exactly one PUT."""
        pairs = self.pairs(task)
        ref = task.update.ref
        self.journal.write("intent", type=ref.type_key, id=ref.id, idem=idem, fields=pairs)
        verdict = self.remote.put(ref, pairs, idem, permit)
        self.journal.write("answer", type=ref.type_key, id=ref.id, idem=idem, verdict=type(verdict).__name__)
        task.verdict = verdict
        if isinstance(verdict, Ambiguous) and verdict.repeatable:
            self.journal.write("ambiguous", type=ref.type_key, id=ref.id, idem=idem, reason=verdict.reason)
        if isinstance(verdict, Fatal):
            self.halt(str(verdict.error))
        return verdict

    def pairs(self, task: Task) -> list[dict[str, Any]]:
        """Return the item's `update_fields`: only what differs; roles folded into one whole list."""
        assert task.live is not None  # noqa: S101 - an item that was not read is never sent
        roles: dict[str, list[str]] = {}
        pairs: list[dict[str, Any]] = []
        for change in task.sent:
            codec = self.codec(task, change)
            wire = codec.encode(aim(change, codec, task.live))
            if change.is_role:
                roles[change.key.removeprefix(ROLES)] = wire
            else:
                pairs.append({"field_key": change.key, "field_value": wire})
        if roles:
            pairs.append({"field_key": "role_owners", "field_value": fold_roles(task.live.roles, roles)})
        return pairs

    # -- see -----------------------------------------------------------------------------------

    def settle(self, window: Sequence[Task], sending: Sequence[Future[Verdict]]) -> None:
        """Wait for a window's answers, read back until all is seen or patience ends, and conclude."""
        for one in sending:
            one.result()
        waiting = [task for task in window if task.sent and task.verdict]
        for pause in PATIENCE:
            waiting = [task for task in waiting if not self.nothing_to_see(task)]
            if not waiting:
                return
            self.stop.event.wait(pause)
            seen = self.look(waiting)
            for task in waiting:
                self.conclude_seen(task, seen.get(task.update.ref) if seen is not None else None)
            waiting = [task for task in waiting if task.open()]
        for task in waiting:
            self.conclude_unseen(task)

    def nothing_to_see(self, task: Task) -> bool:
        """Whether the last answer proves that nothing was written, so that no read is needed."""
        if isinstance(task.verdict, NotWritten):
            task.end(task.open(), Rejected(f"not written: {task.verdict.reason}"))
        if isinstance(task.verdict, Fatal):
            task.end(task.open(), NotTried(str(task.verdict.error)))
        return not task.open()

    def look(self, tasks: Sequence[Task]) -> dict[Ref, Item] | None:
        """Read items back; None where they cannot be read."""
        try:
            return self.remote.items({task.update.ref: task.keys for task in tasks}, WINDOW)
        except ReconcilerError as error:
            self.halt(str(error))
            return None

    def conclude_seen(self, task: Task, item: Item | None) -> None:
        """Give `applied` to every sent change whose wanted value is there; remember what moved."""
        assert task.live is not None  # noqa: S101 - it was sent, so it was read
        if item is None:
            return
        before, task.live = task.live, item
        for change in task.open():
            codec = self.codec(task, change)
            seen = item.values.get(change.key)
            if seen is not None and seen.value == aim(change, codec, before):
                task.end([change], Applied())
        if not task.open():
            self.done(task)
        task.live = item if not task.open() else before
        task.moved = [
            moved_line(task, effect, item) for effect in task.update.side_effects if has_moved(effect, item)
        ]
        self.last_seen(task, item)

    def last_seen(self, task: Task, item: Item) -> None:
        """Keep the newest read of a task that is not concluded yet."""
        with self.lock:
            self.seen[task.update.ref] = item

    def conclude_unseen(self, task: Task) -> None:
        """Conclude what patience did not see; one more attempt where the answer allows it."""
        item = self.seen.get(task.update.ref)
        verdict = task.verdict
        assert verdict is not None  # noqa: S101 - only tasks with an answer wait for it
        if item is None:
            task.end(task.open(), Unknown("could not be read after the write"))
        elif (
            isinstance(verdict, Ambiguous)
            and verdict.repeatable
            and self.unchanged(task, item)
            and not self.should_stop()
        ):
            self.journal.write("repeat", type=task.update.ref.type_key, id=task.update.ref.id)
            task.sent = task.open()
            self.attempt(task, self.remote.permit())
            self.stop.event.wait(PATIENCE[1])
            if not self.nothing_to_see(task):
                self.conclude_seen(task, (self.look([task]) or {}).get(task.update.ref))
        for change in task.open():
            task.end([change], self.unseen(task, change, self.seen.get(task.update.ref)))
        self.done(task)

    def unchanged(self, task: Task, item: Item) -> bool:
        """Whether every open change still shows its old value."""
        return all(
            (seen := item.values.get(change.key)) is not None
            and task.live is not None
            and (old := task.live.values.get(change.key)) is not None
            and seen.value == old.value
            for change in task.open()
        )

    def unseen(self, task: Task, change: Change, item: Item | None) -> Outcome:
        """Say why a sent change was not seen."""
        codec = self.codec(task, change)
        seen = item.values.get(change.key) if item else None
        old = task.live.values.get(change.key) if task.live else None
        if item is None or seen is None:
            return Unknown("could not be read after the write")
        same = old is not None and seen.value == old.value
        match task.verdict:
            case Accepted() | None:
                if same:
                    return Ignored(
                        f"{codec.show(seen.value)}; if it is a clear, run `reconciler doctor --probe`"
                    )
                if item.updated_by and item.updated_by != self.remote.user_key:
                    return Conflict(f"changed right after our write, to {codec.show(seen.value)}")
                return Ignored(f"stored as {codec.show(seen.value)}")
            case Refused() as refused:
                return Rejected(f"{refused.code} {refused.message}")
            case Ambiguous() as ambiguous:
                return Rejected(ambiguous.reason) if same else Conflict(f"now {codec.show(seen.value)}")
            case NotWritten() as unwritten:
                return Rejected(unwritten.reason)
            case Fatal() as fatal:
                return NotTried(str(fatal.error))
            case _ as never:
                assert_never(never)

    def verify(self) -> None:
        """Read every written item once more: what was seen must still be there."""
        written = [task for task in self.tasks if task.sent]
        if not written or self.stop.event.is_set():
            return
        live = self.remote.items({task.update.ref: task.keys for task in written})
        for task in written:
            item = live.get(task.update.ref)
            for change in task.update.changes:
                seen = item.values.get(change.key) if item else None
                if isinstance(task.outcomes.get(change.key), Applied) and (
                    seen is None or seen.value != aim(change, self.codec(task, change), item)
                ):
                    task.end([change], Conflict("changed after it was seen"))

    # -- tell ----------------------------------------------------------------------------------

    def done(self, task: Task) -> None:
        """Record an item's results."""
        ref = task.update.ref
        words = {key: type(outcome).__name__ for key, outcome in task.outcomes.items()}
        self.journal.write("result", type=ref.type_key, id=ref.id, outcomes=words)
        self.tell(f"{ref.type_key}/{ref.id} {', '.join(f'{key} {word}' for key, word in words.items())}")

    def halt(self, reason: str) -> None:
        """Stop the run, for the first reason that came."""
        self.stopped = self.stopped or reason

    def should_stop(self) -> bool:
        """Look at the stop flags: signal, deadline, error budget, fatal answers."""
        if self.stop.event.is_set():
            self.halt("interrupted")
        if self.stop.deadline is not None and time.monotonic() > self.stop.deadline:
            self.halt("the deadline passed")
        if self.stop.max_errors is not None:
            bad = sum(
                isinstance(outcome, Rejected | Unknown | Ignored)
                for task in self.tasks
                for outcome in list(task.outcomes.values())
            )
            if bad > self.stop.max_errors:
                self.halt(f"more than {self.stop.max_errors} errors")
        return self.stopped is not None

    def rows(self) -> Iterator[Row]:
        """Yield one row a field, and the plan's own blocked rows."""
        for task in self.tasks:
            update = task.update
            for change in update.changes:
                yield Row(
                    update.ref, update.title, change.key, change.name, task.outcomes[change.key], change
                )
        for block in self.plan.blocks:
            yield Row(block.ref, block.title, block.key or "", block.name, Blocked(block.reason))

    def moved(self) -> Iterator[str]:
        """Yield what the service moved by itself."""
        for task in self.tasks:
            yield from task.moved


def judged(change: Change, item: Item, codec: Codec) -> Outcome | None:
    """Hold one change against a live value; None means: send it."""
    seen = item.values.get(change.key)
    if seen is None:
        return Blocked(f"the live value cannot be read: {item.unreadable.get(change.key, 'missing')}")
    after = aim(change, codec, item)
    if seen.value == after:
        return Already()
    before = codec.decode(change.before).value
    if change.is_rule:
        rule, live = rule_of(change, codec), seen.value
        assert isinstance(live, frozenset)  # noqa: S101 - rules are made for sets alone
        assert isinstance(before, frozenset)  # noqa: S101 - see above
        right = rule.named - (before ^ rule.of(before))
        if (live ^ before) & right:
            return Conflict("changed since the plan")
    elif seen.value != before:
        return Conflict("changed since the plan")
    objection = codec.objection(seen, after)
    return Blocked(objection) if objection else None


def rule_of(change: Change, codec: Codec) -> Rule:
    """Return the rule of a change in canonical members."""
    parts = [codec.decode(list(part)).value for part in (change.contains, change.excludes)]
    contains, excludes = (part if isinstance(part, frozenset) else frozenset() for part in parts)
    return Rule(contains, excludes)


def aim(change: Change, codec: Codec, item: Item | None) -> Any:
    """Return the canonical value that the change wants of a live item."""
    if not change.is_rule:
        return codec.decode(change.after).value
    seen = item.values.get(change.key) if item else None
    return settle(rule_of(change, codec), seen.value if seen else frozenset())


def in_windows(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the tasks in windows of at most five items of one type."""
    for type_key in sorted({task.update.ref.type_key for task in tasks}):
        same = [task for task in tasks if task.update.ref.type_key == type_key]
        yield from (same[start : start + WINDOW] for start in range(0, len(same), WINDOW))


def has_moved(effect: SideEffect, item: Item) -> bool:
    """Whether a locked role no longer has the members that it had."""
    return frozenset(dict(item.roles).get(effect.role, ())) != frozenset(effect.members)


def moved_line(task: Task, effect: SideEffect, item: Item) -> str:
    """Tell a locked role's move."""
    del item
    who = ", ".join(effect.labels)
    return f"{task.update.ref.type_key}/{task.update.ref.id} {effect.name}: {who} went back to the space's default"
