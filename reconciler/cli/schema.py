"""`reconciler schema`: the metadata that the repository relies on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.progress import reading
from reconciler.cli.streams import say_told, tell
from reconciler.errors import counted

if TYPE_CHECKING:
    from reconciler.adopt.kept_names import KeptName

CHANGED = 2
SHOWN = 8
"""References that a repair lists; the rest are counted."""
EFFECTS = {"blocks": "blocks what names it", "renamed": "renamed", "new": "new"}
"""The effects of a difference on the files, the gravest first."""


@click.group("schema")
def command() -> None:
    """Pin the space's metadata in schemas/, and report what changed since."""


@command.command("pull", short_help="Pin what the files rely on in schemas/SPACE/.")
@options.paths
@options.space
@click.option(
    "--rewrite", is_flag=True, help="Use the new names of fields, roles, options and types in the files."
)
def pull_schema(paths: tuple[Path, ...], space: str | None, *, rewrite: bool) -> int:
    """Write schemas/SPACE/: pins of the types, people and items that the files name, and editor schemas.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.adopt.pinning import pull_pins
    from reconciler.render.safe import safe_text

    with reading():
        done = pull_pins(paths, space, tell, rewrite=rewrite)
    for path in done.written:
        say_told(f"wrote {path}\n")
    for file in done.rewritten:
        say_told(f"rewrote {safe_text(file)}\n")
    for one in done.kept:
        tell(*kept_lines(done.space, one))
    pins = done.pins
    people = f"{len(pins.people)} {'person' if len(pins.people) == 1 else 'people'}"
    counts = f"{counted(len(pins.types), 'type')}, {people}, {counted(len(pins.items), 'item')}"
    say_told(f"Pinned {counts}; {counted(len(done.written), 'file')} changed.\n")
    return 0


def kept_lines(space: str, one: KeptName) -> Iterator[str]:
    """Yield what stays pinned by an old name, with the command that ends it."""
    from shlex import quote

    where = ": ".join(filter(None, (one.type, one.field, one.what)))
    if not one.blocks:
        yield f"{where}; it stays pinned as the files have it until `reconciler schema pull --rewrite`"
    elif not one.word:
        yield f"{where}; {counted(len(one.refs), 'item')} in the files: take the entries out"
    elif one.refs:
        refs = [f"--only {quote(f'{space}/{one.type}/{ref.id}.{one.word}')}" for ref in one.refs]
        names = "1 item names" if len(refs) == 1 else f"{len(refs)} items name"
        yield f"{where}; {names} it in the files: it stays pinned, and their changes are blocked"
        if len(refs) > SHOWN:  # a command that can be copied, for all of them
            refs = [f"--only {quote(f'{one.type}.{one.word}')}"]
        yield f"  take the live values with `reconciler pull --refresh {' '.join(refs)}`"


@command.command("check", short_help="Report what changed since it was pinned.")
@options.paths
@options.spaces
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if anything changed.")
def check(paths: tuple[Path, ...], spaces: tuple[str, ...], *, detailed_exitcode: bool) -> int:
    """Report what changed in the space since it was pinned, by its effect on the files."""
    from reconciler.adopt.pinning import compare_pins
    from reconciler.render.safe import safe_text

    with reading():
        by_space = compare_pins(paths, spaces, tell)
    found = [(name, one) for name, some in by_space.items() for one in some or ()]
    failed = None in by_space.values()
    for effect, words in EFFECTS.items():
        for name, one in found:
            if one.effect == effect:
                of = f"{name}/{one.type}" if len(by_space) > 1 else one.type
                say_told(f"{safe_text(of)}: {safe_text(one.what)} ({words})\n")
    if found or not failed:
        say_told(f"{counted(len(found), 'difference')}.\n" if found else "The pins match the space.\n")
    if failed:
        return 1
    return CHANGED if detailed_exitcode and found else 0
