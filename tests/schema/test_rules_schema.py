"""What editors know of rules: names, conditions, and the values that only rules have."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from jsonschema import Draft7Validator

from reconciler.schema.editor_schema import editor_schema
from tests.desired.demo_pins import demo_catalog

RULE = {"name": "a", "where": ["priority HAS ANY OF P0"], "fields": {"due": {"max": "2026-12-01"}}}


def errors(rule: Mapping[str, object], **more: object) -> list[str]:
    schema = editor_schema(demo_catalog().types["story"], ["demo"])
    page = {"space": "demo", "type": "story", "rules": [rule], **more}
    return [one.message for one in Draft7Validator(schema).iter_errors(page)]


@pytest.mark.parametrize(
    "rule",
    [
        RULE,
        {**RULE, "mode": "hold", "at_most": 9, "once": True, "why": "x"},
        {**RULE, "where": [{"any": ["due IS NULL", "scale = S"]}]},
        {**RULE, "fields": {"due": {"max": {"days": 14, "after": "created"}}, "story_points": {"min": 1}}},
        {**RULE, "fields": {"business": {"from": "parent_story"}, "platform": {"contains": ["iOS"]}}},
        {"name": "a", "where": ["x = y"], "roles": {"RD": ["ana@example.com"]}},
    ],
)
def test_a_rule_as_files_write_it_fits(rule: dict[str, object]) -> None:
    assert errors(rule) == []


@pytest.mark.parametrize(
    "rule",
    [
        {**RULE, "name": "A B"},
        {**RULE, "mode": "heal"},
        {**RULE, "at_most": 0},
        {**RULE, "where": []},
        {**RULE, "fields": {"due": {"max": {"days": 14}}}},
        {**RULE, "fields": {"priorty": "P0"}},
        {**RULE, "fields": {"scale": {"max": "S"}}},
        {"where": ["a = b"], "fields": {}},
        {**RULE, "mode": "hold"},
        {**RULE, "mode": "propose"},
        {**RULE, "fields": {"scale": None}},
        {**RULE, "fields": {"platform": []}},
    ],
)
def test_a_rule_that_is_wrong_does_not_fit(rule: dict[str, object]) -> None:
    assert errors(rule)


def test_a_file_has_items_or_rules() -> None:
    assert errors(RULE, items=[6300012345])


def test_conditions_are_offered_for_completion() -> None:
    schema = editor_schema(demo_catalog().types["story"], ["demo"])
    offered = schema["properties"]["rules"]["items"]["properties"]["where"]["items"]["anyOf"][0]["anyOf"][0][
        "enum"
    ]
    assert {"priority HAS ANY OF P0", "due IS NULL", "status = Done", "roles.RD HAS ANY OF …"} <= set(offered)
    assert {"area = Payments / Cards", "created_at > …", "people HAS ANY OF …"} <= set(offered)
    assert "area = Payments" not in offered
    assert not [one for one in offered if one.startswith("docs")]
