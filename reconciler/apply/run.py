"""The state that the threads of one apply share: its tasks, its journal, and the reason to stop."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from reconciler.apply.outcomes import PATIENCE, after_sending
from reconciler.apply.ports import Recorder, Remote, Stop
from reconciler.apply.record_check import RecordCheck
from reconciler.apply.task import Task
from reconciler.clock import real_now, ticks
from reconciler.errors import ReconcilerError, told_as
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.http.verdict import Fatal, NotWritten, Refused
from reconciler.model import Change, Plan
from reconciler.model.outcomes import Ignored, NotTried, Outcome, Rejected, Unknown, word
from reconciler.plan.openings import closed_words


class Run:
    """One apply.  `on_item` is given a line for each item that has ended, by whatever thread ended it."""

    def __init__(
        self,
        plan: Plan,
        remote: Remote,
        journal: Recorder,
        stop: Stop,
        on_item: Callable[[str], None] = lambda _: None,
        now: Callable[[], datetime] = real_now,
    ) -> None:
        """Make a task of each update.  `now` is asked whether the windows of the space are open."""
        self.plan = plan
        self.remote = remote
        self.journal = journal
        self.stop = stop
        self.on_item = on_item
        self.now = now
        conditions = {rule.name: rule.conditions for rule in plan.rules}
        self.tasks = [Task(update, conditions=conditions) for update in plan.updates]
        self.record_check = RecordCheck(remote)
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._oldest = 0.0

    @property
    def gap(self) -> float:
        """The age, in seconds, of the oldest read on which a PUT was sent."""
        return self._oldest

    def trusted(self, age: float) -> None:
        """Note the age of a read on which a PUT is sent."""
        with self._lock:
            self._oldest = max(self._oldest, age)

    @property
    def stopped(self) -> str | None:
        """Why the run ended early, None if it did not."""
        return self._reason or ("interrupted" if self.stop.asked.is_set() else None)

    def halt(self, error: Exception | str) -> None:
        """Stop the run; the first reason is kept."""
        told = str(told_as(error)) if isinstance(error, Exception) else error
        with self._lock:
            self._reason = self._reason or ("interrupted" if isinstance(error, Interrupted) else told)

    def should_stop(self) -> bool:
        """Look at the stop flags: signal, deadline, error budget, windows, what ended the run already."""
        if self.stopped is not None:
            return True
        if self.stop.deadline is not None and ticks() > self.stop.deadline:
            self.halt("the deadline passed")
        elif self.stop.max_errors is not None and self.errors() > self.stop.max_errors:
            self.halt(f"more than {self.stop.max_errors} errors")
        elif self.plan.openings.calendars and (closed := closed_words(self.plan, self.now())):
            self.halt(closed)
        return self.stopped is not None

    def errors(self) -> int:
        """Return how many changes have ended as rejected, unknown or ignored so far."""
        ended = [outcome for task in self.tasks for outcome in list(task.outcomes.values())]
        return sum(isinstance(one, Rejected | Unknown | Ignored) for one in ended)

    def conclude(self, task: Task) -> None:
        """Give every open change of an item its outcome, and record all of them."""
        for one in task.open:
            task.end([one], self.outcome(task, one.change))
        self.record(task)
        ended = Counter(word(outcome) for outcome in task.outcomes.values())
        counts = ", ".join(f"{n} {what}" for what, n in ended.items())
        self.on_item(f"{self.plan.address(task.ref)}  {counts}")

    def record(self, task: Task) -> None:
        """Write the outcomes of an item to the journal; of two such lines the later one holds."""
        ended = task.outcomes.items()
        words = {key: type(outcome).__name__ for key, outcome in ended}
        reasons = {key: reason for key, outcome in ended if (reason := reason_of(outcome))}
        names = {change.key: change.name for change in task.update.changes}
        try:
            self.journal.write(
                "result",
                type=task.ref.type_key,
                id=task.ref.id,
                outcomes=words,
                title=task.update.title,
                names=names,
                reasons=reasons,
            )
        except ReconcilerError as error:
            self.halt(error)

    def outcome(self, task: Task, change: Change) -> Outcome:
        """Decide what became of a change, by the reads and the verdict so far."""
        verdict = task.verdict
        if verdict is None or task.before is None:
            return NotTried(self.stopped or "the run stopped")
        one = task.bound[change.key]
        if self.stop.asked.is_set() and not one.is_live(task.after):
            if isinstance(verdict, NotWritten):
                return NotTried("interrupted")
            if not isinstance(verdict, Refused | Fatal):
                return Unknown("interrupted before it was seen")
        return after_sending(
            one,
            before=task.before,
            item=task.after,
            verdict=verdict,
            user_key=self.remote.user_key,
            waited=sum(PATIENCE),
        )


def reason_of(outcome: Outcome) -> str | None:
    """Return why a change ended so; None where the word alone says it."""
    return outcome.got if isinstance(outcome, Ignored) else getattr(outcome, "reason", None)
