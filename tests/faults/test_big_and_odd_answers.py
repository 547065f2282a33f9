"""Answers that are too large, too many or odd: asked for in parts, read to the end, and judged strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from reconciler.doctor.scratch_item import Scratch
from reconciler.meegle.rows import sift
from reconciler.model import Plan, Ref
from tests.workbench import Bench

FIRST = 6300012320
EIGHT = [FIRST + n for n in range(8)]
LARGE = b" " * (16 * 1024 * 1024 + 1)
Answer = Callable[[httpx.Request, httpx.BaseTransport], httpx.Response]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as opened:
        yield Bench(opened)


def plan_of(bench: Bench, *items: str) -> Plan:
    state = "space: demo\ntype: story\nitems:\n" + "".join(f"  - {item}\n" for item in items)
    return bench.plan(bench.desire(state.encode()))


def too_large(ending: str, size: Callable[[Any], int], most: int) -> Answer:
    """Answer a question for more than `most` at a time with more than 16 MiB."""

    def answer(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        right = inner.handle_request(request)
        big = request.url.path.endswith(ending) and size(json.loads(request.content)) > most
        return httpx.Response(200, content=LARGE) if big else right

    return answer


@pytest.mark.parametrize("most", [1, 3])
def test_an_answer_that_is_too_large_is_asked_for_in_halves(bench: Bench, most: int) -> None:
    bench.wire.meddle = too_large("/query", lambda body: len(body.get("work_item_ids", ())), most)
    plan = plan_of(bench, *(f"{{id: {one}, fields: {{story_points: 777}}}}" for one in EIGHT))
    assert len(plan.updates) == len(EIGHT)
    assert plan.blocks == ()


def test_an_item_that_is_too_large_by_itself_is_blocked_and_the_others_go_on(bench: Bench) -> None:
    bench.wire.meddle = too_large("/query", lambda body: FIRST in body.get("work_item_ids", ()), 0)
    plan = plan_of(bench, *(f"{{id: {one}, fields: {{story_points: 777}}}}" for one in EIGHT))
    assert len(plan.updates) == len(EIGHT) - 1
    (block,) = plan.blocks
    assert block.reason == "the live value cannot be read: an answer of more than 16777216 bytes, HTTP 200"


@pytest.mark.parametrize("most", [200, 30])
def test_a_related_item_is_found_by_its_exact_name_behind_hundreds_of_similar_ones(
    bench: Bench, most: int
) -> None:
    world = bench.world
    for n in range(450):
        other = world.items[7000000000 + n] = world.items[FIRST].copy()
        other.id, other.name = 7000000000 + n, f"Epic one {n:03}"
    last = world.items[7000000449 if most == 200 else 7000000000]
    last.name = "epic ONE"
    bench.wire.meddle = too_large("/filter", lambda body: body["page_size"], most)
    plan = plan_of(bench, f'{{id: {FIRST}, fields: {{parent_story: {{name: "epic ONE"}}}}}}')
    (change,) = plan.updates[0].changes
    assert change.after == last.id


def rows(*some: Any) -> Any:
    return sift(some, frozenset({1, 2}), "story", "key")


def test_an_answer_is_judged_strictly_item_by_item() -> None:
    one, two = {"id": 1}, {"id": 2, "project_key": "key", "work_item_type_key": "story"}
    assert rows(one, two, {"id": 3}) == ({1: one, 2: two}, {})
    assert rows(one, two, one) == ({2: two}, {1: "the answer holds the item twice"})
    assert rows({"id": "1"}, two) == ({2: two}, {1: "the answer gives its id as a text"})
    assert rows(one, {"id": "1"}, two) == ({2: two}, {1: "the answer gives its id as a text"})
    assert rows({**one, "project_key": "other"}) == ({}, {1: "the answer says that it is in another space"})
    assert rows({**one, "work_item_type_key": "issue"}, two) == ({2: two}, {})
    for odd in (None, {}, {"id": 1.0}, {"id": True}, {"id": "x"}, {"ID": 1}, [1]):
        assert rows(odd, two) == ({2: two}, {1: "the answer holds an item without its id"})
    assert rows(two) == ({2: two}, {})


@pytest.mark.parametrize("odd", [{"id": str(FIRST)}, {"project_key": "0" * 24}, {"id": None}])
def test_an_item_in_an_odd_row_is_blocked_and_not_told_as_deleted(bench: Bench, odd: dict[str, Any]) -> None:
    def answer(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        right = inner.handle_request(request)
        right.read()
        document = right.json()
        if request.url.path.endswith("/query"):
            document["data"] = [{**row, **odd} for row in document["data"]]
        return httpx.Response(200, json=document)

    bench.wire.meddle = answer
    plan = plan_of(bench, f"{{id: {FIRST}, fields: {{story_points: 777}}}}")
    (block,) = plan.blocks
    assert block.reason.startswith("the live value cannot be read: the answer ")


def test_a_scratch_value_that_cannot_be_read_is_not_taken_for_an_emptied_one(bench: Bench) -> None:
    def answer(request: httpx.Request, inner: httpx.BaseTransport) -> httpx.Response:
        right = inner.handle_request(request)
        right.read()
        document = right.json()
        for row in document["data"] if request.url.path.endswith("/query") else ():
            row["fields"].append({"field_key": "priority", "field_value": {"label": "P1"}})
        return httpx.Response(200, json=document)

    bench.wire.meddle = answer
    item = Scratch(bench.writer, Ref("story", FIRST))
    assert item.value("priority") != item.codec("priority").empty
