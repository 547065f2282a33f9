"""Rows of sub-fields: with a key, unmanaged sub-fields keep their live values."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.spec import FieldSpec
from reconciler.fields.values import desired_value
from tests.fields import fieldspace as space
from tests.fields.fieldspace import ANA, codec, node_of, refused

STAGING = (("field_env", "staging"), ("field_cost", 3), ("field_stage", "option_1"))
PROD = (("field_env", "prod"), ("field_cost", 9))
TEST = (("field_env", "test"), ("field_cost", 1))


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("[{env: prod}, {env: staging}]", (STAGING, PROD)),
        ("[{env: staging, Field cost: 4}]", ((STAGING[0], ("field_cost", 4), STAGING[2]),)),
        ("[{env: staging, Field stage: null}, {env: prod}]", (STAGING[:2], PROD)),
        (
            "{contains: [{env: staging, Field stage: P1}]}",
            ((*STAGING[:2], ("field_stage", "option_2")), PROD),
        ),
        ("{contains: [{env: test, Field cost: 1}]}", (STAGING, PROD, TEST)),
        ("[{env: test, Field cost: 1}]", (TEST,)),
        ("[]", ()),
        ("null", ()),
        (
            "{contains: [{env: prod, who: {contains: [ana]}}]}",
            (STAGING, (*PROD, ("field_who", frozenset({ANA})))),
        ),
    ],
)
def test_rows_with_a_key_keep_what_is_not_named(written: str, after: Any) -> None:
    bound = codec(space.KEYED)
    live = (STAGING, PROD)
    assert desired_value(bound.parse(node_of(f"v: {written}\n")), live) == after


@pytest.mark.parametrize(
    ("spec", "written", "said"),
    [
        (space.KEYED, "[{env: a}, {env: a}]", '1:15: two rows of Env rows with Field env "a"; merge them'),
        (
            space.KEYED,
            "[{when: 2026-12-01}]",
            "1:5: a row of Env rows without Field env; write it: it identifies the row",
        ),
        (space.KEYED, "{contains: []}", "1:15: a rule without rows for Env rows; delete the line"),
        (
            space.KEYED,
            "[{env: a, field_total: 3}]",
            "1:14: 'field_total' of Env rows is calculated; delete the line",
        ),
        (space.KEYED, "[{env: a, field_env: b}]", "1:14: Field env twice in one row; name it once"),
        (
            space.ROWS,
            "{contains: [{env: a}]}",
            (
                "1:4: `contains` needs a sub-field that identifies a row; set one "
                "as `key` of Release plan in the settings, or write all rows"
            ),
        ),
        (space.ROWS, "[{env: null}]", "1:5: an empty row in Release plan; delete it"),
        (
            space.ROWS,
            "[{who: {contains: [ana]}}]",
            "1:5: a rule for Field who of a row without a key; write its members as a list",
        ),
    ],
)
def test_rows_that_cannot_be_told_apart_or_would_say_nothing_are_refused(
    spec: FieldSpec, written: str, said: str
) -> None:
    assert refused(spec, written) == [said]


def test_live_rows_that_a_write_would_lose_or_confuse_block_the_field() -> None:
    bound = codec(space.KEYED)

    def row(**cells: str) -> list[dict[str, str]]:
        return [{"field_key": f"field_{key}", "field_value": value} for key, value in cells.items()]

    unknown, double = bound.decode([row(env="a", new="x")]), bound.decode([row(env="a"), row(env="a")])
    assert bound.objection(unknown, ()) == "the rows hold field_new, which a write would lose"
    after = ((("field_env", "b"),),)
    assert bound.objection(double, after) == 'several live rows are "a", and the key should be unique'
    assert bound.objection(double, ()) is None


def test_a_cell_may_come_as_json_in_a_text() -> None:
    wire = [[{"field_key": "field_stage", "field_value": '{"value": "option_1"}'}]]
    assert codec(space.ROWS).decode(wire).value == ((("field_stage", "option_1"),),)


@pytest.mark.parametrize(
    "wire", ["rows", 7, {}, [{}], [[{"field_key": "field_cost", "field_value": "many"}]]]
)
def test_rows_of_another_shape_are_not_taken_for_empty(wire: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|Expecting"):
        codec(space.ROWS).decode(wire)
