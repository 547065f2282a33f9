"""A client at a real socket, and what the socket answers."""

from __future__ import annotations

import socket
from collections.abc import Callable

from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.http.verdict import Verdict
from tests.meegle.http.doubles import (
    connected,
    good,
    no_wait,
    raw_server,
    raw_token,
    request_from,
)

PATH = {"project_key": "demo", "type_key": "story"}


GOOD = good().content


def client_for(connection: Connection, *, deadline: float = 5.0, size_cap: int = 1_000_000) -> Client:
    return Client(connection, writes=True, wait=no_wait, deadline=deadline, size_cap=size_cap, retries=1)


def serving(answer: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """Answer token calls as a service does, and everything else with `answer`."""

    def serve(connection: socket.socket) -> None:
        if b"plugin_token" in request_from(connection):
            connection.sendall(raw_token())
        else:
            answer(connection)

    return serve


def sending(content: bytes) -> Callable[[socket.socket], None]:
    return serving(lambda connection: connection.sendall(content))


def put(client: Client) -> Verdict:
    return client.update(
        project_key="demo", type_key="story", item_id=7, update_fields=[], idem="i", permit=client.permit()
    )


def verdict_on(serve: Callable[[socket.socket], None], **limits: float) -> Verdict:
    with (
        raw_server(serve) as base_url,
        client_for(connected(base_url), deadline=limits.get("deadline", 5)) as client,
    ):
        return put(client)
