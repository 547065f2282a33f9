"""Copies a space's metadata and some items into a file, to plan and rehearse on (`pull --snapshot FILE`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from reconciler.adopt.item_selection import Asked
from reconciler.errors import CannotRun
from reconciler.manifest.safe_write import write

if TYPE_CHECKING:
    from reconciler.adopt.destination import Home
    from reconciler.adopt.snapshot_file import Copied
    from reconciler.fields.spec import Person
    from reconciler.manifest.nodes import Manifest
    from reconciler.meegle.reader import Reader
    from reconciler.model import Ref
    from reconciler.schema.catalog import Catalog

Report: TypeAlias = Callable[[str], None]


class Mentioned(NamedTuple):
    """Whom the files mention, by e-mail or user key, and to which items they point.

    `addresses` are all e-mails in the files, also in texts: a copy that hid one would show a change.
    """

    people: set[str]
    items: set[int]
    addresses: set[str]


class Snapshot(NamedTuple):
    """The result of a copy."""

    items: int
    space: str


def take_snapshot(
    file: Path, asked: Asked, space: str | None, report: Report, *, keep_emails: bool
) -> Snapshot:
    """Read the space and write the copy; `asked` for nothing, it holds the items of the files.

    `report` is told what could not be read.  Raises CannotRun if there is no item.
    """
    from reconciler.adopt.destination import read_home
    from reconciler.desired.mentions import mentions_in
    from reconciler.manifest.files import STATE
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.schema.pins import read_pins

    home = read_home(STATE / "snapshot.yaml", space, asked.spaces)
    connection = connect((), report, home.space)
    with Client(connection) as client:
        reader = Reader(client, home.space, home.settings.space(home.space), connection.user_key)
        words = {one.type.text for one in home.manifest.documents}
        reader.open(words, home.settings.groups(), read_pins(home.pins_folder))
        catalog = reader.learn(home.manifest)
        people = mentions_in(home.manifest, catalog).people
        addresses = set(addresses_in(home.manifest)) | {one.lower() for one in people if "@" in one}
        mentioned = Mentioned(people, pointed_at(catalog, home.manifest), addresses)
        refs = copied_items(reader, home, asked, report)
        made, count = read_copy(reader, home, refs, mentioned, report, keep_emails=keep_emails)
    if not count:
        raise CannotRun("no item can be read", "name ids, --type TYPE, or items in the files")
    write(file, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    return Snapshot(count, home.space)


def addresses_in(manifest: Manifest) -> Iterator[str]:
    """Yield every e-mail that a value of the files holds, in lower case."""
    from reconciler.adopt.snapshot_file import EMAIL
    from reconciler.manifest.nodes import every_scalar, every_section

    for document in manifest.documents:
        for some in every_section(document):
            for values in some:
                for scalar in every_scalar(values):
                    yield from (hit.lower() for hit in EMAIL.findall(scalar.text))


def pointed_at(catalog: Catalog, manifest: Manifest) -> set[int]:
    """Return the ids of the items that the files point to, by id or by name."""
    from reconciler.adopt.snapshot_file import RELATED
    from reconciler.desired.mentions import mentioning_values
    from reconciler.fields.values import Rule, Wrong

    found: set[int] = set()
    for codec, node in mentioning_values(manifest, catalog):
        if codec.spec.type in RELATED:
            try:
                desired = codec.parse(node)
            except Wrong:
                continue
            named = desired.named if isinstance(desired, Rule) else desired
            some = named if isinstance(named, frozenset) else {named}
            found |= {one for one in some if isinstance(one, int)}
    return found


def copied_items(reader: Reader, home: Home, asked: Asked, report: Report) -> list[Ref]:
    """Return the items to copy: those that were asked for, else those of the files."""
    from reconciler.adopt.new_entries import managed_keys

    if not asked.items and not asked.type:
        return sorted({*managed_keys(home.manifest, reader.catalog), *rule_candidates(reader, home)})
    found = asked.find(reader)
    for item_id in found.missing:
        report(f"left out {item_id}: not found; give --type if it is terminated")
    return found.refs


def rule_candidates(reader: Reader, home: Home) -> set[Ref]:
    """Return the items that the rules of the files may select, and those to which their relations lead."""
    from reconciler.desired.claims import desired_state
    from reconciler.meegle.candidates import candidates

    rules = desired_state(home.manifest, reader.catalog).rules
    asked = list(dict.fromkeys(rule.asked for rule in rules))
    return {ref for _, refs in candidates(reader, asked).by_list() for ref in refs}


def read_copy(
    reader: Reader,
    home: Home,
    refs: Sequence[Ref],
    mentioned: Mentioned,
    report: Report,
    *,
    keep_emails: bool,
) -> tuple[Any, int]:
    """Read everything that the copy holds; returns it with the number of its items."""
    from reconciler.adopt.snapshot_file import related_in, snapshot_page
    from reconciler.meegle.http import endpoints as api

    rows = list(whole_items(reader, refs, report))
    known = {int(row["id"]) for row in rows}
    rows += whole_items(reader, types_of(reader, (related_in(rows) | mentioned.items) - known), report)
    types = [type_copy(reader, kind, report) for kind in listed_types(reader)]
    for one in types:
        one.items += [row for row in rows if row.get("work_item_type_key") == one.row["type_key"]]
    lines = reader.client.read(api.BUSINESS_ALL, path={"project_key": reader.space_key}).get("data")
    people = everybody(reader, mentioned.people, rows, types)
    kept = None if keep_emails else mentioned.addresses
    return snapshot_page(space_row(reader, home), types, lines, people, kept), len(rows)


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


def whole_items(reader: Reader, refs: Iterable[Ref], report: Report) -> Iterator[dict[str, Any]]:
    """Yield whole items, type by type."""
    from reconciler.meegle.batches import in_batches

    by_type: dict[str, list[int]] = {}
    for ref in sorted(set(refs)):
        by_type.setdefault(ref.type_key, []).append(ref.id)
    for type_key, ids in by_type.items():
        for some in in_batches(ids):
            yield from batch(reader, type_key, some, report)


def batch(reader: Reader, type_key: str, ids: Sequence[int], report: Report) -> Iterator[dict[str, Any]]:
    """Yield up to 50 items with all their fields; a refused id is reported (endpoints.md 6.3)."""
    from reconciler.meegle.batches import in_halves
    from reconciler.meegle.http import endpoints as api
    from reconciler.meegle.http.failures import Oversized

    path = {"project_key": reader.space_key, "type_key": type_key}

    def ask(some: Sequence[int]) -> list[dict[str, Any]]:
        body = {"work_item_ids": list(some), "expand": {"need_multi_text": True}}
        return reader.client.read(api.QUERY, path=path, body=body).get("data") or []

    def alone(item_id: int, error: Exception) -> list[dict[str, Any]]:
        if isinstance(error, Oversized):
            raise error
        report(f"left out {item_id}: deleted, of another type, or not visible")
        return []

    for rows in in_halves(ids, ask, alone):
        yield from rows


def types_of(reader: Reader, ids: Iterable[int]) -> list[Ref]:
    """Look up the types of items."""
    from reconciler.meegle.batches import FILTER_PAGE, in_batches
    from reconciler.meegle.listing import list_items

    some = sorted(ids)
    return [
        ref
        for part in in_batches(some, FILTER_PAGE)
        for ref in list_items(reader, list(reader.catalog.types), body={"work_item_ids": part})
    ]


def listed_types(reader: Reader) -> list[dict[str, Any]]:
    """Return the rows of all types: relations may point to types without copied items."""
    from reconciler.meegle.http import endpoints as api

    return list(reader.client.read(api.ALL_TYPES, path={"project_key": reader.space_key}).get("data") or [])


def type_copy(reader: Reader, row: dict[str, Any], report: Report) -> Copied:
    """Read the metadata of a type, without what the plugin may not read."""
    from reconciler.adopt.snapshot_file import Copied
    from reconciler.meegle.http import endpoints as api

    client, key = reader.client, str(row["type_key"])
    at, space = {"project_key": reader.space_key, "type_key": key}, {"project_key": reader.space_key}
    return Copied(
        row,
        optional(reader, api.TYPE_SETTINGS, at, report) or {},
        client.read(api.FIELD_ALL, path=space, body={"work_item_type_key": key}).get("data") or [],
        optional(reader, api.META, at, report) or [],
        optional(reader, api.FLOW_ROLES, at, report) or [],
        optional(reader, api.TEMPLATE_LIST, at, report) or [],
    )


def optional(reader: Reader, endpoint: Any, path: dict[str, str], report: Report) -> Any:
    """Read what a copy can do without; None and a report if the service refuses."""
    from reconciler.meegle.http.failures import ApiRefusal

    try:
        return reader.client.read(endpoint, path=path).get("data")
    except ApiRefusal as refusal:
        report(f"left out {endpoint.name} of {path['type_key']}: {refusal}")
        return None


def everybody(
    reader: Reader, mentioned: Collection[str], rows: Sequence[Any], types: Sequence[Copied]
) -> list[Person]:
    """Return the acting user first, then everybody whom items, roles and files mention."""
    from reconciler.adopt.snapshot_file import user_keys

    members = [str(key) for one in types for role in one.roles for key in role.get("members") or []]
    keys = [reader.user_key, *user_keys(rows, {"user", "multi_user"}), *members]
    reader.meet([*(key for key in dict.fromkeys(keys) if key.isdigit()), *mentioned])
    known = reader.catalog.people.by_key
    return [known[key] for key in dict.fromkeys([reader.user_key, *sorted(known)]) if key in known]
