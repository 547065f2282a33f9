"""Loads desired-state files: from bytes to authored values with places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.errors import Mistake, NoValue, Place
from reconciler.gc_pause import gc_paused
from reconciler.manifest.decoding import LARGEST, TooLarge
from reconciler.manifest.document import read_document
from reconciler.manifest.files import files_to_read, shown_path, unreadable_file
from reconciler.manifest.nodes import AuthoredMap, Document, Manifest, Node, Scalar
from reconciler.manifest.parsing import read_tree

EMPTY = "an empty file"


def load(paths: Sequence[Path], *, root: Path) -> tuple[Manifest, list[Mistake]]:
    """Read every YAML file below `paths`; places are relative to `root`.

    Returns the readable documents beside the mistakes, so that later checks can add theirs.
    """
    mistakes: list[Mistake] = []
    with gc_paused():
        return Manifest(tuple(documents(paths, root, mistakes))), mistakes


def documents(paths: Sequence[Path], root: Path, mistakes: list[Mistake]) -> Iterator[Document]:
    """Yield the documents one by one, so that not all are in memory; mistakes are added to `mistakes`.

    Files without any item are a mistake: "nothing found" must not look like "nothing to do".
    """
    empty = True
    for _, file, raw in sources(paths, root, mistakes):
        document, wrong = read_bytes(raw, file)
        mistakes += wrong
        if document:
            empty = empty and not document.items and not document.rules
            yield document
    if empty and not mistakes:
        mistakes.append(no_item(paths, root))


def sources(paths: Sequence[Path], root: Path, mistakes: list[Mistake]) -> Iterator[tuple[Path, str, bytes]]:
    """Yield each file with its name in messages and its content."""
    for path in files_to_read(paths, root, mistakes):
        file = shown_path(path, root)
        raw, wrong = read_file(path, file)
        mistakes += wrong
        if raw is not None:
            yield path, file, raw


def no_item(paths: Sequence[Path], root: Path) -> Mistake:
    """Make the mistake for files without any item."""
    nowhere = Place(shown_path(paths[0], root) if paths else shown_path(root, root), 1, 1)
    return Mistake(nowhere, "no item in any file", "write one below `items:`, or check the path")


def read_file(path: Path, file: str) -> tuple[bytes | None, list[Mistake]]:
    """Read a file's bytes; None and a mistake if they cannot be read."""
    try:
        if (size := path.stat().st_size) > LARGEST:
            return None, [TooLarge(file, size)]
        return path.read_bytes(), []
    except OSError as error:
        return None, [unreadable_file(Place(file, 1, 1), error)]


def has_rules(root: Node) -> bool:
    """Return True if a file is one of rules."""
    return isinstance(root, AuthoredMap) and "rules" in root


def read_bytes(raw: bytes, file: str) -> tuple[Document | None, list[Mistake]]:
    """Read one file's content, from disk or from another commit; never raises."""
    tree = read_tree(raw, file)
    root = tree.root
    if root is None or (isinstance(root, Scalar) and root.is_blank):
        nothing = Mistake(Place(file, 1, 1), EMPTY, "write space, type and items, or delete it")
        return None, tree.mistakes or [nothing]
    if has_rules(root):
        from reconciler.manifest.rules_document import read_rules  # noqa: PLC0415 - most files have items

        document, wrong = read_rules(root, file)
    else:
        document, wrong = read_document(root, file)
    mistakes = [*tree.mistakes, *wrong]
    told = {mistake.place for mistake in mistakes}
    return document, [*mistakes, *(NoValue(place) for place in tree.blanks if place not in told)]
