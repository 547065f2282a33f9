"""The items that may be members of rules, as the service's own search lists them.

A search lags, so these lists are no proof: whoever uses them reads each item by id and judges it.
"""

# A search lists 50 items a page, and `filter` 200, but `filter` knows no conditions on fields.  Where rules
# select so many items that it takes fewer calls to list their whole type, and to read every item of it, that
# is done: which of them are members is judged afterwards, as always.

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field

from reconciler.fields.conditions import CREATED, PEOPLE, STATUS, UPDATED, Comparison, Condition
from reconciler.meegle.batches import BATCH, FILTER_PAGES, IDS, SEARCH_PAGES, THREADS, pages, total_of
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.listing import MOST_PEOPLE
from reconciler.meegle.search_conditions import is_listed, wider
from reconciler.model import Ref

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader

TOO_MANY = frozenset({20094})
"""The search has more than 5,000 hits."""
MANY_PAGES = 50
"""Pages that the searches of a type have left; for more it is worth a call to learn how large the type is."""
MOST_LISTED = 200_000
"""Items of one `filter`: a longer list is cut, or refused (endpoints.md 6.4)."""

Asked: TypeAlias = tuple[str, tuple[Condition, ...]]
"""A type and the conditions on its items."""
Page: TypeAlias = Mapping[str, Any]


class Listing(Struct):
    """A list that is read page by page: the items so far, and how many it says that it has."""

    type_key: str
    size: int
    pages: Iterator[Page]
    refs: set[Ref] = field(default_factory=set)
    total: int = 0

    def begun(self) -> Listing:
        """Read the first page, and return the list."""
        self.take(next(self.pages, {}))
        return self

    def read_all(self) -> None:
        """Read all pages that are left."""
        for page in self.pages:
            self.take(page)

    def take(self, page: Page) -> None:
        """Add the items of a page."""
        self.total = max(self.total, total_of(page))
        self.refs.update(Ref(self.type_key, int(row["id"])) for row in page.get("data") or ())

    @property
    def calls_left(self) -> int:
        """How many pages are left, as far as the list tells."""
        return -(-max(0, self.total - len(self.refs)) // self.size)


class Candidates(Struct):
    """The items that may fulfil conditions: the list for each of the conditions, and their own searches.

    Conditions on items of a type that is listed whole share one list.
    """

    lists: Mapping[Asked, Listing]
    searches: Mapping[Asked, Listing]

    def by_list(self) -> Iterator[tuple[list[Asked], set[Ref]]]:
        """Yield the items of each list with the conditions for which it stands."""
        for listing in {id(one): one for one in self.lists.values()}.values():
            yield [asked for asked, one in self.lists.items() if one is listing], listing.refs

    def hits(self, asked: Asked) -> set[Ref]:
        """Return the items that the search itself finds for conditions; it is read to its end, if need be."""
        own = self.searches[asked]
        own.read_all()
        return own.refs


def candidates(reader: Reader, asked: Sequence[Asked]) -> Candidates:
    """List the items that may fulfil each of the conditions; terminated ones are not among them."""
    with ThreadPoolExecutor(THREADS) as pool:
        begun = pool.map(lambda one: listing_of(reader, *one).begun(), asked)
        searches = dict(zip(asked, begun, strict=True))
        lists = dict(searches)
        for type_key in dict.fromkeys(type_key for type_key, _ in asked):
            mine = {one: own for one, own in searches.items() if one[0] == type_key}
            if whole := whole_type(reader, type_key, list(mine.values())):
                lists |= dict.fromkeys(mine, whole)
        list(pool.map(Listing.read_all, {id(one): one for one in lists.values()}.values()))
    return Candidates(lists, searches)


def listing_of(reader: Reader, type_key: str, conditions: Sequence[Condition]) -> Listing:
    """Return the list of the items of a type that may fulfil conditions; nothing is read yet."""
    group = wider(conditions, reader.catalog.types[type_key], reader.catalog)
    if is_listed(conditions) or not group["search_groups"]:
        return Listing(type_key, FILTER_PAGES[0], filtered(reader, type_key, filter_body(conditions)))
    return Listing(type_key, SEARCH_PAGES[0], searched(reader, type_key, group))


def whole_type(reader: Reader, type_key: str, lists: Sequence[Listing]) -> Listing | None:
    """Return the list of all items of a type, begun, where it takes fewer calls than the `lists` do.

    The reads by id count, too: of all items there, and of those that any of the lists names.
    """
    left = sum(one.calls_left for one in lists)
    if left <= MANY_PAGES:
        return None
    whole = Listing(type_key, FILTER_PAGES[0], filtered(reader, type_key, {}))
    try:
        whole.begun()
    except ApiRefusal:
        return None
    if not 0 < whole.total < MOST_LISTED:
        return None
    named = min(whole.total, sum(one.total for one in lists))
    if whole.calls_left + whole.total // BATCH >= left + named // BATCH:
        return None
    whole.refs.update(*(one.refs for one in lists))
    return whole


def filtered(reader: Reader, type_key: str, body: Mapping[str, Any]) -> Iterator[Page]:
    """Yield the pages of `filter` (endpoints.md 6.4)."""
    asked = {"work_item_type_keys": [type_key], **body}
    return pages(reader.client, api.FILTER, {"project_key": reader.space_key}, asked, FILTER_PAGES, IDS)


def searched(reader: Reader, type_key: str, group: Mapping[str, Any]) -> Iterator[Page]:
    """Yield the pages of a search (endpoints.md 6.6); one of over 5,000 hits begins anew, by a cursor."""
    path = {"project_key": reader.space_key, "type_key": type_key}
    body = {"search_group": group, "fields": ["name"]}
    try:
        yield from pages(reader.client, api.SEARCH_PARAMS, path, body, SEARCH_PAGES, IDS)
    except ApiRefusal as refusal:
        if refusal.code not in TOO_MANY:
            raise
    else:
        return
    yield from searched_all(reader, type_key, group)


def searched_all(reader: Reader, type_key: str, group: Mapping[str, Any]) -> Iterator[Page]:
    """Yield the pages of a search of any length, by a cursor (endpoints.md 6.7)."""
    cursor = ""
    while True:
        page = {"page_size": SEARCH_PAGES[0], **({"search_after": cursor} if cursor else {})}
        body = {
            "project_key": reader.space_key,
            "work_item_type_key": type_key,
            "search_group": group,
            "pagination": page,
        }
        answer = reader.client.read(api.UNIVERSAL_SEARCH, body=body)
        yield {"data": answer.get("datas"), "pagination": answer.get("pagination")}
        after = str((answer.get("pagination") or {}).get("search_after") or "")
        if not after or after == cursor:
            return
        cursor = after


def filter_body(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Return what `filter` is asked for conditions about facts (endpoints.md 6.4), never too little."""
    body: dict[str, Any] = {}
    for one in conditions:
        if not isinstance(one, Comparison):
            continue
        if one.key == STATUS and one.operator in {"=", "HAS ANY OF"}:
            body.setdefault("work_item_status", [{"state_key": key} for key in one.operand])
        elif one.key == PEOPLE and one.operator == "HAS ANY OF" and len(one.operand) <= MOST_PEOPLE:
            body.setdefault("user_keys", list(one.operand))
        elif one.key in {CREATED, UPDATED}:
            first, after = one.operand
            span = body.setdefault(one.key, {})
            if one.operator in {">", ">=", "="}:
                span["start"] = max(span.get("start", 0), int(first))
            if one.operator in {"<", "<=", "="}:
                span["end"] = min(span.get("end", int(after)), int(after))
    return {key: value for key, value in body.items() if value}
