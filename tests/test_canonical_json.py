"""Equal values have one text."""

from __future__ import annotations

import math

import pytest

from reconciler.canonical_json import canonical


def test_the_order_of_members_does_not_matter_and_that_of_a_list_does() -> None:
    assert canonical({"b": 1, "a": [2, 1]}) == canonical({"a": [2, 1], "b": 1}) == '{"a":[2,1],"b":1}'
    assert canonical([1, 2]) != canonical([2, 1])


def test_no_byte_depends_on_an_encoding() -> None:
    assert canonical("é支") == '"\\u00e9\\u652f"'


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_has_no_word_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical([value])
