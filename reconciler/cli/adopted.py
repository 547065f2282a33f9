"""Prints what was pulled into files, and what followed the live items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.cli.streams import say, say_told, tell

if TYPE_CHECKING:
    from reconciler.adopt.new_entries import Skipped
    from reconciler.adopt.proposals import Proposed
    from reconciler.adopt.pull import Pulled
    from reconciler.adopt.refresh import Refreshed

MOST = 20
"""Skipped values that are listed one by one; the rest are counted."""


def show_pulled(done: Pulled) -> None:
    """Print what was adopted; on stderr what was left out, and why."""
    for item_id in done.unseen:
        tell(f"left out {item_id}: deleted, of another type, or not visible")
    show_skipped(done.skipped)
    say_told(f"{done}\n")


def show_skipped(skipped: tuple[Skipped, ...]) -> None:
    """Print the first skipped values, and count the rest."""
    from reconciler.errors import counted

    for one in skipped[:MOST]:
        tell(f"left out {one.name} of {one.ref.id}: {one.reason}")
    if len(skipped) > MOST:
        tell(f"… and {counted(len(skipped) - MOST, 'more value')}")


def show_proposed(done: Proposed) -> None:
    """Print the files that got entries; on stderr the values that no file can hold."""
    from reconciler.errors import counted

    show_skipped(done.skipped)
    say(f"Proposed {counted(done.values, 'value')} in {', '.join(done.files) or 'no file'}.\n")


def show_refreshed(done: Refreshed) -> None:
    """Print each value that followed; on stderr what was skipped, and the items that are gone."""
    from reconciler.errors import counted
    from reconciler.manifest.edit.yaml_text import comment
    from reconciler.render.safe import safe_text

    for one in done.followed:
        before, after = (safe_text(comment(text)) for text in (one.before, one.after))
        say(f"{safe_text(str(one.place))}: {one.ref.id} {safe_text(one.name)}  {before} → {after}\n")
    for row in done.skipped:
        tell(f"skipped {row.name} of {row.ref.id}: {row.reason}")
    for item_id in done.gone:
        tell(f"taken out {item_id}" if done.pruned else f"not live: {item_id}; --prune takes it out")
    files = counted(len(done.files), "file")
    if done.followed:
        say_told(f"Refreshed {counted(len(done.followed), 'value')} in {files}.\n")
    elif done.files:
        say_told(f"Took {counted(len(done.gone), 'item')} out of {files}.\n")
    else:
        say_told("Nothing to refresh.\n")
