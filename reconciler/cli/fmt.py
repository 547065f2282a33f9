"""`reconciler fmt`: one layout for all desired-state files."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.streams import say_told

CHANGED = 2


@click.command("fmt")
@options.paths
@click.option("--check", is_flag=True, help="Change nothing; exit 2 if a file would change.")
def command(paths: tuple[Path, ...], *, check: bool) -> int:
    """Lay out the files: order of sections, quotes, blanks.  Comments and what the files say stay.

    PATHS are files or folders of desired state (default: state).
    """
    from reconciler.manifest.edit.format_files import format_files
    from reconciler.manifest.files import STATE, shown_path
    from reconciler.manifest.safe_write import write
    from reconciler.render.safe import safe_text

    root = Path.cwd()
    changed = format_files(list(paths) or [STATE], root)
    for path, new in changed.items():
        say_told(f"{'would change' if check else 'formatted'} {safe_text(shown_path(path, root))}\n")
        if not check:
            write(path, new)
    if not changed:
        say_told("All files are formatted.\n")
    return CHANGED if check and changed else 0
