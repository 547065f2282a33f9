"""What every codec promises, for every value and every form in which a service may answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.fields import CODECS
from reconciler.fields.values import desired_value
from tests.fields.fieldspace import (
    CASES,
    Case,
    codec,
    file_of,
    node_of,
    yaml_of,
)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_every_managed_type_has_a_case() -> None:
    assert {case.spec.type for case in CASES} == set(CODECS) - {
        "multi_pure_text",
        "radio",
        "priority",
        "linked_work_item",
    }


@every_case
@given(st.data())
def test_what_is_sent_is_read_back_as_the_same_value_in_every_form_of_the_wire(
    case: Case, data: st.DataObject
) -> None:
    value = data.draw(case.values)
    bound = codec(case.spec)
    sent = bound.encode(value)
    assert json.loads(json.dumps(sent, allow_nan=False)) == sent
    for answer in (sent, *case.readings(sent)):
        assert bound.decode(json.loads(json.dumps(answer))).value == value


@every_case
@given(st.data())
def test_an_answer_holds_a_value_where_it_is_read_as_that_value_however_often_it_comes(
    case: Case, data: st.DataObject
) -> None:
    some = [data.draw(case.values) for _ in range(2)]
    bound = codec(case.spec)
    answers = [
        answer for value in some for answer in (bound.encode(value), *case.readings(bound.encode(value)))
    ]
    assert len(answers) >= len(some)
    for answer in data.draw(st.permutations(answers * 2)):
        for desired in some:
            assert bound.holds(answer, desired) == (bound.decode(answer).value == desired)


@every_case
@given(st.data())
def test_what_is_written_to_yaml_is_read_as_the_same_value(case: Case, data: st.DataObject) -> None:
    value = data.draw(case.values)
    bound = codec(case.spec)
    for text in (file_of(bound.dump(value)), yaml_of(bound.dump(value))):
        desired = bound.parse(node_of(text))
        assert desired_value(desired, value) == value
        assert desired_value(desired, bound.empty) == value


@every_case
@given(st.data())
def test_canonical_values_are_hashable_and_shown_and_a_written_wish_is_settled_once(
    case: Case, data: st.DataObject
) -> None:
    value, live = data.draw(case.values), data.draw(case.values)
    bound = codec(case.spec)
    assert hash(value) == hash(bound.decode(bound.encode(value)).value)
    assert bound.show(value)
    assert (bound.show(value) == "(empty)") == (value == bound.empty)
    desired = bound.parse(node_of(yaml_of(bound.dump(value))))
    once = desired_value(desired, live)
    assert desired_value(desired, once) == once
    assert hash(once) is not None


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("text", anything),
        ("link", anything),
        ("select", anything),
        ("business", anything),
        ("user", anything),
        ("multi_select", st.frozensets(anything)),
        ("multi_user", st.frozensets(anything)),
        ("tree_select", st.lists(anything, min_size=1).map(tuple)),
        ("tree_multi_select", st.frozensets(st.lists(anything, min_size=1).map(tuple))),
        ("link_cloud_doc", st.lists(anything).map(tuple)),
        ("work_item_related_select", st.integers()),
        ("number", st.decimals(allow_nan=False, allow_infinity=False)),
    ],
)
@given(data=st.data())
def test_values_that_the_metadata_does_not_know_are_shown_and_written_too(
    type_: str, value: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    bound = codec(next(case.spec for case in CASES if case.spec.type == type_ and case.spec.key != "name"))
    drawn = data.draw(value)
    assert isinstance(bound.show(drawn), str)
    assert yaml_of(bound.dump(drawn))
    assert bound.objection(bound.decode(None), drawn) is None or type_ not in {"text", "link", "number"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "label", "children", "start_time", "field_key", "doc", "id"]), inner
        )
    ),
    max_leaves=8,
)


@every_case
@given(wire=json_values)
def test_an_answer_of_any_shape_is_a_value_or_a_plain_refusal(case: Case, wire: Any) -> None:
    bound = codec(case.spec)
    try:
        seen = bound.decode(wire)
    except ValueError:
        return
    hash(seen.value)
    bound.show(seen.value)
    bound.encode(seen.value)
