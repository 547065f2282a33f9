"""Everything that planning asks of one live space."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from reconciler.desired.items import DesiredItem
from reconciler.desired.mentions import Mentions, items_in, mentions_in
from reconciler.errors import ReconcilerError, quoted
from reconciler.fields.spec import Items, People
from reconciler.meegle.batches import BATCH, FILTER_PAGES, paged
from reconciler.meegle.http import endpoints as api
from reconciler.meegle.http.failures import Interrupted
from reconciler.meegle.items import Decoder
from reconciler.meegle.metadata import bare_types, list_types, read_business_lines, read_types, with_lines
from reconciler.meegle.people import people_questions, with_people
from reconciler.meegle.query import Judge, Query, none_is_settled
from reconciler.meegle.records import WEEK, Record, query_records
from reconciler.meegle.spaces import find_space
from reconciler.model import Item, Ref
from reconciler.schema.catalog import Catalog
from reconciler.schema.pins import Pins, decided, pinned_people

if TYPE_CHECKING:
    from reconciler.manifest.nodes import Manifest
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.since_last import SinceLast
    from reconciler.settings import SpaceSettings


NOBODY: frozenset[Ref] = frozenset()


class Survey(Struct, frozen=True):
    """The live items that differ from the desired ones, and the refs of those in sync."""

    live: Mapping[Ref, Item]
    in_sync: frozenset[Ref]


def desired_keys(items: Iterable[DesiredItem]) -> dict[Ref, tuple[str, ...]]:
    """Return the fields that are read of each desired item."""
    return {item.ref: item.keys for item in items}


class Reader:
    """Reads one space.  Has no way to write.

    Whatever it looks up makes a new catalog: `open`, `learn`, `look_up`, `meet`, `find_items` and
    `read_lines` return it, and it is `reader.catalog` from then on.  An older catalog stays as it was.
    """

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
        self.use(Catalog("", name, {}))
        self.renames: tuple[str, ...] = ()
        self.since_last: SinceLast | None = None
        """Tells which items need not be read; None if all are."""

    def use(self, catalog: Catalog) -> Catalog:
        """Decode and look up by this catalog from now on."""
        self.catalog = catalog
        self.decoder = Decoder(catalog)
        return catalog

    @property
    def notes(self) -> list[str]:
        """Notes for the reader of a plan about the space itself, and about what was not read of it.

        The settings' key decides, so whoever reviews a plan has to see to which space it leads.
        """
        unread = [*self.since_last.notes] if self.since_last else []
        if self.called in {self.name, self.space_key} or self.name == self.space_key:
            return unread
        return [*unread, f"the service calls the space {quoted(self.called)}, not {quoted(self.name)}"]

    @property
    def name_notes(self) -> list[str]:
        """Notes about names in the files: items without a pin, and renamed fields and options."""
        unpinned = {
            f"'{name}' is {ids[0]}, not pinned; `reconciler schema pull` pins it"
            for (type_key, name), ids in self.catalog.items.by_name.items()
            if len(ids) == 1 and (type_key, name) not in self.pins.items
        }
        return sorted(unpinned.union(self.renames))

    def open(
        self, types: Iterable[str], groups: Mapping[str, tuple[str, ...]], pins: Pins | None = None
    ) -> Catalog:
        """Read the space's key and the metadata of the types that `types` name."""
        self.pins = pins = pins or Pins()
        found = find_space(self.client, self.name, self.user_key, self.settings.project_key)
        self.space_key, self.called = found.key, found.name
        self.names |= {found.key, found.name}
        pinned = {key: decided(spec, self.settings) for key, spec in pins.types.items()}
        listed = list_types(self.client, self.space_key)
        words = set(types)
        words |= {spec.key for spec in pinned.values() if any(map(spec.answers_to, words))}
        specs = read_types(self.client, self.space_key, listed, words)
        live = {key: decided(spec, self.settings) for key, spec in specs.items()}
        others = {key: spec for key, spec in bare_types(listed).items() if key not in live}
        return self.use(
            Catalog(
                self.space_key,
                self.name,
                {**live, **others},
                People(groups=groups, by_email=pinned_people(pins)),
                pinned=pinned,
                clears=pins.clears,
                forms=pins.forms,
                trims=pins.trims,
            )
        )

    def learn(self, manifest: Manifest, *, lines: bool = False) -> Catalog:
        """Look up what the files mention; with `lines`, the business lines in any case."""
        mentions = mentions_in(manifest, self.catalog)
        mentions.lines = mentions.lines or lines
        return self.look_up(mentions, items_in(manifest, self.catalog))

    def look_up(self, mentions: Mentions, known: Mapping[int, tuple[str, str]]) -> Catalog:
        """Resolve the people, business lines and related items that the files mention.

        `known` maps the ids of managed items to type key and name.
        """
        if mentions.lines:
            self.read_lines()
        self.meet(mentions.people)
        return self.find_items(mentions.targets, known)

    def read_lines(self) -> Catalog:
        """Read the space's business lines, and give them to the business fields as options."""
        lines = read_business_lines(self.client, self.space_key)
        types = {key: with_lines(spec, lines) for key, spec in self.catalog.types.items()}
        return self.use(replace(self.catalog, types=types))

    def meet(self, words: Iterable[str]) -> Catalog:
        """Look up people by e-mail or user key."""
        people = with_people(self.client, self.catalog.people, words, self.settings.tenant_key)
        return self.use(replace(self.catalog, people=people))

    def find_items(self, targets: Iterable[tuple[str, str]], known: Mapping[int, tuple[str, str]]) -> Catalog:
        """Find related items by type key and exact name; `filter`, which is fuzzy, lists candidates.

        A name that the pins hold is not asked for.
        """
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        for type_key, name in sorted(targets):
            if (type_key, name) in self.pins.items:
                found[type_key, name] = (self.pins.items[type_key, name],)
                continue
            body = {"work_item_type_keys": [type_key], "work_item_name": name}
            ids = sorted({int(row["id"]) for row in self.listed(body) if row.get("name") == name})
            found[type_key, name] = tuple(ids)
        names = {item_id: at for at, ids in found.items() for item_id in ids}
        items = Items(types=self.catalog.words(), by_name=found, known={**known, **names})
        return self.use(replace(self.catalog, items=items))

    def listed(self, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Yield the rows that `filter` lists (endpoints.md 6.4)."""
        return paged(self.client, api.FILTER, {"project_key": self.space_key}, body, FILTER_PAGES)

    def items(
        self, keys: Mapping[Ref, Sequence[str]], size: int = BATCH, *, audience: bool = False
    ) -> dict[Ref, Item]:
        """Read items with the fields that are asked for of each, and with their people if asked to."""
        return {item.ref: item for item in self.query(audience=audience).items(keys, size)}

    def query(self, is_settled: Judge = none_is_settled, *, audience: bool = False) -> Query:
        """Return the way to read items by the catalog of now."""
        return Query(self.client, self.space_key, self.decoder, is_settled, audience)

    def confirm(self, asked: Mapping[int, Sequence[str]]) -> dict[int, tuple[str, str]]:
        """Return the type and the name of items; `asked` are the types in which each may be, likeliest first.

        Each is read by id until a type is found that has it: no search, which may lag.
        """
        found: dict[int, tuple[str, str]] = {}
        left = {item_id: list(types) for item_id, types in asked.items()}
        while refs := {
            Ref(types.pop(0), one): () for one, types in left.items() if types and one not in found
        }:
            live = self.items(refs)
            found |= {ref.id: (ref.type_key, item.name) for ref, item in live.items()}
        return found

    def ask_who(
        self, people: Iterable[str], asked: Mapping[int, Sequence[str]]
    ) -> AbstractContextManager[None]:
        """Ask at once for people and items that `meet` and `confirm` look up within a `with` block."""
        first = {Ref(types[0], item_id): () for item_id, types in asked.items() if types}
        return self.client.ahead(
            [*people_questions(self.catalog.people, people), *self.query().questions(first)]
        )

    def survey(self, items: Iterable[DesiredItem]) -> Survey:
        """Read all desired items, and decode only those that are not in sync."""
        wants = {item.ref: item for item in items}
        unmoved = self.since_last.unmoved(self.client, self.catalog, wants) if self.since_last else NOBODY
        keys = desired_keys(want for ref, want in wants.items() if ref not in unmoved)
        in_sync: set[Ref] = set()

        def is_settled(row: Mapping[str, Any], ref: Ref, named: tuple[str, ...]) -> bool:
            if not self.decoder.is_in_sync(row, wants[ref], named):
                return False
            in_sync.add(ref)
            return True

        differing = self.query(is_settled, audience=True).items(keys)
        if self.since_last:
            self.since_last.remember(keys, in_sync)
        return Survey({item.ref: item for item in differing}, unmoved.union(in_sync))

    def records(self, refs: Iterable[Ref], until: int, span: int = WEEK) -> dict[Ref, tuple[Record, ...]]:
        """Read who did what to items in the `span` milliseconds before `until`, an epoch time."""
        return query_records(self.client, self.space_key, refs, until, span)


def meet_people(reader: Reader, strangers: Collection[str], *, needed: bool) -> None:
    """Look up who people are; if rows do not show them, a refusal leaves their keys for names."""
    if not strangers:
        return
    try:
        reader.meet(strangers)
    except Interrupted:
        raise
    except ReconcilerError:
        if needed:
            raise
