"""Which spaces a change names for the first time: its base does not know them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from reconciler.git import commit_of
from reconciler.manifest.loading import read_bytes
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import connection_from
from reconciler.meegle.http.failures import BadEnvironment
from reconciler.meegle.space_variables import has_own
from reconciler.meegle.spaces import UnknownSpace, WrongKey, find_space
from reconciler.plan.earlier_commit import Layout, layout_of, settings_of
from reconciler.plan.same_commit import inside
from reconciler.plan.source_commit import blob_id
from reconciler.plan.standpoint import refuse_empty
from reconciler.settings import Settings

if TYPE_CHECKING:
    from reconciler.desired.workspace import Workspace
    from reconciler.model import Plan

NONE_NEW: Final = (frozenset[str](), frozenset[str]())
FIRST_NAMED = "the space '{}' is named for the first time"


def with_new_spaces(workspaces: Sequence[Workspace], base: str | None) -> tuple[Workspace, ...]:
    """Return the workspaces, which know of the run's spaces that the base does not name."""
    refuse_empty(base)
    new, before = new_spaces(workspaces, base) if base else NONE_NEW
    return knowing(workspaces, new, before) if new else tuple(workspaces)


def knowing(
    workspaces: Sequence[Workspace], new: frozenset[str], before: frozenset[str]
) -> tuple[Workspace, ...]:
    """Return the workspaces, which know which spaces are new, and what the base calls its own."""
    return tuple(
        replace(one, spaces=one.spaces._replace(new=new, before=before) if one.spaces else None)
        for one in workspaces
    )


def recognised(workspaces: Sequence[Workspace]) -> tuple[Workspace, ...]:
    """Return the workspaces, of whose new spaces none is one of the base that only got its other name.

    The service says what spaces are called.  It is asked about those of the base alone, by the plain
    variables: of a space that a change names for the first time nothing is asked.
    """
    lacking = [one for one in workspaces if is_new(one) and not has_own(one.space, os.environ)]
    if not lacking or lacking[0].spaces is None:
        return tuple(workspaces)
    new, before = lacking[0].spaces.new, lacking[0].spaces.before
    called = names_of(name for name in sorted(before) if not has_own(name, os.environ))
    renamed = {one.space for one in lacking if (one.decisions.project_key or one.space) in called}
    return knowing(workspaces, new - renamed, before)


def is_new(workspace: Workspace) -> bool:
    """Return True if the base does not name the space of a workspace."""
    return workspace.spaces is not None and workspace.space in workspace.spaces.new


def names_of(names: Iterable[str]) -> frozenset[str]:
    """Return the keys and simple names of spaces that the plain variables open; nothing without variables."""
    try:
        connection = connection_from(os.environ)
    except BadEnvironment:
        return frozenset()
    found: set[str] = set()
    with Client(connection) as client:
        for name in names:
            with suppress(UnknownSpace, WrongKey):
                space = find_space(client, name, connection.user_key)
                found |= {space.key, space.name}
    return frozenset(found)


def new_spaces(workspaces: Sequence[Workspace], base: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the spaces that the base does not name, and what it calls its own: keys where it has them.

    None is new if the base names no space at all: the first change of a repository names all of its spaces
    for the first time, and must be planned, too.
    """
    first = workspaces[0]
    layout = layout_of(first.root, commit_of(first.root, base), first.paths)
    settings = settings_of(layout) or Settings()
    left = {one.space: one for one in workspaces if not has_unchanged_file(one, layout, settings)}
    if not left:
        return NONE_NEW
    known = len(left) < len(workspaces)
    before: set[str] = set()
    for name in names_at(layout):
        known = True
        before.add(settings.space(name).project_key or name)
        left = {space: one for space, one in left.items() if not is_same(one, name, settings)}
        if not left:
            break
    return (frozenset(left), frozenset(before)) if known and left else NONE_NEW


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
    if not is_new(workspace):
        return plan
    return replace(plan, settings_changes=(FIRST_NAMED.format(workspace.space), *plan.settings_changes))
