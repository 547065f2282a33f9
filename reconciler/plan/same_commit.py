"""Whether a commit holds just the files that the run has read: then it desired what they desire."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.desired.offline_reading import is_confirmed
from reconciler.manifest.files import STATE
from reconciler.plan.earlier_commit import Layout, Told, layout_of, told_at
from reconciler.plan.source_commit import blob_id, repository_path
from reconciler.plan.why import ItemValues
from reconciler.settings import find_settings

if TYPE_CHECKING:
    from reconciler.desired.items import DesiredItem
    from reconciler.desired.workspace import Workspace
    from reconciler.meegle.reader import Reader
    from reconciler.schema.catalog import Catalog


def desired_at(
    workspace: Workspace,
    reader: Reader,
    sha: str,
    items: Sequence[DesiredItem],
    changed: tuple[str, ...] | None = None,
    rules: frozenset[str] = frozenset(),
) -> Told:
    """Return what a commit desired, as `told_at` does; what the run has read is not read again."""
    if workspace.offline and changed is None:
        layout = layout_of(workspace.root, sha, workspace.paths)
        if holds_what_was_read(layout, workspace, reader.catalog):
            return Told(ItemValues(workspace.offline.items), rules=workspace.offline.rules)
    return told_at(workspace, reader, sha, items, changed, rules)


def holds_what_was_read(layout: Layout, workspace: Workspace, catalog: Catalog) -> bool:
    """Return True if a commit's state, settings and pins are, byte by byte, those of the run.

    False wherever reading the commit could find anything else: links, submodules, files of other spaces,
    mistakes, or names that the space does not confirm.
    """
    read, tree = workspace.offline, layout.tree
    if read is None or workspace.mistakes or not is_confirmed(read, workspace.outlines, catalog):
        return False
    pins = layout.pins(workspace.space)
    links = (one for folder in (*layout.roots, *pins) for one in tree.links_at(folder))
    if tree.modules or any(links):
        return False
    state = {inside(one.file, layout): workspace.root / one.file for one in workspace.outlines}
    if not state or state.keys() != set(layout.state):
        return False
    here = {**state, **dict(files_beside(layout, workspace))}
    there = {*layout.state, *filter(None, [layout.settings])}
    there.update(one for one in tree.files if posixpath.dirname(one) in pins and is_pin(one))
    try:
        return here.keys() == there and all(
            blob_id(path.read_bytes(), tree.files[name]) == tree.files[name] for name, path in here.items()
        )
    except OSError:
        return False  # it was read, and is gone by now


def inside(file: str, layout: Layout) -> str:
    """Return a file, as messages show it, as the repository names it."""
    return posixpath.normpath(posixpath.join(layout.prefix, file))


def files_beside(layout: Layout, workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Yield the settings and the pins that the run has read, by their names in the repository."""
    start = (workspace.paths or (STATE,))[0]
    settings = find_settings(workspace.root / start)
    pins = (one for one in workspace.pins_folder.glob("*.json") if is_pin(one.name))
    for path in (*filter(None, [settings]), *pins):
        yield repository_path(path, workspace.root, layout.prefix), path


def is_pin(name: str) -> bool:
    """Return True if a file of `schemas/` decides how names are read; those for editors do not."""
    return name.endswith(".json") and not name.endswith(".schema.json")
