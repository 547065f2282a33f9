"""Sets: an exact list, or a rule about some members."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.fields.sets import added_members
from reconciler.fields.values import Rule, Seen, desired_value
from tests.fields.fieldspace import (
    CASES,
    PLATFORM,
    Case,
    codec,
    node_of,
    read,
    refused,
    yaml_of,
)


def members_of(case: Case, data: st.DataObject) -> frozenset[Any]:
    value = data.draw(case.values)
    assert isinstance(value, frozenset)
    return value


SETS = [case for case in CASES if codec(case.spec).empty == frozenset()]


@pytest.mark.parametrize("case", SETS, ids=lambda case: case.id)
@given(st.data())
def test_a_rule_about_members_touches_the_named_ones_alone(case: Case, data: st.DataObject) -> None:
    named, other, live = (members_of(case, data) for _ in range(3))
    bound = codec(case.spec)
    contains, excludes = named, other - named
    if not contains | excludes:
        return
    written = {"contains": bound.dump(contains), "excludes": bound.dump(excludes)}
    rule = bound.parse(node_of(yaml_of(written)))
    assert rule == Rule(contains, excludes)
    after = desired_value(rule, live)
    assert isinstance(after, frozenset)
    assert desired_value(rule, after) == after
    assert contains <= after
    assert not excludes & after
    assert after - named - other == live - named - other


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[P0, P0]", ["1:9: P0 twice in Platform; name it once"]),
        ("[P0, null]", ["1:9: null among the members of Platform; delete it (an empty list is [])"]),
        ("P0, P1", ["1:4: several names in one text, separated by ','; write a list: [one, two]"]),
        ("P0、P1", ["1:4: several names in one text, separated by '、'; write a list: [one, two]"]),
        ("{contains: [P0], excludes: [P0]}", ["1:4: P0 in contains and in excludes; keep one of them"]),
        ("{contains: []}", ["1:4: a rule without members for Platform; name some, or delete the line"]),
        (
            "{contain: [P0]}",
            ["1:5: no mode 'contain' on Platform; did you mean 'contains'?"],
        ),
    ],
)
def test_a_list_that_names_no_clear_set_is_refused(written: str, said: list[str]) -> None:
    assert refused(PLATFORM, written) == said


def test_every_mistake_of_both_lists_of_a_rule_is_reported_at_once() -> None:
    told = refused(PLATFORM, "{contains: [P7], excludes: [P8, P0, P0]}")
    assert [one.split(":")[1] for one in told] == ["16", "32", "40"]


def test_the_order_of_a_list_does_not_count() -> None:
    assert read(PLATFORM, "[P0, P1]") == read(PLATFORM, "[P1, P0]")


def test_the_added_members_are_those_that_are_not_live() -> None:
    assert added_members(Seen(frozenset("ab")), frozenset("bc")) == {"c"}
