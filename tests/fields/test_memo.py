"""The memo only saves work: its answers are those of parsing and decoding."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice, permutations

import pytest

from reconciler.fields.memo import LONGEST_FORM, MOST_FORMS, MOST_READINGS, is_text, memo_key
from reconciler.fields.values import Wrong
from tests.fields.fieldspace import PLATFORM, POINTS, PRIORITY, codec, node_of, spec


def test_an_answer_that_python_takes_for_an_equal_one_is_read_by_itself() -> None:
    bound = codec(spec("linked", "work_item_related_multi_select"))
    assert bound.holds([1], frozenset({1}))
    with pytest.raises(ValueError, match="id"):
        bound.holds([True], frozenset({1}))


def test_an_answer_is_decoded_once_and_a_wrong_one_is_refused_each_time() -> None:
    bound = codec(spec("linked", "work_item_related_multi_select"))
    assert bound.see([1]) is bound.see([1])
    assert bound.see([1]) == bound.decode([1])
    for _ in range(2):
        with pytest.raises(ValueError, match="id"):
            bound.see([True])
    long = list(range(1, LONGEST_FORM))
    assert bound.see(long) == bound.see(long) == bound.decode(long)
    assert len(bound.readings_seen) == 1


def test_an_equal_value_is_parsed_once_and_a_wrong_one_is_refused_each_time() -> None:
    bound = codec(PRIORITY)
    first, second = node_of("v: P0\n"), node_of("# below\n\nv: P0\n")
    assert bound.recall(first) == bound.recall(second) == bound.parse(first) == "option_1"
    assert len(bound.readings) == 1
    for _ in range(2):
        with pytest.raises(Wrong, match="no option 'P9'"):
            bound.recall(node_of("v: P9\n"))


def test_texts_that_differ_in_quotes_or_in_a_cut_comment_are_different_values() -> None:
    forms = [memo_key(node_of(f"v: {written}\n")) for written in ("null", '"null"', "Fix", "Fix #2", "[Fix]")]
    assert len(set(forms)) == len(forms)
    assert memo_key(node_of("v: {id: x}\n")) is None
    assert memo_key(node_of("v: [{id: x}]\n")) is None


def test_a_full_memo_still_answers_as_the_codec_does() -> None:
    bound = codec(POINTS)
    for number in range(MOST_READINGS + 10):
        assert bound.recall(node_of(f"v: {number}\n")) == number
        assert bound.holds(number, Decimal(number))
        assert not bound.holds(number, Decimal(number + 1))
    assert len(bound.readings) == len(bound.recognized) == MOST_READINGS


def test_only_answers_of_texts_and_nulls_are_remembered_by_their_form() -> None:
    assert is_text({"value": "x", "children": [None, "y"]})
    assert not is_text({"value": "x", "children": [True]})
    assert not is_text([1])


def test_a_few_forms_of_one_value_are_remembered() -> None:
    bound = codec(PLATFORM)
    ids = [option.id for option in PLATFORM.options]
    orders = [[{"value": one} for one in order] for order in islice(permutations(ids), 12)]
    desired = bound.decode(orders[0]).value
    assert all(bound.holds(order, desired) for order in orders)
    (forms,) = bound.forms_seen.values()
    assert forms == orders[:MOST_FORMS]
    assert not bound.holds(orders[0][:3], desired)
