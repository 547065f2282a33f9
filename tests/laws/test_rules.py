"""Rules while others work: whatever happens at whatever moment, nothing is written that does not match."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import httpx
import pytest

from reconciler.model.outcomes import Applied, LeftSelection, Report
from tests.road import app_of, apply_to, calm_world, plan_of

if TYPE_CHECKING:
    from reconciler.sandbox import World

STORY, OTHER, POINTS = 6300012320, 6300012321, "field_3724e6"
BO = "7310000000000000002"
RULE = b"""\
space: demo
type: story
rules:
  - {name: points, mode: %s, at_most: 9, where: ["name ~ zebra"], fields: {story_points: 5}}
"""
HOLD = RULE % b"hold"
MOST = 16
"""Requests of an apply of two items, and some to spare."""
Edit: TypeAlias = "Callable[[World, int], None]"


def leave(world: World, item: int = STORY) -> None:
    world.edit(item, "name", "Horse", by=BO)


def move(world: World, item: int = STORY) -> None:
    world.edit(item, POINTS, 9, by=BO)


def arrive(world: World, item: int = STORY) -> None:
    world.edit(item, POINTS, 5, by=BO)


def move_and_leave(world: World, item: int = STORY) -> None:
    move(world, item)
    leave(world, item)


def herd() -> World:
    world = calm_world()
    for item in (STORY, OTHER):
        world.item(item).name = "Zebra"
        world.item(item).values[POINTS] = 1
    return world


class Meddling(httpx.BaseTransport):
    """Passes requests on; right before one of them somebody edits an item.

    `seen` holds what happened to the item, in order: `edit`, `read` and `put`.
    """

    def __init__(self, world: World, at: int, edit: Edit, item: int = STORY) -> None:
        self.world, self.at, self.edit, self.item = world, at, edit, item
        self.inner = httpx.WSGITransport(app=app_of(world))
        self.asked = 0
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.asked == self.at:
            self.edit(self.world, self.item)
            self.seen.append("edit")
        self.asked += 1
        path = request.url.path
        if request.method == "PUT" and path.endswith(f"/{self.item}"):
            self.seen.append("put")
        elif path.endswith("/query") and str(self.item).encode() in request.read():
            self.seen.append("read")
        return self.inner.handle_request(request)


@pytest.mark.parametrize("edit", [leave, move, arrive, move_and_leave])
@pytest.mark.parametrize("item", [STORY, OTHER])
@pytest.mark.parametrize("at", range(MOST))
def test_an_edit_at_any_moment_is_never_overwritten_unseen(at: int, item: int, edit: Edit) -> None:
    world = herd()
    plan = plan_of(world, HOLD)
    through = Meddling(world, at, edit, item)
    report = apply_to(world, plan, transport=through)
    before = through.seen[: through.seen.index("put")] if "put" in through.seen else through.seen
    if "put" in through.seen and "edit" in before:
        assert "read" not in before[before.index("edit") :], "what the read before the PUT saw was sent"
    elif "edit" in before:
        assert world.item(item).values[POINTS] == (1 if edit is leave else 5 if edit is arrive else 9)
    if edit is leave and "put" not in through.seen and "edit" in before:
        assert outcomes(report, item) == {LeftSelection}
    neighbour = OTHER if item == STORY else STORY
    assert world.item(neighbour).values[POINTS] == 5
    assert outcomes(report, neighbour) == {Applied}


def outcomes(report: Report, item: int) -> set[type]:
    return {type(row.outcome) for row in report.rows if row.ref.id == item}


@pytest.mark.parametrize("edit", [leave, move, arrive, lambda _world, _item: None])
@pytest.mark.parametrize("mode", [b"check", b"propose"])
def test_a_rule_that_only_reports_writes_nothing_whatever_happens(mode: bytes, edit: Edit) -> None:
    world = herd()
    edit(world, STORY)
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
    assert [one.ref.id for one in plan.updates] == [OTHER]
    apply_to(world, plan)
    assert [made.path.rpartition("/")[2] for made in world.writes] == [str(OTHER)]
