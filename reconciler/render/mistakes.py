"""Writes the mistakes in the files: for people, for programs, and for GitHub's annotations."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from reconciler.errors import Mistake, Place
from reconciler.language import _, counted, sentence
from reconciler.render.safe import safe_json, safe_text

ANNOTATIONS = 10
"""How many annotations GitHub shows of a step."""


class Checked(Struct, frozen=True):
    """What a check of the files found; `unchecked` names only a space can tell.

    `folder` is where the files' names begin, from the repository's root.  `deprecated` are uses of what the
    settings deprecate, which are no mistakes.
    """

    files: int
    items: int
    mistakes: Sequence[Mistake]
    unchecked: int = 0
    folder: str = ""
    deprecated: Sequence[Mistake] = ()
    rules: int = 0


def as_text(found: Checked) -> str:
    """Return the lines that tell the mistakes, and a verdict."""
    open_ones = ""
    if found.unchecked:
        open_ones = _(", {names} not checked", names=counted(found.unchecked, "unpinned name"))
    if found.mistakes:
        verdict = _(
            "Invalid: {mistakes}{open_ones}.",
            mistakes=counted(len(found.mistakes), "mistake"),
            open_ones=open_ones,
        )
    else:
        some = [counted(found.items, "item")] if found.items or not found.rules else []
        some += [counted(found.rules, "rule")] if found.rules else []
        verdict = _(
            "Valid: {items} in {files}{open_ones}.",
            items=_(" and ").join(some),
            files=counted(found.files, "file"),
            open_ones=open_ones,
        )
    notes = (_("note: {note}", note=one) for one in mistakes_text(found.deprecated))
    return "\n".join([*map(safe_text, (*mistakes_text(found.mistakes), *notes)), verdict, ""])


def as_json(found: Checked) -> str:
    """Return one object: `valid`, counts, and the mistakes with their places."""
    whole = {
        "format_version": "1.0",
        "valid": not found.mistakes,
        "files": found.files,
        "items": found.items,
        "rules": found.rules,
        "unchecked": found.unchecked,
        "mistakes": rows_of(found.mistakes),
        "deprecated": rows_of(found.deprecated),
    }
    return safe_json(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n"


def rows_of(mistakes: Iterable[Mistake]) -> list[dict[str, object]]:
    """Return mistakes as objects with their places."""
    return [
        {
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
            "what": one.what,
            "fix": one.fix,
        }
        for one in mistakes
    ]


def as_github(found: Checked) -> str:
    """Return an annotation for each of the first mistakes, then the text for the log."""
    annotations = [annotation(found.folder, one) for one in found.mistakes[:ANNOTATIONS]]
    annotations += [annotation(found.folder, one, "notice") for one in found.deprecated[:ANNOTATIONS]]
    return "\n".join([*annotations, as_text(found)])


def annotation(folder: str, one: Mistake, level: str = "error") -> str:
    """Return the command that makes a runner show a mistake at its line."""
    file, line, column = (
        data(path_in_repository(folder, one.place.file), ":,"),
        one.place.line,
        one.place.column,
    )
    return f"::{level} file={file},line={line},col={column}::{data(sentence(one.what, one.fix))}"


def path_in_repository(folder: str, file: str) -> str:
    """Return a file's name from the repository's root; one outside of it keeps its own."""
    return posixpath.normpath(posixpath.join(folder, file)) if folder else file


def data(text: str, more: str = "") -> str:
    """Escape text for a workflow command: no line break can begin another."""
    shown = safe_text(text).replace("%", "%25")
    for sign in more:
        shown = shown.replace(sign, f"%{ord(sign):02X}")
    return shown


VIEWS: dict[str, Callable[[Checked], str]] = {"text": as_text, "json": as_json, "github": as_github}


SHOWN = 50
"""Different mistakes that are shown."""


PLACES = 3
"""Places that are shown of equal mistakes."""


def mistakes_text(mistakes: Iterable[Mistake]) -> list[str]:
    """Return the lines that tell all mistakes: sorted, equal ones as one line with their places."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for mistake in sorted(set(mistakes), key=lambda one: (one.place, one.what, one.fix)):
        groups.setdefault((mistake.what, mistake.fix), []).append(mistake.place)
    lines = [mistake_line(what, fix, places) for (what, fix), places in list(groups.items())[:SHOWN]]
    return lines if len(groups) <= SHOWN else [*lines, _("… and {number} more", number=len(groups) - SHOWN)]


def mistake_line(what: str, fix: str, places: Sequence[Place]) -> str:
    """Return the line of one mistake: its place, or its count and first places."""
    if len(places) == 1:
        return f"{places[0]}: {sentence(what, fix)}"
    others = ", ".join(map(str, places[1:PLACES])) + (", …" if len(places) > PLACES else "")
    return _(
        "{place}: {what} ({number} times, also at {others})",
        place=places[0],
        what=sentence(what, fix),
        number=len(places),
        others=others,
    )
