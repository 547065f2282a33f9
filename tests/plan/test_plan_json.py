"""The members of a plan's JSON: those of the published schema, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema

from reconciler.adopt.published_schemas import published

if TYPE_CHECKING:
    from tests.conftest import Desk


CHANGE = "{id: 6300012300, fields: {priority: P3, story_points: 5}}"


def test_a_saved_plan_keeps_to_its_published_schema(desk: Desk) -> None:
    desk.world.delete(6300012305)
    desk.stories(CHANGE, "{id: 6300012305, fields: {priority: P0}}")
    made = json.loads(desk.run("plan", "--format", "json").out)
    schema = json.loads(published()["plan.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(made)) == []
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({**made, "more": 1}))
