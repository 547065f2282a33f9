"""What is wrong in the files: for people, for programs, and for GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from reconciler.authored import Manifest
from reconciler.errors import Mistake
from reconciler.render.safe import safe_text

ANNOTATIONS = 10
"""How many annotations GitHub shows of a step."""


def as_text(manifest: Manifest, mistakes: Sequence[Mistake], lines: Sequence[str]) -> str:
    """Return the lines that tell the mistakes, and a verdict."""
    items = sum(len(document.items) for document in manifest.documents)
    counted = f"{items} items in {len(manifest.documents)} files"
    if not mistakes:
        return f"Valid: {counted}. Names and values are checked against the space by plan.\n"
    return "\n".join([*map(safe_text, lines), f"Invalid: {len(mistakes)} mistakes.", ""])


def as_json(manifest: Manifest, mistakes: Sequence[Mistake], lines: Sequence[str]) -> str:
    """Return one object: `valid`, counts, and the mistakes with their places."""
    del lines
    rows = [
        {
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
            "what": one.what,
            "fix": one.fix,
        }
        for one in mistakes
    ]
    whole = {
        "format_version": "1.0",
        "valid": not mistakes,
        "files": len(manifest.documents),
        "items": sum(len(document.items) for document in manifest.documents),
        "mistakes": rows,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def as_github(manifest: Manifest, mistakes: Sequence[Mistake], lines: Sequence[str]) -> str:
    """Return an annotation for each of the first mistakes, then the text for the log."""
    annotations = [
        f"::error file={data(one.place.file, ':,')},line={one.place.line},col={one.place.column}::"
        + data(f"{one.what}; {one.fix}")
        for one in mistakes[:ANNOTATIONS]
    ]
    return "\n".join([*annotations, as_text(manifest, mistakes, lines)])


def data(text: str, more: str = "") -> str:
    """Escape text for a workflow command: no line break can begin another."""
    shown = safe_text(text).replace("%", "%25")
    for sign in more:
        shown = shown.replace(sign, f"%{ord(sign):02X}")
    return shown


VIEWS: dict[str, Callable[[Manifest, Sequence[Mistake], Sequence[str]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
