"""The change of the files, as a unified difference, after which they want what a plan writes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.adopt.refresh import files_with
from reconciler.desired.items import DesiredItem
from reconciler.desired.workspace import open_workspace
from reconciler.errors import ReconcilerError
from reconciler.meegle.reader import Reader
from reconciler.model import Plan


def patch_of_files(
    items: Iterable[DesiredItem], plan: Plan, reader: Reader, state: Path, report: Callable[[str], None]
) -> str:
    """Return the patch for the changes of a plan, made of `items`; empty where the files need none.

    Files that cannot be read get none either: `report` is given a line about it.
    """
    changed = {(update.ref, one.key) for update in plan.updates for one in update.changes}
    goal = {
        item.ref: fields
        for item in items
        if (fields := {one.key: one.desired for one in item.fields if (item.ref, one.key) in changed})
    }
    if not goal or not state.is_dir():
        return ""
    try:
        workspace = open_workspace((state,), plan.space, checked=False)
        found = files_with(goal, workspace, reader)
    except ReconcilerError as error:
        report(f"the files cannot be read for this: {error}")
        return ""
    return "".join(unified_difference(file, old, new) for file, (old, new) in sorted(found.items()))


def unified_difference(file: str, old: bytes, new: bytes) -> str:
    """Return the unified difference of one file."""
    before, after = (one.decode("utf-8-sig").splitlines() for one in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{file}", f"b/{file}")
    return "".join(f"{line.rstrip()}\n" for line in lines)
