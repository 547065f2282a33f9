"""Operation records: who did what to an item, in the forms that the API shows (endpoints.md 8)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciler.meegle.batches import BATCH, in_batches, in_halves, note_reads
from reconciler.meegle.http import endpoints as api
from reconciler.model import ROLES, Ref

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client

WEEK = 7 * 24 * 3600 * 1000 - 1000
"""Milliseconds that one question for operation records may span (endpoints.md 8), a second less."""


class Record(Struct, frozen=True):
    """One changed object of one operation (endpoints.md section 8); values are always strings there.

    `at` is in epoch milliseconds; `who` is a user key, a rule's id or a plugin's id.  Objects that were
    changed by one operation have the same `operation`.
    """

    at: int
    kind: str
    who: str
    channel: str
    source: str
    key: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    add: tuple[str, ...]
    delete: tuple[str, ...]
    operation: int = 0

    def is_of(self, plugin_id: str) -> bool:
        """Return True if a plugin did it."""
        return self.channel == "plugin" and self.source == plugin_id

    @property
    def is_automatic(self) -> bool:
        """True if a rule of the space did it."""
        return self.channel != "plugin" and "auto" in (self.kind, self.channel)

    def undoes(self, earlier: Record) -> bool:
        """Return True if this record took away what an earlier one of the same object had made."""
        if earlier.new or self.old or not (earlier.add or earlier.delete):
            return set(self.old) == set(earlier.new) != set(self.new)
        return bool(set(earlier.add) & set(self.delete) or set(earlier.delete) & set(self.add))

    def led_to(self, live: set[str]) -> bool:
        """Return True if this record led to a value, given by its strings."""
        if self.new or not (self.add or self.delete):
            return set(self.new) == live
        return live.issuperset(self.add) and live.isdisjoint(self.delete)

    def replaced_other_than(self, had: set[str], has: set[str]) -> bool:
        """Return True if this record, which made `has`, began from other strings than `had`."""
        if self.new or not (self.add or self.delete):
            return set(self.new) == has and set(self.old) != had
        return set(self.add) != has - had or set(self.delete) != had - has


def read_operation(wire: Mapping[str, Any]) -> Iterator[Record]:
    """Read an operation record: one row for each changed object; what has another shape is left out."""
    contents = wire.get("record_contents") or []
    operation = hash(json.dumps(contents, sort_keys=True))
    for content in contents:
        target = content.get("object") or {}
        key = str(target.get("object_value") or "")
        if not key or content.get("belong_object"):
            continue
        yield Record(
            at=int(wire.get("operation_time") or 0),
            kind=str(wire.get("operator_type") or ""),
            who=str(wire.get("operator") or ""),
            channel=str(wire.get("source_type") or ""),
            source=str(wire.get("source") or ""),
            key=ROLES + key if target.get("object_type") == "role" else key,
            old=strings_of(content.get("old")),
            new=strings_of(content.get("new")),
            add=strings_of(content.get("add")),
            delete=strings_of(content.get("delete")),
            operation=operation,
        )


def strings_of(value: Any) -> tuple[str, ...]:
    """Return every leaf of a wire value as operation records write it."""
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, dict):
        return (
            strings_of(value["value"])
            if "value" in value
            else tuple(one for part in value.values() for one in strings_of(part))
        )
    if isinstance(value, list):
        return tuple(one for part in value for one in strings_of(part))
    return (str(value),)


def query_records(
    client: Client, space_key: str, refs: Iterable[Ref], until: int, span: int = WEEK
) -> dict[Ref, tuple[Record, ...]]:
    """Read what was done to items in the `span` milliseconds, at most a week, before `until` (an epoch time).

    One call takes at most 50 ids; the cursor is followed to its end (endpoints.md 8).
    """
    found: dict[Ref, list[Record]] = {}
    by_id = {ref.id: ref for ref in refs}
    body: dict[str, Any] = {
        "project_key": space_key,
        "start": until - min(span, WEEK),
        "end": until,
        "op_record_module": ["field_mod", "role_and_user_mod"],
        "page_size": 200,
    }

    def ask(ids: Sequence[int]) -> list[Any]:
        return list(record_pages(client, {**body, "work_item_ids": list(ids)}))

    # An answer that is too large is asked for by fewer items: the size of a page does not bound it.
    for done, batch in enumerate(in_batches(sorted(by_id)), start=1):
        for rows in in_halves(batch, ask):
            for row in rows:
                if ref := by_id.get(row.get("work_item_id")):
                    found.setdefault(ref, []).extend(read_operation(row))
        note_reads(min(done * BATCH, len(by_id)), len(by_id), "histories read")
    return {ref: tuple(rows) for ref, rows in found.items()}


def record_pages(client: Client, body: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the records that one question finds, page by page."""
    while True:
        page = client.read(api.OP_RECORDS, body=body).get("data") or {}
        yield from page.get("op_records") or []
        cursor = page.get("start_from")
        if page.get("has_more") is not True or not cursor or cursor == body.get("start_from"):
            return
        body = {**body, "start_from": cursor}
