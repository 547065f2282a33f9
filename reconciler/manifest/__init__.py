"""Desired state: from files to authored values with places."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler.authored import Document, Manifest, Place, Scalar
from reconciler.errors import Mistake, NoValue
from reconciler.manifest.decoding import LARGEST, TooLarge
from reconciler.manifest.finding import SETTINGS, found, shown, unreadable
from reconciler.manifest.reading import read_tree
from reconciler.manifest.shape import read_document

__all__ = ["SETTINGS", "load", "read_bytes", "read_file", "report", "shown"]

SHOWN = 50
"""Different mistakes that are shown."""
PLACES = 3
"""Places that are shown of equal mistakes."""


def load(paths: Sequence[Path], *, root: Path) -> tuple[Manifest, list[Mistake]]:
    """Read every YAML file below `paths`; places are relative to `root`.

    What can be read is returned beside the mistakes, so that later checks add theirs.  An
    empty desired set is a mistake: nothing to do and nothing found are not the same.
    """
    mistakes: list[Mistake] = []
    documents: list[Document] = []
    with collector_at_rest():
        for path in found(paths, root, mistakes):
            file = shown(path, root)
            raw, wrong = read_file(path, file)
            if raw is not None:
                document, wrong = read_bytes(raw, file)
                documents += [document] if document else []
            mistakes += wrong
    if not mistakes and not any(document.items for document in documents):
        nowhere = Place(shown(paths[0], root) if paths else shown(root, root), 1, 1)
        mistakes.append(
            Mistake(nowhere, "no item in any file", "write one below `items:`, or check the path")
        )
    return Manifest(tuple(documents)), mistakes


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from looking at all values again and again while they are made.

    They hold no circles; it costs a third of the time of loading.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_file(path: Path, file: str) -> tuple[bytes | None, list[Mistake]]:
    """Read a file's bytes, or say why they cannot be read."""
    try:
        if (size := path.stat().st_size) > LARGEST:
            return None, [TooLarge(file, size)]
        return path.read_bytes(), []
    except OSError as error:
        return None, [unreadable(Place(file, 1, 1), error)]


def read_bytes(raw: bytes, file: str) -> tuple[Document | None, list[Mistake]]:
    """Read one file's content, from disk or from another commit; never raises."""
    tree = read_tree(raw, file)
    root = tree.root
    if root is None or (isinstance(root, Scalar) and root.is_blank):
        nothing = Mistake(Place(file, 1, 1), "an empty file", "write space, type and items, or delete it")
        return None, tree.mistakes or [nothing]
    document, wrong = read_document(root, file)
    mistakes = [*tree.mistakes, *wrong]
    told = {mistake.place for mistake in mistakes}
    return document, [*mistakes, *(NoValue(place) for place in tree.blanks if place not in told)]


def report(mistakes: Iterable[Mistake]) -> list[str]:
    """Return the lines that tell all mistakes: sorted, equal ones as one line with their places."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for mistake in sorted(set(mistakes), key=lambda one: (one.place, one.what, one.fix)):
        groups.setdefault((mistake.what, mistake.fix), []).append(mistake.place)
    lines = [line(what, fix, places) for (what, fix), places in list(groups.items())[:SHOWN]]
    return lines if len(groups) <= SHOWN else [*lines, f"… and {len(groups) - SHOWN} more"]


def line(what: str, fix: str, places: Sequence[Place]) -> str:
    """Return the line of one mistake: its place, or how often it stands and the first places."""
    if len(places) == 1:
        return f"{places[0]}: {what}; {fix}"
    others = ", ".join(map(str, places[1:PLACES])) + (", …" if len(places) > PLACES else "")
    return f"{places[0]}: {what}; {fix} ({len(places)} times, also at {others})"
