"""Desired state: from files to authored values with places."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reconciler.authored import Document, Manifest, Place
from reconciler.errors import Mistake
from reconciler.manifest.reading import blanks, read_tree
from reconciler.manifest.shape import read_document

SETTINGS = "reconciler.yaml"
SUFFIXES = frozenset({".yaml", ".yml"})
MOST_FILES = 20_000
SHOWN = 50
"""Different mistakes that are shown."""
PLACES = 3
"""Places that are shown of equal mistakes."""


def load(paths: Sequence[Path], *, root: Path) -> tuple[Manifest, list[Mistake]]:
    """Read every YAML file below `paths`; places are relative to `root`.

    What can be read is returned beside the mistakes, so that later checks add theirs.
    """
    mistakes: list[Mistake] = []
    documents: list[Document] = []
    for path in found(paths, root, mistakes):
        file = shown(path, root)
        try:
            raw = path.read_bytes()
        except OSError as error:
            mistakes.append(
                Mistake(Place(file, 1, 1), f"cannot be read ({error.strerror})", "check its permissions")
            )
            continue
        document, wrong = read_bytes(raw, file)
        mistakes += wrong
        documents += [document] if document else []
    return Manifest(tuple(documents)), mistakes


def read_bytes(raw: bytes, file: str) -> tuple[Document | None, list[Mistake]]:
    """Read one file's content, from disk or from another commit."""
    tree = read_tree(raw, file)
    if tree.mistakes:
        return None, tree.mistakes
    empty = list(blanks(tree.root)) if tree.root is not None and getattr(tree.root, "place", None) else []
    if tree.root is not None and not isinstance(tree.root, dict | list) and empty:
        return read_document(None, file)
    document, mistakes = read_document(tree.root, file)
    at = {mistake.place for mistake in empty}
    return document, [*empty, *(mistake for mistake in mistakes if mistake.place not in at)]


def found(paths: Sequence[Path], root: Path, mistakes: list[Mistake]) -> list[Path]:
    """Return the files to read, in order of name; every path must bring at least one."""
    files: dict[Path, None] = {}
    for path in paths:
        place = Place(shown(path, root), 1, 1)
        if not path.exists():
            mistakes.append(Mistake(place, "no such file or folder", "check the path"))
            continue
        hits = [path] if path.is_file() else list(below(path))
        inside = [hit for hit in hits if hit.resolve().is_relative_to(root.resolve())]
        if len(inside) < len(hits):
            mistakes.append(Mistake(place, "a link that leads out of the tree", "copy the file into it"))
        elif not hits:
            mistakes.append(Mistake(place, "no YAML file in this folder", "write one, or check the path"))
        files.update(dict.fromkeys(inside))
    if len(files) > MOST_FILES:
        mistakes.append(
            Mistake(Place(shown(root, root), 1, 1), f"{len(files)} files", f"at most {MOST_FILES} are read")
        )
        return []
    return sorted(files)


def below(folder: Path) -> Iterator[Path]:
    """Yield the YAML files of a folder and those below it; settings, hidden and left-over files are none."""
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(base) / name
            if path.suffix in SUFFIXES and name != SETTINGS and not name.startswith((".", "#", "~")):
                yield path


def shown(path: Path, root: Path) -> str:
    """Return a path as messages name it."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix() or "."
    except ValueError:
        return path.as_posix()


def report(mistakes: Iterable[Mistake]) -> list[str]:
    """Return the lines that tell all mistakes: sorted, equal ones as one line with their places."""
    groups: dict[tuple[str, str], list[Place]] = {}
    for mistake in sorted(set(mistakes), key=lambda one: (one.place, one.what, one.fix)):
        groups.setdefault((mistake.what, mistake.fix), []).append(mistake.place)
    lines: list[str] = []
    for (what, fix), places in list(groups.items())[:SHOWN]:
        if len(places) <= PLACES:
            lines += [f"{place}: {what}; {fix}" for place in places]
        else:
            more = ", ".join(map(str, places[1:PLACES]))
            lines.append(f"{places[0]}: {what}; {fix} ({len(places)} times, also at {more}, …)")
    if len(groups) > SHOWN:
        lines.append(f"… and {len(groups) - SHOWN} more")
    return lines
