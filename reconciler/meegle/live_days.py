"""The days that the live items of a type hold; `init` and `doctor` judge a time zone by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.meegle.reader import Reader
    from reconciler.schema.types import TypeSpec

SAMPLE = 50
"""Items of a type that are looked at: one `query`."""


def live_days(reader: Reader, kind: TypeSpec) -> set[int]:
    """Return the milliseconds that a few items hold in fields of days."""
    from reconciler.fields import refusal
    from reconciler.meegle.time_zones import day_values

    fields = [one for one in kind.fields if one.type in {"date", "schedule"} and not refusal(one)]
    rows = sampled(reader, kind, [one.key for one in fields])
    return day_values([value for row in rows for value in instants(row.get(one.key))] for one in fields)


def sampled(reader: Reader, kind: TypeSpec, keys: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the values of a few items, by field."""
    from reconciler.meegle.http import endpoints as api
    from reconciler.meegle.rows import wire_values

    ids = some_ids(reader, kind, SAMPLE)
    if not ids or not keys:
        return []
    path = {"project_key": reader.space_key, "type_key": kind.key}
    body = {"work_item_ids": ids, "fields": list(keys)}
    rows = reader.client.read(api.QUERY, path=path, body=body).get("data") or []
    return [wire_values(row) for row in rows]


def some_ids(reader: Reader, kind: TypeSpec, count: int) -> list[int]:
    """Return the ids of a few items of a type (endpoints.md 6.4)."""
    from reconciler.meegle.http import endpoints as api

    page = {"work_item_type_keys": [kind.key], "page_num": 1, "page_size": count}
    rows = reader.client.read(api.FILTER, path={"project_key": reader.space_key}, body=page).get("data")
    return [int(row["id"]) for row in rows or []]


def instants(wire: Any) -> Iterator[int]:
    """Yield the milliseconds at which days begin; the end of a span is the last one of its last day."""
    from reconciler.fields.dates import from_ms, to_ms

    span = isinstance(wire, dict)
    ends = [(wire.get("start_time"), 0), (wire.get("end_time"), 1)] if span else [(wire, 0)]
    for value, more in ends:
        try:
            instant = from_ms(value)
        except ValueError:
            continue
        if instant:
            yield to_ms(instant) + more
