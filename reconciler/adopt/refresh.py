"""Brings files up to the live items, touching only the values that differ (`pull --refresh`).

The edited files are proved before they are written: they are loaded and desired again, and a value that
would still not be the live one stays as it was and is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from reconciler.adopt.live_items import read_live

if TYPE_CHECKING:
    from reconciler.adopt.file_edits import Renewal
    from reconciler.adopt.new_entries import Skipped
    from reconciler.desired.items import DesiredItem
    from reconciler.desired.workspace import Workspace
    from reconciler.fields.values import Desired
    from reconciler.meegle.reader import Reader
    from reconciler.model import Item, Ref
    from reconciler.schema.catalog import Catalog


ARCHIVED = "archiving_status"


class Refreshed(NamedTuple):
    """What was written: values that follow the live items, values that were skipped, items that are gone.

    `gone` are deleted, terminated or archived; `pruned`: their entries were taken out.
    """

    followed: tuple[Renewal, ...]
    skipped: tuple[Skipped, ...]
    files: tuple[str, ...]
    gone: tuple[int, ...]
    pruned: bool


def refresh(
    only: Sequence[str], by: str | None, space: str | None, report: Callable[[str], None], *, prune: bool
) -> Refreshed:
    """Read the live items and edit the files.

    `by`: only values whose latest live change is this person's, by the operation records.
    """
    from reconciler.adopt.file_edits import gone
    from reconciler.desired.workspace import open_workspace
    from reconciler.manifest.safe_write import write
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planning import desired_items
    from reconciler.plan.selection import Selection, space_meant

    workspace = open_workspace([], space, meant=space_meant(only))
    for note in workspace.notes:
        report(note)
    connection = connect(workspace.mistakes, report, workspace.space, workspace.spaces)
    with Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        items = desired_items(workspace, reader, Selection(tuple(only)))
        live = observed(reader, items)
        away = archived(reader, live)
        if by is not None:
            items = changed_by(by, items, live, reader)
    lost = gone(items, live, workspace.manifest, reader.catalog, away)
    work = Work(workspace, items, live, reader.catalog)
    files = work.files({file: frozenset(some) for file, some in lost.items()} if prune else {})
    for file, content in files.items():
        write(workspace.root / file, content)
    ids = sorted({item_id for some in lost.values() for item_id in some.values()})
    return Refreshed(tuple(work.followed), tuple(work.skipped), tuple(files), tuple(ids), prune)


def files_with(
    goal: Mapping[Ref, Mapping[str, Desired]], workspace: Workspace, reader: Reader
) -> dict[str, tuple[bytes, bytes]]:
    """Return the files that differ from `goal`: their bytes as they are, and edited to set its values.

    Nothing is written.  Fields of the goal that no file manages are left out.
    """
    from msgspec.structs import replace

    from reconciler.fields.values import desired_value
    from reconciler.plan.planning import desired_items
    from reconciler.plan.selection import Selection

    items = [
        replace(item, fields=tuple(one for one in item.fields if one.key in goal[item.ref]))
        for item in desired_items(workspace, reader, Selection())
        if item.ref in goal
    ]
    then = {
        ref: replace(
            item,
            values={
                key: seen._replace(value=desired_value(goal[ref][key], seen.value))
                for key, seen in item.values.items()
            },
        )
        for ref, item in observed(reader, items).items()
    }
    made = Work(workspace, items, then, reader.catalog).files({})
    return {file: ((workspace.root / file).read_bytes(), new) for file, new in made.items()}


def observed(reader: Reader, items: Sequence[DesiredItem]) -> dict[Ref, Item]:
    """Read the live items, and the people and items that they and the files name."""
    pointed: dict[str, set[int]] = {}
    for item in items:
        for one in item.fields:
            spec = reader.catalog.spec(item.ref.type_key, one.key)
            if spec and len(spec.targets) == 1 and isinstance(one.desired, int):
                pointed.setdefault(spec.targets[0], set()).add(one.desired)
    return read_live(reader, {item.ref: [one.key for one in item.fields] for item in items}, pointed)


def archived(reader: Reader, refs: Collection[Ref]) -> set[Ref]:
    """Return the archived items, of the types that have a field for it (field-formats.md 2)."""
    from reconciler.meegle.batches import in_batches
    from reconciler.meegle.http import endpoints as api
    from reconciler.meegle.rows import wire_values
    from reconciler.model import Ref

    found: set[Ref] = set()
    for type_key in sorted({ref.type_key for ref in refs}):
        if ARCHIVED not in reader.catalog.types[type_key].by_key:
            continue
        ids = sorted(ref.id for ref in refs if ref.type_key == type_key)
        path = {"project_key": reader.space_key, "type_key": type_key}
        for some in in_batches(ids):
            body = {"work_item_ids": some, "fields": [ARCHIVED]}
            rows = reader.client.read(api.QUERY, path=path, body=body).get("data") or []
            found |= {Ref(type_key, int(row["id"])) for row in rows if wire_values(row).get(ARCHIVED) is True}
    return found


def changed_by(
    who: str, items: Sequence[DesiredItem], live: Mapping[Ref, Item], reader: Reader
) -> tuple[DesiredItem, ...]:
    """Keep the fields whose live value was set by a person; raises CannotRun if there is no such person."""
    from msgspec.structs import replace

    from reconciler.errors import CannotRun, quoted
    from reconciler.fields.people import USER_KEY, expand
    from reconciler.plan.planning import plan_items, with_blame

    words = [word.lower() for word in expand(who, reader.catalog.people)]
    if not all("@" in word or USER_KEY.fullmatch(word) for word in words):
        raise CannotRun(
            f"unknown person {quoted(who)}", "write an e-mail, a user key, or a name of the settings"
        )
    reader.meet(words)
    plan = with_blame(plan_items(items, reader, named=len(items), live=live), reader)
    known = reader.catalog.people
    names = {
        known.show(known.by_email[word].key if word in known.by_email else word).lower() for word in words
    }
    theirs = {
        (update.ref, change.key)
        for update in plan.updates
        for change in update.changes
        if (change.by or "").lower() in names
    }
    return tuple(
        replace(item, fields=tuple(one for one in item.fields if (item.ref, one.key) in theirs))
        for item in items
    )


class Work(Struct):
    """The files, the desired and the live items; in the end what followed and what was skipped."""

    workspace: Workspace
    items: Sequence[DesiredItem]
    live: Mapping[Ref, Item]
    catalog: Catalog
    followed: list[Renewal] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def files(self, lost: Mapping[str, frozenset[int]]) -> dict[str, bytes]:
        """Return the bytes of each file that changes."""
        from reconciler.adopt.file_edits import renewals

        self.followed, self.skipped = renewals(self.items, self.live, self.workspace.manifest, self.catalog)
        while True:
            made = self.edited(lost)
            if not self.still_differing(made):
                return made

    def edited(self, lost: Mapping[str, frozenset[int]]) -> dict[str, bytes]:
        """Carry out the edits; a value that cannot be edited alone is skipped."""
        from reconciler.errors import InputError
        from reconciler.manifest.edit.commands import Members
        from reconciler.manifest.edit.edits import CannotEdit, edited

        made: dict[str, bytes] = {}
        for file in sorted({one.place.file for one in self.followed} | set(lost)):
            raw = (self.workspace.root / file).read_bytes()
            mine = [one for one in self.followed if one.place.file == file]
            try:
                new = edited(raw, [edit for one in mine for edit in one.edits], file)
            except CannotEdit:
                for one in mine:
                    try:
                        edited(raw, one.edits, file)
                    except InputError as error:
                        self.skip(one, str(error))
                mine = [one for one in mine if one in self.followed]
                new = edited(raw, [edit for one in mine for edit in one.edits], file)
            if file in lost:
                new = edited(new, [Members(("items",), lost[file])], file)
            if new != raw:
                made[file] = new
        return made

    def skip(self, one: Renewal, reason: str) -> None:
        """Keep a value as it is written."""
        from reconciler.adopt.new_entries import Skipped

        self.followed.remove(one)
        self.skipped.append(Skipped(one.ref, one.name, reason))

    def still_differing(self, made: Mapping[str, bytes]) -> bool:
        """Read the new files, and skip the values that would not be the live ones; True if there were any."""
        from reconciler.desired.claims import desired_state
        from reconciler.fields.values import desired_value
        from reconciler.manifest.loading import read_bytes
        from reconciler.manifest.nodes import Manifest

        documents = [read_bytes(raw, file)[0] for file, raw in made.items()]
        manifest = Manifest(tuple(one for one in documents if one is not None))
        items = desired_state(manifest, self.catalog).items
        desired = {item.ref: {one.key: one.desired for one in item.fields} for item in items}
        wrong = [
            one
            for one in self.followed
            if (new := desired.get(one.ref, {}).get(one.key, self)) is not self
            and desired_value(new, (live := self.live[one.ref].values[one.key].value)) != live
        ]
        for one in wrong:
            self.skip(one, "the edited file would not say it")
        return bool(wrong)
