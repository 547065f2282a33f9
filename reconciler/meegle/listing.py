"""Which items a command is about where it names them by what they are, not by their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from reconciler.errors import CannotRun

if TYPE_CHECKING:
    from reconciler.meegle.reader import Reader
    from reconciler.model import Ref
    from reconciler.schema.types import TypeSpec

MOST_PEOPLE = 10
"""People that one `filter` takes (endpoints.md 6.4)."""


class Filters(Struct, frozen=True):
    """Conditions on the items; each condition that is set narrows the list."""

    name: str | None = None
    statuses: tuple[str, ...] = ()
    since: str | None = None
    people: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return True if any is given."""
        return any((self.name, self.statuses, self.since, self.people, self.search))

    def refs(self, reader: Reader, kind: TypeSpec) -> list[Ref]:
        """List the items of a type that pass; terminated ones are not among them."""
        found = list_items(reader, [kind.key], body=self.body(reader, kind))
        if not self.search:
            return found
        hits = set(searched(reader, kind, self.search))
        return [ref for ref in found if ref in hits]

    def body(self, reader: Reader, kind: TypeSpec) -> dict[str, Any]:
        """Return what `filter` is asked (endpoints.md 6.4); raises CannotRun."""
        from reconciler.meegle.search_conditions import first_of, people_condition, states

        zone = reader.settings.time_zone
        body: dict[str, Any] = {"work_item_name": self.name} if self.name else {}
        if self.statuses:
            keys = states(self.statuses, kind)
            body["work_item_status"] = [{"state_key": key} for key in keys]
        if self.since:
            body["updated_at"] = {"start": first_of(self.since, zone)}
        if self.people:
            meet(reader, self.people)
            keys = people_condition(self.people, reader.catalog)
            if len(keys) > MOST_PEOPLE:
                raise CannotRun(f"--person names {len(keys)} people", f"name at most {MOST_PEOPLE}")
            body["user_keys"] = keys
        return body


def meet(reader: Reader, words: Sequence[str]) -> None:
    """Look up people by e-mail, user key or a name of the settings."""
    from reconciler.fields.people import expand

    reader.meet([one for word in words for one in expand(word, reader.catalog.people)])


def list_items(reader: Reader, types: Sequence[str], *, body: Mapping[str, Any]) -> list[Ref]:
    """List the items of some types, page by page (endpoints.md 6.4); terminated ones are not among them."""
    from reconciler.model import Ref

    rows = reader.listed({"work_item_type_keys": list(types), **body})
    return list(dict.fromkeys(Ref(str(row["work_item_type_key"]), int(row["id"])) for row in rows))


def searched(reader: Reader, kind: TypeSpec, conditions: Sequence[str]) -> list[Ref]:
    """List the items of a type for which every condition holds (endpoints.md 6.6, at most 5,000)."""
    from reconciler.meegle.batches import SEARCH_PAGES, paged
    from reconciler.meegle.http.endpoints import SEARCH_PARAMS
    from reconciler.meegle.search_conditions import people_in_conditions, search_group
    from reconciler.model import Ref

    reader.meet(people_in_conditions(conditions, reader.catalog))
    group = search_group(conditions, kind, reader.catalog, reader.settings.time_zone)
    path = {"project_key": reader.space_key, "type_key": kind.key}
    body = {"search_group": group, "fields": ["name"]}
    rows = paged(reader.client, SEARCH_PARAMS, path, body, SEARCH_PAGES)
    return [Ref(kind.key, int(row["id"])) for row in rows]
