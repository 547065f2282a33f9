"""`reconciler fmt`: one layout for all files of desired state."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.streams import say
from reconciler.errors import InputError, Mistake

CHANGED = 2


@click.command("fmt")
@options.paths
@click.option("--check", is_flag=True, help="Change nothing, and exit with 2 where something would change.")
def command(paths: tuple[Path, ...], *, check: bool) -> int:
    """Lay out the files: order of sections, quotes, blanks.  Comments and what the files say stay.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.desired.by_pins import STATE
    from reconciler.manifest.edit.formatting import formatted
    from reconciler.manifest.files import found, shown
    from reconciler.manifest.loading import read_file
    from reconciler.manifest.safe_write import write
    from reconciler.render.safe import safe_text

    root = Path.cwd()
    mistakes: list[Mistake] = []
    changed: dict[Path, bytes] = {}
    for path in found(list(paths) or [STATE], root, mistakes):
        raw, wrong = read_file(path, shown(path, root))
        mistakes += wrong
        try:
            new = raw if raw is None else formatted(raw, shown(path, root))
        except InputError as error:
            mistakes += error.mistakes
            continue
        if new is not None and new != raw:
            changed[path] = new
    if mistakes:
        raise InputError(mistakes)
    for path, new in changed.items():
        say(f"{'would change' if check else 'formatted'} {safe_text(shown(path, root))}\n")
        if not check:
            write(path, new)
    if not changed:
        say("All files are laid out well.\n")
    return CHANGED if check and changed else 0
