"""Formats desired-state files: all of them, or none if one cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconciler.errors import InputError, Mistake
from reconciler.manifest.edit.formatting import formatted
from reconciler.manifest.files import files_to_read, shown_path
from reconciler.manifest.loading import read_file


def format_files(paths: Sequence[Path], root: Path) -> dict[Path, bytes]:
    """Return the files that formatting changes, with their new bytes; raises InputError."""
    mistakes: list[Mistake] = []
    changed: dict[Path, bytes] = {}
    for path in files_to_read(paths, root, mistakes):
        raw, wrong = read_file(path, shown_path(path, root))
        mistakes += wrong
        try:
            new = raw if raw is None else formatted(raw, shown_path(path, root))
        except InputError as error:
            mistakes += error.mistakes
            continue
        if new is not None and new != raw:
            changed[path] = new
    if mistakes:
        raise InputError(mistakes)
    return changed
