"""`reconciler schema`: the metadata that the repository relies on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.output import say, write_file

if TYPE_CHECKING:
    from reconciler.cli.workspace import Workspace
    from reconciler.pins import Pins
    from reconciler.space import Reader

CHANGED = 2


@click.group("schema")
def command() -> None:
    """Pin the space's metadata in schemas/, and say what changed since."""


@command.command("pull")
@options.paths
@options.space
def pull(paths: tuple[Path, ...], space: str | None) -> int:
    """Write schemas/SPACE/: pins of the types, people and items that the files name, and editor schemas.

    PATHS are files or folders of desired state (default: state).
    """
    import json

    from reconciler.editor import editor_schema
    from reconciler.pins import pin_files, pins_folder

    workspace, pins = live_pins(paths, space)
    folder = pins_folder(workspace.root, workspace.space)
    names = sorted({workspace.space, pins.space_key})
    files = pin_files(pins) | {
        f"{spec.word}.schema.json": json.dumps(editor_schema(spec, names), ensure_ascii=False, indent=1)
        + "\n"
        for spec in pins.types.values()
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_file(path, text)
            written += 1
            say(f"wrote {path.relative_to(workspace.root)}\n")
    counts = f"{len(pins.types)} types, {len(pins.people)} people, {len(pins.items)} items"
    say(f"Pinned {counts}; {written} files changed.\n")
    return 0


@command.command("check")
@options.paths
@options.space
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything changed.")
def check(paths: tuple[Path, ...], space: str | None, *, detailed_exitcode: bool) -> int:
    """Say what changed in the space since it was pinned, by its effect on the files."""
    from reconciler.metadata import differences
    from reconciler.render.safe import safe_text

    workspace, live = live_pins(paths, space)
    found = list(differences(workspace.pins.types, live.types))
    words = {"blocks": "blocks what names it", "renamed": "renamed", "new": "new"}
    for effect in ("blocks", "renamed", "new"):
        for one in found:
            if one.effect == effect:
                say(f"{safe_text(one.type)}: {safe_text(one.what)} ({words[effect]})\n")
    say(f"{len(found)} differences.\n" if found else "The pins match the space.\n")
    return CHANGED if detailed_exitcode and found else 0


def live_pins(paths: tuple[Path, ...], space: str | None) -> tuple[Workspace, Pins]:
    """Read what the files rely on, as the space is now."""
    from reconciler.api.client import Client
    from reconciler.cli.workspace import connect, open_workspace
    from reconciler.space import Reader

    workspace = open_workspace(paths, space, checked=False)
    connection = connect(workspace.mistakes)
    with Client(connection) as client:
        reader = Reader(client, workspace.space, workspace.decisions, connection.user_key)
        return workspace, gathered(workspace, reader)


def gathered(workspace: Workspace, reader: Reader) -> Pins:
    """Return fresh pins: types that are named or pinned, people and items that the files name."""
    from reconciler.pins import Pins

    words = {document.type.text for document in workspace.manifest.documents} | set(workspace.pins.types)
    catalog = reader.open(words, workspace.settings.groups())
    reader.learn(workspace.manifest, lines=True)
    mentioned = catalog.mentioned(workspace.manifest)
    people = catalog.people
    return Pins(
        space_key=catalog.space_key,
        types={key: spec for key, spec in sorted(catalog.types.items()) if any(map(spec.answers_to, words))},
        people={
            email: people.by_email[email].key
            for email in sorted(word.lower() for word in mentioned if "@" in word)
            if email in people.by_email
        },
        items={at: ids[0] for at, ids in sorted(catalog.items.by_name.items()) if len(ids) == 1},
    )
