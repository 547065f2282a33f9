"""Whatever a service answers: no traceback, no hang, no unplanned write, and a truthful exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from werkzeug.wrappers import Response

from tests.conftest import Done, is_deep
from tests.faults.hostile import ANSWERS, JSON, Counter, Tamper, counter_in, nodes, replaced

STORY = 6300012320
BODY = f"{{id: {STORY}, fields: {{priority: P3, story_points: 7, watchers: {{contains: [bo@example.com]}}}}}}"
READS = ("plugin_token", "/field/all", "story/query", "projects/detail", "all-types", "/flow_roles/story")
QUICK = 3
"""How many of them a quick run tries."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with counter_in(tmp_path_factory.mktemp("desk")) as counter:
        yield counter


def told_plainly(done: Done) -> None:
    """Whatever was said, it was no traceback, and nothing of it steers a terminal or a runner."""
    for text in (done.out, done.err):
        assert "Traceback" not in text
        assert "internal error" not in text, text
        assert "\x1b" not in text
        assert "::error" not in text


@pytest.mark.parametrize("asked", READS if is_deep() else READS[:QUICK])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_plan_survives_any_answer_to_a_read(shared: Counter, name: str, asked: str) -> None:
    desk = shared.desk
    desk.stories(BODY)
    writes = len(desk.world.writes)
    shared.layer.arm(ANSWERS[name], asked)
    done = desk.run("plan")
    assert shared.layer.hits == 1
    told_plainly(done)
    assert done.code in {0, 1}
    assert (done.code == 0) == ("Plan: 1 item to update" in done.out or "nothing to update" in done.out)
    assert len(desk.world.writes) == writes


@pytest.mark.parametrize("name", ANSWERS)
def test_an_apply_tells_the_truth_after_any_answer_to_its_put(shared: Counter, name: str) -> None:
    desk = shared.desk
    desk.world.edit(STORY, "field_3724e6", 1)
    desk.stories(BODY)
    shared.layer.arm(ANSWERS[name], f"/{STORY}", "PUT")
    done = desk.run("apply", "--yes")
    told_plainly(done)
    assert shared.layer.hits == 1
    assert desk.world.item(STORY).values["field_3724e6"] == 7
    assert done.code in {0, 1}
    if done.code == 0:
        assert not re.search(r"\d (ignored|rejected|unknown|not attempted)", done.out)


@pytest.mark.parametrize("nth", [1, 2, 3] if is_deep() else [2])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_apply_survives_any_answer_to_its_reads(shared: Counter, name: str, nth: int) -> None:
    desk = shared.desk
    desk.world.edit(STORY, "field_3724e6", 1)
    desk.stories(BODY)
    skip = [nth]

    def at_the_nth(right: Response) -> Response:
        skip[0] -= 1
        return right if skip[0] else ANSWERS[name](right)

    shared.layer.arm(at_the_nth, "story/query", times=nth)
    done = desk.run("apply", "--yes")
    told_plainly(done)
    assert done.code in {0, 1, 3}
    if done.code == 0 and "Applied:" in done.out and not re.search(r"\d (already|blocked)", done.out):
        assert desk.world.item(STORY).values["field_3724e6"] == 7


STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 2**70, 1.5, "", "x", "\x1b[31m", "::error::", "\ud800", [], {}, [None]),
    *([[]], [{}], {"value": None}, {"value": []}, {"label": {}}, {"doc": "{", "doc_text": 7}, "9" * 400),
]


@pytest.mark.parametrize(
    "asked", ["plugin_token", "/detail", "all-types", "/field/all", "/flow_roles/story", "/query"]
)
@pytest.mark.parametrize("seed", range(40 if is_deep() else 2))
def test_a_plan_survives_a_strange_value_anywhere_in_an_answer(
    shared: Counter, asked: str, seed: int
) -> None:
    desk, random = shared.desk, Random(f"{asked} {seed}")
    desk.stories(BODY, f"{{id: {STORY + 1}, fields: {{description: x, area: null, env_rows: [], name: n}}}}")
    for _ in range(15):
        value = random.choice(STRANGE)
        shared.layer.arm(one_value(random, value), asked, times=1 if asked == "plugin_token" else 50)
        done = desk.run("plan", "--blame")
        told_plainly(done)
        assert done.code in {0, 1}
    assert desk.world.writes == [] or desk.asked("PUT") == 0


def one_value(random: Random, value: Any) -> Tamper:
    """Put a value in one place of each answer, the same in answers of the same shape."""
    place = random.random()

    def tamper(right: Response) -> Response:
        document = json.loads(right.get_data())
        paths = list(nodes(document))
        path = paths[int(place * len(paths))]
        return Response(json.dumps(replaced(document, path, value)), right.status_code, content_type=JSON)

    return tamper


def test_pages_that_never_end_are_left(shared: Counter) -> None:
    """A service whose last page always promises one more."""
    desk = shared.desk
    desk.stories(BODY)

    def one_more(right: Response) -> Response:
        document = json.loads(right.get_data())
        document["pagination"] = {"page_num": 1, "page_size": 50, "total": 10**9}
        document["has_more"] = True
        if isinstance(document.get("data"), dict):
            document["data"]["has_more"] = True
        return Response(json.dumps(document), 200, content_type=JSON)

    for command in (
        ("pull", "--type", "story", "--into", "all.yaml"),
        ("plan", "--blame"),
        ("pull", "--type", "story", "--updated-since", "2026-01-01", "--into", "some.yaml"),
    ):
        calls = len(desk.world.calls)
        shared.layer.arm(one_more, times=10**9)
        done = desk.run(*command)
        told_plainly(done)
        assert len(desk.world.calls) - calls < 500
    shared.layer.arm(one_more, times=0)
    assert Path(desk.folder).exists()
