"""Spaces side by side: one lane a token, one pace a lane, and an end for all of them at a signal."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.desired.workspace import Workspace, open_workspaces
from reconciler.errors import CannotRun, Internal
from reconciler.meegle.connect import connect
from reconciler.meegle.http.connection import Connection
from reconciler.model import Plan
from reconciler.plan import side_by_side
from reconciler.plan.planning import PlanOptions
from reconciler.plan.side_by_side import plan_spaces
from tests.several_spaces import FIRST, STEP, add_spaces, three_spaces, write_story

if TYPE_CHECKING:
    from tests.conftest import Desk


@pytest.fixture
def spaces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    three_spaces(desk)
    monkeypatch.chdir(desk.folder)
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    return desk


def reach(one: Workspace) -> Connection:
    return connect((), print, one.space, one.spaces)


def options(_: Workspace) -> PlanOptions:
    return PlanOptions()


@pytest.mark.usefixtures("spaces")
def test_the_plans_are_in_the_order_of_the_spaces_however_long_each_takes() -> None:
    def slow(one: Workspace) -> PlanOptions:
        time.sleep(0.05 if one.space == "demo" else 0)
        return PlanOptions()

    found = plan_spaces(open_workspaces(()), slow, reach)
    assert [one.space for one in found if isinstance(one, Plan)] == ["demo", "mobile", "web-shop"]


def test_spaces_of_one_token_keep_to_one_pace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One plugin for two spaces: the service counts their requests together."""
    add_spaces(desk, "mobile")
    desk.world.own_plugins.clear()
    for name in ("PLUGIN_ID", "PLUGIN_SECRET", "USER_KEY"):
        for space in ("DEMO", "MOBILE"):
            desk.environ[f"MEEGLE_{name}__{space}"] = desk.environ[f"MEEGLE_{name}"]
    desk.environ["MEEGLE_RATE"] = "4"
    write_story(desk, "demo", FIRST)
    write_story(desk, "mobile", FIRST + STEP)
    monkeypatch.chdir(desk.folder)
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    found = plan_spaces(open_workspaces(()), options, reach)
    assert all(isinstance(one, Plan) for one in found)
    queries = sorted(made.at for made in desk.world.calls if made.path.endswith("/story/query"))
    assert len(queries) == 2
    pauses = [after - before for before, after in itertools.pairwise(queries)]
    assert min(pauses) > 0.2


@pytest.mark.usefixtures("spaces")
def test_what_no_part_foresaw_in_one_space_is_its_failure_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = side_by_side.plan_one

    def odd(task: side_by_side.Task, *rest: object) -> Plan:
        if task.workspace.space == "mobile":
            raise RuntimeError("never foreseen")
        return planned(task, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(side_by_side, "plan_one", odd)
    one, other, third = plan_spaces(open_workspaces(()), options, reach)
    assert isinstance(one, Plan)
    assert isinstance(other, Internal)
    assert isinstance(third, Plan)


@pytest.mark.usefixtures("spaces")
def test_a_space_that_cannot_be_reached_is_told_and_the_others_are_planned() -> None:
    def without_mobile(one: Workspace) -> Connection:
        if one.space == "mobile":
            raise CannotRun("no way", "find one")
        return reach(one)

    found = plan_spaces(open_workspaces(()), options, without_mobile)
    assert [one.space if isinstance(one, Plan) else str(one) for one in found] == [
        "demo",
        "no way; find one",
        "web-shop",
    ]


def test_a_signal_ends_the_waits_of_all_lanes(spaces: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spaces.world.options.latency_ms = 60_000
    before = threading.active_count()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", interrupted)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        plan_spaces(open_workspaces((Path("state"),)), options, reach)
    assert time.monotonic() - began < 5
    spaces.world.options.latency_ms = 0
    assert threading.active_count() >= before
