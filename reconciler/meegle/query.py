"""Reads live items by `query`, several calls at once (endpoints.md 6.3)."""

# Why a read is judged before it is decoded
#
# Most items of most plans are in sync.  A plan of 10,000 items would decode each of them into values, names
# and notes, only to find that nothing differs.  So a read may bring a judge: it looks at the raw row, says
# that the item is in sync, and the row is dropped at once.  The judge may only err to one side: a row that it
# is not sure of is decoded and compared, so that an odd answer is never taken for "in sync".

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.fields.conditions import FACTS
from reconciler.meegle.audience import audience_fields
from reconciler.meegle.batches import BATCH, THREADS, in_batches, in_halves, note_reads
from reconciler.meegle.facts import ASKED
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.ahead import Question
from reconciler.meegle.http.failures import ApiRefusal, Oversized
from reconciler.meegle.rows import sift
from reconciler.model import ROLES, Item, Ref
from reconciler.schema.types import NAME

if TYPE_CHECKING:
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.items import Decoder

Judge: TypeAlias = Callable[[Mapping[str, Any], Ref, tuple[str, ...]], bool]
"""Says of a raw row, its item and the keys asked for, whether nothing more need be known of it."""


def none_is_settled(row: Mapping[str, Any], ref: Ref, keys: tuple[str, ...]) -> bool:  # noqa: ARG001 - a judge
    """Judge that every row has to be decoded."""
    return False


class Batch(NamedTuple):
    """Up to 50 items of one type; `keys` are the fields that are asked for of each item of the type."""

    type_key: str
    ids: Sequence[int]
    keys: Mapping[int, Sequence[str]]


class Query(Struct, frozen=True):
    """One way to read items of a space: by which client, decoder and judge.

    `audience`: ask for the people of the items, too.
    """

    client: Client
    space_key: str
    decoder: Decoder
    is_settled: Judge = none_is_settled
    audience: bool = False

    def items(self, keys: Mapping[Ref, Sequence[str]], size: int = BATCH) -> list[Item]:
        """Read items, in batches of one type, with the fields that are asked for of each."""
        batches = list(self.batches(keys, size))
        found: list[Item] = []
        done = 0
        with ThreadPoolExecutor(THREADS) as pool:
            answers = pool.map(lambda batch: self.batch(*batch), batches)
            for batch, items in zip(batches, answers, strict=True):
                found += items
                done += len(batch.ids)
                note_reads(done, len(keys), "items read")
        return found

    def batches(self, keys: Mapping[Ref, Sequence[str]], size: int = BATCH) -> Iterator[Batch]:
        """Yield the parts in which `items` reads; a type that is gone from the space has no items."""
        for type_key in sorted({ref.type_key for ref in keys} & self.decoder.catalog.types.keys()):
            mine = {ref.id: some for ref, some in keys.items() if ref.type_key == type_key}
            for ids in in_batches(sorted(mine), size):
                yield Batch(type_key, ids, mine)

    def questions(self, keys: Mapping[Ref, Sequence[str]]) -> Iterator[Question]:
        """Yield the questions by which `items` begins."""
        return (self.question(*one) for one in self.batches(keys))

    def batch(self, type_key: str, ids: Sequence[int], keys: Mapping[int, Sequence[str]]) -> list[Item]:
        """Read up to 50 items of one type.

        An id that the service refuses is not there.  An item whose answer is too large even alone is
        unreadable, never gone.
        """

        def ask(some: Sequence[int]) -> list[Item]:
            answer = self.client.ask(self.question(type_key, some, keys))
            rows, odd = sift(answer.get("data") or [], frozenset(some), type_key, self.space_key)
            return self.decoded(type_key, rows, odd, keys)

        def alone(item_id: int, error: ApiRefusal | Oversized) -> list[Item]:
            odd = {item_id: error.reason} if isinstance(error, Oversized) else {}
            return self.decoded(type_key, {}, odd, keys)

        return [item for items in in_halves(ids, ask, alone) for item in items]

    def decoded(
        self,
        type_key: str,
        rows: Mapping[int, Mapping[str, Any]],
        odd: Mapping[int, str],
        keys: Mapping[int, Sequence[str]],
    ) -> list[Item]:
        """Decode the rows that are not settled; no field of the `odd` items can be read."""
        found: list[Item] = []
        for item_id, row in rows.items():
            named = tuple(keys[item_id])
            if not self.is_settled(row, Ref(type_key, item_id), named):
                found.append(self.decoder.observe(row, type_key, named))
        for item_id, reason in odd.items():
            unreadable = dict.fromkeys(keys[item_id], reason)
            found.append(Item(Ref(type_key, item_id), "", {}, unreadable=unreadable, audience=None))
        return found

    def question(self, type_key: str, ids: Sequence[int], keys: Mapping[int, Sequence[str]]) -> Question:
        """Return the question about items: the fields that any of them needs, and no others."""
        catalog = self.decoder.catalog
        named = {key for some in {tuple(keys[item_id]) for item_id in ids} for key in some}
        asked = {key for key in named if key not in FACTS and not catalog.fault(type_key, key)}
        locked = any(role.locked for role in catalog.types[type_key].roles)
        fields = {"aborted", *(key for key in asked if not key.startswith(ROLES) and key != NAME.key)}
        if locked or any(key.startswith(ROLES) for key in asked):
            fields.add("role_owners")
        if self.audience:
            fields.update(audience_fields(catalog, type_key))
        fields.update(key for fact in named for key in ASKED.get(fact, ()))
        rich = any(catalog.codec(type_key, key).spec.type == "multi_text" for key in asked)
        body: dict[str, Any] = {"work_item_ids": list(ids), "fields": sorted(fields)}
        if rich:
            body["expand"] = {"need_multi_text": True}
        return Question(api.QUERY, {"project_key": self.space_key, "type_key": type_key}, body)
