"""Pins a space's metadata in `schemas/SPACE/`, and compares the pins with the space as it is now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from reconciler.adopt.kept_names import Keeper, KeptName
from reconciler.errors import CannotRun
from reconciler.manifest.files import shown_path
from reconciler.manifest.safe_write import write

if TYPE_CHECKING:
    from reconciler.adopt.renames import Moves
    from reconciler.desired.workspace import Workspace
    from reconciler.manifest.edit.commands import Edit
    from reconciler.manifest.nodes import Manifest
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog
    from reconciler.schema.pin_changes import Difference
    from reconciler.schema.pins import Pins
    from reconciler.settings import Settings


class Live(NamedTuple):
    """What the files rely on, as the space is now; `rewritten` are files that use its names of today."""

    workspace: Workspace
    pins: Pins
    rewritten: Mapping[str, bytes] = {}


class Pinned(NamedTuple):
    """The files that `schema pull` wrote."""

    pins: Pins
    space: str
    written: tuple[str, ...]
    rewritten: tuple[str, ...]
    kept: tuple[KeptName, ...]


def pull_pins(
    paths: Sequence[Path], space: str | None, report: Callable[[str], None], *, rewrite: bool
) -> Pinned:
    """Write the pins and the schemas for editors; with `rewrite`, the files in the names of today, too."""
    live = read_live_pins(paths, space, report, rewrite=rewrite)
    root, name = live.workspace.root, live.workspace.space
    keeper = Keeper(live.workspace.manifest, live.workspace.pins, partial(catalog_of, live.workspace))
    pins = keeper.kept(live.pins)
    folder = live.workspace.pins_folder
    folder.mkdir(parents=True, exist_ok=True)
    changed = {
        folder / file: text
        for file, text in sorted(pinned_files(pins, name, live.workspace.settings.groups()).items())
        if not is_text_of(folder / file, text)
    }
    for path, text in changed.items():
        write(path, text)
    for file, content in live.rewritten.items():
        write(root / file, content)
    written = tuple(shown_path(path, root) for path in changed)
    kept = tuple(keeper.left(pins, live.pins)) if pins != live.pins else ()
    return Pinned(pins, name, written, tuple(live.rewritten), kept)


def catalog_of(workspace: Workspace, pins: Pins) -> Catalog:
    """Return the catalog that reads the files by some pins."""
    return pins.catalog(workspace.space, workspace.decisions, workspace.settings.groups())


def is_text_of(path: Path, text: str) -> bool:
    """Return True if a file is there and holds the text."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def compare_pins(
    paths: Sequence[Path], spaces: Sequence[str], report: Callable[[str], None]
) -> dict[str, list[Difference] | None]:
    """Return what changed in each space since it was pinned.

    Of several spaces one that fails is reported, with None; a space without pins is reported, too.
    """
    from reconciler.desired.workspace import open_workspaces
    from reconciler.schema.pin_changes import differences

    found: dict[str, list[Difference] | None] = {}
    every = open_workspaces(paths, spaces, checked=False)
    for one in every:
        if not one.pins.types:
            report(f"note: the space {one.space} has no pins; `reconciler schema pull` makes them")
        try:
            live = live_pins(one, report)
        except CannotRun as error:
            if len(every) == 1:
                raise
            report(f"error: the space {one.space}: {error}")
            found[one.space] = None
            continue
        found[one.space] = list(differences(live.workspace.pins.types, live.pins.types))
    return found


def pinned_files(pins: Pins, space: str, groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the text of each file of `schemas/SPACE/`: the pins, and a schema of each type for editors.

    `groups` are the names and groups of people in the settings.
    """
    from reconciler.fields.spec import People
    from reconciler.schema.editor_schema import editor_schema
    from reconciler.schema.pins import pin_files, pinned_people, stems

    people = People(by_email=pinned_people(pins), groups=groups)
    names = sorted({space, pins.space_key})
    return pin_files(pins) | {
        f"{stem}.schema.json": json.dumps(editor_schema(spec, names, people), ensure_ascii=False, indent=1)
        + "\n"
        for stem, spec in stems(pins.types.values()).items()
    }


def read_live_pins(
    paths: Sequence[Path], space: str | None, report: Callable[[str], None], *, rewrite: bool = False
) -> Live:
    """Read what the files of one space rely on, as `live_pins` does."""
    from reconciler.desired.workspace import open_workspace

    return live_pins(open_workspace(paths, space, checked=False), report, rewrite=rewrite)


def live_pins(workspace: Workspace, report: Callable[[str], None], *, rewrite: bool = False) -> Live:
    """Read what the files rely on, as the space is now; with `rewrite`, follow its names in the files."""
    from reconciler.meegle.connect import connect
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader

    for note in workspace.notes:
        report(note)
    connection = connect(workspace.mistakes, report, workspace.space, workspace.spaces)
    with Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        pins = gather_pins(workspace, reader)
        files = rewritten_files(workspace, reader) if rewrite else {}
        if files:
            workspace = replace(
                workspace,
                loaded=with_files(workspace.manifest, files),
                settings=with_settings(workspace, files),
            )
            pins = gather_pins(workspace, reader)
        return Live(workspace, pins, files)


def rewritten_files(workspace: Workspace, reader: Reader) -> dict[str, bytes]:
    """Return the files, the settings among them, in which an old name becomes the new one."""
    from reconciler.adopt.renames import rewrites
    from reconciler.errors import InputError
    from reconciler.manifest.edit.edits import edited

    if workspace.mistakes:
        raise InputError(workspace.mistakes)
    old = catalog_of(workspace, workspace.pins)
    moves = renamed_pins(workspace, reader)
    edits = rewrites(workspace.manifest, old, reader.catalog, moves) | settings_edits(workspace, moves)
    return {
        file: edited((workspace.root / file).read_bytes(), some, file) for file, some in sorted(edits.items())
    }


def renamed_pins(workspace: Workspace, reader: Reader) -> Moves:
    """Return the pinned people with another e-mail now, and the pinned items with another name."""
    from reconciler.adopt.renames import Moves
    from reconciler.model import Ref

    known = reader.catalog.people.by_key
    emails = {
        email: known[key].email
        for email, key in workspace.pins.people.items()
        if key in known and known[key].email and known[key].email.lower() != email
    }
    pinned = {at: item_id for at, item_id in workspace.pins.items.items() if at[0] in reader.catalog.types}
    live = reader.items({Ref(type_key, item_id): [] for (type_key, _), item_id in pinned.items()})
    names = {
        (type_key, name): (item_id, item.name)
        for (type_key, name), item_id in pinned.items()
        if (item := live.get(Ref(type_key, item_id))) and item.name != name
    }
    found = reader.find_items([(at[0], now) for at, (_, now) in names.items()], {})
    by_name = found.items.by_name
    return Moves(
        emails,
        {
            at: now if by_name.get((at[0], now)) == (item_id,) else item_id
            for at, (item_id, now) in names.items()
        },
    )


def settings_edits(workspace: Workspace, moves: Moves) -> dict[str, list[Edit]]:
    """Return the edits of the settings' groups, by the settings' file."""
    from reconciler.adopt.renames import people_edits
    from reconciler.manifest.files import SETTINGS
    from reconciler.manifest.nodes import AuthoredMap
    from reconciler.manifest.parsing import read_tree

    file = f"{workspace.state}/{SETTINGS}"
    path = workspace.root / file
    root = read_tree(path.read_bytes(), file).root if path.is_file() else None
    groups = root.get("people") if isinstance(root, AuthoredMap) else None
    edits = list(people_edits(("people",), groups, moves)) if groups is not None else []
    return {file: edits} if edits else {}


def with_settings(workspace: Workspace, files: Mapping[str, bytes]) -> Settings:
    """Return the settings, read again if they are among the files."""
    from reconciler.manifest.files import SETTINGS
    from reconciler.settings import read_settings

    file = f"{workspace.state}/{SETTINGS}"
    if file not in files:
        return workspace.settings
    old = workspace.settings
    return read_settings(files[file], file)[0].placed(old.start, old.homes)


def with_files(manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Return the desired state with new contents of some files."""
    from reconciler.manifest.loading import read_bytes
    from reconciler.manifest.nodes import Manifest

    read = [
        read_bytes(files[one.file], one.file)[0] if one.file in files else one for one in manifest.documents
    ]
    return Manifest(tuple(one for one in read if one is not None))


def gather_pins(workspace: Workspace, reader: Reader) -> Pins:
    """Return fresh pins: of types in the files and in the old pins, and of people and items in the files."""
    from reconciler.desired.mentions import mentions_in
    from reconciler.schema.pins import Pins

    words = {document.type.text for document in workspace.manifest.documents} | set(workspace.pins.types)
    reader.open(words, workspace.settings.groups())
    reader.meet(workspace.pins.people.values())
    catalog = reader.learn(workspace.manifest, lines=True)
    mentions = mentions_in(workspace.manifest, catalog)
    mentioned = {word.lower() for word in mentions.people if "@" in word}
    people = catalog.people
    found = {email: people.by_email[email].key for email in mentioned if email in people.by_email}
    items = {at: ids[0] for at, ids in catalog.items.by_name.items() if len(ids) == 1}
    # People and items with a new name stay pinned by the old one, which the files still use.
    called = {
        email: key
        for email, key in workspace.pins.people.items()
        if email in mentioned and key in people.by_key
    }
    kept = {at: item_id for at, item_id in workspace.pins.items.items() if at in mentions.targets}
    return Pins(
        space_key=catalog.space_key,
        types={key: spec for key, spec in sorted(catalog.types.items()) if any(map(spec.answers_to, words))},
        people=dict(sorted((called | found).items())),
        items=dict(sorted((kept | items).items())),
    )
