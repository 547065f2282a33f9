"""The types of what we read: an empty form means nothing, an unknown form is trouble at a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.endpoints import Endpoint
from reconciler.meegle.http.shapes import DATA, trouble_in, trouble_in_odd_form


@pytest.mark.parametrize("data", [None, "", [], {}])
@pytest.mark.parametrize("endpoint", [api.ALL_TYPES, api.FIELD_ALL, api.OP_RECORDS])
def test_an_empty_form_of_any_kind_is_no_trouble(endpoint: Endpoint, data: Any) -> None:
    assert trouble_in(endpoint, data) is None


@pytest.mark.parametrize(
    ("endpoint", "data", "place"),
    [
        (api.ALL_TYPES, [{"type_key": "story", "unknown": [1]}], None),
        (api.ALL_TYPES, [{"type_key": "story"}, {"name": "x"}], "data.1.type_key"),
        (api.ALL_TYPES, {"rows": []}, "data"),
        (api.FIELD_ALL, [{"options": [{"children": 7}]}], "data.0.options.0.children"),
        (api.FIELD_ALL, [{"options": {}}], None),
        (api.META, [{"work_item_relation": [1]}], "data.0.work_item_relation"),
        (api.FILTER, [{"id": "many"}], "data.0.id"),
        (api.QUERY, {"id": 7}, "data"),
        (api.OP_RECORDS, {"op_records": [{"operation_time": "soon"}]}, "data.op_records.0.operation_time"),
    ],
)
def test_trouble_is_reported_at_its_place(endpoint: Endpoint, data: Any, place: str | None) -> None:
    assert trouble_in(endpoint, data) == place


def test_a_key_that_the_service_made_up_is_not_repeated() -> None:
    assert trouble_in(api.PROJECTS_DETAIL, {"my secret space": 7}) == "data"


def test_an_answer_whose_data_nobody_reads_may_hold_anything() -> None:
    assert trouble_in(api.UPDATE, "anything") is None


OPTIONS = [{"label": "x", "children": [{"label": "y", "children": []}]}]
WHOLE: dict[Endpoint, Any] = {
    api.PROJECTS: ["key-1"],
    api.PROJECTS_DETAIL: {"key-1": {"name": "x"}},
    api.ALL_TYPES: [{"type_key": "story", "name": "x"}],
    api.BUSINESS_ALL: [{"id": "1", "children": [{"children": None}]}],
    api.FIELD_ALL: [{"options": OPTIONS, "compound_fields": [{"options": OPTIONS}]}],
    api.META: [{"options": OPTIONS, "work_item_relation": {"relation_details": [{"x": 1}]}}],
    api.FLOW_ROLES: [{"members": ["1", {"id": 2}]}],
    api.USER_QUERY: [{"email": "ana@example.com"}],
    api.QUERY: [{"id": 1}, 2, None],
    api.FILTER: [{"id": 1}],
    api.OP_RECORDS: {
        "op_records": [{"work_item_id": 1, "operation_time": 1, "record_contents": [{"object": {"x": 1}}]}],
        "start_from": "x",
    },
}
ATOMS: tuple[Any, ...] = (
    *(None, "", [], {}, 0, 1, -1, 2**70, True, False, 1.0, 1.5, "1", "x"),
    *([1], ["x"], {"x": 1}, [None], [{}], [[]]),
)


def parts(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each list and map with each of its indices or keys."""
    if isinstance(value, dict | list):
        for at in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, at
            yield from parts(value[at])


@pytest.mark.parametrize("endpoint", DATA, ids=lambda endpoint: endpoint.name)
def test_what_is_taken_at_once_pydantic_takes_too_wherever_a_part_is_exchanged(endpoint: Endpoint) -> None:
    whole = {"data": WHOLE[endpoint]}
    assert trouble_in(endpoint, whole["data"]) is None
    for holder, at in parts(whole):
        part = holder[at]
        for atom in ATOMS:
            holder[at] = atom
            assert trouble_in(endpoint, whole["data"]) == trouble_in_odd_form(endpoint, whole["data"]), whole
        holder[at] = part


def test_an_answer_nested_too_deep_is_trouble_and_no_crash() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [{"children": deep}]
    assert (trouble_in(api.BUSINESS_ALL, deep) or "").startswith("data")
