"""Questions that are asked before their turn."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.ahead import MOST, Ahead, Question
from reconciler.meegle.http.endpoints import ALL_TYPES, META, USER_QUERY

PATH = {"project_key": "demo"}
TYPES = Question(ALL_TYPES, PATH)


def people(word: str) -> Question:
    return Question(USER_QUERY, body={"emails": [word]})


class Service:
    """Answers with the question; `held` waits to be let go, `bad` is refused."""

    def __init__(self, held: Question | None = None, bad: tuple[Question, ...] = ()) -> None:
        self.held, self.bad = held, bad
        self.let_go = threading.Event()
        self.asked: list[Question] = []

    def ask(self, question: Question) -> dict[str, Any]:
        self.asked.append(question)
        if question == self.held:
            self.let_go.wait(5)
        if question in self.bad:
            raise CannotRun(f"no answer to {question.key}", "ask another")
        return {"data": question.key}


def test_questions_wait_together_and_each_answer_is_taken_in_its_turn() -> None:
    service = Service(held=TYPES)
    ahead = Ahead(service.ask)
    with ahead.asked([TYPES, people("a"), people("b")]):
        assert ahead.take(people("b")) == {"data": people("b").key}
        assert ahead.take(people("a")) == {"data": people("a").key}
        service.let_go.set()
        assert ahead.take(TYPES) == {"data": TYPES.key}


def test_an_answer_is_taken_once_and_what_nobody_asked_is_not_there() -> None:
    ahead = Ahead(Service().ask)
    with ahead.asked([TYPES]):
        assert ahead.take(Question(META, {**PATH, "type_key": "story"})) is None
        assert ahead.take(TYPES)
        assert ahead.take(TYPES) is None


def test_an_error_is_raised_where_its_answer_is_taken() -> None:
    ahead = Ahead(Service(bad=(people("a"), TYPES)).ask)
    with ahead.asked([TYPES, people("a"), people("b")]):
        assert ahead.take(people("b"))
        with pytest.raises(CannotRun, match="all_types"):
            ahead.take(TYPES)
        with pytest.raises(CannotRun, match="user_query"):
            ahead.take(people("a"))


def test_what_nobody_took_is_forgotten_at_the_end() -> None:
    ahead = Ahead(Service().ask)
    with ahead.asked([TYPES]):
        pass
    assert ahead.take(TYPES) is None


def test_the_same_question_is_asked_once_also_in_a_block_within() -> None:
    service = Service()
    ahead = Ahead(service.ask)
    with ahead.asked([TYPES, TYPES]):
        with ahead.asked([TYPES, people("a")]):
            assert ahead.take(people("a"))
        assert ahead.take(TYPES)
    assert sorted(one.key for one in service.asked) == sorted([TYPES.key, people("a").key])


def test_many_questions_are_asked_by_a_few_threads() -> None:
    service = Service()
    ahead = Ahead(service.ask)
    some = [people(str(number)) for number in range(5 * MOST)]
    with ahead.asked(some):
        assert [ahead.take(one) for one in some] == [{"data": one.key} for one in some]
    assert len(service.asked) == len(some)


def test_without_a_thread_nothing_is_asked_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    service = Service()
    ahead = Ahead(service.ask)
    with ahead.asked([TYPES]):
        assert ahead.take(TYPES) is None
    assert service.asked == []


def test_a_block_that_ends_early_does_not_wait_for_the_others_and_closing_does_for_a_moment() -> None:
    service = Service(held=people("b"), bad=(TYPES,))
    ahead = Ahead(service.ask)
    began = time.monotonic()
    with pytest.raises(CannotRun), ahead.asked([TYPES, people("b")]):
        ahead.take(TYPES)
    assert time.monotonic() - began < 1
    service.let_go.set()
    ahead.close()
    assert not any(one.is_alive() for one in ahead._threads)
