"""One live space: what planning reads, and what applying may write beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from reconciler.errors import quoted
from reconciler.fields.spec import Items, People, Person
from reconciler.manifest.nodes import Manifest
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.failures import ApiRefusal, Oversized
from reconciler.meegle.metadata import business_lines, field_spec, obsolete, role_spec, with_lines
from reconciler.meegle.records import Record, read_record
from reconciler.meegle.rows import sift
from reconciler.meegle.spaces import find_space
from reconciler.model import ROLES, Item, Ref
from reconciler.schema.catalog import Catalog, DesiredItem, Mentions
from reconciler.schema.pins import Pins, decided, pinned_people
from reconciler.schema.types import NAME, TypeSpec
from reconciler.settings import SpaceSettings

BATCH = 50
"""Ids that one `query` takes (endpoints.md 6.3)."""
FILTER_PAGES = (200, 100, 50, 25, 5, 1)
"""Items that one page of `filter` holds (endpoints.md 6.4), and fewer where an answer is too large."""
FILTER_PAGE = FILTER_PAGES[0]
SEARCH_PAGES = (50, 25, 5, 1)
"""Items that one page of a search holds (endpoints.md 6.6), and fewer where an answer is too large."""
MOST_PAGES = 1_100
"""Pages of one list: 200,000 items, and some to spare; a list that is longer never ends."""
PEOPLE_BATCH = 100
"""Users that one `user/query` takes (endpoints.md 4.7)."""
THREADS = 4
"""Calls at once: four fill 15 a second at 200 ms each."""
WEEK = 7 * 24 * 3600 * 1000 - 1000
"""Milliseconds that one question for operation records may span (endpoints.md 8), a second less."""
NOT_FOUND = frozenset({30005})
NOBODY_FOUND = frozenset({30006})


@dataclass(frozen=True, slots=True)
class Reading:
    """Live items by id, and when (monotonic seconds) the oldest of their answers arrived."""

    items: Mapping[int, Item]
    at: float


@dataclass(frozen=True, slots=True)
class Survey:
    """The live items that do not agree with what is wanted, and which ones do."""

    live: Mapping[Ref, Item]
    agreed: frozenset[Ref]


class Reader:
    """Reads one space.  Has no way to write."""

    def __init__(self, client: Client, name: str, settings: SpaceSettings, user_key: str) -> None:
        """Name the space; nothing is asked yet."""
        self.client = client
        self.name = name
        self.names = frozenset({name})
        self.settings = settings.at(client.host)
        self.user_key = user_key
        self.space_key = settings.project_key or ""
        self.called = name
        self.pins = Pins()
        self.catalog = Catalog("", name, {})

    @property
    def notes(self) -> list[str]:
        """What a reader of the plan should know of the space.

        The settings' key decides, so whoever reviews a plan has to see which space it leads to.
        """
        if self.called in {self.name, self.space_key} or self.name == self.space_key:
            return []
        return [f"the service calls the space {quoted(self.called)}, not {quoted(self.name)}"]

    def open(
        self, types: Iterable[str], groups: Mapping[str, tuple[str, ...]], pins: Pins | None = None
    ) -> Catalog:
        """Read the space's key and the metadata of the types that `types` name."""
        self.pins = pins = pins or Pins()
        found = find_space(self.client, self.name, self.user_key, self.settings.project_key)
        self.space_key, self.called = found.key, found.name
        self.names |= {found.key, found.name}
        pinned = {key: decided(spec, self.settings) for key, spec in pins.types.items()}
        listed = self.client.read(api.ALL_TYPES, path={"project_key": self.space_key}).get("data") or []
        desired = set(types)
        desired |= {spec.key for spec in pinned.values() for word in types if spec.answers_to(word)}
        rows = [
            row
            for row in listed
            if {str(row.get("type_key")), str(row.get("api_name")), str(row.get("name"))} & desired
        ]
        with ThreadPoolExecutor(THREADS) as pool:
            specs = {spec.key: spec for spec in pool.map(self.type_spec, rows)}
        others = {
            str(row["type_key"]): TypeSpec(
                str(row["type_key"]), str(row.get("name") or ""), str(row.get("api_name") or ""), (), ()
            )
            for row in listed
            if str(row.get("type_key")) not in specs
        }
        live = {key: decided(spec, self.settings) for key, spec in specs.items()}
        people = People(groups=groups, by_email=pinned_people(pins))
        self.catalog = Catalog(
            self.space_key,
            self.name,
            {**live, **others},
            people,
            pinned=pinned,
            clears=pins.clears,
            forms=pins.forms,
            trims=pins.trims,
        )
        return self.catalog

    def learn(self, manifest: Manifest, *, lines: bool = False) -> None:
        """Look up what the files name: business lines, people, and related items by their names."""
        mentions = self.catalog.mentions(manifest)
        mentions.lines = mentions.lines or lines
        self.look_up(mentions, self.catalog.items_in(manifest))

    def look_up(self, mentions: Mentions, known: Mapping[int, tuple[str, str]]) -> None:
        """Look up what files name; `known` are the items that they want something of."""
        if mentions.lines:
            self.read_lines()
        self.meet(mentions.people)
        self.find_items(mentions.targets, known)
        self.catalog.forget()

    def read_lines(self) -> None:
        """Read the space's business lines, which are the options of business fields."""
        tree = business_lines(
            self.client.read(api.BUSINESS_ALL, path={"project_key": self.space_key}).get("data")
        )
        self.catalog.types = {key: with_lines(spec, tree) for key, spec in self.catalog.types.items()}
        self.catalog.forget()

    def find_items(self, targets: Iterable[tuple[str, str]], known: Mapping[int, tuple[str, str]]) -> None:
        """Find related items by their exact name in all that `filter`, which is fuzzy, lists."""
        catalog = self.catalog
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        for type_key, name in sorted(targets):
            if (type_key, name) in self.pins.items:
                found[type_key, name] = (self.pins.items[type_key, name],)
                continue
            body = {"work_item_type_keys": [type_key], "work_item_name": name}
            ids = sorted({int(row["id"]) for row in self.listed(body) if row.get("name") == name})
            found[type_key, name] = tuple(ids)
            if len(ids) == 1:
                catalog.notes[f"'{name}' is {ids[0]}, not pinned; `reconciler schema pull` pins it"] = None
        names = {item_id: at for at, ids in found.items() for item_id in ids}
        catalog.items = Items(
            types=catalog.words(),
            by_name=found,
            known={**known, **names},
        )

    def listed(self, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Return what `filter` lists, page by page until one is not full (endpoints.md 6.4).

        A page that is too large is asked for in parts; the pages of a list that never ends are left.
        """
        return self.paged(api.FILTER, {"project_key": self.space_key}, body, FILTER_PAGES)

    def paged(
        self,
        endpoint: api.Endpoint,
        path: Mapping[str, str],
        body: Mapping[str, Any],
        pages: Sequence[int],
    ) -> Iterator[Mapping[str, Any]]:
        """Yield what a list holds; `pages` are the sizes of its pages, each a multiple of the next."""
        sizes, page = list(pages), 1
        for _ in range(MOST_PAGES):
            asked = {**body, "page_size": sizes[0], "page_num": page}
            try:
                rows = self.client.read(endpoint, path=path, body=asked).get("data") or []
            except Oversized:
                if not sizes[1:]:
                    raise
                page = (page - 1) * (sizes[0] // sizes[1]) + 1
                del sizes[0]
                continue
            yield from rows
            if len(rows) < sizes[0]:
                return
            page += 1

    def type_spec(self, row: Mapping[str, Any]) -> TypeSpec:
        """Read one type's fields, layout and roles (field-formats.md 16.1)."""
        key = str(row["type_key"])
        path = {"project_key": self.space_key, "type_key": key}
        every = self.client.read(
            api.FIELD_ALL, path={"project_key": self.space_key}, body={"work_item_type_key": key}
        ).get("data")
        layout = {
            str(one.get("field_key")): one for one in self.client.read(api.META, path=path).get("data") or []
        }
        roles = self.client.read(api.FLOW_ROLES, path=path).get("data")
        fields = [
            field_spec(one, layout.get(str(one.get("field_key")), {}), key)
            for one in every or []
            if not obsolete(one)
        ]
        if not any(one.key == NAME.key for one in fields):
            fields.insert(0, NAME)
        return TypeSpec(
            key,
            str(row.get("name") or ""),
            str(row.get("api_name") or ""),
            tuple(fields),
            tuple(role_spec(one) for one in roles or []),
        )

    def meet(self, words: Iterable[str]) -> None:
        """Look up people by e-mail or user key: one `user/query` per 100 of a kind.

        Pinned e-mails are asked for by their key, so that a changed address changes nothing.
        """
        people = self.catalog.people
        pinned = {
            word: people.by_email[word.lower()].key for word in words if word.lower() in people.by_email
        }
        unknown = {pinned.get(word, word) for word in words} - set(people.by_key)
        by_pins = unknown.intersection(
            pinned.values()
        )  # a key whatever it looks like, since it would be sent
        emails = sorted({word.lower() for word in unknown - by_pins if "@" in word})
        keys = sorted(by_pins | {word for word in unknown if word.isdigit()})
        found: list[Person] = []
        for member, some in (("emails", emails), ("user_keys", keys)):
            for start in range(0, len(some), PEOPLE_BATCH):
                found += self.ask_people(member, some[start : start + PEOPLE_BATCH])
        by_key = {**people.by_key, **{one.key: one for one in found}}
        now = {email: by_key.get(one.key, one) for email, one in people.by_email.items()}
        by_email = {**{one.email.lower(): one for one in found if one.email}, **now}
        gone = people.gone | (set(keys) - set(by_key))
        self.catalog.people = replace(people, by_key=by_key, by_email=by_email, gone=gone)
        self.catalog.forget()

    def ask_people(self, member: str, words: Sequence[str]) -> list[Person]:
        """Ask the plugin's tenant for users, then the settings' `tenant_key` for whom it does not know."""
        found = self.people_of(member, words)
        known = {one.key if member == "user_keys" else one.email.lower() for one in found}
        others = [word for word in words if word not in known]
        if tenant := self.settings.tenant_key if others else None:
            found += self.people_of(member, others, {"tenant_key": tenant})
        return found

    def people_of(
        self, member: str, words: Sequence[str], tenant: Mapping[str, str] = MappingProxyType({})
    ) -> list[Person]:
        """Ask one tenant for users; nobody found is an answer, not a failure (30006)."""
        try:
            rows = self.client.read(api.USER_QUERY, body={member: list(words), **tenant}).get("data")
        except ApiRefusal as refusal:
            if refusal.code in NOBODY_FOUND:
                return []
            raise
        return [
            Person(
                key=str(row["user_key"]),
                email=str(row.get("email") or ""),
                name=str(row.get("name_en") or row.get("name_cn") or ""),
                active=row.get("status") in (None, "", "activated"),
            )
            for row in rows or []
            if row.get("user_key")
        ]

    def items(self, desired: Mapping[Ref, Sequence[str]], size: int = BATCH) -> dict[Ref, Item]:
        """Read many items, in batches of one type, with the fields that are wanted of each."""
        readings = self.batches(desired, self.read, size)
        return {item.ref: item for reading in readings for item in reading.items.values()}

    def confirm(self, asked: Mapping[int, Sequence[str]]) -> dict[int, tuple[str, str]]:
        """Return the type and the name of items; `asked` are the types in which each may be, likeliest first.

        Each is read by id until a type is found that has it: no search, which may lag.
        """
        found: dict[int, tuple[str, str]] = {}
        ahead = {item_id: list(types) for item_id, types in asked.items()}
        while refs := {
            Ref(types.pop(0), one): () for one, types in ahead.items() if types and one not in found
        }:
            live = self.items(refs)
            found |= {ref.id: (ref.type_key, item.name) for ref, item in live.items()}
        return found

    def survey(self, items: Iterable[DesiredItem]) -> Survey:
        """Read all items, and keep those that do not agree with what is wanted of them."""
        wants = {item.ref: item for item in items}
        keys = {ref: tuple(one.key for one in (*item.fields, *item.expects)) for ref, item in wants.items()}
        agreed: set[Ref] = set()

        def judged(row: Mapping[str, Any], ref: Ref, named: tuple[str, ...]) -> bool:
            if not self.catalog.agrees(row, wants[ref], named):
                return False
            agreed.add(ref)
            return True

        readings = self.batches(keys, partial(self.read, settled=judged), BATCH)
        differing = {item.ref: item for reading in readings for item in reading.items.values()}
        return Survey(differing, frozenset(agreed))

    def batches(
        self,
        desired: Mapping[Ref, Sequence[str]],
        read: Callable[[str, list[int], Mapping[int, Sequence[str]]], Reading],
        size: int,
    ) -> list[Reading]:
        """Read items of one type at a time, several calls at once."""
        batches: list[tuple[str, list[int], dict[int, Sequence[str]]]] = []
        for type_key in sorted({ref.type_key for ref in desired}):
            keys = {ref.id: some for ref, some in desired.items() if ref.type_key == type_key}
            ids = sorted(keys)
            batches += [(type_key, ids[start : start + size], keys) for start in range(0, len(ids), size)]
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda batch: read(*batch), batches))

    def read(
        self,
        type_key: str,
        ids: Sequence[int],
        keys: Mapping[int, Sequence[str]],
        settled: Callable[[Mapping[str, Any], Ref, tuple[str, ...]], bool] | None = None,
    ) -> Reading:
        """Read up to 50 items by one `query`; a batch with a bad id is halved until it stands alone.

        What `settled` says of a row that it needs no more looking at is left out.
        """
        try:
            answer = self.client.read(
                api.QUERY,
                path={"project_key": self.space_key, "type_key": type_key},
                body=self.question(type_key, ids, keys),
            )
        except ApiRefusal as refusal:
            if refusal.code not in NOT_FOUND:
                raise
            alone: dict[int, str] = {}
        except Oversized as error:
            alone = dict.fromkeys(ids, error.reason)
        else:
            rows, odd = sift(answer.get("data") or [], frozenset(ids), type_key, self.space_key)
            return Reading(self.seen(type_key, rows, odd, keys, settled), time.monotonic())
        if len(ids) == 1:
            return Reading(self.seen(type_key, {}, alone, keys), time.monotonic())
        half = len(ids) // 2
        first = self.read(type_key, ids[:half], keys, settled)
        second = self.read(type_key, ids[half:], keys, settled)
        return Reading({**first.items, **second.items}, min(first.at, second.at))

    def seen(
        self,
        type_key: str,
        rows: Mapping[int, Mapping[str, Any]],
        odd: Mapping[int, str],
        keys: Mapping[int, Sequence[str]],
        settled: Callable[[Mapping[str, Any], Ref, tuple[str, ...]], bool] | None = None,
    ) -> dict[int, Item]:
        """Decode rows, but those that are settled; of the `odd` items nothing can be read."""
        found: dict[int, Item] = {}
        for item_id, row in rows.items():
            named = tuple(keys[item_id])
            if settled is None or not settled(row, Ref(type_key, item_id), named):
                found[item_id] = self.catalog.observe(row, type_key, named)
        for item_id, reason in odd.items():
            unreadable = dict.fromkeys(keys[item_id], reason)
            found[item_id] = Item(Ref(type_key, item_id), "", {}, unreadable=unreadable)
        return found

    def question(
        self, type_key: str, ids: Sequence[int], keys: Mapping[int, Sequence[str]]
    ) -> dict[str, Any]:
        """Return the body of a `query`: the fields that any of the items needs, and no others."""
        named = {key for item_id in ids for key in keys[item_id]}
        asked = {key for key in named if not self.catalog.fault(type_key, key)}
        locked = any(role.locked for role in self.catalog.types[type_key].roles)
        fields = {"aborted", *(key for key in asked if not key.startswith(ROLES) and key != NAME.key)}
        if locked or any(key.startswith(ROLES) for key in asked):
            fields.add("role_owners")
        rich = any(self.catalog.codec(type_key, key).spec.type == "multi_text" for key in asked)
        body: dict[str, Any] = {"work_item_ids": list(ids), "fields": sorted(fields)}
        if rich:
            body["expand"] = {"need_multi_text": True}
        return body

    def records(self, refs: Iterable[Ref], until: int, span: int = WEEK) -> dict[Ref, tuple[Record, ...]]:
        """Read what was done to items in `span` milliseconds, at most seven days, before `until`.

        `until` is in epoch milliseconds.  At most 50 ids a call; the cursor is followed until there is no
        more (endpoints.md 8).
        """
        found: dict[Ref, list[Record]] = {}
        by_id = {ref.id: ref for ref in refs}
        ids = sorted(by_id)
        window = {"start": until - min(span, WEEK), "end": until}
        for start in range(0, len(ids), BATCH):
            for row in self.recorded(ids[start : start + BATCH], window):
                if ref := by_id.get(row.get("work_item_id")):
                    found.setdefault(ref, []).extend(read_record(row))
        return {ref: tuple(rows) for ref, rows in found.items()}

    def recorded(self, ids: list[int], window: Mapping[str, int]) -> list[Any]:
        """Read the records of up to 50 items; where an answer is too large, of half as many from the start.

        Fewer records a page would not do: paging does not bound what comes (endpoints.md 8).
        """
        body: dict[str, Any] = {
            "project_key": self.space_key,
            "work_item_ids": ids,
            **window,
            "op_record_module": ["field_mod", "role_and_user_mod"],
            "page_size": 200,
        }
        try:
            return list(self.record_pages(body))
        except Oversized:
            if len(ids) == 1:
                raise
        half = len(ids) // 2
        return [*self.recorded(ids[:half], window), *self.recorded(ids[half:], window)]

    def record_pages(self, body: dict[str, Any]) -> Iterator[Any]:
        """Yield the records that one question finds, page by page."""
        while True:
            page = self.client.read(api.OP_RECORDS, body=body).get("data") or {}
            yield from page.get("op_records") or []
            cursor = page.get("start_from")
            if page.get("has_more") is not True or not cursor or cursor == body.get("start_from"):
                return
            body = {**body, "start_from": cursor}
