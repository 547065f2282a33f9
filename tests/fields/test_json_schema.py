"""What editors are told of a field agrees with what its codec reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import Wrong
from tests.fields import fieldspace as space
from tests.fields.fieldspace import CASES, Case, codec, node_of, yaml_of


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 with days as texts, as editors have it."""
    data = YAML(typ="safe", pure=True).load(text)["v"]
    return json.loads(json.dumps(data, default=str))


def accepts(spec: FieldSpec, text: str) -> bool:
    return Draft7Validator(codec(spec).schema()).is_valid(as_an_editor_reads(text))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@given(st.data())
def test_an_editor_accepts_whatever_is_written_for_a_value(case: Case, data: st.DataObject) -> None:
    text = yaml_of(codec(case.spec).dump(data.draw(case.values)))
    assert accepts(case.spec, text), text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_schema_is_one_of_draft_seven_and_names_its_field(case: Case) -> None:
    schema = codec(case.spec).schema()
    Draft7Validator.check_schema(schema)
    assert schema["title"] == case.spec.label


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        (space.PRIORITY, "P9"),
        (space.PRIORITY, "[P0]"),
        (space.PRIORITY, "{id: option_9}"),
        (space.PLATFORM, "P0"),
        (space.PLATFORM, "[P0, P9]"),
        (space.PLATFORM, "{contain: [P0]}"),
        (space.AREA, "Atlantis"),
        (space.LEAF_AREA, "USA"),
        (space.POINTS, '"3"'),
        (space.NEEDS_QA, "no"),
        (space.DUE, "tomorrow"),
        (space.CUTOVER, '"2026-12-01T20:00:00"'),
        (space.SCHEDULE, "{start: 2026-12-01}"),
        (space.WIKI, "javascript:x"),
        (space.DOCS, '["https://a.b/c", "https://a.b/c"]'),
        (space.STORY, "{text: a}"),
        (space.STORY, "[a]"),
        (space.WATCHERS, "ana@example.com"),
        (space.PARENT, '"6300012345"'),
        (space.PARENT, "{title: a}"),
        (space.SPRINT, "6290075691"),
        (space.ROWS, "[{envi: prod}]"),
        (space.ROWS, "[{env: prod, when: soon}]"),
        (space.ROWS, "{contains: [{env: prod}]}"),
    ],
)
def test_an_editor_marks_what_would_be_refused(spec: FieldSpec, written: str) -> None:
    with pytest.raises(Wrong):
        codec(spec).parse(node_of(f"v: {written}\n"))
    assert not accepts(spec, f"v: {written}\n")


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        (space.PRIORITY, "1.10"),
        (space.PRIORITY, '"1.10"'),
        (space.PRIORITY, "no"),
        (space.PRIORITY, "null"),
        (space.NOTES, "1.10"),
        (space.NOTES, "true"),
        (space.HOTLINE, "13800000000"),
        (space.REVIEWER, "7300000000000000000"),
        (space.KEYED, "{contains: [{env: prod, who: {contains: [ana]}}]}"),
        (space.MARKETS, "[[Europe, France], {id: ly}]"),
        (space.SPRINT, '[5, {type: sprint, name: "26-12"}]'),
    ],
)
def test_an_editor_leaves_alone_what_is_read(spec: FieldSpec, written: str) -> None:
    codec(spec).parse(node_of(f"v: {written}\n"))
    assert accepts(spec, f"v: {written}\n")


def test_an_editor_offers_labels_and_takes_disabled_ones_without_offering_them() -> None:
    first, second, *_ = codec(space.PRIORITY).schema()["anyOf"]
    assert first["enum"][:2] == ["P0", "P1"]
    assert "Old" not in first["enum"]
    assert second == {"type": "string", "pattern": "^(?:Old)$"}
