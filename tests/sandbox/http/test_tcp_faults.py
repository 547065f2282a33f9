"""Connections that break or drip, by a front before the service."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox import Options, Running, World, demo_world
from reconciler.sandbox.http.tcp_faults import Front
from tests.sandbox.api import ITEM, STORIES, STORY

Json = Any


NAMES = ["MEEGLE_BASE_URL", "MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY"]


@contextlib.contextmanager
def connect(url: str, plugin: str, secret: str, user: str) -> Iterator[httpx.Client]:
    """Open a client that has its token."""
    with httpx.Client(base_url=url, timeout=20) as client:
        body = {"plugin_id": plugin, "plugin_secret": secret}
        told = client.post("/open_api/authen/plugin_token", json=body).json()
        client.headers.update({"X-PLUGIN-TOKEN": told["data"]["token"], "X-USER-KEY": user})
        yield client


@dataclass(slots=True)
class Service:
    """A running process and a client of it."""

    process: subprocess.Popen[str]
    environ: dict[str, str]
    client: httpx.Client

    def put(self, value: Json, key: str = "field_3724e6") -> httpx.Response:
        body = {"update_fields": [{"field_key": key, "field_value": value}]}
        return self.client.put(ITEM, json=body)

    def value(self, key: str = "field_3724e6") -> Json:
        told = self.client.post(f"{STORIES}/query", json={"work_item_ids": [STORY], "fields": [key]}).json()
        return told["data"][0]["fields"][0]["field_value"]


@contextlib.contextmanager
def serving(*arguments: str | Path, **switches: Json) -> Iterator[Service]:
    """Start the service as a user does, and end it whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        lines = [process.stdout.readline().strip() for _ in NAMES]
        told = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        assert list(told) == NAMES
        with connect(*told.values()) as client:
            door = process.stderr.readline().split()[-1]
            assert client.post(door, json={"throttle": False, **switches}).status_code == 200
            yield Service(process, told, client)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


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
