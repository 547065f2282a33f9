"""Spaces with a token each are read side by side, each with as few requests as if it were alone."""

from __future__ import annotations

import math
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from reconciler.sandbox import Running
from reconciler.sandbox.demo.more_spaces import exports
from tests.bench.work import world_of, write_state
from tests.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.sandbox.state.world import Made

ITEMS = 120
NAMES = ("demo", "mobile", "web")
PATIENCE = 30


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Desk]:
    """A desk with three spaces, a token for each, whose files agree with what is live."""
    write_state(tmp_path, ITEMS, 0, NAMES[1:])
    with Running(world_of(ITEMS, NAMES[1:])) as service:
        environ = {"MEEGLE_BASE_URL": service.url, "MEEGLE_RATE": "0", **dict(exports(service.world))}
        yield Desk(tmp_path, service, environ)


def space_of(made: Made) -> str:
    """Return the space of a call's path."""
    return made.path.removeprefix("/open_api/").partition("/")[0]


def test_the_reads_of_three_spaces_meet(three: Desk) -> None:
    meeting, came, alone = threading.Barrier(3), set[str](), list[str]()

    def wait(made: Made) -> None:
        space = space_of(made)
        if not made.path.endswith("/story/query") or space in came:
            return
        came.add(space)
        try:
            meeting.wait(PATIENCE)
        except threading.BrokenBarrierError:
            alone.append(space)

    three.world.before_call = wait
    done = three.run("plan")
    assert done.code == 0, done.err
    assert len(came) == 3
    assert alone == [], "its first read was answered before another space had asked for anything"


def test_three_spaces_make_the_requests_of_each_alone(three: Desk) -> None:
    def asked(*arguments: str) -> Counter[str]:
        three.world.calls.clear()
        done = three.run("plan", *arguments)
        assert done.code == 0, done.err
        assert "No changes" in done.out
        return Counter(f"{made.method} {made.template} {space_of(made)}" for made in three.world.calls)

    alone = [asked("--space", name) for name in NAMES]
    together = asked()
    assert together == sum(alone, Counter())
    queries = [
        count
        for call, count in together.items()
        if call.startswith("POST /open_api/<project>/work_item/<type>/query")
    ]
    assert queries == [math.ceil(ITEMS / 50)] * 3
