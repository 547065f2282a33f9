"""Lists page by page, ids in batches, and refused batches in halves."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.meegle.batches import in_batches, in_halves, paged
from reconciler.meegle.http.endpoints import FILTER
from reconciler.meegle.http.failures import ApiRefusal, Oversized
from tests.meegle.http.clients import client_for
from tests.meegle.http.doubles import Service, good

TOO_LARGE = Oversized("h", "the answer is too large")


def refused(code: int) -> ApiRefusal:
    return ApiRefusal(code, "no", "2026L0G", status=400, endpoint="query")


def rows_of(service: Service, *sizes: int) -> list[int]:
    with client_for(service) as client:
        return [row["id"] for row in paged(client, FILTER, {"project_key": "demo"}, {"q": 1}, sizes)]


def page(*ids: int) -> list[dict[str, int]]:
    return [{"id": one} for one in ids]


@pytest.mark.parametrize("last", [[], page(5)], ids=["empty", "not full"])
def test_a_list_ends_with_the_first_page_that_is_not_full(last: list[dict[str, int]]) -> None:
    service = Service(good(page(1, 2)), good(page(3, 4)), good(last), good(page(9)))
    assert rows_of(service, 2) == [1, 2, 3, 4, *[row["id"] for row in last]]
    assert service.bodies() == [{"q": 1, "page_size": 2, "page_num": number} for number in (1, 2, 3)]


def test_a_page_that_is_too_large_is_asked_for_in_parts_from_the_same_row_on() -> None:
    service = Service(good(page(1, 2, 3, 4)), TOO_LARGE, good(page(5, 6)), good(page(7)))
    assert rows_of(service, 4, 2) == [1, 2, 3, 4, 5, 6, 7]
    assert [(one["page_size"], one["page_num"]) for one in service.bodies()] == [
        (4, 1),
        (4, 2),
        (2, 3),
        (2, 4),
    ]


def test_a_row_that_is_too_large_even_alone_ends_the_list() -> None:
    with pytest.raises(Oversized):
        rows_of(Service(TOO_LARGE), 2, 1)


def test_ids_are_asked_for_in_parts_of_one_size() -> None:
    assert [list(one) for one in in_batches(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []


class Asked:
    """A question that fails for batches with an id that is bad; keeps the batches."""

    def __init__(self, bad: dict[int, Exception]) -> None:
        self.bad = bad
        self.batches: list[list[int]] = []

    def __call__(self, ids: Sequence[int]) -> list[int]:
        self.batches.append(list(ids))
        for one in ids:
            if one in self.bad:
                raise self.bad[one]
        return list(ids)


@pytest.mark.parametrize("error", [refused(30005), TOO_LARGE], ids=["refused", "too large"])
def test_a_bad_id_is_found_by_halves_and_the_others_are_answered_in_order(error: Exception) -> None:
    ask = Asked({3: error})
    assert in_halves([1, 2, 3, 4], ask, lambda item_id, _: [-item_id]) == [[1, 2], [-3], [4]]
    assert ask.batches == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]


def test_without_an_answer_for_a_bad_id_its_error_is_raised() -> None:
    with pytest.raises(Oversized):
        in_halves([1, 2], Asked({2: TOO_LARGE}))


def test_a_refusal_of_another_kind_is_not_asked_again() -> None:
    ask = Asked({3: refused(20006)})
    with pytest.raises(ApiRefusal, match="20006"):
        in_halves([1, 2, 3, 4], ask, lambda item_id, _: [-item_id])
    assert ask.batches == [[1, 2, 3, 4]]
