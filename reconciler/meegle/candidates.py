"""The items that may be members of a rule, as the service's own search lists them.

A search lags, so this list is no proof: whoever uses it reads each item by id and judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.fields.conditions import CREATED, PEOPLE, STATUS, UPDATED, Comparison, Condition
from reconciler.meegle.batches import SEARCH_PAGES, paged
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import ApiRefusal
from reconciler.meegle.listing import MOST_PEOPLE, list_items
from reconciler.meegle.search_conditions import is_listed, wider
from reconciler.model import Ref

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.schema.types import TypeSpec

TOO_MANY = frozenset({20094})
"""The search has more than 5,000 hits."""


def candidates(reader: Reader, kind: TypeSpec, conditions: Sequence[Condition]) -> frozenset[Ref]:
    """Return the items of a type that may be members; terminated ones are not among them."""
    group = wider(conditions, kind, reader.catalog)
    if is_listed(conditions) or not group["search_groups"]:
        return frozenset(list_items(reader, [kind.key], body=filter_body(conditions)))
    try:
        return frozenset(Ref(kind.key, int(row["id"])) for row in searched(reader, kind, group))
    except ApiRefusal as refusal:
        if refusal.code not in TOO_MANY:
            raise
    return frozenset(Ref(kind.key, int(row["id"])) for row in searched_all(reader, kind, group))


def searched(reader: Reader, kind: TypeSpec, group: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a search of up to 5,000 hits (endpoints.md 6.6)."""
    path = {"project_key": reader.space_key, "type_key": kind.key}
    body = {"search_group": group, "fields": ["name"]}
    return paged(reader.client, api.SEARCH_PARAMS, path, body, SEARCH_PAGES)


def searched_all(reader: Reader, kind: TypeSpec, group: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a search of any length, by a cursor (endpoints.md 6.7)."""
    cursor = ""
    while True:
        page = {"page_size": SEARCH_PAGES[0], **({"search_after": cursor} if cursor else {})}
        body = {
            "project_key": reader.space_key,
            "work_item_type_key": kind.key,
            "search_group": group,
            "pagination": page,
        }
        answer = reader.client.read(api.UNIVERSAL_SEARCH, body=body)
        yield from answer.get("datas") or []
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
