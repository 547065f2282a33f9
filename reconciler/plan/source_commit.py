"""Which commit the files of a run are of, and where they differ from one.

Git's own word for that, `git status`, speaks of the index: a file that is ignored, untracked or marked
`assume-unchanged` is none of its business, and is read all the same.  So the files that were read are held
against the commit themselves.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import CannotRun
from reconciler.git import NoRepository, git_output, head_commit
from reconciler.manifest.files import absolute, files_to_read
from reconciler.manifest.git_tree import Tree, prefix_of, tree_of
from reconciler.model import Plan
from reconciler.settings import find_settings

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Plan
    from reconciler.plan.plan_data import SealedPlan

LARGEST = 256 << 20
"""Bytes of the largest file that is compared with the commit: a snapshot of a large space."""


class Source(Struct, frozen=True):
    """The commit whose files were read; `dirty` where one of them is not as it holds it."""

    commit: str | None = None
    dirty: bool | None = None
    note: str | None = None


def source_of(workspace: Workspace, snapshot: Path | None = None) -> Source:
    """Hold the files that a run reads against the commit that is checked out.

    Where git cannot answer, the plan names no commit and says why.
    """
    root = workspace.root
    try:
        sha = head_commit(root)
        if sha is None:
            return Source()
        tree, prefix = tree_of(root, sha), prefix_of(root)
        read = {repository_path(path, root, prefix): path for path in files_read(workspace, snapshot)}
        return Source(sha, is_dirty(tree, read, folders_read(workspace, prefix)))
    except NoRepository:
        return Source()
    except CannotRun as error:
        return Source(note=f"no commit is named: {error}")


def sourced(plan: Plan, source: Source) -> Plan:
    """Return the plan with the commit whose files were read; the rest of another commit is not its own."""
    if plan.rest is not None and plan.commit != source.commit:
        plan = replace(plan, rest=None, parts=())
    notes = (source.note, *plan.notes) if source.note else plan.notes
    return replace(plan, commit=source.commit, dirty=source.dirty, notes=notes)


def checked_out(root: Path) -> str | None:
    """Return the commit that is checked out, None where git names none."""
    try:
        return head_commit(root)
    except CannotRun:
        return None


def files_read(workspace: Workspace, snapshot: Path | None) -> Iterator[Path]:
    """Yield every file on which a plan rests."""
    root = workspace.root
    yield from files_to_read([root / path for path in state_paths(workspace)], root, [])
    if home := find_settings(root / state_paths(workspace)[0]):
        yield home
    pins = workspace.pins_folder
    yield from (one for one in pins.glob("*.json") if not one.name.endswith(".schema.json"))
    if snapshot:
        yield snapshot


def state_paths(workspace: Workspace) -> Sequence[Path]:
    """Return the folders and files of state that a run reads: those named, and those that it counts."""
    return (*workspace.paths, Path(workspace.state)) if workspace.paths else (Path(workspace.state),)


def repository_path(path: Path, root: Path, prefix: str) -> str:
    """Return a path as the repository names it."""
    return posixpath.normpath(posixpath.join(prefix, os.path.relpath(absolute(path), absolute(root))))


def folders_read(workspace: Workspace, prefix: str) -> list[str]:
    """Return the folders, or files, of state as the repository names them."""
    root = workspace.root
    return [repository_path(root / one, root, prefix).removeprefix("./") for one in state_paths(workspace)]


def is_dirty(tree: Tree, read: dict[str, Path], folders: Iterable[str]) -> bool:
    """Return True if a file that was read is not in the commit, differs from it, or is gone from the disk."""
    if any(name not in tree.files for name in read):
        return True
    for folder in folders:
        if not read.keys() >= set(tree.below("" if folder == "." else folder)):
            return True
    changed = [
        name
        for name, path in read.items()
        if blob_id(path.read_bytes(), tree.files[name]) != tree.files[name]
    ]
    return any(
        raw is None or with_line_feeds(raw) != with_line_feeds(read[name].read_bytes())
        for name, raw in tree.read(changed, LARGEST)
    )


def blob_id(raw: bytes, like: str) -> str:
    """Return the name that git gives to a content, by the kind of hash of another name."""
    made = hashlib.new("sha1" if len(like) == 40 else "sha256", usedforsecurity=False)  # noqa: PLR2004
    made.update(b"blob %d\0" % len(raw) + raw)
    return made.hexdigest()


def with_line_feeds(raw: bytes) -> bytes:
    """Return a text as git keeps it where `core.autocrlf` is set."""
    return raw.replace(b"\r\n", b"\n")


def not_checked_out(root: Path, state: str) -> int:
    """Return how many files of state the commit holds and a sparse checkout leaves out."""
    try:
        rows = git_output(root, "ls-files", "-t", "-z", "--", f":(literal){state}").split("\0")
    except CannotRun:
        return 0
    return sum(row.startswith("S ") and not os.path.lexists(root / row[2:]) for row in rows)


def dated(plan: Plan, paths: Iterable[Path] = ()) -> SealedPlan:
    """Return the plan as a file, with the commit of the files that it was made of and the place in it."""
    return dated_each([plan], paths)[0]


def dated_each(plans: Iterable[Plan], paths: Iterable[Path] = ()) -> tuple[SealedPlan, ...]:
    """Return the plans of a run as files, all of one moment."""
    from reconciler.clock import now
    from reconciler.git import folder_prefix
    from reconciler.plan.plan_data import sealed

    at, folder, roots = now(), folder_prefix(Path.cwd()), roots_of(paths)
    return tuple(sealed(one, at, folder=folder, roots=roots) for one in plans)


def roots_of(paths: Iterable[Path]) -> list[str]:
    """Return the folders of state: those that are named; of a file that of its settings, or its first one.

    A job may name other files each time, and still plans the same state; none are told for the usual one.
    """
    from reconciler.manifest.files import STATE, shown_path
    from reconciler.settings import find_settings

    root = Path.cwd()
    roots: set[str] = set()
    for path in paths:
        settings = None if path.is_dir() else find_settings(path)
        whole = path if path.is_dir() else settings.parent if settings else None
        inside = whole is not None and whole.absolute().is_relative_to(root)
        roots.add(shown_path(whole, root) if whole and inside else shown_path(path, root).partition("/")[0])
    return [] if roots == {str(STATE)} else sorted(roots)
