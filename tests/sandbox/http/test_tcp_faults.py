"""Connections that break or drip, by a front before the service."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox import Options, Running, World, demo_world
from reconciler.sandbox.http.tcp_faults import Front
from tests.sandbox.api import ITEM, STORIES, STORY
from tests.sandbox.process import connect, serving

Json = Any


@contextlib.contextmanager
def fronted(rule: Json) -> Iterator[tuple[World, httpx.Client]]:
    world = demo_world(Options(throttle=False))
    known = world.credentials
    with (
        Running(world) as behind,
        Front(behind.url, world) as front,
        connect(front.url, known.plugin_id, known.plugin_secret, known.user_key) as client,
    ):
        world.options.connection_faults = [{"method": "PUT", "times": 1} | rule]
        yield world, client


BODY = {"update_fields": [{"field_key": "field_3724e6", "field_value": 77}]}


@pytest.mark.parametrize(
    ("rule", "error", "stored"),
    [
        ({"kind": "reset"}, httpx.ReadError, False),
        ({"kind": "reset_after"}, httpx.ReadError, True),
        ({"kind": "no_answer"}, httpx.RemoteProtocolError, True),
        ({"kind": "cut", "bytes": 20}, httpx.RemoteProtocolError, True),
        ({"kind": "cut", "bytes": 180}, httpx.RemoteProtocolError, True),
        ({"kind": "stall", "delay_ms": 600}, httpx.ReadTimeout, False),
        ({"kind": "stall_after", "delay_ms": 600}, httpx.ReadTimeout, True),
    ],
)
def test_a_connection_breaks_before_or_after_the_call_is_carried_out(
    rule: Json,
    error: type[Exception],
    stored: bool,  # noqa: FBT001 - a row of the table
) -> None:
    with fronted(rule) as (world, client):
        with pytest.raises(error):
            client.put(ITEM, json=BODY, timeout=0.3 if error is httpx.ReadTimeout else 20)
        for _ in range(400 if stored else 1):
            if world.item(STORY).values["field_3724e6"] == 77:
                break
            time.sleep(0.01)
        assert (world.item(STORY).values["field_3724e6"] == 77) is stored
        assert client.put(ITEM, json=BODY).json()["err_code"] == 0


def test_an_answer_may_drip() -> None:
    with fronted({"kind": "drip", "delay_ms": 1}) as (_, client):
        start = time.monotonic()
        assert client.put(ITEM, json=BODY).json()["err_code"] == 0
        assert time.monotonic() - start > 0.15


def test_the_front_passes_all_else_on_unchanged() -> None:
    with fronted({"kind": "reset", "path": "/nowhere"}) as (world, client):
        told = client.post(f"{STORIES}/query", json={"work_item_ids": [STORY]})
        assert told.json()["data"][0]["name"] == world.item(STORY).name
        assert told.headers["Content-Type"] == "application/json"
        assert client.put(f"{STORIES}/1", json=BODY).status_code == 404


def test_a_process_puts_the_front_before_itself_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("front: true\n", encoding="utf-8")
    reset = [{"kind": "reset_after", "method": "PUT", "times": 1}]
    with serving("--options", file, connection_faults=reset) as service:
        with pytest.raises(httpx.ReadError):
            service.put(77)
        assert service.value() == 77
