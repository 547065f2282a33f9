"""Faults of the answer: a layer around the service, by kind and by number of the call."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import Options
from reconciler.sandbox.http.faults import FAULTS as KINDS
from reconciler.sandbox.state.switches import WORDS
from reconciler.sandbox.state.values import NORMALISERS
from tests.sandbox.api import ITEM, STORIES, STORY, Api

Json = Any


PUT = {"update_fields": [{"field_key": "priority", "field_value": {"value": "option_3"}}]}


def world_of(**switches: Json) -> Api:
    return Api(Options(throttle=False, **switches))


def test_every_fault_that_may_be_said_is_there() -> None:
    assert set(WORDS["faults"]) == set(KINDS)
    assert {row[0] for row in FAULTS} | {"garbage"} == set(KINDS)
    assert set(WORDS["normalise"]) == set(NORMALISERS)


FAULTS = [
    ("lost", 504, "", True),
    ("gateway", 502, "<!doctype", False),
    ("page", 200, "<!doctype", True),
    ("content_type", 200, '{"err_code":0', True),
    ("cut", 200, '{"err_code":0', True),
    ("empty", 200, "", True),
    ("list", 200, "[]", True),
    ("no_code", 200, '{"data"', True),
    ("throttle", 429, '{"err_code": 10429', False),
    ("bare_429", 429, "", False),
    ("busy", 500, '{"err_code": 50006', False),
    ("busy_after", 500, '{"err_code": 50006', True),
    ("db", 500, '{"err_code": 50006', False),
    ("db_after", 500, '{"err_code": 50006', True),
    ("quota", 400, '{"err_code": 1000051942', False),
    ("not_installed", 401, '{"err_code": 10301', False),
    ("moving", 500, '{"err_code": 50006', False),
    ("seen", 429, '{"err_code": 10430', True),
    ("expired", 401, '{"err_code": 10022', False),
    ("redirect", 307, "", False),
    ("slow", 200, '{"err_code":0', True),
    ("slow_after", 200, '{"err_code":0', True),
    ("gateway_code", 500, '{"code": 1000050255, "msg": ', False),
    ("file_code", 500, '{"code": 1000050262, "message": ', False),
]


@pytest.mark.parametrize(("kind", "status", "start", "stored"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_of_the_answer_is_a_layer_around_the_service(
    kind: str,
    status: int,
    start: str,
    stored: bool,  # noqa: FBT001 - a row of the table
) -> None:
    api = world_of(faults=[{"kind": kind, "method": "PUT", "path": f"*/{STORY}"}])
    answer = api.call("PUT", ITEM, PUT)
    assert (answer.status_code, answer.text[: len(start)]) == (status, start)
    assert (api.value("priority")["value"] == "option_3") is stored


def test_garbage_is_no_json() -> None:
    api = world_of(faults=[{"kind": "garbage", "path": "*/query"}])
    with pytest.raises(ValueError, match=r"codec can't decode|Expecting"):
        api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).json()


def test_a_throttled_answer_may_say_how_long() -> None:
    api = world_of(faults=[{"kind": "throttle", "retry_after": 7, "path": "*/query"}])
    answer = api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert answer.headers["Retry-After"] == "7"


def test_a_fault_hits_the_nth_calls_that_it_names() -> None:
    api = world_of(faults=[{"kind": "busy", "path": "*/query", "nth": 2, "times": 2}])
    codes = [
        api.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]}).json()["err_code"] for _ in range(5)
    ]
    assert codes == [0, 50006, 50006, 0, 0]
