"""`reconciler move`: takes fields out of one file into another, or into its defaults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_fields
from reconciler.cli.streams import say_told, tell
from reconciler.errors import counted

if TYPE_CHECKING:
    from reconciler.adopt.move import Moved

SHOWN = 5
"""Values that are listed; the others are counted."""
FILE = click.Path(path_type=Path)


@click.command("move")
@click.option(
    "--fields",
    metavar="LIST",
    required=True,
    help="Fields and roles.NAME, separated by commas.",
    shell_complete=complete_fields,
)
@click.option(
    "--from", "source", metavar="FILE", type=FILE, required=True, help="The file that sets them now."
)
@options.only
@click.option("--into", metavar="FILE", type=FILE, required=True, help="The file that gets them; may be new.")
@click.option("--defaults", is_flag=True, help="What most items share becomes a default of that file.")
@options.space
def command(
    *, fields: str, source: Path, only: tuple[str, ...], into: Path, defaults: bool, space: str | None
) -> int:
    """Move fields from one file of desired state into another; what a plan shows stays the same.

    Without --only: the fields of the items that both files name, else of all.  A value that the other
    file sets already is kept there and leaves this one.  Comments move with their values.
    """
    from reconciler.adopt.move import MoveRequest, move_fields

    words = [word.strip() for word in fields.split(",")]
    moved = move_fields(MoveRequest(words, source, into, only, defaults=defaults), space)
    show(moved, source, into)
    return 0


def show(moved: Moved, source: Path, into: Path) -> None:
    """Report what was moved, and what was not."""
    where = f"the defaults of {into}" if source == into else f"{into}"
    say_told(f"Moved {moved.fields} of {counted(moved.items, 'item')} from {source} into {where}.\n")
    for line in moved.gave_way[:SHOWN]:
        say_told(f"  {line}\n")
    if (more := len(moved.gave_way) - SHOWN) > 0:
        say_told(f"  … and {counted(more, 'value')} more that gave way\n")
    if moved.others:
        tell(f"{counted(moved.others, 'other item')} of {source} keep theirs; --only REF moves them, too")
