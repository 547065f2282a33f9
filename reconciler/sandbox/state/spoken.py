"""What people say at the doors, found in the space: types, fields, options, people, and values in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from reconciler.sandbox.state.model import Field, Item, ItemType, Option, Person, Space
from reconciler.sandbox.state.world import World

Json = Any
USUAL: Final = "Asia/Shanghai"
ROLE: Final = "roles."
ID: Final = re.compile(r"[0-9]{1,19}")
LISTED: Final = 8
"""Names that a sentence lists; the others are counted."""


class Unheard(ValueError):
    """A sentence about what was said and is not there."""


def not_there(what: str, word: object, known: Iterable[str]) -> Unheard:
    """Make the sentence, with similar names, else with some of those that there are."""
    names = sorted({one for one in known if one})
    near = get_close_matches(str(word), names, n=3)
    if near:
        return Unheard(f"no {what} {str(word)!r}; did you mean {' or '.join(map(repr, near))}?")
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return Unheard(f"no {what} {str(word)!r}; there is {', '.join(map(repr, names[:LISTED]))}{more}")


def item_named(world: World, word: Json) -> Item:
    """Find an item by its id, a number or a text of one."""
    number = int(word) if isinstance(word, (int, str)) and ID.fullmatch(str(word)) else None
    if isinstance(word, bool) or number not in world.items:
        raise not_there("item", word, map(str, world.items))
    return world.items[number]


def space_named(world: World, word: Json) -> Space:
    """Find a space by its simple name or key."""
    found = next((one for one in world.spaces.values() if word in (one.simple_name, one.key)), None)
    if found is None:
        raise not_there("space", word, (one.simple_name for one in world.spaces.values()))
    return found


def type_named(world: World, word: Json, space: Json = None) -> ItemType:
    """Find a type by key, api_name or name, in a space, else in the first one that has it."""
    spaces = [space_named(world, space)] if space else world.spaces.values()
    types = [kind for one in spaces for kind in one.types]
    found = next((one for one in types if word in (one.key, one.api_name, one.name)), None)
    if found is None:
        raise not_there("type", word, (one.api_name for one in types))
    return found


def field_named(kind: ItemType, word: Json) -> Field:
    """Find a field by key, alias or name."""
    found = next((one for one in kind.fields if word in (one.key, one.alias, one.name)), None)
    if found is None:
        raise not_there(f"field of {kind.api_name}", word, (one.alias or one.name for one in kind.fields))
    return found


def option_named(field: Field, word: Json) -> Option:
    """Find an option by id, label, or the path of its labels, `Payments / Cards`."""
    labels = dict(paths(field.options))
    found = next((one for path, one in labels.items() if word in (one.value, one.label, path)), None)
    if found is None:
        raise not_there(f"option of {field.name}", word, labels)
    return found


def paths(options: Iterable[Option], above: str = "") -> Iterator[tuple[str, Option]]:
    """Yield every option of a tree with the path of its labels."""
    for one in options:
        yield f"{above}{one.label}", one
        yield from paths(one.children, f"{above}{one.label} / ")


def person_named(world: World, word: Json) -> Person:
    """Find a person by user key, e-mail or name."""
    people = world.people.values()
    found = next((one for one in people if word in (one.key, one.email, one.name, one.name_cn)), None)
    if found is None:
        raise not_there("person", word, (one.email for one in people))
    return found


# -- values in words ---------------------------------------------------------------------------------


def wire_value(world: World, item: Item, field: Field, word: Json) -> Json:
    """Return the wire value of a text: a label, an e-mail, a day, a number.

    What is no text is a wire value already, and so is a text of a type that has no words of its own.
    """
    if not isinstance(word, str) or field.type not in SPOKEN:
        return word
    return SPOKEN[field.type](world, item, field, word.strip()) if word.strip() else None


def _choice(_world: World, _item: Item, field: Field, word: str) -> Json:
    return {"value": option_named(field, word).value}


def _choices(_world: World, _item: Item, field: Field, word: str) -> Json:
    return [{"value": option_named(field, one).value} for one in listed(word)]


def _branch(field: Field, word: str) -> Json:
    """Return the wire value of a tree's option: each level holds the next one."""
    wanted = option_named(field, word)
    for path in branches(field.options):
        if path[-1] is wanted:
            made: Json = None
            for one in reversed(path):
                made = {"value": one.value} | ({"children": made} if made else {})
            return made
    raise not_there(f"option of {field.name}", word, ())


def branches(options: Iterable[Option]) -> Iterator[list[Option]]:
    """Yield the way from the top to every option."""
    for one in options:
        yield [one]
        yield from ([one, *rest] for rest in branches(one.children))


def _tree(_world: World, _item: Item, field: Field, word: str) -> Json:
    return _branch(field, word)


def _trees(_world: World, _item: Item, field: Field, word: str) -> Json:
    return [_branch(field, one) for one in listed(word)]


def _person(world: World, _item: Item, _field: Field, word: str) -> Json:
    return person_named(world, word).key


def _people(world: World, _item: Item, _field: Field, word: str) -> Json:
    return [person_named(world, one).key for one in listed(word)]


def _number(_world: World, _item: Item, field: Field, word: str) -> Json:
    try:
        return int(word) if word.lstrip("+-").isdecimal() else float(word)
    except ValueError:
        raise Unheard(f"{field.name} takes a number, not {word!r}") from None


def _yes_or_no(_world: World, _item: Item, field: Field, word: str) -> Json:
    if word not in {"true", "false"}:
        raise Unheard(f"{field.name} takes true or false, not {word!r}")
    return word == "true"


def _day(world: World, item: Item, field: Field, word: str) -> Json:
    """Return the milliseconds of a day's first instant, or of a moment, in the space's zone."""
    zone = ZoneInfo(world.options.time_zone or world.spaces[item.project].zone or USUAL)
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        raise Unheard(f"{field.name} takes a day such as 2026-12-01, not {word!r}") from None
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def listed(text: str) -> list[str]:
    """Return the words between commas."""
    return [one.strip() for one in text.split(",") if one.strip()]


SPOKEN: Final[Mapping[str, Callable[[World, Item, Field, str], Json]]] = {
    "select": _choice,
    "radio": _choice,
    "multi_select": _choices,
    "tree_select": _tree,
    "tree_multi_select": _trees,
    "user": _person,
    "multi_user": _people,
    "number": _number,
    "bool": _yes_or_no,
    "date": _day,
}
"""Field types whose values have words; a text of any other type is its wire value."""


def role_owners(world: World, item: Item, name: str, word: Json) -> Json:
    """Return the roles of an item in which one has the people that a text names; none: nobody."""
    kind = world.type_of(item)
    role = next((one for one in kind.roles if name in (one.id, one.name, one.alias)), None)
    if role is None:
        raise not_there(f"role of {kind.api_name}", name, (one.name for one in kind.roles))
    members = word if isinstance(word, list) else listed(word or "")
    owners = [person_named(world, one).key for one in members]
    kept = [one for one in item.values.get("role_owners") or [] if one["role"] != role.id]
    return [*kept, {"role": role.id, "owners": owners}]
