"""Writes what rules in `propose` mode desire of their members into files of items, for a pull request.

The entries go into `NAME-items.yaml` beside the file of the rule.  Each file is proved before it is written:
it is loaded and planned against the live items as they would be with its values, and that plan is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.adopt.destination import read_home
from reconciler.adopt.entry_file import EntryFile
from reconciler.adopt.live_items import read_live
from reconciler.adopt.new_entries import Adopted, Skipped, managed_keys
from reconciler.desired.written_values import Unwritable, dressed_member, write_value
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Seen
from reconciler.manifest.safe_write import write
from reconciler.model import Change, HeldBy, Item, Plan, Ref
from reconciler.schema.catalog import Catalog

if TYPE_CHECKING:
    from reconciler.manifest.edit.yaml_text import Plain
    from reconciler.meegle.reader import Reader


class Proposed(NamedTuple):
    """The files that were written, how many values they got, and the values that no file can hold."""

    files: tuple[str, ...] = ()
    values: int = 0
    skipped: tuple[Skipped, ...] = ()


def proposals(plan: Plan) -> Iterator[tuple[Ref, str, Change]]:
    """Yield each change that a rule proposes, with its item and the item's title."""
    for update in plan.skipped:
        for one in update.changes:
            if one.held and one.held.by is HeldBy.RULE_PROPOSES:
                yield update.ref, update.title, one


def propose(plan: Plan, report: Callable[[str], None]) -> Proposed:
    """Write the changes that rules propose into files of items; raises CannotRun or InputError."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader

    by_file: dict[tuple[Path, str], dict[Ref, list[Change]]] = {}
    titles: dict[Ref, str] = {}
    for ref, title, one in proposals(plan):
        path = Path(one.place.file).with_name(f"{one.rules[0]}-items.yaml")
        by_file.setdefault((path, ref.type_key), {}).setdefault(ref, []).append(one)
        titles[ref] = title
    if not by_file:
        return Proposed()
    connection = connect((), report, plan.space)
    files: dict[Path, bytes] = {}
    skipped: list[Skipped] = []
    values = 0
    with Client(connection) as client:
        for (path, _), rows in sorted(by_file.items()):
            home = read_home(path, plan.space, ())
            reader = Reader(client, home.space, home.settings.space(home.space), connection.user_key)
            files[path], count = proposed_entries(path, rows, titles, reader, skipped)
            values += count
    for path, content in files.items():
        write(path, content, parents=True)
    return Proposed(tuple(map(str, files)), values, tuple(skipped))


def proposed_entries(
    path: Path,
    rows: Mapping[Ref, list[Change]],
    titles: Mapping[Ref, str],
    reader: Reader,
    skipped: list[Skipped],
) -> tuple[bytes, int]:
    """Return a file with the proposed entries, and how many values they have."""
    from reconciler.schema.pins import read_pins

    home = read_home(path, reader.name, ())
    words = {one.type.text for one in home.manifest.documents} | {ref.type_key for ref in rows}
    reader.open(words, home.settings.groups(), read_pins(home.pins_folder))
    reader.learn(home.manifest, lines=True)
    live = read_live(reader, {ref: [one.key for one in some] for ref, some in rows.items()})
    managed = managed_keys(home.manifest, reader.catalog)
    made: dict[Ref, Adopted] = {}
    then: dict[Ref, Item] = {}
    for ref, some in rows.items():
        if ref not in live:
            continue
        after = {
            one.key: Seen(reader.catalog.codec(ref.type_key, one.key).decode(one.after).value) for one in some
        }
        then[ref] = replace(live[ref], values={**live[ref].values, **after})
        entry = Adopted(ref, titles[ref])
        for one in some:
            try:
                entry.values[one.key] = proposed_value(ref, one, after[one.key], reader.catalog)
            except Unwritable as error:
                skipped.append(Skipped(ref, one.name, str(error)))
        if entry.values:
            made[ref] = entry
    content = EntryFile(home, path, reader, managed).proved(made, then, skipped)
    return content, sum(len(one.values) for one in made.values())


def proposed_value(ref: Ref, one: Change, after: Seen, catalog: Catalog) -> Plain:
    """Return a proposed value as files write it: some members of a set stay a rule about them."""
    codec = catalog.codec(ref.type_key, one.key)
    if not one.is_rule or not isinstance(codec, SetCodec):
        return write_value(ref, one.key, after, catalog)
    parts = {"contains": one.contains, "excludes": one.excludes}
    return {
        word: [dressed_member(codec, member) for member in codec.ordered(codec.decode(list(wire)).value)]
        for word, wire in parts.items()
        if wire
    }
