"""One whole answer of a limited size, in no coding or in gzip, or a word about why not."""

from __future__ import annotations

import gzip
import socket

import pytest

from reconciler.meegle.http.endpoints import QUERY
from reconciler.meegle.http.failures import Unreachable
from reconciler.meegle.http.verdict import Accepted, Ambiguous
from tests.meegle.http.doubles import (
    connected,
    http,
    raw_server,
)
from tests.meegle.http.wire import GOOD, PATH, client_for, sending, serving, verdict_on


def zipped(content: bytes, *headers: str) -> bytes:
    return http(content, "200 OK", *(headers or ("Content-Encoding: gzip",)))


def test_a_gzipped_answer_is_read() -> None:
    assert verdict_on(sending(zipped(gzip.compress(GOOD)))) == Accepted("")


def test_a_gzipped_answer_of_several_members_is_read_whole() -> None:
    for cut in (0, 1, len(GOOD) // 2):
        members = gzip.compress(GOOD[:cut]) + gzip.compress(GOOD[cut:])
        assert verdict_on(sending(zipped(members))) == Accepted("")


def test_a_gzip_bomb_is_dropped_at_the_cap() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    result = verdict_on(sending(zipped(bomb)))
    assert result == Ambiguous("an answer of more than 1000000 bytes, HTTP 200", None, "", repeatable=True)


@pytest.mark.parametrize(
    ("content", "header", "reason"),
    [
        (gzip.compress(gzip.compress(GOOD)), "gzip, gzip", "an answer in a coding that was not asked for"),
        (GOOD, "br", "an answer in a coding that was not asked for"),
        (GOOD, "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD)[:-20], "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD)[:-8], "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD)[:-1], "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD) + gzip.compress(GOOD)[:-1], "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD) + b"more", "gzip", "an answer that cannot be decompressed"),
        (gzip.compress(GOOD) * 2, "gzip", "an answer that is cut short or no JSON"),
    ],
    ids=["twice", "unasked", "false", "cut", "no sum", "half a sum", "second cut", "not gzip", "two answers"],
)
def test_an_answer_in_a_strange_coding_proves_nothing(content: bytes, header: str, reason: str) -> None:
    result = verdict_on(sending(zipped(content, f"Content-Encoding: {header}")))
    assert result == Ambiguous(f"{reason}, HTTP 200", None, "", repeatable=True)


def test_a_plain_answer_that_never_ends_is_dropped_at_the_cap() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)

    with raw_server(serving(endless)) as base_url, client_for(connected(base_url)) as client:
        with pytest.raises(Unreachable, match="more than 1000000 bytes"):
            client.read(QUERY, path=PATH)
        assert client.counts.reads == {"query": 1}
