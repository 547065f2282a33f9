"""The document of several spaces: its rows, what it says of all spaces, and its digest."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from reconciler.adopt.published_schemas import published
from reconciler.plan.plan_data import sealed
from reconciler.plan.plan_file import plan_data
from reconciler.plan.spaces_data import plans_text, rows_digest, run_digest, worst
from tests.plan.test_spaces_file import DEMO, IDLE, MOBILE, files, named
from tests.render.plans import NOON, plan_with, priority, update


def test_the_rows_of_all_spaces_are_one_list_and_each_names_its_space() -> None:
    document = json.loads(plans_text(files(DEMO, IDLE, MOBILE)))
    assert document["format_version"] == "1.1"
    assert [row["space"] for row in document["resource_changes"]] == ["demo", "mobile"]
    assert [one["name"] for one in document["spaces"]] == ["demo", "idle", "mobile"]
    for one, plan in zip(document["spaces"], files(DEMO, IDLE, MOBILE), strict=True):
        assert (one["digest"], one["seal"], one["key"]) == (plan.digest, plan.seal, plan.space.key)
        assert one["requests"] == plan.requests.model_dump()
        assert "resource_changes" not in one


def test_the_document_keeps_to_its_published_schema() -> None:
    schema = json.loads(published()["plan.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    document = json.loads(plans_text(files(DEMO, MOBILE)))
    assert list(check.iter_errors(document)) == []
    assert list(check.iter_errors({**document, "more": 1}))
    del document["spaces"][0]["guards"]
    assert list(check.iter_errors(document))


def test_one_digest_stands_for_the_rows_of_all_spaces() -> None:
    demo, mobile = files(DEMO, MOBILE)
    whole = run_digest((demo, mobile))
    assert whole == run_digest((mobile, demo)) == rows_digest([plan_data(demo), plan_data(mobile)])
    assert whole not in {demo.digest, mobile.digest}
    assert rows_digest([plan_data(demo)]) == demo.digest
    assert run_digest(files(DEMO, named(plan_with(update(2, priority())), "mobile"))) != whole


@pytest.mark.parametrize(
    ("reasons", "word"),
    [
        (["no_changes", "changes"], "changes"),
        (["blocked", "changes", "no_changes"], "blocked"),
        (["guard", "blocked"], "guard"),
        (["guard", "error", "no_changes"], "error"),
    ],
)
def test_the_worst_end_of_a_space_is_that_of_the_run(reasons: list[Any], word: str) -> None:
    assert worst(reasons) == word


def test_what_is_written_and_what_was_read_make_the_same_document() -> None:
    some = (DEMO, IDLE, MOBILE)
    assert plans_text([sealed(one, NOON) for one in some]) == plans_text(files(*some))
    assert plans_text([sealed(DEMO, NOON)]) == plans_text(files(DEMO))
