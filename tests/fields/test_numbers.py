"""Numbers are exact decimals; booleans are two words."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.fields.values import Wrong
from tests.fields import fieldspace as space
from tests.fields.fieldspace import NEEDS_QA, POINTS, RATE, codec, node_of, read, refused


@pytest.mark.parametrize("digits", [5_000, 100_000])
def test_a_number_of_thousands_of_digits_is_refused_at_once(digits: int) -> None:
    with pytest.raises(Wrong, match=f"found a text of {digits} characters"):
        codec(space.POINTS).parse(node_of(f"v: {'9' * digits}\n"))


@pytest.mark.parametrize(
    ("written", "sent"),
    [("3", 3), ("3.0", 3), ("1e3", 1000), ("0.5", 0.5), ("-0", 0), ("999999999999999", 999999999999999)],
)
def test_a_number_is_one_value_however_it_is_written(written: str, sent: float) -> None:
    value = read(POINTS, written)
    assert codec(POINTS).encode(value) == sent
    assert codec(POINTS).decode(sent).value == codec(POINTS).decode(str(sent)).value == value


@pytest.mark.parametrize("written", ["0x10", "1_000", "+1", ".5", "012", '"3"', "three", "[3]", "true"])
def test_what_is_no_plain_decimal_is_refused(written: str) -> None:
    (mistake,) = refused(POINTS, written)
    assert mistake.startswith("1:4: expected a number for Points, found ")


@pytest.mark.parametrize("written", ["1e16", "0.12345678901234567", "1e-400"])
def test_a_number_that_a_double_does_not_hold_is_refused(written: str) -> None:
    assert refused(POINTS, written) == [
        f"1:4: a number that the service cannot store exactly, '{written}'; use at most 15 digits"
    ]


def test_a_scale_turns_the_authors_percent_into_the_services_share_and_back() -> None:
    value = read(RATE, "12.5")
    assert codec(RATE).encode(value) == 0.125
    assert codec(RATE).show(value) == "12.5"
    assert codec(RATE).dump(value) == 12.5


@pytest.mark.parametrize("wire", [True, [3], {"value": 3}, "three", "1e999", " 3", "NaN", float("inf")])
def test_an_answer_that_is_no_finite_number_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match=r"expected a (finite )?number"):
        codec(POINTS).decode(wire)


def test_unset_is_neither_true_nor_false() -> None:
    values = [codec(NEEDS_QA).decode(wire).value for wire in (True, False, None)]
    assert values == [True, False, None]
    assert [codec(NEEDS_QA).show(value) for value in values] == ["true", "false", "(empty)"]
    assert read(NEEDS_QA, "null") is None


@pytest.mark.parametrize("written", ["yes", "True", '"true"', "1"])
def test_only_the_two_plain_words_are_booleans(written: str) -> None:
    (mistake,) = refused(NEEDS_QA, written)
    assert mistake.startswith("1:4: expected true or false for Needs qa, found ")


@pytest.mark.parametrize("wire", [0, 1, "true", "", []])
def test_an_answer_that_is_no_boolean_is_unreadable(wire: Any) -> None:
    with pytest.raises(ValueError, match="expected true or false"):
        codec(NEEDS_QA).decode(wire)
