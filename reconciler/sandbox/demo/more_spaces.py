"""More spaces beside the first, and plugins of their own for spaces that are asked to have one."""

from __future__ import annotations

import copy
import hashlib
import re
from itertools import count
from typing import Final

from reconciler.sandbox.http.admission import Credentials
from reconciler.sandbox.state.model import Item, ItemType, Space
from reconciler.sandbox.state.world import World

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
STEP: Final = 1_000_000
"""The items of each further space have ids so much greater, or a multiple of it."""
RELATIONS: Final = frozenset({"work_item_related_select", "work_item_related_multi_select"})


class BadSpace(ValueError):
    """A space that cannot be added, or that is not there to have a plugin of its own."""


def add_space(world: World, name: str) -> Space:
    """Add a space like the first one: the same types and people, items with ids of their own."""
    if not NAME.fullmatch(name):
        raise BadSpace(f"--space {name}: a name has letters, digits, - and _, 64 at most")
    if world.has_space(name):
        raise BadSpace(f"--space {name}: there is a space of this name; choose another one")
    first = next(iter(world.spaces.values()))
    items = [each for each in world.items.values() if each.project == first.key]
    shift = next(
        n * STEP
        for n in count(len(world.spaces))
        if not any(each.id + n * STEP in world.items for each in items)
    )
    space = copy.deepcopy(first)
    space.key, space.simple_name, space.name = _digest(name, "space")[:24], name, name.title()
    world.add_space(space)
    for item in items:
        made = _moved(item, world.type_of(item), shift)
        made.project = space.key
        world.items[made.id] = made
        world.derive(made)
    return space


def _moved(item: Item, item_type: ItemType, shift: int) -> Item:
    """Copy an item, with its id and those that its relations point to moved by `shift`."""
    made = copy.deepcopy(item)
    made.id += shift
    for field in item_type.fields:
        held = made.values.get(field.key)
        if held and field.type in RELATIONS:
            made.values[field.key] = (
                [each + shift for each in held] if isinstance(held, list) else held + shift
            )
    return made


def own_plugin(world: World, name: str) -> Credentials:
    """Give a space a plugin of its own, the same one every time: no other one is installed in it."""
    space = named(world, name)
    users = [each.key for each in world.people.values() if each.member and each.status == "activated"]
    at = list(world.spaces).index(space.key) % len(users)
    made = Credentials(f"MII_{_digest(name, 'id')[:16].upper()}", _digest(name, "secret")[:32], users[at])
    world.own_plugins[space.key] = made
    return made


def named(world: World, name: str) -> Space:
    """Find a space by its name."""
    found = next((each for each in world.spaces.values() if each.simple_name == name), None)
    if found is None:
        known = ", ".join(each.simple_name for each in world.spaces.values())
        raise BadSpace(f"no space {name}; there are {known}")
    return found


def exports(world: World) -> list[tuple[str, str]]:
    """List the variables that lead to the plugins: plain names for the one that spaces share.

    A space with a plugin of its own has names that end in two underscores and its name: upper-cased, with
    an underscore for every other sign.  Raises BadSpace where two spaces would get the same names.
    """
    rows = [] if len(world.own_plugins) == len(world.spaces) else _variables(world.credentials, "")
    endings: dict[str, str] = {}
    for key, plugin in world.own_plugins.items():
        name, ending = world.spaces[key].simple_name, world.spaces[key].ending()
        if ending in endings:
            raise BadSpace(f"--own-plugin {name}: its variables are those of {endings[ending]}; rename one")
        endings[ending] = name
        rows += _variables(plugin, ending)
    return rows


def _variables(plugin: Credentials, ending: str) -> list[tuple[str, str]]:
    return [
        (f"MEEGLE_PLUGIN_ID{ending}", plugin.plugin_id),
        (f"MEEGLE_PLUGIN_SECRET{ending}", plugin.plugin_secret),
        (f"MEEGLE_USER_KEY{ending}", plugin.user_key),
    ]


def _digest(name: str, what: str) -> str:
    return hashlib.sha256(f"{what}/{name}".encode()).hexdigest()
