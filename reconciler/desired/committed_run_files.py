"""`.reconciler/`: what runs left on this machine.  One that came with the checkout is somebody else's.

A journal there is believed by `rollback`, `runs`, `record` and `why`; so who can commit one could say what
was applied and what is to be put back.
"""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.errors import CannotRun

FOLDER = Path(".reconciler")
RUNS = FOLDER / "runs"


def own_folder() -> Path:
    """Make `.reconciler`, which git does not see, and return it; raises CannotRun."""
    from reconciler.manifest.safe_write import create

    ignore = FOLDER / ".gitignore"
    try:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        if not os.path.lexists(ignore):
            create(ignore, "*\n")
    except OSError as error:
        fix = "nothing was sent; make room for the journal there"
        raise CannotRun(f"cannot write to {FOLDER} ({error.strerror})", fix) from None
    return FOLDER


class Foreign(CannotRun):
    """A folder for our own files that is not our own."""

    def __init__(self, what: str, fix: str) -> None:
        """Make the message."""
        super().__init__(f"{FOLDER} {what}", fix)


def foreign(root: Path) -> Foreign | None:
    """Say why the folder is not our own; None where it is, or where there is none."""
    place = root / FOLDER
    if not os.path.lexists(place):
        return None
    from reconciler.git import is_repository, output_or_none

    try:
        # Some file systems take `.Reconciler` for the same folder.
        tracked = is_repository(root) and output_or_none(root, "ls-files", "-z", "--", f":(icase){FOLDER}")
    except CannotRun as error:
        return Foreign(f"may have come with the checkout: {error.what}", error.fix)
    if tracked:
        fix = f"run `git rm -r --cached {FOLDER}`, delete it, add {FOLDER}/ to .gitignore, and commit"
        return Foreign("came with the checkout: git tracks it", fix)
    if place.is_symlink():
        return Foreign("is a link", "remove it: a run makes the folder")
    return None


def refuse_foreign() -> None:
    """Raise Foreign where the folder is not our own."""
    if reason := foreign(Path.cwd()):
        raise reason


def unused_note(root: Path) -> str | None:
    """Return the note that the folder is not our own and stays unused; None if there is nothing to report."""
    reason = foreign(root)
    return f"note: {reason.what}, so nothing of it is used; {reason.fix}" if reason else None
