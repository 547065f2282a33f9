"""`reconciler pull`: adopts live items into files, and brings files up to the live items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import options
from reconciler.cli.completers import complete_fields, complete_type
from reconciler.cli.progress import reading
from reconciler.cli.streams import say_told, tell
from reconciler.errors import CannotRun, counted
from reconciler.gc_pause import gc_paused

if TYPE_CHECKING:
    from reconciler.adopt.item_selection import Asked


@click.command("pull")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--type",
    "type_",
    metavar="TYPE",
    shell_complete=complete_type,
    help="The type of the items; without ids, every item of it.",
)
@click.option("--name", metavar="TEXT", help="Of a type: only items whose name holds this.")
@click.option("--status", "statuses", metavar="STATE", multiple=True, help="Only items in this state.")
@click.option("--updated-since", metavar="DAY", help="Only items that changed since, such as 2026-11-01.")
@click.option("--person", "people", metavar="PERSON", multiple=True, help="Only items of this person.")
@click.option(
    "--search",
    metavar="CONDITION",
    multiple=True,
    help="Only where this holds: 'priority HAS ANY OF P0, P1'.",
)
@click.option(
    "--into", metavar="FILE", type=click.Path(path_type=Path), help="Where to write; appended if it is there."
)
@click.option(
    "--fields",
    metavar="LIST",
    shell_complete=complete_fields,
    help="Fields and roles.NAME, separated by commas, or all.",
)
@click.option("--split", metavar="BY", help="A file for each type, each value of a field, or every N items.")
@click.option("--refresh", is_flag=True, help="Bring the files up to the live items instead.")
@options.only
@click.option("--by", metavar="PERSON", help="With --refresh: only what this person changed last.")
@click.option(
    "--prune", is_flag=True, help="With --refresh: take out deleted, terminated and archived items."
)
@click.option(
    "--snapshot", metavar="FILE", type=click.Path(path_type=Path), help="Copy the space into FILE instead."
)
@click.option("--keep-emails", is_flag=True, help="With --snapshot: hide no e-mail.")
@options.space
def command(
    ids: tuple[str, ...],
    *,
    type_: str | None,
    name: str | None,
    statuses: tuple[str, ...],
    updated_since: str | None,
    people: tuple[str, ...],
    search: tuple[str, ...],
    into: Path | None,
    fields: str | None,
    split: str | None,
    refresh: bool,
    only: tuple[str, ...],
    by: str | None,
    prune: bool,
    snapshot: Path | None,
    keep_emails: bool,
    space: str | None,
) -> int:
    """Write live items into FILE, so that a plan of it is empty; or --refresh the files, or copy the space.

    IDs are numbers or SPACE/TYPE/ID; a type is narrowed by --name, --status, --updated-since, --person
    and --search, whose conditions are FIELD OPERATOR VALUES in the service's operators.  Without
    --fields: choices, dates, people and roles; texts, links and empty fields are left out.  Writes
    nothing to the space.
    """
    from reconciler.adopt.item_selection import Asked, asked_item
    from reconciler.meegle.listing import Filters

    filters = Filters(name, statuses, updated_since, people, search)
    if filters and (ids or not type_) and not refresh:
        raise CannotRun("filters narrow a type", "give --type TYPE, and no ids")
    if refresh:
        if ids or type_ or filters or into or fields or split:
            raise CannotRun("--refresh takes no ids, --type, --into, --fields or --split", "use --only REF")
        return refreshed(only, by, space, prune=prune)
    if only or by or prune:
        raise CannotRun("--only, --by and --prune belong to --refresh", "add it, or leave them out")
    asked = Asked([asked_item(one) for one in ids], type_, filters)
    if snapshot or keep_emails:
        if snapshot is None or into or fields or split:
            raise CannotRun(
                "--snapshot and --keep-emails are about a copy, --into, --fields and --split about files",
                "give --snapshot FILE, with ids, --type and filters, or alone",
            )
        return copy_space(snapshot, asked, space, keep_emails=keep_emails)
    if into is None or not (ids or type_):
        raise CannotRun("nothing to pull", "give ids or --type TYPE, and --into FILE")
    return pulled(asked, into, fields, split, space)


def pulled(asked: Asked, into: Path, fields: str | None, split: str | None, space: str | None) -> int:
    """Adopt items into files."""
    from reconciler.adopt.pull import Adoption, pull_items
    from reconciler.cli.adopted import show_pulled

    every = fields == "all"
    words = [] if every or fields is None else [one.strip() for one in fields.split(",")]
    with reading(), gc_paused():
        done = pull_items(Adoption(asked, into, words, every, split), space, tell)
    show_pulled(done)
    return 0


def refreshed(only: tuple[str, ...], by: str | None, space: str | None, *, prune: bool) -> int:
    """Bring the files up to the live items."""
    from reconciler.adopt.refresh import refresh
    from reconciler.cli.adopted import show_refreshed

    with reading():
        done = refresh(only, by, space, tell, prune=prune)
    show_refreshed(done)
    return 0


def copy_space(file: Path, asked: Asked, space: str | None, *, keep_emails: bool) -> int:
    """Copy the space into a file."""
    from reconciler.adopt.snapshot import take_snapshot

    with reading():
        done = take_snapshot(file, asked, space, tell, keep_emails=keep_emails)
    say_told(f"Copied {counted(done.items, 'item')} of {done.space} into {file}.\n")
    if not keep_emails:
        tell("e-mails that no file mentions are hidden; --keep-emails keeps them")
    return 0
