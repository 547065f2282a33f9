"""Reading, writing and the token, against a service whose answers are prepared."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.endpoints import ALL_TYPES, QUERY, USER_QUERY
from reconciler.meegle.http.failures import (
    ApiRefusal,
    KeepsThrottling,
    Redirected,
    StopCode,
    TokenRefused,
    WriteRefused,
)
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten, Refused, Verdict
from tests.meegle.http.clients import FIELDS, PATH, client_for, put
from tests.meegle.http.doubles import (
    SECRET,
    TOKEN,
    TOKEN_PATH,
    USER,
    Reaction,
    Service,
    Time,
    connected,
    good,
    no_wait,
    refusal,
    token_answer,
)


def test_a_read_carries_who_asks_and_gives_the_whole_answer() -> None:
    service = Service(good([{"id": 7}]))
    with client_for(service) as client:
        body = client.read(QUERY, path=PATH, body={"work_item_ids": [7]})
    assert body == {"err_code": 0, "err_msg": "", "err": {}, "data": [{"id": 7}]}
    [request] = service.requests
    assert (request.method, request.url.path) == ("POST", "/open_api/demo/work_item/story/query")
    assert json.loads(request.content) == {"work_item_ids": [7]}
    assert request.headers["X-PLUGIN-TOKEN"] == TOKEN
    assert request.headers["X-USER-KEY"] == USER
    assert request.headers["x-auth-mode"] == "1"
    assert request.headers["Content-Type"] == "application/json"
    assert "X-IDEM-UUID" not in request.headers
    [asked] = service.token_requests
    assert json.loads(asked.content) == {
        "plugin_id": "MII_0123456789ABCDEF",
        "plugin_secret": SECRET,
        "type": 0,
    }
    assert "X-PLUGIN-TOKEN" not in asked.headers


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Wed, 25 Nov 2026 10:00:00 GMT", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("Wed, 25 Nov 2026 12:00:00 +0200", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("Wed, 25 Nov 2026 10:00:00 -0000", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("Wed, 25 Nov 99999999999999999999 10:00:00 GMT", None),
        ("just now", None),
    ],
)
def test_the_time_of_the_service_is_a_moment_or_nothing(date: str, told: datetime | None) -> None:
    answer = good()
    answer.headers["date"] = date
    with client_for(Service(answer)) as client:
        assert client.service_time is None
        client.read(ALL_TYPES, path=PATH)
        assert client.service_time == told


@pytest.mark.parametrize("wish", ["Wed, 25 Nov 99999999999999999999 10:00:00 GMT", "9" * 30, "²", "soon"])
def test_a_wish_to_wait_that_means_nothing_is_no_wish(wish: str) -> None:
    throttled = httpx.Response(
        429, json={"err_code": 10429, "err_msg": "slow"}, headers=[(b"retry-after", wish.encode())]
    )
    with client_for(Service(throttled), writes=True) as client:
        assert put(client) == NotWritten("throttled", "slow")


def test_the_authority_mode_is_left_out_where_it_is_switched_off() -> None:
    service = Service()
    with Client(connected(MEEGLE_AUTH_MODE="0"), transport=service, wait=no_wait) as client:
        client.read(ALL_TYPES, path=PATH)
    assert "x-auth-mode" not in service.requests[0].headers


def test_an_update_is_one_put_with_its_key() -> None:
    service = Service(good({}))
    with client_for(service, writes=True) as client:
        assert put(client) == Accepted("")
    [request] = service.requests
    assert (request.method, request.url.path) == ("PUT", "/open_api/demo/work_item/story/7")
    assert json.loads(request.content) == {"update_fields": FIELDS}
    assert request.headers["X-IDEM-UUID"] == "4a7c1f1e-0d2b"


WRITE_ENDS: list[tuple[Reaction, Verdict]] = [
    (httpx.ConnectError("boom"), NotWritten("connection", "no connection")),
    (httpx.ConnectTimeout("boom"), NotWritten("connection", "the connection was not opened in time")),
    (httpx.PoolTimeout("boom"), NotWritten("connection", "no free connection")),
    (httpx.ProxyError("boom"), NotWritten("connection", "the proxy refused")),
    (httpx.ReadTimeout("boom"), Ambiguous("no whole answer in time", None, "", repeatable=True)),
    (httpx.WriteTimeout("boom"), Ambiguous("not sent in time", None, "", repeatable=True)),
    (httpx.ReadError("boom"), Ambiguous("the connection broke", None, "", repeatable=True)),
    (httpx.WriteError("boom"), Ambiguous("the connection broke", None, "", repeatable=True)),
    (httpx.CloseError("boom"), Ambiguous("the connection broke", None, "", repeatable=True)),
    (
        httpx.RemoteProtocolError("boom"),
        Ambiguous("the connection was cut or spoke no HTTP", None, "", repeatable=True),
    ),
    (httpx.DecodingError("boom"), Ambiguous("the call failed", None, "", repeatable=True)),
    (httpx.Response(504), Ambiguous("an empty answer, HTTP 504", None, "", repeatable=True)),
    (refusal(20006, "field [x] is illegal"), Refused(20006, "field [x] is illegal", "2026L0G")),
    (refusal(10429, "slow", 429, retry_after="3"), NotWritten("throttled", "slow", 3.0)),
    (refusal(10430, "seen", 429), Ambiguous("seen", 10430, "2026L0G", repeatable=False)),
    (refusal(10022, "Check Token Failed", 401), NotWritten("token", "Check Token Failed")),
    (
        refusal(50006, "please try again later", 500),
        Ambiguous("please try again later", 50006, "2026L0G", repeatable=False),
    ),
]


@pytest.mark.parametrize(("reaction", "expected"), WRITE_ENDS)
def test_whatever_the_wire_does_a_put_is_sent_once_and_ends_in_a_verdict(
    reaction: Reaction, expected: Verdict
) -> None:
    service = Service(reaction)
    with client_for(service, writes=True) as client:
        assert put(client) == expected
        assert client.counts.puts == 1
        assert client.counts.retries == 0
    assert len(service.requests) == 1


@pytest.mark.parametrize("code", [10301, 1000051743, 1000051942])
def test_a_put_after_which_nothing_can_succeed_is_fatal(code: int) -> None:
    with client_for(Service(refusal(code, "No")), writes=True) as client:
        result = put(client)
    assert isinstance(result, Fatal)
    assert isinstance(result.error, StopCode)


def test_a_client_that_may_not_write_stops_its_own_update() -> None:
    service = Service()
    with client_for(service) as client, pytest.raises(WriteRefused):
        put(client)
    assert service.requests == []


def test_a_key_that_no_header_can_carry_is_refused_before_anything_is_sent() -> None:
    service = Service()
    with client_for(service, writes=True) as client:
        permit = client.permit()
        with pytest.raises(ValueError, match="X-IDEM-UUID"):
            client.update(
                project_key="demo", type_key="story", item_id=7, update_fields=[], idem="a\nb", permit=permit
            )
    assert service.requests == []


def test_a_refusal_tells_its_parts() -> None:
    service = Service(refusal(30005, "WorkItem Not Found", 404))
    with client_for(service) as client, pytest.raises(ApiRefusal) as caught:
        client.read(QUERY, path=PATH)
    error = caught.value
    assert (error.code, error.message, error.log_id) == (30005, "WorkItem Not Found", "2026L0G")
    assert (error.status, error.endpoint) == (404, "query")
    assert str(error) == 'query was refused: 30005 "WorkItem Not Found" (log id 2026L0G)'


def test_throttling_that_does_not_pass_says_that_the_limit_is_shared() -> None:
    with client_for(Service(refusal(10429, status=429))) as client, pytest.raises(KeepsThrottling):
        client.read(QUERY, path=PATH)


@pytest.mark.parametrize("code", [10021, 10022, 10211])
def test_a_refused_token_is_renewed_once_and_the_read_repeated(code: int) -> None:
    service = Service(refusal(code, status=401), good([1]), tokens=(token_answer("p-1"), token_answer("p-2")))
    with client_for(service) as client:
        assert client.read(QUERY, path=PATH)["data"] == [1]
        assert client.token_generation == 2
    assert [request.headers["X-PLUGIN-TOKEN"] for request in service.requests] == ["p-1", "p-2"]


def test_a_fresh_token_that_is_refused_too_ends_the_run() -> None:
    service = Service(refusal(10211, "token is nil", 403))
    with client_for(service) as client, pytest.raises(TokenRefused, match="MEEGLE_USER_KEY"):
        client.read(QUERY, path=PATH)
    assert len(service.requests) == 2


def test_after_a_put_with_a_refused_token_the_next_one_has_a_new_token() -> None:
    service = Service(refusal(10022, status=401), good(), tokens=(token_answer("p-1"), token_answer("p-2")))
    with client_for(service, writes=True) as client:
        assert put(client) == NotWritten("token", "")
        assert put(client) == Accepted("")
    assert [request.headers["X-PLUGIN-TOKEN"] for request in service.requests] == ["p-1", "p-2"]


def test_the_token_is_renewed_before_it_ends_and_not_before_it_must() -> None:
    clock = Time()
    service = Service(tokens=(token_answer("p-1", 7200), token_answer("p-2", 7200)))
    with client_for(service, clock=clock) as client:
        for moment, expected in ((1000, "p-1"), (8019, "p-1"), (8021, "p-2")):
            clock.now = moment
            client.read(USER_QUERY)
            assert service.requests[-1].headers["X-PLUGIN-TOKEN"] == expected
    assert len(service.token_requests) == 2


def test_a_service_that_repeats_its_old_token_is_not_asked_at_every_request() -> None:
    clock = Time()
    lives = [token_answer("p-1", left) for left in (180, 90, 45, 22, 11, 5, 2, 1)]
    service = Service(tokens=(*lives, token_answer("p-2", 7200)))
    with client_for(service, clock=clock) as client:
        for _ in range(181):
            client.read(USER_QUERY)
            clock.now += 1
        assert client.token_generation == 2
    assert len(service.token_requests) <= 9


def test_many_threads_fetch_one_token() -> None:
    class Renewed(Service):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(0.02)
            answer = super().handle_request(request)
            return refusal(10022, status=401) if request.headers.get("X-PLUGIN-TOKEN") == "p-1" else answer

    service = Renewed(tokens=(token_answer("p-1"), token_answer("p-2")))
    with client_for(service) as client:
        barrier = threading.Barrier(8)

        def ask() -> None:
            barrier.wait()
            client.read(QUERY, path=PATH)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(service.token_requests) == 2
    sent = Counter(request.headers["X-PLUGIN-TOKEN"] for request in service.requests)
    assert sent["p-2"] == 8
    assert sent["p-1"] == len(service.requests) - 8


NO_TOKEN: list[tuple[Reaction, str]] = [
    (
        httpx.Response(200, json={"data": {}, "error": {"code": 10204, "msg": "bad"}}),
        "plugin id or its secret is wrong",
    ),
    (httpx.Response(200, json={"data": {}, "error": {"code": 77, "msg": "odd"}}), "gives no token"),
    (httpx.Response(200, json={"data": {}, "error": {"code": 0}}), "gives no token"),
    (httpx.Response(200, json={"data": None, "error": {"code": 0}}), "gives no token"),
    (token_answer(""), "gives no token"),
    (token_answer("p-1\nX-Evil: 1"), "gives no token"),
    (token_answer("p-1", 0), "gives no token"),
    (token_answer("p-1", -5), "gives no token"),
    (token_answer("p-1", "7200"), "gives no token"),
    (token_answer("p-1", None), "gives no token"),
    (token_answer("p-1", 1e300), "gives no token"),
    (httpx.ConnectError("boom"), "no connection"),
    (httpx.Response(302, headers={"Location": "https://evil.example"}), "redirect"),
]


@pytest.mark.parametrize(("reaction", "words"), NO_TOKEN)
def test_without_a_token_nothing_is_asked_and_the_reason_is_plain(reaction: Reaction, words: str) -> None:
    service = Service(tokens=(reaction,))
    with client_for(service, writes=True) as client:
        with pytest.raises(CannotRun, match=words):
            client.read(QUERY, path=PATH)
        with pytest.raises(CannotRun, match=words):
            client.permit()
    assert service.requests == []


def test_a_token_that_cannot_be_renewed_while_a_put_waits_is_proof_that_nothing_was_written() -> None:
    clock = Time()
    service = Service(tokens=(token_answer("p-1", 7200), httpx.ConnectError("boom")))
    with client_for(service, writes=True, clock=clock) as client:
        permit = client.permit()
        clock.now += 7200
        result = client.update(
            project_key="demo", type_key="story", item_id=7, update_fields=[], idem="i", permit=permit
        )
    assert isinstance(result, NotWritten)
    assert result.kind == "connection"
    assert service.requests == []


@pytest.mark.parametrize(
    ("renewal", "expected"),
    [
        (httpx.Response(200, json={"error": {"code": 10204, "msg": "bad"}}), StopCode),
        (httpx.Response(302), Redirected),
    ],
)
def test_a_token_that_is_refused_while_a_put_waits_is_fatal(
    renewal: Reaction, expected: type[CannotRun]
) -> None:
    clock = Time()
    service = Service(tokens=(token_answer("p-1", 7200), renewal))
    with client_for(service, writes=True, clock=clock) as client:
        permit = client.permit()
        clock.now += 7200
        result = client.update(
            project_key="demo", type_key="story", item_id=7, update_fields=[], idem="i", permit=permit
        )
    assert isinstance(result, Fatal)
    assert isinstance(result.error, expected)
    assert service.requests == []


def test_a_stop_while_a_put_waits_for_a_token_is_proof_that_nothing_was_written() -> None:
    clock = Time()
    service = Service(tokens=(token_answer("p-1", 7200), httpx.ConnectError("boom")))
    with client_for(service, writes=True, clock=clock) as client:
        permit = client.permit()
        clock.now += 7200
        clock.stopped = True
        result = client.update(
            project_key="demo", type_key="story", item_id=7, update_fields=[], idem="i", permit=permit
        )
    assert result == NotWritten("connection", "interrupted before it was sent")
    assert service.requests == []


def test_a_wsgi_application_can_stand_in_for_the_service() -> None:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [(token_answer() if environ["PATH_INFO"] == TOKEN_PATH else good(["wsgi"])).content]

    transport = httpx.WSGITransport(app=application)
    with Client(connected(), writes=True, transport=transport, wait=no_wait) as client:
        assert client.read(QUERY, path=PATH)["data"] == ["wsgi"]
        assert put(client) == Accepted("")
