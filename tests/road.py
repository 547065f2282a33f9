"""The road from a document to the service and back, without a network between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from reconciler.apply.applier import apply
from reconciler.apply.ports import Recorder, Stop
from reconciler.apply.run import Run
from reconciler.clock import real_now
from reconciler.desired.workspace import Workspace
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest, Outline
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import Connection
from reconciler.meegle.reader import Reader
from reconciler.meegle.writer import Writer
from reconciler.model import Plan
from reconciler.model.outcomes import Report, word
from reconciler.plan import planning
from reconciler.sandbox import World, create_app, demo_world
from reconciler.schema.pins import Pins
from reconciler.settings import FieldSettings, Settings, SpaceSettings

DECISIONS = SpaceSettings(
    fields={"story": {"cutover": FieldSettings(kind="moment"), "env_rows": FieldSettings(key="env")}}
)


class Memory:
    """A journal that is kept in a list."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def write(self, event: str, **members: Any) -> None:
        self.lines.append({"n": len(self.lines) + 1, "event": event, **members})


def calm_world() -> World:
    """The demo space without a limiter."""
    world = demo_world()
    world.options.throttle = False
    return world


@lru_cache(maxsize=4)
def app_of(world: World) -> Flask:
    """The service of a world; making its routes takes longer than most runs."""
    return create_app(world)


def connection_to(world: World) -> Connection:
    known = world.credentials
    return Connection(
        "http://127.0.0.1:1", "127.0.0.1:1", known.plugin_id, known.plugin_secret, known.user_key, rate=0
    )


def plan_of(world: World, state: bytes | str, pins: Pins | None = None) -> Plan:
    """Plan a document of stories with a client that cannot write; raises InputError for mistakes in it."""
    raw = state.encode() if isinstance(state, str) else state
    read, mistakes = read_bytes(raw, "state/a.yaml")
    assert mistakes == []
    assert read
    workspace = Workspace(
        root=Path.cwd(),
        settings=Settings(spaces={"demo": DECISIONS}),
        outlines=(Outline("state/a.yaml", read.space, read.type, tuple(one.id for one in read.items)),),
        mistakes=(),
        space="demo",
        named=len(read.items),
        pins=pins or Pins(),
        state="state",
        whole=True,
        loaded=Manifest((read,)),
    )
    transport = httpx.WSGITransport(app=app_of(world))
    with Client(connection_to(world), transport=transport) as client:
        return planning.plan(workspace, Reader(client, "demo", DECISIONS, world.credentials.user_key))


def pins_of(world: World) -> Pins:
    """Pin the stories of a world as they are."""
    transport = httpx.WSGITransport(app=app_of(world))
    with Client(connection_to(world), transport=transport) as client:
        catalog = Reader(client, "demo", DECISIONS, world.credentials.user_key).open(["story"], {})
        return Pins(catalog.space_key, {"story": catalog.types["story"]})


class Hasty(threading.Event):
    """A stop that nobody asks for, and for which nobody waits: quiet times pass at once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Return at once."""
        del timeout
        return self.is_set()


def apply_to(
    world: World,
    plan: Plan,
    transport: httpx.BaseTransport | None = None,
    journal: Recorder | None = None,
    stop: Stop | None = None,
    now: Callable[[], datetime] = real_now,
) -> Report:
    """Carry a plan out, through a transport of one's own if one is given."""
    through = transport or httpx.WSGITransport(app=app_of(world))
    with Client(connection_to(world), writes=True, transport=through) as client:
        writer = Writer(client, "demo", DECISIONS, world.credentials.user_key)
        writer.open(["story"], {})
        writer.read_lines()
        return apply(Run(plan, writer, journal or Memory(), stop or Stop(), now=now))


def words(report: Report) -> dict[str, int]:
    """Count the outcomes by their word."""
    counts: dict[str, int] = {}
    for row in report.rows:
        counts[word(row.outcome)] = counts.get(word(row.outcome), 0) + 1
    return counts
