"""Only requests of the table leave, and writes only where they are allowed."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.endpoints import (
    BATCH_UPDATE,
    ENDPOINTS,
    PLUGIN_TOKEN,
    QUERY,
    UPDATE,
    find_endpoint,
)
from reconciler.meegle.http.failures import WriteRefused
from tests.meegle.http.doubles import Service, connected, no_wait

BASE = "http://127.0.0.1:1"
VALUES = {"project_key": "demo", "type_key": "story", "item_id": "6300012345"}

WRITES = [
    ("PUT", "/open_api/demo/work_item/story/6300012345"),
    ("DELETE", "/open_api/demo/work_item/story/6300012345"),
    ("PUT", "/open_api/demo/work_item/story/6300012345/abort"),
    ("POST", "/open_api/demo/work_item/create"),
    ("POST", "/open_api/work_item/batch_update"),
    ("PUT", "/open_api/work_item/freeze"),
    ("POST", "/open_api/work_item/field_value/update_compound_field"),
    ("POST", "/open_api/demo/workflow/story/6300012345/node/state_change"),
    ("POST", "/open_api/demo/workflow/story/6300012345/node/doing/operate"),
    ("PUT", "/open_api/demo/workflow/story/6300012345/node/doing"),
    ("PUT", "/open_api/demo/work_item/type/story"),
    ("POST", "/open_api/demo/field/work_item/story/create"),
    ("PUT", "/open_api/demo/field/work_item/story"),
    ("POST", "/open_api/demo/flow_roles/story/create_role"),
    ("POST", "/open_api/demo/work_item/story/6300012345/comment/create"),
    ("POST", "/open_api/view/v1/update_condition_view"),
    ("POST", "/open_api/work_item/actual_time/update"),
    ("POST", "/open_api/authen/refresh_token"),
    ("PATCH", "/open_api/demo/work_item/story/6300012345"),
]

SMUGGLED = [
    ("POST", "/open_api/demo/work_item/story/query/../../create"),
    ("POST", "/open_api/demo/work_item/%2e%2e/query"),
    ("POST", "/open_api/a%2Fb/work_item/story/query"),
    ("POST", "/open_api//work_item/story/query"),
    ("POST", "/open_api/demo/work_item/story/query/"),
    ("POST", "/open_api/demo/work_item/story/query?x=1"),
    ("POST", "/open_api/demo/work_item/story;x/query"),
    ("post", "/open_api/demo/work_item/create"),
    ("POST", "/"),
    ("GET", "/open_api/demo/work_item/story/query"),
    ("POST", "/open_api/" + "a" * 65 + "/work_item/story/query"),
]


def raw(service: Service, method: str, url: str, *, writes: bool) -> None:
    with Client(connected(BASE), transport=service, writes=writes, wait=no_wait) as client:
        client.transport.handle_request(httpx.Request(method, url, content=b"{}"))


@pytest.mark.parametrize(("method", "path"), WRITES + SMUGGLED)
def test_a_planning_client_lets_no_other_request_out_not_even_a_raw_one(method: str, path: str) -> None:
    service = Service()
    with pytest.raises(WriteRefused):
        raw(service, method, BASE + path, writes=False)
    assert service.requests == service.token_requests == []


@pytest.mark.parametrize(("method", "path"), WRITES[1:] + SMUGGLED)
def test_an_applying_client_lets_out_one_write_and_no_other(method: str, path: str) -> None:
    service = Service()
    with pytest.raises(WriteRefused):
        raw(service, method, BASE + path, writes=True)
    assert service.requests == service.token_requests == []


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:2", "https://127.0.0.1:1", "http://localhost:1", "http://evil.example:1"]
)
def test_no_request_goes_to_another_place(base: str) -> None:
    service = Service()
    with pytest.raises(WriteRefused):
        raw(service, "POST", f"{base}/open_api/demo/work_item/story/query", writes=True)
    assert service.requests == service.token_requests == []


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.reads], ids=lambda e: e.name)
def test_every_read_of_the_table_passes(endpoint: object) -> None:
    assert endpoint in ENDPOINTS
    known = next(each for each in ENDPOINTS if each == endpoint)
    service = Service()
    raw(service, known.method, BASE + known.path(VALUES), writes=False)
    assert len(service.requests) + len(service.token_requests) >= 1


def test_a_permitted_write_passes() -> None:
    service = Service()
    raw(service, "PUT", BASE + "/open_api/demo/work_item/story/6300012345", writes=True)
    assert [request.method for request in service.requests] == ["PUT"]


@pytest.mark.parametrize(("writes", "probes"), [(False, False), (True, False), (False, True)])
def test_a_batch_update_leaves_only_a_client_that_writes_and_probes(*, writes: bool, probes: bool) -> None:
    service = Service()
    asked = httpx.Request("POST", BASE + BATCH_UPDATE.template, content=b"{}")
    with Client(connected(BASE), transport=service, writes=writes, probes=probes, wait=no_wait) as client:
        with pytest.raises(WriteRefused):
            client.transport.handle_request(asked)
        assert service.requests == service.token_requests == []
    with Client(connected(BASE), transport=service, writes=True, probes=True, wait=no_wait) as client:
        client.transport.handle_request(asked)
        assert [request.method for request in service.requests] == ["POST"]


def test_the_table_knows_each_of_its_own_requests() -> None:
    for endpoint in ENDPOINTS:
        assert find_endpoint(endpoint.method, endpoint.path(VALUES)) == endpoint
    assert [endpoint for endpoint in ENDPOINTS if not endpoint.reads] == [UPDATE, BATCH_UPDATE]
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)


@pytest.mark.parametrize(
    "value",
    ["..", ".", "", "a/b", "a%2fb", "a?b", "a#b", "a b", "a\n", "demo\n", "空间", "a" * 65, "../authen"],
)
def test_what_is_no_plain_segment_never_becomes_part_of_a_path(value: str) -> None:
    with pytest.raises(CannotRun):
        QUERY.path({"project_key": value, "type_key": "story"})
    with pytest.raises(CannotRun):
        QUERY.path({"project_key": "demo", "type_key": value})


@pytest.mark.parametrize("value", ["0", "-1", "1.0", "01", "story", "1" * 20, "１２"])
def test_an_item_is_named_by_a_plain_number(value: str) -> None:
    with pytest.raises(CannotRun):
        UPDATE.path(VALUES | {"item_id": value})


def test_the_token_endpoint_takes_no_values() -> None:
    assert PLUGIN_TOKEN.path({}) == "/open_api/authen/plugin_token"
