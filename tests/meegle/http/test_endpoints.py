"""The table of what can be asked: a request outside of it has no endpoint, and no segment leads elsewhere."""

from __future__ import annotations

import pytest

from reconciler.errors import CannotRun
from reconciler.meegle.http.endpoints import BATCH_UPDATE, ENDPOINTS, FILTER, QUERY, UPDATE, find_endpoint

VALUES = {"project_key": "demo", "type_key": "story", "item_id": "7"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_a_filled_template_is_found_as_its_own_endpoint(endpoint: object) -> None:
    one = next(row for row in ENDPOINTS if row is endpoint)
    assert find_endpoint(one.method, one.path(VALUES)) is one


def test_only_two_endpoints_write_although_reads_use_post_too() -> None:
    assert [one for one in ENDPOINTS if not one.reads] == [UPDATE, BATCH_UPDATE]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/open_api/demo/work_item/type/story"),
        ("DELETE", "/open_api/demo/work_item/story/7"),
        ("GET", "/open_api/demo/work_item/story/query"),
        ("POST", "/open_api/demo/work_item/story/query/"),
        ("POST", "/open_api//work_item/story/query"),
        ("POST", "/open_api/demo/work_item/story/query?x=1"),
        ("POST", "/open_api/de%2Fmo/work_item/story/query"),
        ("PUT", "/open_api/demo/work_item/story/07"),
    ],
)
def test_a_request_outside_of_the_table_has_no_endpoint(method: str, path: str) -> None:
    assert find_endpoint(method, path) is None


@pytest.mark.parametrize("value", ["..", "", "a/b", "a b", "x" * 65, "%2e", "日"])
def test_a_key_that_is_no_plain_segment_is_refused(value: str) -> None:
    with pytest.raises(CannotRun, match="cannot be a project key"):
        QUERY.path({**VALUES, "project_key": value})


def test_an_items_id_is_a_number_and_a_missing_value_is_a_bug() -> None:
    assert UPDATE.path(VALUES) == "/open_api/demo/work_item/story/7"
    with pytest.raises(CannotRun, match="cannot be a item id"):
        UPDATE.path({**VALUES, "item_id": "story"})
    with pytest.raises(KeyError):
        FILTER.path({})
