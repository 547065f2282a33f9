"""Values that the settings read from scalars as written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconciler.errors import Place
from reconciler.manifest.nodes import Scalar
from reconciler.manifest.scalar_values import count_of, day_of, names_of, scale_of, share_of, zone_of
from reconciler.manifest.shapes import Unfit


def plain(text: str) -> Scalar:
    return Scalar(text, plain=True, place=Place("reconciler.yaml", 1, 1))


def quoted(text: str) -> Scalar:
    return Scalar(text, plain=False, place=Place("reconciler.yaml", 1, 1))


def test_a_share_is_the_same_as_a_percentage_and_as_a_fraction() -> None:
    assert share_of(plain("30%")) == share_of(plain("0.3")) == Decimal("0.3")


@pytest.mark.parametrize("text", ["101%", "1.5", "-3%", "a third"])
def test_a_share_is_between_nothing_and_all(text: str) -> None:
    with pytest.raises(Unfit):
        share_of(plain(text))


@pytest.mark.parametrize("node", [plain("010"), plain("1_000"), plain("+5"), quoted("100"), plain("1e3")])
def test_a_count_is_digits_without_quotes_and_without_a_leading_zero(node: Scalar) -> None:
    with pytest.raises(Unfit):
        count_of(node)


def test_a_count_may_be_zero() -> None:
    assert count_of(plain("0")) == 0


def test_a_scale_is_above_zero() -> None:
    assert scale_of(plain("0.01")) == Decimal("0.01")
    with pytest.raises(Unfit):
        scale_of(plain("0"))


def test_a_day_has_to_be_in_the_calendar() -> None:
    assert day_of(plain("2027-01-31")) == date(2027, 1, 31)
    with pytest.raises(Unfit, match="not a day of the calendar"):
        day_of(plain("2027-02-30"))


def test_a_zone_with_a_typing_error_suggests_the_nearest() -> None:
    with pytest.raises(Unfit) as raised:
        zone_of(plain("Asia/Shangai"))
    assert "Asia/Shanghai" in raised.value.fix


def test_a_group_needs_members() -> None:
    assert names_of(plain("ana")) == ("ana",)
    with pytest.raises(Unfit, match="a group without members"):
        names_of([])
