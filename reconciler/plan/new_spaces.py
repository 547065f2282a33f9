"""Which spaces a change names for the first time: its base does not know them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.git import commit_of
from reconciler.manifest.loading import read_bytes
from reconciler.plan.earlier_commit import Layout, layout_of, settings_of
from reconciler.plan.same_commit import inside
from reconciler.plan.source_commit import blob_id
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Plan

FIRST_NAMED = "the space '{}' is named for the first time"


def with_new_spaces(workspaces: Sequence[Workspace], base: str | None) -> tuple[Workspace, ...]:
    """Return the workspaces, which know of the run's spaces that the base does not name."""
    new = new_spaces(workspaces, base) if base else frozenset()
    if not new:
        return tuple(workspaces)
    return tuple(
        replace(one, spaces=one.spaces._replace(new=new) if one.spaces else None) for one in workspaces
    )


def new_spaces(workspaces: Sequence[Workspace], base: str) -> frozenset[str]:
    """Return the spaces that the base does not name; none if it names no space at all.

    The first change of a repository names all of its spaces for the first time, and must be planned, too.
    """
    first = workspaces[0]
    layout = layout_of(first.root, commit_of(first.root, base), first.paths)
    settings = settings_of(layout) or Settings()
    left = {one.space: one for one in workspaces if not has_unchanged_file(one, layout, settings)}
    if not left:
        return frozenset()
    known = len(left) < len(workspaces)
    for name in names_at(layout):
        known = True
        left = {space: one for space, one in left.items() if not is_same(one, name, settings)}
        if not left:
            break
    return frozenset(left) if known else frozenset()


def has_unchanged_file(workspace: Workspace, layout: Layout, settings: Settings) -> bool:
    """Return True if the base holds one of the space's files as it is now, and meant this space."""
    files = layout.tree.files
    for one in workspace.outlines:
        name = files.get(inside(one.file, layout))
        if name and blob_id((workspace.root / one.file).read_bytes(), name) == name:
            return is_same(workspace, one.space.text, settings)
    return False


def names_at(layout: Layout) -> Iterator[str]:
    """Yield the space of each file of the base that can be read."""
    for path, raw in layout.tree.read(layout.state):
        document = read_bytes(raw, path)[0] if raw is not None else None
        if document:
            yield document.space.text


def is_same(workspace: Workspace, name: str, settings: Settings) -> bool:
    """Return True if a name of the base means the space: by its name and no other key, or by its key."""
    then = {one.project_key for known, one in settings.spaces.items() if known == name} - {None}
    now = {workspace.decisions.project_key, workspace.pins.space_key} - {None, ""}
    if name == workspace.space:
        return not (then and now) or bool(then & now)
    return name in now or bool(then & now)


def first_named(plan: Plan, workspace: Workspace) -> Plan:
    """Return the plan, which says before all else that its space is new."""
    if workspace.spaces is None or workspace.space not in workspace.spaces.new:
        return plan
    return replace(plan, settings_changes=(FIRST_NAMED.format(workspace.space), *plan.settings_changes))
