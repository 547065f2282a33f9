"""Real sockets: time limits, size limits, redirects, cut connections, TLS."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from reconciler.meegle.http.endpoints import QUERY
from reconciler.meegle.http.failures import Redirected, TlsFailed, Unreachable
from reconciler.meegle.http.verdict import Accepted, Ambiguous, Fatal, NotWritten
from tests.meegle.http.doubles import (
    SECRET,
    TOKEN,
    connected,
    http,
    raw_server,
    raw_token,
    request_from,
)
from tests.meegle.http.wire import GOOD, PATH, client_for, put, sending, serving, verdict_on


def test_a_good_answer_over_a_real_socket() -> None:
    assert verdict_on(sending(http(GOOD, "200 OK", "X-Tt-Logid: L0G"))) == Accepted("L0G")


def test_a_connection_is_used_again() -> None:
    opened: list[int] = []

    def serve(connection: socket.socket) -> None:
        opened.append(1)
        while request := request_from(connection):
            answer = raw_token() if b"plugin_token" in request else http(GOOD)
            connection.sendall(answer.replace(b"Connection: close\r\n", b""))

    with raw_server(serve) as base_url, client_for(connected(base_url)) as client:
        for _ in range(5):
            client.read(QUERY, path=PATH)
    assert len(opened) == 1


def slow_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        connection.sendall(f"X-{number}: x\r\n".encode())
        time.sleep(0.02)


def slow_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.02)


def silence(connection: socket.socket) -> None:
    connection.settimeout(2)
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("serve", [slow_headers, slow_body, silence])
def test_a_call_ends_with_its_time_however_the_bytes_drip(serve: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    result = verdict_on(serving(serve), deadline=0.4)
    assert result == Ambiguous("no whole answer in time", None, "", repeatable=True)
    assert 0.3 < time.monotonic() - began < 2.0


def test_a_server_that_does_not_take_the_request_is_left_in_time() -> None:
    release = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        if b"plugin_token" in (first := connection.recv(300)):
            request = first
            while b"}" not in request:
                request += connection.recv(65536)
            connection.sendall(raw_token())
        else:
            release.wait(5)

    with raw_server(serve) as base_url, client_for(connected(base_url), deadline=0.5) as client:
        permit = client.permit()
        began = time.monotonic()
        fields = [{"field_key": "notes", "field_value": "x" * 20_000_000}]
        result = client.update(
            project_key="demo", type_key="story", item_id=7, update_fields=fields, idem="i", permit=permit
        )
        took = time.monotonic() - began
        release.set()
    assert result == Ambiguous("not sent in time", None, "", repeatable=True)
    assert took < 3


CUT = [
    (b"", "the connection was cut or spoke no HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-", "the connection was cut or spoke no HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", "the connection was cut or spoke no HTTP"),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        "the connection was cut or spoke no HTTP",
    ),
    (b"SSH-2.0-OpenSSH_9.7\r\n", "the connection was cut or spoke no HTTP"),
    (b"HTTP/1.1 200 OK\r\n\r\n" + GOOD[:20], "an answer that is cut short or no JSON, HTTP 200"),
    (
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        "the connection was cut or spoke no HTTP",
    ),
]


@pytest.mark.parametrize(("content", "reason"), CUT)
def test_an_answer_that_is_cut_leaves_the_write_ambiguous(content: bytes, reason: str) -> None:
    assert verdict_on(sending(content)) == Ambiguous(reason, None, "", repeatable=True)


def test_a_connection_that_is_reset_leaves_the_write_ambiguous() -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    result = verdict_on(serving(reset))
    assert isinstance(result, Ambiguous)
    assert result.repeatable


def test_a_closed_port_is_proof_that_nothing_was_written() -> None:
    with raw_server(sending(http(GOOD))) as base_url:
        client = client_for(connected(base_url))
        permit = client.permit()
    with client:
        result = client.update(
            project_key="demo", type_key="story", item_id=7, update_fields=[], idem="i", permit=permit
        )
    assert result == NotWritten("connection", "no connection: Connection refused")


def test_a_redirect_is_not_followed_and_the_other_server_hears_nothing() -> None:
    heard: list[bytes] = []
    with raw_server(lambda connection: heard.append(request_from(connection))) as other:
        answer = http(b"", "307 Temporary Redirect", f"Location: {other}/open_api/demo/work_item/story/7")
        with raw_server(sending(answer)) as base_url, client_for(connected(base_url)) as client:
            with pytest.raises(Redirected):
                client.read(QUERY, path=PATH)
            result = put(client)
    assert isinstance(result, Fatal)
    assert isinstance(result.error, Redirected)
    assert heard == []


def test_a_cookie_is_not_sent_back() -> None:
    heard: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        heard.append(request_from(connection))
        answer = raw_token() if b"plugin_token" in heard[-1] else http(GOOD)
        connection.sendall(answer.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n", 1))

    with raw_server(serve) as base_url, client_for(connected(base_url)) as client:
        client.read(QUERY, path=PATH)
        client.read(QUERY, path=PATH)
    assert len(heard) == 3
    assert not any(b"cookie" in request.lower() for request in heard)


def test_the_environment_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert verdict_on(sending(http(GOOD))) == Accepted("")


def test_a_proxy_that_is_named_is_used() -> None:
    heard: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heard.append(request_from(connection).partition(b"\r\n")[0])
        connection.sendall(raw_token() if b"plugin_token" in heard[-1] else http(GOOD))

    with raw_server(proxy) as address:
        connection = connected("http://127.0.0.1:9", MEEGLE_PROXY=address)
        with client_for(connection) as client:
            client.read(QUERY, path=PATH)
    assert heard == [
        b"POST http://127.0.0.1:9/open_api/authen/plugin_token HTTP/1.1",
        b"POST http://127.0.0.1:9/open_api/demo/work_item/story/query HTTP/1.1",
    ]


def test_a_server_without_a_trusted_certificate_gets_nothing_and_is_not_asked_again() -> None:
    heard: list[bytes] = []

    def no_tls(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(no_tls) as base_url:
        client = client_for(connected(base_url.replace("http:", "https:")))
        with client, pytest.raises(TlsFailed):
            client.read(QUERY, path=PATH)
    assert len(heard) == 1
    assert SECRET.encode() not in heard[0]
    assert TOKEN.encode() not in heard[0]


@contextmanager
def tls_server(authority: trustme.CA, heard: list[bytes]) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve(plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as connection:
            heard.append(request_from(connection))
            connection.sendall(raw_token() if b"plugin_token" in heard[-1] else http(GOOD))

    with raw_server(serve) as base_url:
        yield base_url.replace("http:", "https:")


def test_a_certificate_of_an_unknown_authority_is_refused() -> None:
    heard: list[bytes] = []
    with tls_server(trustme.CA(), heard) as base_url:
        client = client_for(connected(base_url))
        with client, pytest.raises(TlsFailed, match="CERTIFICATE_VERIFY_FAILED"):
            client.read(QUERY, path=PATH)
    assert heard == []


def test_an_authority_that_the_system_trusts_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with tls_server(authority, []) as base_url, client_for(connected(base_url)) as client:
        assert client.read(QUERY, path=PATH)["err_code"] == 0
        assert put(client) == Accepted("")


def test_a_handshake_that_stalls_ends_with_the_calls_time() -> None:
    with raw_server(silence) as base_url:
        client = client_for(connected(base_url.replace("http:", "https:")), deadline=0.3)
        began = time.monotonic()
        with client, pytest.raises(Unreachable, match="not opened in time"):
            client.read(QUERY, path=PATH)
    assert time.monotonic() - began < 3


def test_a_proxy_that_refuses_is_said_to_refuse() -> None:
    def proxy(connection: socket.socket) -> None:
        request_from(connection)
        connection.sendall(http(b"", "407 Proxy Authentication Required"))

    with raw_server(proxy) as address:
        client = client_for(
            connected("https://127.0.0.1:9", MEEGLE_PROXY=address.replace("//", "//me:canary@"))
        )
        with client, pytest.raises(Unreachable, match="the proxy refused") as caught:
            client.read(QUERY, path=PATH)
    assert "canary" not in str(caught.value)


def test_an_unknown_host_is_said_to_be_unknown() -> None:
    connection = connected(
        "https://no-such-host.invalid", MEEGLE_ALLOWED_HOSTS="no-such-host.invalid", MEEGLE_RATE="1000"
    )
    with client_for(connection) as client, pytest.raises(Unreachable, match="unknown host name"):
        client.read(QUERY, path=PATH)
