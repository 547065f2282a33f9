"""`reconciler schema`: the metadata that the repository relies on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.streams import say, tell
from reconciler.manifest.disk import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.adopt.renames import Moves
    from reconciler.desired.workspace import Workspace
    from reconciler.manifest.edit.edits import Edit
    from reconciler.manifest.nodes import Manifest
    from reconciler.meegle.reader import Reader
    from reconciler.schema.pins import Pins
    from reconciler.settings import Settings

CHANGED = 2


@click.group("schema")
def command() -> None:
    """Pin the space's metadata in schemas/, and say what changed since."""


@command.command("pull")
@options.paths
@options.space
@click.option(
    "--rewrite", is_flag=True, help="Write renamed fields, roles, options and types anew in the files."
)
def pull(paths: tuple[Path, ...], space: str | None, *, rewrite: bool) -> int:
    """Write schemas/SPACE/: pins of the types, people and items that the files name, and editor schemas.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.render.safe import safe_text
    from reconciler.schema.pins import pins_folder

    workspace, pins, rewritten = live_pins(paths, space, rewrite=rewrite)
    folder = pins_folder(workspace.root, workspace.space)
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, text in sorted(pinned_files(pins, workspace.space).items()):
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write(path, text)
            written += 1
            say(f"wrote {path.relative_to(workspace.root)}\n")
    for file, content in rewritten.items():
        write(workspace.root / file, content)
        say(f"rewrote {safe_text(file)}\n")
    counts = f"{len(pins.types)} types, {len(pins.people)} people, {len(pins.items)} items"
    say(f"Pinned {counts}; {written} files changed.\n")
    return 0


def pinned_files(pins: Pins, space: str) -> dict[str, str]:
    """Return the text of each file of `schemas/SPACE/`: the pins, and a schema of each type for editors."""
    import json

    from reconciler.schema.editor_schema import editor_schema
    from reconciler.schema.pins import pin_files, stems

    names = sorted({space, pins.space_key})
    return pin_files(pins) | {
        f"{stem}.schema.json": json.dumps(editor_schema(spec, names), ensure_ascii=False, indent=1) + "\n"
        for stem, spec in stems(pins.types.values()).items()
    }


@command.command("check")
@options.paths
@options.space
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything changed.")
def check(paths: tuple[Path, ...], space: str | None, *, detailed_exitcode: bool) -> int:
    """Say what changed in the space since it was pinned, by its effect on the files."""
    from reconciler.render.safe import safe_text
    from reconciler.schema.pin_changes import differences

    workspace, live, _ = live_pins(paths, space)
    found = list(differences(workspace.pins.types, live.types))
    words = {"blocks": "blocks what names it", "renamed": "renamed", "new": "new"}
    for effect in ("blocks", "renamed", "new"):
        for one in found:
            if one.effect == effect:
                say(f"{safe_text(one.type)}: {safe_text(one.what)} ({words[effect]})\n")
    say(f"{len(found)} differences.\n" if found else "The pins match the space.\n")
    return CHANGED if detailed_exitcode and found else 0


def live_pins(
    paths: tuple[Path, ...], space: str | None, *, rewrite: bool = False
) -> tuple[Workspace, Pins, dict[str, bytes]]:
    """Read what the files rely on, as the space is now; with the files that say it by its names of today."""
    from dataclasses import replace

    from reconciler.desired.workspace import open_workspace
    from reconciler.meegle.http.client import Client
    from reconciler.meegle.reader import Reader
    from reconciler.plan.planning import connect

    workspace = open_workspace(paths, space, checked=False)
    tell(*workspace.notes)
    connection = connect(workspace.mistakes)
    with Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        pins = gathered(workspace, reader)
        files = rewritten_files(workspace, reader) if rewrite else {}
        if files:
            workspace = replace(
                workspace,
                loaded=with_files(workspace.manifest, files),
                settings=with_settings(workspace, files),
            )
            pins = gathered(workspace, reader)
        return workspace, pins, files


def rewritten_files(workspace: Workspace, reader: Reader) -> dict[str, bytes]:
    """Return the bytes of the files, the settings among them, in which something is called otherwise now."""
    from reconciler.adopt.renames import rewrites
    from reconciler.errors import InputError
    from reconciler.manifest.edit.edits import edited

    if workspace.mistakes:
        raise InputError(workspace.mistakes)
    old = workspace.pins.catalog(workspace.space, workspace.decisions, workspace.settings.groups())
    moves = moved(workspace, reader)
    edits = rewrites(workspace.manifest, old, reader.catalog, moves) | settings_edits(workspace, moves)
    return {
        file: edited((workspace.root / file).read_bytes(), some, file) for file, some in sorted(edits.items())
    }


def moved(workspace: Workspace, reader: Reader) -> Moves:
    """Return which pinned people have another e-mail now, and which pinned items another name."""
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
    reader.find_items([(at[0], now) for at, (_, now) in names.items()], {})
    by_name = reader.catalog.items.by_name
    return Moves(
        emails,
        {
            at: now if by_name.get((at[0], now)) == (item_id,) else item_id
            for at, (item_id, now) in names.items()
        },
    )


def settings_edits(workspace: Workspace, moves: Moves) -> dict[str, list[Edit]]:
    """Return the edits of the settings' groups, by the settings' file."""
    from reconciler.adopt.renames import people
    from reconciler.manifest.loading import SETTINGS
    from reconciler.manifest.nodes import AuthoredMap
    from reconciler.manifest.parsing import read_tree

    file = f"{workspace.state}/{SETTINGS}"
    path = workspace.root / file
    root = read_tree(path.read_bytes(), file).root if path.is_file() else None
    groups = root.get("people") if isinstance(root, AuthoredMap) else None
    edits = list(people(("people",), groups, moves)) if groups is not None else []
    return {file: edits} if edits else {}


def with_settings(workspace: Workspace, files: Mapping[str, bytes]) -> Settings:
    """Return the settings, read anew where they are among the files."""
    from reconciler.manifest.loading import SETTINGS
    from reconciler.settings import read_settings

    file = f"{workspace.state}/{SETTINGS}"
    return read_settings(files[file], file)[0] if file in files else workspace.settings


def with_files(manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Return the desired state with other contents of some files."""
    from reconciler.manifest.loading import read_bytes
    from reconciler.manifest.nodes import Manifest

    read = [
        read_bytes(files[one.file], one.file)[0] if one.file in files else one for one in manifest.documents
    ]
    return Manifest(tuple(one for one in read if one is not None))


def gathered(workspace: Workspace, reader: Reader) -> Pins:
    """Return fresh pins: types that are named or pinned, people and items that the files name."""
    from reconciler.schema.pins import Pins

    words = {document.type.text for document in workspace.manifest.documents} | set(workspace.pins.types)
    catalog = reader.open(words, workspace.settings.groups())
    reader.meet(workspace.pins.people.values())
    reader.learn(workspace.manifest, lines=True)
    mentioned = {word.lower() for word in catalog.mentioned(workspace.manifest) if "@" in word}
    named = catalog.mentions(workspace.manifest).targets
    people = catalog.people
    found = {email: people.by_email[email].key for email in mentioned if email in people.by_email}
    items = {at: ids[0] for at, ids in catalog.items.by_name.items() if len(ids) == 1}
    # Who or what is called otherwise now stays pinned by what the files say.
    called = {
        email: key
        for email, key in workspace.pins.people.items()
        if email in mentioned and key in people.by_key
    }
    kept = {at: item_id for at, item_id in workspace.pins.items.items() if at in named}
    return Pins(
        space_key=catalog.space_key,
        types={key: spec for key, spec in sorted(catalog.types.items()) if any(map(spec.answers_to, words))},
        people=dict(sorted((called | found).items())),
        items=dict(sorted((kept | items).items())),
    )
