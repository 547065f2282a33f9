"""Which items a command was asked for: by id, by type, or by filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import CannotRun, quoted, suggestion
from reconciler.meegle.listing import Filters, list_items

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.model import Ref
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.types import TypeSpec

ITEM: Final = re.compile(r"(?:(?:(?P<space>[^/.]+)/)?(?P<type>[^/.]+)/)?(?P<id>[1-9][0-9]{0,18})")
LARGEST_ID: Final = 2**63


class AskedItem(NamedTuple):
    """An item as the command line names it: `[SPACE/TYPE/]ID`."""

    space: str | None
    type: str | None
    id: int


class Found(NamedTuple):
    """The items that there are, and the ids that no list of the space holds."""

    refs: list[Ref]
    missing: tuple[int, ...] = ()


class Asked(NamedTuple):
    """The items that a command was asked for: ids, or the items of one type that pass the filters."""

    items: Sequence[AskedItem] = ()
    type: str | None = None
    filters: Filters = Filters()

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces that the items name."""
        return tuple(one.space for one in self.items if one.space)

    def find(self, reader: Reader) -> Found:
        """Return the items with their types; raises CannotRun for an unknown type."""
        return self.find_items(reader) if self.items else Found(self.find_type(reader))

    def find_type(self, reader: Reader) -> list[Ref]:
        """List the items of the type; terminated ones are not listed (endpoints.md 6.4)."""
        from reconciler.schema.types import BUSINESS

        kind = type_named(self.type or "", reader.catalog)
        if self.filters:
            reader.open([kind.key], reader.catalog.people.groups, reader.pins)
            if any(one.type == BUSINESS for one in reader.catalog.types[kind.key].fields):
                reader.read_lines()
        return self.filters.refs(reader, reader.catalog.types[kind.key])

    def find_items(self, reader: Reader) -> Found:
        """Look up the types of bare ids; an id with a type is taken at its word."""
        from reconciler.model import Ref

        found: dict[Ref, None] = {}
        bare: list[int] = []
        for one in self.items:
            if word := one.type or self.type:
                found[Ref(type_named(word, reader.catalog).key, one.id)] = None
            else:
                bare.append(one.id)
        hits = list_items(reader, list(reader.catalog.types), body={"work_item_ids": bare}) if bare else []
        found.update(dict.fromkeys(hits))
        return Found(list(found), tuple(sorted(set(bare) - {ref.id for ref in hits})))


def asked_item(word: str) -> AskedItem:
    """Read `[SPACE/TYPE/]ID`; raises CannotRun."""
    hit = ITEM.fullmatch(word)
    if hit is None or int(hit["id"]) >= LARGEST_ID:
        raise CannotRun(f"{quoted(word)} is not an item", "write its number, or SPACE/TYPE/ID")
    return AskedItem(hit["space"], hit["type"], int(hit["id"]))


def type_named(word: str, catalog: Catalog) -> TypeSpec:
    """Find a type by its key, api_name or name; raises CannotRun with suggestions."""
    if kind := catalog.type_of(word):
        return kind
    known = (name for one in catalog.types.values() for name in (one.word, one.name))
    raise CannotRun(f"no type {quoted(word)} in {catalog.space}", suggestion(word, known))
