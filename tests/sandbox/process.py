"""The sandbox as a process of its own, and a client of it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

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
