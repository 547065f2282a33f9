"""The types of what we read: an empty form means nothing, an unknown form is trouble at a place."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.endpoints import Endpoint
from reconciler.meegle.http.shapes import trouble_in


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
