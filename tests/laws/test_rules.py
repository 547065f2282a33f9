"""Rules while others work: whatever happens at whatever moment, nothing is written that does not match."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from reconciler.model.outcomes import LeftSelection, Report
from tests.road import app_of, apply_to, calm_world, plan_of

if TYPE_CHECKING:
    from reconciler.sandbox import World

STORY, POINTS = 6300012320, "field_3724e6"
BO = "7310000000000000002"
RULE = b"""\
space: demo
type: story
rules:
  - {name: points, mode: %s, at_most: 9, where: ["name ~ zebra"], fields: {story_points: 5}}
"""
HOLD = RULE % b"hold"
MOST = 12
"""Requests of an apply of one item, and some to spare."""


def leave(world: World) -> None:
    world.edit(STORY, "name", "Horse", by=BO)


def move(world: World) -> None:
    world.edit(STORY, POINTS, 9, by=BO)


def arrive(world: World) -> None:
    world.edit(STORY, POINTS, 5, by=BO)


def herd() -> World:
    world = calm_world()
    world.item(STORY).name = "Zebra"
    world.item(STORY).values[POINTS] = 1
    return world


class Meddling(httpx.BaseTransport):
    """Passes requests on; right before one of them somebody edits the item."""

    def __init__(self, world: World, at: int, edit: Callable[[World], None]) -> None:
        self.world, self.at, self.edit = world, at, edit
        self.inner = httpx.WSGITransport(app=app_of(world))
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if len([one for one in self.seen if one != "edit"]) == self.at:
            self.edit(self.world)
            self.seen.append("edit")
        path = request.url.path
        self.seen.append(
            "put"
            if request.method == "PUT"
            else "read"
            if path.endswith("/query") and "work_item" in path
            else ""
        )
        return self.inner.handle_request(request)


@pytest.mark.parametrize("edit", [leave, move, arrive])
@pytest.mark.parametrize("at", range(MOST))
def test_an_edit_at_any_moment_is_never_overwritten_unseen(at: int, edit: Callable[[World], None]) -> None:
    world = herd()
    plan = plan_of(world, HOLD)
    through = Meddling(world, at, edit)
    report = apply_to(world, plan, transport=through)
    if "put" in through.seen and "edit" in through.seen:
        between = through.seen[through.seen.index("edit") : through.seen.index("put")]
        assert "read" not in between, "what the read before the PUT saw was sent all the same"
    elif "edit" in through.seen:
        assert world.item(STORY).values[POINTS] == (1 if edit is leave else 9 if edit is move else 5)
    if edit is leave and "put" not in through.seen:
        assert outcomes(report) == {LeftSelection}


def outcomes(report: Report) -> set[type]:
    return {type(row.outcome) for row in report.rows}


@pytest.mark.parametrize("edit", [leave, move, arrive, lambda _world: None])
@pytest.mark.parametrize("mode", [b"check", b"propose"])
def test_a_rule_that_only_reports_writes_nothing_whatever_happens(
    mode: bytes, edit: Callable[[World], None]
) -> None:
    world = herd()
    edit(world)
    plan = plan_of(world, RULE % mode)
    assert plan.updates == ()
    apply_to(world, plan, transport=Meddling(world, 1, leave))
    assert [one for one in world.writes if one.method == "PUT"] == []


@pytest.mark.parametrize("lag", [0, 3_000])
def test_what_a_search_still_shows_is_not_written_once_it_has_left(lag: int) -> None:
    world = herd()
    world.options.search_lag_ms = lag
    leave(world)
    plan = plan_of(world, HOLD)
    assert plan.updates == ()
    apply_to(world, plan)
    assert world.writes == []
