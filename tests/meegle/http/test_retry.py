"""Reads are asked again while that may help; a write never is."""

from __future__ import annotations

import threading

import httpx
import pytest

from reconciler.meegle.http.client import Client
from reconciler.meegle.http.endpoints import QUERY
from reconciler.meegle.http.failures import (
    ApiRefusal,
    Interrupted,
    Redirected,
    StopCode,
    Unreachable,
)
from tests.meegle.http.clients import PATH, client_for
from tests.meegle.http.doubles import (
    Reaction,
    Service,
    Time,
    connected,
    good,
    refusal,
)

READS_AGAIN: list[Reaction] = [
    httpx.ConnectError("boom"),
    httpx.ReadTimeout("boom"),
    httpx.RemoteProtocolError("boom"),
    httpx.Response(502, text="<html>Bad Gateway</html>"),
    httpx.Response(200, text=""),
    httpx.Response(200, text="{}"),
    refusal(10429, "API Request Frequency Limit", 429),
    refusal(10429, "API Request Frequency Limit", 200),
    refusal(50005, "Internal Server Error", 500),
    refusal(50006, "openapi system err, please try again later", 500),
]


@pytest.mark.parametrize("reaction", READS_AGAIN)
def test_a_read_is_asked_again_after_trouble_that_passes(reaction: Reaction) -> None:
    service = Service(reaction, reaction, good([1]))
    with client_for(service) as client:
        assert client.read(QUERY, path=PATH)["data"] == [1]
        assert client.counts.reads == {"query": 3}
        assert client.counts.retries == 2


READS_ONCE: list[tuple[Reaction, type[Exception]]] = [
    (refusal(30005, "WorkItem Not Found", 404), ApiRefusal),
    (refusal(10001, "No Permission", 403), ApiRefusal),
    (refusal(50006, "No right to edit", 500), ApiRefusal),
    (refusal(10404, "No Project Permission", 403), StopCode),
    (httpx.Response(302, headers={"Location": "https://evil.example/"}), Redirected),
    (httpx.Response(404, text="<html>"), Unreachable),
    (httpx.Response(200, headers={"Content-Encoding": "br"}, text="{}"), Unreachable),
]


@pytest.mark.parametrize(("reaction", "expected"), READS_ONCE)
def test_a_read_is_not_asked_again_where_time_does_not_help(
    reaction: Reaction, expected: type[Exception]
) -> None:
    service = Service(reaction, good([1]))
    with client_for(service) as client, pytest.raises(expected):
        client.read(QUERY, path=PATH)
    assert len(service.requests) == 1


def test_trouble_that_does_not_pass_ends_after_six_attempts() -> None:
    service = Service(httpx.ConnectError("boom"))
    with client_for(service) as client, pytest.raises(Unreachable, match="no connection"):
        client.read(QUERY, path=PATH)
    assert len(service.requests) == 6


def test_the_retries_of_a_run_are_counted_together() -> None:
    service = Service(httpx.ConnectError("boom"))
    with client_for(service, retries=7) as client:
        for _ in range(4):
            with pytest.raises(Unreachable):
                client.read(QUERY, path=PATH)
        assert client.counts.retries == 7
    assert len(service.requests) == 4 + 7


def test_a_wish_to_wait_is_honoured_between_two_reads() -> None:
    clock = Time()
    with client_for(Service(refusal(10429, status=429, retry_after="42"), good()), clock=clock) as client:
        client.read(QUERY, path=PATH)
    assert 42 <= clock.now - 1000 <= 63


def test_pauses_have_full_jitter_and_stay_short() -> None:
    clock = Time()
    with client_for(Service(httpx.ReadError("boom")), clock=clock) as client, pytest.raises(Unreachable):
        client.read(QUERY, path=PATH)
    assert len(clock.waits) == 5
    assert all(wait <= limit for wait, limit in zip(clock.waits, [0.5, 1, 2, 4, 8], strict=True))
    assert len(set(clock.waits)) == 5


def test_a_stop_ends_the_waiting_for_another_try() -> None:
    stop = threading.Event()
    service = Service(httpx.ConnectError("boom"))
    with Client(connected(), transport=service, stop=stop) as client:
        stop.set()
        with pytest.raises(Interrupted):
            client.read(QUERY, path=PATH)
        with pytest.raises(Interrupted):
            client.permit()
    assert service.requests == []


def test_a_stop_between_two_tries_of_a_read_ends_it() -> None:
    clock = Time()

    class StopsAfterOne(Service):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            clock.stopped = clock.stopped or not request.url.path.endswith("plugin_token")
            return super().handle_request(request)

    service = StopsAfterOne(httpx.ConnectError("boom"))
    with client_for(service, clock=clock) as client, pytest.raises(Interrupted):
        client.read(QUERY, path=PATH)
    assert len(service.requests) == 1
