"""More work items of a type, for load: realistic, and the same for the same number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reconciler.sandbox.demo import content
from reconciler.sandbox.state.model import Field, Item, ItemType, Role, Space
from reconciler.sandbox.state.world import World

BASE: Final = 6400000001
"""First id of a generated item of the first type; each further type begins `STEP` later."""
STEP: Final = 10_000_000
A_SPACE: Final = 1_000_000_000
"""Ids of the next space begin so much later."""
MOST: Final = STEP - 1
CREATED_AT: Final = 1772000000000
SPARSE: Final[dict[str, int]] = {
    "multi_attachment": 9,
    "_field_linked_story": 2,
    "field_7872c9": 3,
    "tags": 3,
}
"""Field key → filled on every n-th item only."""


class BadCount(ValueError):
    """A `--generate` that names no type or no number."""


def generate(world: World, wishes: list[str]) -> int:
    """Add N items for each `TYPE=N` or `SPACE/TYPE=N`; returns their number.

    A type is its key, API name or name, of the first space that has it.
    """
    made = 0
    for wish in wishes:
        space, item_type, count = _parsed(world, wish)
        make = maker(world, space, item_type)
        for n in range(count):
            item = make(n)
            world.items[item.id] = item
        made += count
    return made


def maker(world: World, space: Space, item_type: ItemType) -> Callable[[int], Item]:
    """Return what makes the n-th generated item of a type, the same one every time."""
    ground = content.Ground(_active(world), _targets(world, space), [each["id"] for each in space.businesses])
    fields = [each for each in item_type.fields if each.type != "role_owners" and each.key != "name"]
    first = first_id(world, space, item_type)

    def make(n: int) -> Item:
        item = _item(space, item_type, n, ground)
        item.id = first + n
        item.values = _values(fields, n, ground)
        creator, at = item.created_by, item.created_at
        item.values["role_owners"] = _roles(item_type.roles, n, ground.people)
        item.values |= {"owner": creator, "start_time": at, "auto_number": n + 1}
        world.derive(item)
        return item

    return make


def first_id(world: World, space: Space, item_type: ItemType) -> int:
    """Return the id of the first generated item of a type."""
    return BASE + list(world.spaces).index(space.key) * A_SPACE + space.types.index(item_type) * STEP


def _parsed(world: World, wish: str) -> tuple[Space, ItemType, int]:
    words, _, number = wish.partition("=")
    within, _, name = words.rpartition("/")
    if not number.isdigit() or not 0 < int(number) <= MOST:
        raise BadCount(f"--generate {wish}: say TYPE=N, such as story=10000, or SPACE/TYPE=N")
    spaces = [each for each in world.spaces.values() if within in ("", each.simple_name)]
    for space in spaces:
        for each in space.types:
            if name in (each.key, each.api_name, each.name):
                return space, each, int(number)
    if not spaces:
        known = ", ".join(each.simple_name for each in world.spaces.values())
        raise BadCount(f"--generate {wish}: no space {within}; there are {known}")
    known = ", ".join(dict.fromkeys(each.api_name for space in spaces for each in space.types))
    raise BadCount(f"--generate {wish}: no type {name}; there are {known}")


def _active(world: World) -> list[str]:
    return [each.key for each in world.people.values() if each.member and each.status == "activated"]


def _targets(world: World, space: Space) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in world.items.values():
        if item.project == space.key and item.aborted is None and not item.deleted_at:
            found.setdefault(item.type_key, []).append(item.id)
    return found


def _item(space: Space, item_type: ItemType, n: int, ground: content.Ground) -> Item:
    """Make an item that has neither id nor values yet."""
    at = CREATED_AT + n * 61_007
    creator = ground.people[n % len(ground.people)]
    return Item(
        0,
        item_type.key,
        content.title(item_type.api_name, n),
        space.key,
        state=item_type.states[n % len(item_type.states)].key if item_type.states else "",
        template=item_type.templates[0].id if item_type.templates else 0,
        created_by=creator,
        created_at=at,
        updated_by=ground.people[(n + 1) % len(ground.people)],
        updated_at=at + n % 97 * 3_600_000,
        state_at=at,
        state_by=creator,
    )


def _values(fields: list[Field], n: int, ground: content.Ground) -> dict[str, object]:
    values: dict[str, object] = {"aborted": {"is_aborted": False, "reason": ""}}
    for at, field in enumerate(fields):
        every = SPARSE.get(field.key, 1)
        made = content.value(field, n * 7 + at, ground) if n % every == 0 else None
        if made is not None:
            values[field.key] = made
    return values


def _roles(roles: list[Role], n: int, people: list[str]) -> list[dict[str, object]]:
    return [
        {"role": role.id, "owners": list(role.members) or [people[(n + at) % len(people)]]}
        for at, role in enumerate(roles)
        if role.members or (n + at) % 4
    ]
