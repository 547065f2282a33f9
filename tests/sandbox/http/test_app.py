"""The app around the handlers: envelopes, bodies, hosts and unknown paths."""

from __future__ import annotations

import pytest

from reconciler.sandbox import Options
from tests.sandbox.api import STORIES, STORY, Api


def test_answers_are_json_and_carry_their_trace_id(shared: Api) -> None:
    answer = shared.call("POST", f"{STORIES}/query", {"work_item_ids": [STORY]})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Tt-Logid"]


def test_by_a_switch_every_business_error_is_http_200() -> None:
    api = Api(Options(status_always_200=True, throttle=False))
    answer = api.call("POST", f"{STORIES}/query", {"work_item_ids": [1]})
    assert (answer.status_code, answer.json()["err_code"]) == (200, 30005)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_foreign_host_or_origin_is_refused(shared: Api, headers: dict[str, str]) -> None:
    answer = shared.http.post("/open_api/authen/plugin_token", json={}, headers=headers)
    assert answer.status_code == 403


def test_an_unknown_path_is_answered_in_json(shared: Api) -> None:
    answer = shared.call("GET", "/open_api/demo/nothing/here")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
