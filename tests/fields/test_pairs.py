"""Field/value pairs: values by key, and a refusal of whatever is not a pair."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.pairs import values_by_key
from reconciler.fields.unread import Disputed, Unreadable


def test_a_pair_without_a_value_is_empty() -> None:
    pairs = [{"field_key": "a", "field_value": 1}, {"field_key": "b", "field_type_key": "text"}]
    assert values_by_key(pairs) == {"a": 1, "b": None}


def test_two_pairs_of_one_key_agree_or_are_disputed() -> None:
    one, other = {"field_key": "a", "field_value": 1}, {"field_key": "a", "field_value": 2}
    assert values_by_key([one, one]) == {"a": 1}
    assert isinstance(values_by_key([one, other])["a"], Disputed)


@pytest.mark.parametrize(
    "entry", [None, "a", {}, {"field_value": 1}, {"field_key": 1}, {"field_key": "a", "v": 1}]
)
def test_what_is_no_pair_is_unreadable(entry: Any) -> None:
    with pytest.raises(Unreadable):
        values_by_key([entry])
