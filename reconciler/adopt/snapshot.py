"""`reconciler pull --snapshot FILE`: a copy of a space's metadata and some items, to plan and rehearse on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.streams import say, tell
from reconciler.errors import CannotRun
from reconciler.manifest.disk import write

if TYPE_CHECKING:
    from reconciler.adopt.snapshot_json import Copied
    from reconciler.cli.pull import Home
    from reconciler.fields.spec import Person
    from reconciler.manifest.nodes import Manifest
    from reconciler.meegle.listing import Filters
    from reconciler.meegle.reader import Reader
    from reconciler.model import Ref
    from reconciler.schema.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Wish:
    """Of which items a copy is wanted: ids, or a type; of all that the files name where neither is given."""

    ids: tuple[str, ...]
    type: str | None
    filters: Filters
    keep_emails: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the files name, by e-mail or user key, and to which items they point."""

    people: set[str]
    items: set[int]


def taken(file: Path, wish: Wish, space: str | None) -> int:
    """Read the space and write the copy; nothing of the service's is changed."""
    from reconciler.cli.pull import parsed, read_home
    from reconciler.desired.by_pins import STATE
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planning import connect
    from reconciler.schema.pins import pins_folder, read_pins

    desired = [parsed(one) for one in wish.ids]
    home = read_home(STATE / "snapshot.yaml", space, [one["space"] for one in desired if one["space"]])
    connection = connect(())
    with Client(connection) as client:
        reader = Reader(client, home.space, home.settings.space(home.space), connection.user_key)
        pins = read_pins(pins_folder(home.root, home.space))
        words = {one.type.text for one in home.manifest.documents}
        reader.open(words, home.settings.groups(), pins)
        reader.learn(home.manifest)
        named = Named(reader.catalog.mentioned(home.manifest), pointed_at(reader.catalog, home.manifest))
        refs = asked(reader, home, wish)
        made, count = copied(reader, home, refs, named, keep_emails=wish.keep_emails)
    if not count:
        raise CannotRun("no item can be read", "name ids, --type TYPE, or items in the files")
    write(file, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    say(f"Copied {count} items of {home.space} into {file}.\n")
    if not wish.keep_emails:
        tell("e-mails that no file names are hidden; --keep-emails keeps them")
    return 0


def pointed_at(catalog: Catalog, manifest: Manifest) -> set[int]:
    """Return the ids of items that values of the files point to, by id or by name."""
    from reconciler.adopt.snapshot_json import RELATED
    from reconciler.fields.values import Rule, Wrong

    found: set[int] = set()
    for codec, node in catalog.values(manifest):
        if codec.spec.type in RELATED:
            try:
                desired = codec.parse(node)
            except Wrong:
                continue
            named = desired.named if isinstance(desired, Rule) else desired
            some = named if isinstance(named, frozenset) else {named}
            found |= {one for one in some if isinstance(one, int)}
    return found


def asked(reader: Reader, home: Home, wish: Wish) -> list[Ref]:
    """Return the items that are wanted."""
    from reconciler.cli.pull import Job
    from reconciler.model import Ref

    if wish.ids or wish.type:
        job = Job(wish.ids, wish.type, Path(), None, None, wish.filters)
        return job.asked(reader)
    return [
        Ref(kind.key, entry.id)
        for document in home.manifest.documents
        if (kind := reader.catalog.type_of(document.type.text))
        for entry in document.items
    ]


def copied(
    reader: Reader, home: Home, refs: Sequence[Ref], named: Named, *, keep_emails: bool
) -> tuple[Any, int]:
    """Read everything that the copy holds; returns it, and how many items there are in it."""
    from reconciler.adopt.snapshot_json import related_in, snapshot
    from reconciler.meegle.http import endpoints as api

    rows = list(rows_of(reader, refs))
    known = {int(row["id"]) for row in rows}
    rows += rows_of(reader, found(reader, (related_in(rows) | named.items) - known))
    types = [type_copy(reader, kind) for kind in listed_types(reader)]
    for one in types:
        one.items += [row for row in rows if row.get("work_item_type_key") == one.row["type_key"]]
    lines = reader.client.read(api.BUSINESS_ALL, path={"project_key": reader.space_key}).get("data")
    people = everybody(reader, named.people, rows, types)
    kept = None if keep_emails else {one.lower() for one in named.people if "@" in one}
    return snapshot(space_row(reader, home), types, lines, people, kept), len(rows)


def space_row(reader: Reader, home: Home) -> dict[str, Any]:
    """Return the space's own members (endpoints.md 4.2)."""
    from reconciler.meegle.http import endpoints as api

    body = {"project_keys": [reader.space_key], "user_key": reader.user_key}
    data = reader.client.read(api.PROJECTS_DETAIL, body=body).get("data") or {}
    row = data.get(reader.space_key) or {}
    return {
        "key": reader.space_key,
        "simple_name": str(row.get("simple_name") or home.space),
        "name": str(row.get("name") or home.space),
        "zone": str(reader.settings.time_zone or ""),
    }


def rows_of(reader: Reader, refs: Iterable[Ref]) -> Iterator[dict[str, Any]]:
    """Yield whole items, type by type."""
    from reconciler.meegle.reader import BATCH

    by_type: dict[str, list[int]] = {}
    for ref in sorted(set(refs)):
        by_type.setdefault(ref.type_key, []).append(ref.id)
    for type_key, ids in by_type.items():
        for start in range(0, len(ids), BATCH):
            yield from batch(reader, type_key, ids[start : start + BATCH])


def batch(reader: Reader, type_key: str, ids: list[int]) -> Iterator[dict[str, Any]]:
    """Yield up to 50 items with all their fields; a bad id is found by halving (endpoints.md 6.3)."""
    from reconciler.meegle.http import endpoints as api
    from reconciler.meegle.http.failures import ApiRefusal
    from reconciler.meegle.reader import NOT_FOUND

    path = {"project_key": reader.space_key, "type_key": type_key}
    body = {"work_item_ids": ids, "expand": {"need_multi_text": True}}
    try:
        yield from reader.client.read(api.QUERY, path=path, body=body).get("data") or []
    except ApiRefusal as refusal:
        if refusal.code not in NOT_FOUND:
            raise
        if len(ids) == 1:
            tell(f"left out {ids[0]}: deleted, of another type, or not visible")
            return
        half = len(ids) // 2
        yield from batch(reader, type_key, ids[:half])
        yield from batch(reader, type_key, ids[half:])


def found(reader: Reader, ids: Iterable[int]) -> list[Ref]:
    """Look up of what type items are."""
    from reconciler.meegle.listing import listed
    from reconciler.meegle.reader import FILTER_PAGE

    some = sorted(ids)
    return [
        ref
        for start in range(0, len(some), FILTER_PAGE)
        for ref in listed(
            reader, list(reader.catalog.types), body={"work_item_ids": some[start : start + FILTER_PAGE]}
        )
    ]


def listed_types(reader: Reader) -> list[dict[str, Any]]:
    """Return the rows of all types: relations point to others than those that are copied."""
    from reconciler.meegle.http import endpoints as api

    return list(reader.client.read(api.ALL_TYPES, path={"project_key": reader.space_key}).get("data") or [])


def type_copy(reader: Reader, row: dict[str, Any]) -> Copied:
    """Read all that a type is made of; what may not be asked is left out."""
    from reconciler.adopt.snapshot_json import Copied
    from reconciler.meegle.http import endpoints as api

    client, key = reader.client, str(row["type_key"])
    at, space = {"project_key": reader.space_key, "type_key": key}, {"project_key": reader.space_key}
    return Copied(
        row,
        optional(reader, api.TYPE_SETTINGS, at) or {},
        client.read(api.FIELD_ALL, path=space, body={"work_item_type_key": key}).get("data") or [],
        optional(reader, api.META, at) or [],
        optional(reader, api.FLOW_ROLES, at) or [],
        optional(reader, api.TEMPLATE_LIST, at) or [],
    )


def optional(reader: Reader, endpoint: Any, path: dict[str, str]) -> Any:
    """Ask what a copy can do without."""
    from reconciler.meegle.http.failures import ApiRefusal

    try:
        return reader.client.read(endpoint, path=path).get("data")
    except ApiRefusal as refusal:
        tell(f"left out {endpoint.name} of {path['type_key']}: {refusal}")
        return None


def everybody(
    reader: Reader, mentioned: Collection[str], rows: Sequence[Any], types: Sequence[Copied]
) -> list[Person]:
    """Return the acting user first, then all whom items, roles and files name."""
    from reconciler.adopt.snapshot_json import keys_in

    members = [str(key) for one in types for role in one.roles for key in role.get("members") or []]
    keys = [reader.user_key, *keys_in(rows, {"user", "multi_user"}), *members]
    reader.meet([*(key for key in dict.fromkeys(keys) if key.isdigit()), *mentioned])
    known = reader.catalog.people.by_key
    return [known[key] for key in dict.fromkeys([reader.user_key, *sorted(known)]) if key in known]
