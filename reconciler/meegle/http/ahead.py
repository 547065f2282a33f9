"""Questions that are asked before their turn, so that they wait for the service together.

A run asks one thing after the other, and the first bad answer ends it.  Most questions do not need the
answers to those before them, though.  Whoever knows what will be asked names it here.  The questions leave at
once, and `Client.read` takes each answer when the turn of its question has come.  So what is judged, in which
order, and which error ends the run do not depend on which answer came first.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from reconciler.meegle.http.endpoints import Endpoint

MOST: Final = 16
"""Questions that wait for the service at the same time; the others follow."""
ENDING: Final = 1.0
"""Seconds that calls under way get when the connections are closed."""


class Question(NamedTuple):
    """One read of one endpoint.

    `members`: all that will be read of each row of the answer's `data`; None for all of it.
    """

    endpoint: Endpoint
    path: Mapping[str, str] = MappingProxyType({})
    body: object | None = None
    members: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """Return one text for equal questions."""
        return json.dumps([self.endpoint.name, dict(self.path), self.body], sort_keys=True)


Answer: TypeAlias = dict[str, Any]


class Ahead:
    """Answers that are under way, by question; each is taken once.  `ask` asks the service."""

    def __init__(self, ask: Callable[[Question], Answer]) -> None:
        """Nothing is asked yet."""
        self._ask = ask
        self._answers: dict[str, Future[Answer]] = {}
        self._threads: list[threading.Thread] = []

    def take(self, question: Question) -> Answer | None:
        """Wait for the answer and return it, or raise what the question raised; None if nobody asked it."""
        answer = self._answers.pop(question.key, None) if self._answers else None
        return None if answer is None else answer.result()

    @contextmanager
    def asked(self, questions: Iterable[Question]) -> Iterator[None]:
        """Ask now what will be read within this block; answers that nobody took are dropped at its end."""
        mine: dict[str, Future[Answer]] = {}
        waiting: deque[tuple[Question, Future[Answer]]] = deque()
        for one in questions:
            if one.key not in self._answers and one.key not in mine:
                mine[one.key] = Future()
                waiting.append((one, mine[one.key]))
        if self._started(waiting):
            self._answers |= mine
        try:
            yield
        finally:
            for key, answer in mine.items():
                answer.cancel()
                if self._answers.get(key) is answer:
                    del self._answers[key]

    def _started(self, waiting: deque[tuple[Question, Future[Answer]]]) -> bool:
        """Start the threads; False if the machine has none left, and every question waits for its turn."""
        # Daemons, since a run that has ended by one answer does not wait for the others.
        self._threads = [one for one in self._threads if one.is_alive()]
        begun = len(self._threads)
        with suppress(RuntimeError):
            for _ in range(min(MOST, len(waiting))):
                thread = threading.Thread(target=self._work, args=(waiting,), daemon=True)
                thread.start()
                self._threads.append(thread)
        return len(self._threads) > begun

    def close(self) -> None:
        """Let calls under way end, for a moment."""
        until = time.monotonic() + ENDING
        for one in self._threads:
            one.join(max(0.0, until - time.monotonic()))

    def _work(self, waiting: deque[tuple[Question, Future[Answer]]]) -> None:
        with suppress(IndexError):
            while True:
                question, answer = waiting.popleft()
                if answer.set_running_or_notify_cancel():
                    self._answer(question, answer)

    def _answer(self, question: Question, answer: Future[Answer]) -> None:
        try:
            found = self._ask(question)
        except BaseException as error:  # noqa: BLE001 - raised where the answer is taken
            answer.set_exception(error)
        else:
            answer.set_result(found)
