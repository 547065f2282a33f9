"""The demo space, opened by a reader and by a writer, without a network between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.meegle.writer import Writer
from tests.road import DECISIONS, app_of, calm_world, connection_to

if TYPE_CHECKING:
    from reconciler.sandbox import World


@pytest.fixture
def world() -> World:
    return calm_world()


@pytest.fixture
def reader(world: World) -> Iterator[Reader]:
    """A reader that has opened the space for stories."""
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        reader.open(["story"], {})
        yield reader


@pytest.fixture
def writer(world: World) -> Iterator[Writer]:
    """The same with a way to write."""
    transport = httpx.WSGITransport(app=app_of(world))
    with Client(connection_to(world), writes=True, transport=transport) as client:
        writer = Writer(client, "demo", DECISIONS, world.credentials.user_key)
        writer.open(["story"], {})
        yield writer
