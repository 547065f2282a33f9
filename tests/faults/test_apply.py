"""Apply against a service that loses answers, lags, ignores, forgets tokens, and has people in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.meegle.http.failures import NoAnswer, NotSent
from reconciler.model.outcomes import word
from reconciler.sandbox import World
from tests.apply.three_stories import BO, STATE, STORY
from tests.road import Memory, app_of, apply_to, calm_world, plan_of, words

if TYPE_CHECKING:
    from tests.conftest import Desk


class Faulty(httpx.BaseTransport):
    """A network that treats the n-th PUT as it is told."""

    def __init__(
        self, world: World, fault: Callable[[int, Callable[[], httpx.Response]], httpx.Response]
    ) -> None:
        self.inner = httpx.WSGITransport(app=app_of(world))
        self.fault = fault
        self.puts = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT":
            return self.inner.handle_request(request)
        self.puts += 1
        return self.fault(self.puts, lambda: self.inner.handle_request(request))


def lost_after(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first PUT is stored and its answer is lost."""
    response = send()
    if n == 1:
        raise NoAnswer("cut")
    return response


def lost_before(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first PUT is lost on its way, and nobody can tell."""
    if n == 1:
        raise NoAnswer("cut")
    return send()


def refused_connection(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first two PUTs find no connection."""
    if n <= 2:
        raise NotSent("refused")
    return send()


def garbage(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer is a page of a proxy, though the PUT was stored."""
    response = send()
    return httpx.Response(502, text="<html>bad gateway</html>") if n == 1 else response


def throttled(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first PUT is refused by rate."""
    if n == 1:
        return httpx.Response(
            429, json={"err_code": 10429, "err_msg": "API Request Frequency Limit", "data": None}
        )
    return send()


@pytest.mark.parametrize(
    ("fault", "stored"),
    [(lost_after, 3), (lost_before, 3), (refused_connection, 3), (garbage, 3), (throttled, 3)],
)
def test_survives_what_a_network_does_to_a_put(
    fault: Callable[[int, Callable[[], httpx.Response]], httpx.Response], stored: int
) -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    report = apply_to(world, plan, Faulty(world, fault))
    assert words(report) == {"applied": 5}
    assert len(world.writes) == stored
    assert plan_of(world, STATE).is_empty


def test_a_repeat_after_a_lost_answer_has_its_own_intent_and_the_same_idempotency_key() -> None:
    world, journal = calm_world(), Memory()
    plan = plan_of(world, STATE)
    apply_to(world, plan, Faulty(world, lost_before), journal)
    intents = [line for line in journal.lines if line["event"] == "intent"]
    assert len(intents) == 4
    keys = [line["idem"] for line in intents]
    assert len(set(keys)) == 3


def test_every_put_leaves_after_its_intent() -> None:
    world, journal = calm_world(), Memory()
    seen: list[tuple[int, int]] = []

    def watch(n: int, send: Callable[[], httpx.Response]) -> httpx.Response:
        seen.append((n, sum(line["event"] == "intent" for line in journal.lines)))
        return send()

    apply_to(world, plan_of(world, STATE), Faulty(world, watch), journal)
    assert len(seen) == 3
    assert all(intents >= n for n, intents in seen)


@pytest.mark.parametrize("index", range(12))
def test_a_token_may_expire_at_any_call(index: int) -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    start = len(world.calls)

    def expire(_: object) -> None:
        if len(world.calls) == start + index:
            world.gate.expire_tokens()

    world.before_call = expire
    assert words(apply_to(world, plan)) == {"applied": 5}
    assert plan_of(world, STATE).is_empty


@pytest.mark.parametrize("index", range(14))
def test_a_person_s_edit_is_kept_or_told_at_every_point_of_the_run(index: int) -> None:
    """Only between the last read before a PUT and the PUT itself, the declared gap, can it be overwritten."""
    world = calm_world()
    plan = plan_of(world, STATE)
    order: list[str] = []

    def watch(made: Any) -> None:
        put = made.method == "PUT" and made.path.endswith(str(STORY))
        order.append("put" if put else "query" if made.path.endswith("story/query") else "other")
        if len(order) == index + 1:
            order.append("edit")
            world.edit(STORY, "field_3724e6", 4242, by=BO)

    world.after_call = watch
    report = apply_to(world, plan)
    rows = {(row.ref.id, row.key): word(row.outcome) for row in report.rows}
    outcome, now = rows[STORY, "field_3724e6"], world.item(STORY).values["field_3724e6"]
    if "put" not in order:
        assert (outcome, now) == ("conflict", 4242)
    elif "edit" not in order or order.index("edit") < order.index("put"):
        before = order[: order.index("put")]
        assert "edit" not in before or "query" not in before[before.index("edit") :]
        assert (outcome, now) == ("conflict" if "edit" in before else "applied", 7)
    elif "query" in order[order.index("edit") :]:
        assert (outcome, now) == ("conflict", 4242)
    else:
        assert (outcome, now) == ("applied", 4242)
    assert rows[STORY + 2, "field_a1b2c3"] == "applied"


@pytest.mark.parametrize("other", ["[{env: b}, {env: a}]", "[{env: a}, {env: b}, {env: a}]"])
def test_rows_that_differ_in_order_or_number_alone_are_a_change(desk: Desk, other: str) -> None:
    item = f"{{id: {STORY}, fields: {{env_rows: %s}}}}"
    desk.stories(item % "[{env: a}, {env: b}]")
    assert desk.run("apply", "--yes").code == 0
    assert desk.run("plan").out.startswith("No changes.")
    desk.stories(item % other)
    assert "Plan: 1 item to update" in desk.run("plan").out
