"""Which spaces a change names for the first time: its base does not know them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from reconciler.desired.file_reading import one_name
from reconciler.errors import CannotRun
from reconciler.git import commit_of
from reconciler.manifest.loading import read_bytes
from reconciler.meegle.connect import connection_for
from reconciler.meegle.http.client import Client
from reconciler.meegle.http.connection import connection_from
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

NOBODY: Final = frozenset[str]()
NONE_NEW: Final = (NOBODY, NOBODY, NOBODY)
FIRST_NAMED = "the space '{}' is named for the first time"


def with_new_spaces(workspaces: Sequence[Workspace], base: str | None) -> tuple[Workspace, ...]:
    """Return the workspaces, which know of the run's spaces that the base does not name."""
    refuse_empty(base)
    new, before, called = new_spaces(workspaces, base) if base else NONE_NEW
    if not new:
        return tuple(workspaces)
    return tuple(
        replace(
            one, spaces=one.spaces._replace(new=new, before=before, called=called) if one.spaces else None
        )
        for one in workspaces
    )


def recognised(workspaces: Sequence[Workspace]) -> tuple[Workspace, ...]:
    """Return the workspaces, of whose new spaces none is one of the base that only got its other name.

    The service says what spaces are called.  It is asked about those of the base alone, by the plain
    variables, or by those that a space has of its own: of a space that a change names for the first time
    nothing is asked with credentials that are not its own.
    """
    found = [one for one in workspaces if is_new(one)]
    if not found or found[0].spaces is None:
        return tuple(workspaces)
    new, before = found[0].spaces.new, sorted(found[0].spaces.before)
    owning = [one for one in found if has_own(one.space, os.environ)]
    lacking = [one for one in found if not has_own(one.space, os.environ)]
    plain = names_of((name for name in before if not has_own(name, os.environ)), "") if lacking else NOBODY
    renamed = {one.space for one in lacking if meant_by(one) in plain}
    for one in owning:
        with suppress(CannotRun):  # the space itself is asked later, and tells what is wrong
            renamed |= {one.space} if meant_by(one) in names_of(before, one.space) else set()
    return tuple(
        replace(one, spaces=one.spaces._replace(new=new - renamed) if one.spaces else None)
        for one in workspaces
    )


def is_new(workspace: Workspace) -> bool:
    """Return True if the base does not name the space of a workspace."""
    return workspace.spaces is not None and workspace.space in workspace.spaces.new


def names_of(names: Iterable[str], owner: str) -> frozenset[str]:
    """Return the keys and simple names of spaces that some variables open; nothing without variables.

    They are those of the space `owner`, or the plain ones.
    """
    try:
        connection = connection_for(owner) if owner else connection_from(os.environ)
    except CannotRun:
        return frozenset()
    found: set[str] = set()
    with Client(connection) as client:
        for name in names:
            with suppress(UnknownSpace, WrongKey):
                space = find_space(client, name, connection.user_key)
                found |= {space.key, space.name}
    return frozenset(found)


def new_spaces(
    workspaces: Sequence[Workspace], base: str
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the spaces that the base does not name, by what it asks for its own, and what it calls them.

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
    before, called = set[str](), set[str]()
    for name in names_at(layout):
        known = True
        called.add(one_name(name, settings))
        before.add(settings.space(name).project_key or name)
        left = {space: one for space, one in left.items() if not is_same(one, name, settings)}
        if not left:
            break
    return (frozenset(left), frozenset(before), frozenset(called)) if known and left else NONE_NEW


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
    """Return True if a name of the base asks the service for the space by the same word as the run does.

    Pins do not count: they come with the change, and no request is made by them.
    """
    return (settings.space(name).project_key or name) == meant_by(workspace)


def meant_by(workspace: Workspace) -> str:
    """Return the word by which the service is asked for the space: its key where the settings have it."""
    return workspace.decisions.project_key or workspace.space


def first_named(plan: Plan, workspace: Workspace) -> Plan:
    """Return the plan, which says before all else that its space is new."""
    if not is_new(workspace):
        return plan
    return replace(plan, settings_changes=(FIRST_NAMED.format(workspace.space), *plan.settings_changes))
