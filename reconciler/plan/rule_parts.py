"""Rules in a plan of a part of the state (`PATH`, `--changed`): the rest of the state counts, too.

A file of items beats a rule wherever it stands, and two rules that disagree may stand in two files.  So the
rest is read whole, judged beside the part, and left out of the plan again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.desired.item_rules import ItemRule
from reconciler.desired.items import DesiredField, DesiredItem
from reconciler.desired.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from reconciler.plan.rule_members import Ruled


def with_rest(workspace: Workspace) -> Workspace:
    """Return the workspace with the rest of its state, if the run is of a part that has rules.

    Raises InputError for mistakes in the rest: nobody can tell what a file decides that cannot be read.
    """
    part = workspace.differing is not None or not workspace.whole
    read = [one for one in workspace.outlines if one.rules]
    if not part or not any(workspace.differing is None or one.file in workspace.differing for one in read):
        return workspace
    home = workspace.root / workspace.state
    paths = (home, *(path for path in workspace.paths if home not in (workspace.root / path).parents))
    return open_workspace([path for path in paths if path.exists()], workspace.space)


def rules_of_part(
    rules: Iterable[ItemRule], part: Workspace, changed: Sequence[str] | None
) -> tuple[ItemRule, ...]:
    """Return the rules that a run is about, of those of the whole state."""
    files = {one.file for one in part.outlines}
    if changed is not None:
        files &= {*changed}
    return tuple(one for one in rules if one.place.file in files)


def with_rivals(mine: Sequence[ItemRule], every: Iterable[ItemRule]) -> tuple[ItemRule, ...]:
    """Return the rules of a part, then those that may desire another value of a field of theirs."""
    keys = {(one.type_key, each.key) for one in mine for each in one.fields}
    names = {one.name for one in mine}
    return (
        *mine,
        *(
            one
            for one in every
            if one.name not in names and any((one.type_key, each.key) in keys for each in one.fields)
        ),
    )


def of_part(ruled: Ruled, mine: Iterable[ItemRule]) -> Ruled:
    """Leave out what other rules than those of the part select, and where they alone are blocked."""
    names = {one.name for one in mine}
    return replace(
        ruled,
        results=tuple(one for one in ruled.results if one.name in names),
        blocks=tuple(one for one in ruled.blocks if names & {*one.rules}),
    )


def items_of_part(
    items: tuple[DesiredItem, ...], part: Workspace, whole: Workspace
) -> tuple[DesiredItem, ...]:
    """Return what the files of a part desire; fields of other files are not part of the run."""
    if part is whole:
        return items
    files = {one.file for one in part.outlines}

    def kept() -> Iterator[DesiredItem]:
        for item in items:
            fields = tuple(one for one in item.fields if one.place.file in files)
            left_out = tuple(one for one in item.fields if one not in fields) if item.expects else ()
            if fields:
                yield replace(item, fields=fields, unselected=left_out)

    return tuple(kept())


def blocked_rows(ruled: Ruled) -> Iterator[DesiredItem]:
    """Yield the blocked rows of rules as items, at the place of each rule, for a selection to choose from."""
    places = {one.name: one.place for one in ruled.results}
    for one in ruled.blocks:
        for place in dict.fromkeys((one.place, *(places.get(name, one.place) for name in one.rules))):
            if one.key:
                yield DesiredItem(one.ref, place, (DesiredField(one.key, None, place),))


def apart(chosen: tuple[DesiredItem, ...], ruled: Ruled) -> tuple[tuple[DesiredItem, ...], Ruled]:
    """Part the chosen items from the blocked rows that were chosen among them."""
    blocked = {(one.ref, one.key) for one in ruled.blocks}
    if not blocked:
        return chosen, ruled
    kept = {(item.ref, one.key) for item in chosen for one in item.fields}
    items = tuple(item for item in chosen if any((item.ref, one.key) not in blocked for one in item.fields))
    return items, replace(ruled, blocks=tuple(one for one in ruled.blocks if (one.ref, one.key) in kept))
