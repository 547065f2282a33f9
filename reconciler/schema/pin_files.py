"""The files of `schemas/`: JSON that strangers may have written, or a merge may have broken."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from reconciler.errors import CannotRun, quoted
from reconciler.manifest.files import shown_path

KNOWN_FORMAT = re.compile(r"1\.[0-9]{1,6}")
MARKERS = re.compile(rb"^(?:<{7}|>{7}|={7}|\|{7})(?:[ \r]|$)", re.MULTILINE)
"""The conflict markers of git; no line of JSON begins with one."""
NAME = re.compile(r"\w[\w-]{0,63}")
RESERVED = frozenset({"people", "items", "profile", "snapshot", "con", "prn", "aux", "nul"})
"""Names in `schemas/` that mean something else, and names that Windows keeps for devices."""


class BadPins(CannotRun):
    """A pin file that cannot be read."""

    def __init__(
        self, path: Path, what: str, fix: str = "restore it, or run `reconciler schema pull`"
    ) -> None:
        """Make the message."""
        super().__init__(f"{shown_path(path, Path.cwd())} cannot be read ({what})", fix)


class UnresolvedMerge(CannotRun):
    """A pin file in which both sides of a merge are left."""

    def __init__(self, path: Path, line: int) -> None:
        """Make the message."""
        what = f"{shown_path(path, Path.cwd())}:{line}: unresolved merge conflict"
        super().__init__(what, "take one side, or run `reconciler schema pull`, then `git add` the file")


class NamedTwice(ValueError):
    """An object that names a member twice: two readers could take two values for it."""


def parsed(path: Path) -> Any:
    """Read one JSON file; raises BadPins or UnresolvedMerge."""
    if path.is_symlink():
        raise BadPins(path, "it is a link")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadPins(path, error.strerror or "it is no file") from None
    if hit := MARKERS.search(raw):
        raise UnresolvedMerge(path, raw.count(b"\n", 0, hit.start()) + 1)
    try:
        return json.loads(raw, object_pairs_hook=pin_members, parse_constant=no_number)
    except NamedTwice as error:
        raise BadPins(path, str(error)) from None
    except (ValueError, RecursionError) as error:
        raise BadPins(path, type(error).__name__) from None


def pin_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises NamedTwice."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise NamedTwice(f"the member {quoted(name)} twice")
        made[name] = value
    return made


def no_number(word: str) -> None:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(word)


def checked_format(path: Path, whole: Any) -> None:
    """Raise BadPins for a type's file of a format that we do not know."""
    version = whole.get("format_version") if isinstance(whole, dict) else None
    if not isinstance(version, str) or not KNOWN_FORMAT.fullmatch(version):
        told = f"its format_version is {quoted(version)}" if isinstance(version, str) else "no format_version"
        raise BadPins(path, f"{told}; this version reads 1.0")


def file_stem(*words: str) -> str:
    """Return the first word that can name a file in any folder of ours, and no path.

    The space chooses the api_name of a type, so it is a stranger's word; the last word counts whatever it
    is, with every other sign left out.
    """
    for word in words:
        if NAME.fullmatch(word) and word.lower() not in RESERVED:
            return word
    left = re.sub(r"[^A-Za-z0-9_-]", "", words[-1])[:48]
    return f"type-{left or 'unnamed'}"
