"""What a call may do to the state: writes that are dropped, late, seen later, and logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Options, demo_world
from tests.sandbox.api import ANA, BO, ITEM, STORIES, STORY, Api

Json = Any


PUT = {"update_fields": [{"field_key": "priority", "field_value": {"value": "option_3"}}]}


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


@pytest.mark.parametrize(
    "rule",
    [{"field": "priority"}, {"type": "story"}, {"user": ANA}, {"item": str(STORY), "field": "priority"}],
)
def test_a_write_may_be_dropped_in_silence(rule: dict[str, str]) -> None:
    api = world_of(drops=[rule])
    before = api.value("priority")
    api.put("priority", {"value": "option_3"})
    assert api.value("priority") == before


def test_a_late_write_keeps_what_others_wrote_meanwhile() -> None:
    api = world_of(late_writes_ms=5000)
    now = api.world.clock()
    api.world.clock = lambda: now
    api.put("priority", {"value": "option_3"})
    api.world.edit(STORY, "field_3724e6", 42, by=BO)
    assert api.value("priority")["value"] == "option_1"
    api.world.clock = lambda: now + 6
    assert api.value("priority")["value"] == "option_3"
    assert api.value("field_3724e6") == 42


def test_reads_may_lag_behind_writes() -> None:
    api = world_of(stale_reads_ms=5000)
    now = api.world.clock()
    api.world.clock = lambda: now
    api.put("priority", {"value": "option_3"})
    assert api.value("priority")["value"] == "option_1"
    api.world.clock = lambda: now + 6
    assert api.value("priority")["value"] == "option_3"


def test_every_call_that_would_change_state_is_logged_refused_ones_too(tmp_path: Path) -> None:
    world = demo_world(Options(throttle=False))
    world.write_log = tmp_path / "writes.jsonl"
    api = Api(world=world)
    api.read()
    api.ok("PUT", ITEM, PUT, X_IDEM_UUID="k1")
    api.refuse("priority", "P1")
    api.no("DELETE", f"{STORIES}/1")
    rows = [json.loads(line) for line in world.write_log.read_text(encoding="utf-8").splitlines()]
    assert [(row["method"], row["status"], row["err_code"]) for row in rows] == [
        ("PUT", 200, 0),
        ("PUT", 400, 20006),
        ("DELETE", 404, 30005),
    ]
    assert set(rows[0]) == {"at", "method", "path", "user_key", "idem", "body", "status", "err_code"}
    assert (rows[0]["path"], rows[0]["user_key"], rows[0]["idem"], rows[0]["body"]) == (ITEM, ANA, "k1", PUT)
