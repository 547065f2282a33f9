"""The pace: even, within the limits, slower when refused, and ended by a stop."""

from __future__ import annotations

import threading
import time
from collections import deque

import httpx
import pytest

from reconciler.meegle.http.client import Client
from reconciler.meegle.http.endpoints import FILTER, QUERY, UPDATE
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.http.throttle import Pace, Permit
from tests.meegle.http.doubles import TOKEN_PATH, Service, Time, connected, good, refusal, token_answer


def moments(pace: Pace, clock: Time, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        pace.take()
        taken.append(clock.now)
    return taken


def most_within(taken: list[float], window: float) -> int:
    """Return the largest number of moments in any half-open window of that many seconds."""
    inside: deque[float] = deque()
    most = 0
    for moment in taken:
        inside.append(moment)
        while inside[0] <= moment - window:
            inside.popleft()
        most = max(most, len(inside))
    return most


def test_a_hundred_requests_take_hardly_more_than_the_limit_asks_and_never_crowd() -> None:
    clock = Time()
    taken = moments(Pace(15, None, clock=clock.clock, wait=clock.wait), clock, 100)
    assert most_within(taken, 1.0) == 15
    assert 99 / 15 < taken[-1] - taken[0] <= 1.015 * 99 / 15


def test_a_long_scan_keeps_to_its_limit_a_minute_and_a_short_one_runs_at_full_speed() -> None:
    clock = Time()
    taken = moments(Pace(15, 450, clock=clock.clock, wait=clock.wait), clock, 1500)
    assert most_within(taken, 60.0) <= 450
    assert most_within(taken, 1.0) == 15
    assert taken[49] - taken[0] <= 1.015 * 49 / 15
    assert taken[-1] - taken[0] <= 1500 / 7


def test_a_pause_is_no_credit_for_a_burst() -> None:
    clock = Time()
    pace = Pace(15, None, clock=clock.clock, wait=clock.wait)
    pace.take()
    clock.now += 3600
    assert most_within(moments(pace, clock, 40), 1.0) == 15


def test_a_refusal_halves_the_pace_once_for_all_that_were_under_way_and_it_recovers() -> None:
    clock = Time()
    pace = Pace(15, None, clock=clock.clock, wait=clock.wait)
    sent = moments(pace, clock, 4)
    for at in sent:
        pace.slow_down(at, None)
    halved = moments(pace, clock, 11)
    assert halved[-1] - halved[1] == pytest.approx(9 * 2 * 1.01 / 15, rel=0.02)
    clock.now += 31
    pace.take()
    recovered = moments(pace, clock, 11)
    assert recovered[-1] - recovered[1] == pytest.approx(9 * 1.01 / 15, rel=0.02)


def test_a_wish_to_wait_holds_the_whole_endpoint_up_to_two_minutes() -> None:
    clock = Time()
    pace = Pace(0, None, clock=clock.clock, wait=clock.wait)
    pace.slow_down(clock.now, 30.0)
    assert moments(pace, clock, 2) == [1030.0, 1030.0]
    pace.slow_down(clock.now, 5000.0)
    assert moments(pace, clock, 1) == [1150.0]


def test_without_a_limit_nothing_waits() -> None:
    clock = Time()
    assert moments(Pace(0, 450, clock=clock.clock, wait=clock.wait), clock, 1000)[-1] == 1000.0
    assert clock.waits == []


def test_a_stop_wakes_every_waiter_at_once() -> None:
    stop = threading.Event()
    pace = Pace(0.1, None, clock=time.monotonic, wait=stop.wait)
    pace.take()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            pace.take()
        except Interrupted as error:
            ended.append(error)

    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    stop.set()
    for thread in threads:
        thread.join()
    assert len(ended) == 4
    assert time.monotonic() - began < 1


def test_a_permit_is_for_one_request_to_one_endpoint() -> None:
    permit = Permit(UPDATE)
    assert not permit.spend(QUERY)
    assert permit.spend(UPDATE)
    assert not permit.spend(UPDATE)


def test_endpoints_do_not_wait_for_each_other_but_items_of_one_endpoint_do() -> None:
    clock = Time()
    connection = connected(MEEGLE_RATE="15")
    with Client(connection, transport=Service(), wait=clock.wait, clock=clock.clock) as client:
        client.read(QUERY, path={"project_key": "demo", "type_key": "story"})
        client.read(FILTER, path={"project_key": "demo"})
        assert clock.waits == []
        client.read(QUERY, path={"project_key": "other", "type_key": "issue"})
        assert sum(clock.waits) == pytest.approx(1.01 / 15, rel=0.01)


def test_a_put_with_its_permit_does_not_wait_again() -> None:
    clock = Time()
    connection = connected(MEEGLE_RATE="15")
    with Client(connection, writes=True, transport=Service(), wait=clock.wait, clock=clock.clock) as client:
        for number in range(1, 4):
            permit = client.permit()
            before = clock.now
            client.update(
                project_key="demo",
                type_key="story",
                item_id=number,
                update_fields=[],
                idem="i",
                permit=permit,
            )
            assert clock.now == before
    assert sum(clock.waits) == pytest.approx(2 * 1.01 / 15, rel=0.01)


class Limited(httpx.BaseTransport):
    """A service that counts a sliding second of 15, answers after a while, and refuses the rest."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.lock = threading.Lock()
        self.arrived: list[float] = []
        self.refused = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN_PATH:
            return token_answer()
        with self.lock:
            now = time.monotonic()
            crowded = sum(1 for at in self.arrived if at > now - 1.0) >= 15
            self.arrived.append(now)
            self.refused += crowded
        time.sleep(self.latency)
        return refusal(10429, status=429) if crowded else good()


def test_four_threads_fill_the_limit_and_are_never_refused() -> None:
    service = Limited(latency=0.05)
    with Client(connected(MEEGLE_RATE="15"), transport=service) as client:

        def ask() -> None:
            for _ in range(8):
                client.read(QUERY, path={"project_key": "demo", "type_key": "story"})

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    taken = service.arrived[-1] - service.arrived[0]
    assert service.refused == 0
    assert len(service.arrived) == 32
    # Generous: the machine that runs the tests may be busy.  The fake clock above is exact.
    assert taken <= 1.25 * 31 / 15
