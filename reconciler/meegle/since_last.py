"""Reads of a space only what has moved since the last run."""

# Which items need not be read
#
# An item that was in sync is in sync again if nobody has changed it, the files desire the same of it, and the
# metadata by which both are compared is the same.  The last two are digests (`meegle/memory.py`).  The first
# is asked of `filter`, which lists what was updated since a time, 200 items a call (endpoints.md 6.4).  All
# other items are read by id, as in any run: what moved, what the files newly desire, and whatever was not in
# sync.  So each row of a plan comes from a read of this very run; a plan can only lack rows.
#
# It lacks rows for what `filter` cannot show: an item that was deleted, terminated, moved to another space or
# hidden since is not listed.  So from time to time all items are read, and the plan says when that was last.
#
# `filter` is an index that lags, and its clock is not ours.  So a run asks for what was updated since an hour
# before the last one began, and takes for its own beginning the earlier one of two clocks.  If the answers
# cannot be trusted (a refusal, pages that do not add up, a list that costs more than it saves), all is read.

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, json
from msgspec.structs import astuple, replace

from reconciler import __version__
from reconciler.clock import real_now
from reconciler.desired.cache import Unusable
from reconciler.errors import counted
from reconciler.meegle.batches import BATCH, FILTER_PAGES, IDS, pages
from reconciler.meegle.http.endpoints import FILTER
from reconciler.meegle.http.failures import ApiRefusal, Oversized
from reconciler.meegle.memory import Memories, MemoryFile, Remembered

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from reconciler.desired.items import DesiredItem
    from reconciler.meegle.http.client import Client
    from reconciler.model import Ref
    from reconciler.schema.catalog import Catalog

OVERLAP: Final = 3_600_000
"""Milliseconds before the last run in which an update may have been missing in the index."""
JITTER: Final = 60_000
"""Milliseconds by which the clocks of a service's machines may differ from answer to answer."""
FULL_EVERY: Final = 24
"""Every so many runs all items are read."""
FULL_AGE: Final = 7 * 24 * 3_600_000
"""Milliseconds after which all items are read again."""
DIGEST_BYTES: Final = 16

FIRST = "nothing is remembered of an earlier run"
METADATA = "its metadata, pins or settings changed"
TURN = f"that is due every {FULL_EVERY} runs and every {FULL_AGE // 86_400_000} days"
FUTURE = "the last run was at a later time than now"
TIMELESS = "the service does not say its time"
MANY = "more items moved than are worth a look for what moved"
UNEVEN = "the pages of what moved do not add up"


class Unlisted(Exception):
    """Why it is not known what moved."""


class SinceLast:
    """Knows which items need not be read, and remembers the items in sync for the next run.

    Used for one survey: `unmoved` before it, `remember` after it.  `notes` are for the reader of the plan.
    """

    began: int | None
    """When this run began, in epoch milliseconds; None if the service does not say its time."""
    file: MemoryFile
    kept: dict[str, Remembered]
    """What earlier runs remember, by type."""
    now: dict[str, Remembered]
    """What this run remembers of its types."""
    digests: dict[Ref, bytes]

    def __init__(self, memories: Memories, zone: ZoneInfo) -> None:
        """Name the folder of memories, and the zone in which times are shown; nothing is read yet."""
        self.memories = memories
        self.zone = zone
        self.notes: tuple[str, ...] = ()

    def unmoved(self, client: Client, catalog: Catalog, wants: Mapping[Ref, DesiredItem]) -> frozenset[Ref]:
        """Return the items that are in sync without being read."""
        self.began = beginning(client.service_time)
        self.file = self.memories.file(client.identity, catalog.space_key)
        self.digests = {ref: digest_of(want, self.memories.secret) for ref, want in wants.items()}
        types = sorted({ref.type_key for ref in wants})
        rests_on = {one: metadata_digest(catalog, one) for one in types}
        self.kept, full = self.recalled(types, rests_on)
        partly = {one: self.kept[one] for one in types if one not in full}
        known = {ref for ref in wants if ref.type_key in partly and self.is_known(ref)}
        moved: AbstractSet[int] | None = None
        try:
            if known:
                start = min(one.looked_at for one in partly.values()) - OVERLAP
                most = max(1, len(known) // (2 * BATCH)) * FILTER_PAGES[0]
                moved = moved_since(client, catalog.space_key, list(partly), start, most)
        except Unlisted as error:
            full |= dict.fromkeys(partly, str(error))
            partly, known = {}, set()
        self.now = {
            **{one: self.forgetting(kept, moved) for one, kept in partly.items()},
            **{one: Remembered(rests_on[one], self.began or 0, self.began or 0, 0, {}) for one in full},
        }
        found = frozenset(ref for ref in known if moved is not None and ref.id not in moved)
        words = {one: catalog.types[one].word if one in catalog.types else one for one in full}
        self.notes = (*full_notes(full, words), *self.part_notes(partly, len(wants) - len(found), len(wants)))
        return found

    def recalled(
        self, types: Iterable[str], rests_on: Mapping[str, bytes]
    ) -> tuple[dict[str, Remembered], dict[str, str]]:
        """Return what is remembered, and why all items of a type are read, of the types that need it."""
        try:
            kept = self.file.read()
        except Unusable as error:
            return {}, dict.fromkeys(types, str(error))
        reasons = {one: full_read(kept.get(one), rests_on[one], self.began) for one in types}
        return kept, {one: reason for one, reason in reasons.items() if reason}

    def is_known(self, ref: Ref) -> bool:
        """Return True if an item was in sync with just the values that the files desire of it."""
        return self.kept[ref.type_key].in_sync.get(ref.id) == self.digests[ref]

    def forgetting(self, kept: Remembered, moved: AbstractSet[int] | None) -> Remembered:
        """Return a memory without the items that moved; None: nobody asked which, so the next run has to."""
        if moved is None:
            return replace(kept, runs=kept.runs + 1, in_sync={**kept.in_sync})
        left = {item_id: seen for item_id, seen in kept.in_sync.items() if item_id not in moved}
        return replace(kept, looked_at=self.began or 0, runs=kept.runs + 1, in_sync=left)

    def remember(self, read: Iterable[Ref], in_sync: AbstractSet[Ref]) -> None:
        """Keep which of the items that were read are in sync."""
        if self.began is None:
            self.notes += (f"nothing is remembered for the next run: {TIMELESS}",)
            return
        for ref in read:
            seen = self.now[ref.type_key].in_sync
            if ref in in_sync:
                seen[ref.id] = self.digests[ref]
            else:
                seen.pop(ref.id, None)
        try:
            self.file.write({**self.kept, **self.now})
        except Unusable as error:
            self.notes += (f"nothing is remembered for the next run: {error}",)

    def part_notes(self, partly: Mapping[str, Remembered], read: int, items: int) -> Iterator[str]:
        """Yield how many items were read, and when all were read last."""
        if not partly:
            return
        last = datetime.fromtimestamp(min(one.full_at for one in partly.values()) / 1000, UTC)
        at = last.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")
        yield f"{counted(read, 'item')} of {items} read: no other moved since the last run or is desired anew"
        yield f"last full read {at}: what was deleted, terminated, moved or hidden since shows at the next"


def full_notes(full: Mapping[str, str], words: Mapping[str, str]) -> Iterator[str]:
    """Yield why all items of some types were read."""
    for reason in sorted(set(full.values())):
        types = ", ".join(sorted(words[one] for one, why in full.items() if why == reason))
        yield f"all items of {types} were read: {reason}"


def beginning(service_time: datetime | None) -> int | None:
    """Return when a run begins, in epoch milliseconds: the earlier one of the service's clock and ours.

    A clock that is ahead would hide what is updated until it is caught up with.
    """
    if service_time is None:
        return None
    return int(min(service_time, real_now()).timestamp() * 1000)


def full_read(kept: Remembered | None, rests_on: bytes, began: int | None) -> str:
    """Return why all items of a type are read; empty if that need not be."""
    if kept is None:
        return FIRST
    if kept.rests_on != rests_on:
        return METADATA
    if began is None:
        return TIMELESS
    if began + JITTER < kept.looked_at:
        return FUTURE
    return TURN if kept.runs + 1 >= FULL_EVERY or began - kept.full_at >= FULL_AGE else ""


def moved_since(
    client: Client, space_key: str, types: Sequence[str], start: int, most: int
) -> frozenset[int]:
    """Return the ids of all items that were updated since a time; raises Unlisted, also for over `most`.

    An item may have changed its type, so only the ids count.
    """
    body = {"work_item_type_keys": types, "updated_at": {"start": start}}
    found: set[int] = set()
    totals: set[int | None] = set()
    try:
        for page in pages(client, FILTER, {"project_key": space_key}, body, FILTER_PAGES, IDS):
            found.update(row["id"] for row in page.get("data") or ())
            totals.add(stated_total(page))
            if max(len(found), *(one or 0 for one in totals)) > most:
                raise Unlisted(MANY)
    except ApiRefusal as refusal:
        raise Unlisted(refusal.what) from None
    except Oversized as error:
        raise Unlisted(error.reason) from None
    # An item that leaves the list while it is read moves another one to a page that was read before.
    if totals != {len(found)}:
        raise Unlisted(UNEVEN)
    return frozenset(found)


def stated_total(page: Mapping[str, Any]) -> int | None:
    """Return how many items a list says that it has; None if it does not say so."""
    paging = page.get("pagination")
    total = paging.get("total") if isinstance(paging, dict) else None
    return total if type(total) is int else None


def digest_of(want: DesiredItem, secret: bytes) -> bytes:
    """Return the digest of everything that is compared with a live item."""
    parts = [[(one.key, text_of(one.desired)) for one in some] for some in (want.fields, want.expects)]
    return hashlib.blake2b(repr(parts).encode(), digest_size=DIGEST_BYTES, key=secret).digest()


def text_of(value: Any) -> str:
    """Return one text for equal desired values, whatever the order in which a set gives its members."""
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(text_of, value)))}}}"
    if isinstance(value, Struct):
        return f"{type(value).__name__}{text_of(astuple(value))}"
    return f"({', '.join(map(text_of, value))})" if isinstance(value, tuple) else repr(value)


def metadata_digest(catalog: Catalog, type_key: str) -> bytes:
    """Return the digest of what the comparison of a type's items rests on, besides the items."""
    rests = [__version__, catalog.types.get(type_key), catalog.pinned.get(type_key)]
    text = json.encode(rests, enc_hook=str)
    return hashlib.blake2b(text, digest_size=DIGEST_BYTES).digest()
