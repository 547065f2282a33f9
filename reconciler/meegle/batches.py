"""Questions that the service answers only in parts: pages of a list, batches of ids, halves of a batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.meegle.http.ahead import Question
from reconciler.meegle.http.failures import ApiRefusal, Oversized

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.http.endpoints import Endpoint

reads = logging.getLogger("reconciler.meegle.reads")
"""Hears how far long reads are: `done`, `total` (0 where nobody knows it) and the noun, as arguments."""

BATCH = 50
"""Ids that one `query` takes (endpoints.md 6.3)."""
FILTER_PAGES = (200, 100, 50, 25, 5, 1)
"""Items on a page of `filter` (endpoints.md 6.4); the smaller sizes are for answers that are too large."""
FILTER_PAGE = FILTER_PAGES[0]
SEARCH_PAGES = (50, 25, 5, 1)
"""Items on a page of a search (endpoints.md 6.6); the smaller sizes are for answers that are too large."""
LISTED = ("id", "name", "work_item_type_key")
"""All that is read of an item in a list."""
IDS = ("id",)
"""The same where only the ids are of interest."""
MOST_PAGES = 1_100
"""Pages of one list: 200,000 items, and some to spare; a list that is longer never ends."""
THREADS = 4
"""Calls at once: four fill 15 a second at 200 ms each."""
NOT_FOUND = frozenset({30005})
"""Codes that refuse a whole batch because of one id."""
Answer = TypeVar("Answer")


def paged(
    client: Client,
    endpoint: Endpoint,
    path: Mapping[str, str],
    body: Mapping[str, Any],
    sizes: Sequence[int],
) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a list, page by page."""
    for answer in pages(client, endpoint, path, body, sizes):
        yield from answer.get("data") or []


def pages(
    client: Client,
    endpoint: Endpoint,
    path: Mapping[str, str],
    body: Mapping[str, Any],
    sizes: Sequence[int],
    members: tuple[str, ...] = LISTED,
) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of a list until one is not full; `members` are all that is read of their rows.

    A page that is too large is asked for again in parts: each of the `sizes` is a multiple of the next.
    A list that never ends is left after MOST_PAGES.
    """
    left, page, done = list(sizes), 1, 0
    for _ in range(MOST_PAGES):
        asked = {**body, "page_size": left[0], "page_num": page}
        try:
            answer = client.ask(Question(endpoint, path, asked, members))
        except Oversized:
            if not left[1:]:
                raise
            page = (page - 1) * (left[0] // left[1]) + 1
            del left[0]
            continue
        rows = answer.get("data") or []
        done += len(rows)
        note_reads(done, total_of(answer), "items listed")
        yield answer
        if len(rows) < left[0]:
            return
        page += 1


def total_of(answer: Mapping[str, Any]) -> int:
    """Return how many rows a list says that it has; 0 if it says nothing that can be believed."""
    paging = answer.get("pagination")
    total = paging.get("total") if isinstance(paging, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and total > 0 else 0


def note_reads(done: int, total: int, noun: str) -> None:
    """Tell the log how far a long read is."""
    reads.debug("%d of %d %s", done, total, noun)


def in_batches(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """Yield the ids in parts of one size."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def unanswered_id(item_id: int, error: ApiRefusal | Oversized) -> Any:  # noqa: ARG001 - see `in_halves`
    """Raise the error of an id that cannot be answered even alone."""
    raise error


def in_halves(
    ids: Sequence[int],
    ask: Callable[[Sequence[int]], Answer],
    alone: Callable[[int, ApiRefusal | Oversized], Answer] = unanswered_id,
) -> list[Answer]:
    """Return the answers to `ask`, in the order of the ids.

    If one id is bad, the service refuses the whole batch; if the answer is too large, nobody can read it.
    Either batch is asked for in halves, until a bad id is alone: `alone` then answers for it.
    """
    try:
        return [ask(ids)]
    except (ApiRefusal, Oversized) as error:
        if isinstance(error, ApiRefusal) and error.code not in NOT_FOUND:
            raise
        if len(ids) == 1:
            return [alone(ids[0], error)]
    half = len(ids) // 2
    return [*in_halves(ids[:half], ask, alone), *in_halves(ids[half:], ask, alone)]
