"""Splits a plan into what is the same on many items and the rest, for views that print one line an item."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from reconciler.model import Plan, Ref, Released, SideEffect, Update
from reconciler.render.groups import (
    MANY,
    BlockGroup,
    Group,
    block_groups,
    effect_groups,
    merged,
    released_groups,
    row_id,
)


class Many(NamedTuple):
    """The groups of `MANY` rows or more, and the plan of all other rows."""

    changes: tuple[Group, ...]
    effects: tuple[tuple[SideEffect, tuple[Update, ...]], ...]
    blocks: tuple[BlockGroup, ...]
    released: tuple[tuple[Released, ...], ...]
    rest: Plan


def split(plan: Plan) -> Many:
    """Return the large groups and the rest; every row of the plan is in exactly one of them."""
    changes = tuple(one for one in merged(plan) if len(one.rows) >= MANY)
    effects = tuple(one for one in effect_groups(plan) if len(one[1]) >= MANY)
    blocks = tuple(one for one in block_groups(plan) if len(one.blocks) >= MANY)
    released = tuple(one for one in released_groups(plan) if len(one) >= MANY)
    taken = {row_id(row) for group in changes for row in group.rows}
    moved = {(update.ref, effect.role, effect.labels) for effect, some in effects for update in some}
    blocked = {id(block) for group in blocks for block in group.blocks}
    gone = {id(one) for some in released for one in some}
    rest = replace(
        plan,
        updates=still_shown(plan.updates, taken, moved),
        skipped=still_shown(plan.skipped, taken, moved),
        blocks=tuple(one for one in plan.blocks if id(one) not in blocked),
        released=tuple(one for one in plan.released if id(one) not in gone),
    )
    return Many(changes, effects, blocks, released, rest)


def still_shown(
    updates: tuple[Update, ...],
    taken: set[tuple[Ref, int]],
    moved: set[tuple[Ref, str, tuple[str, ...]]],
) -> tuple[Update, ...]:
    """Return the items that still have something to show."""
    made = (
        replace(
            update,
            changes=tuple(one for one in update.changes if row_id((update, one)) not in taken),
            side_effects=tuple(
                one for one in update.side_effects if (update.ref, one.role, one.labels) not in moved
            ),
        )
        for update in updates
    )
    return tuple(one for one in made if one.changes or one.side_effects)
