"""The doors for tests and rehearsals: what people, rules and admins do while the service runs.

A door takes a JSON object and answers with JSON; every mistake in it is a sentence (a `ValueError`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state.spoken import (
    ROLE,
    Unheard,
    field_named,
    item_named,
    not_there,
    option_named,
    paths,
    person_named,
    role_owners,
    space_named,
    type_named,
    wire_value,
)

if TYPE_CHECKING:
    from reconciler.sandbox.state.model import Field, Option
    from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]


class Door(NamedTuple):
    """What happens, and the members that the object must have and may have; None: any."""

    act: Callable[[World, Object], Json]
    needed: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = ()


def enter(world: World, name: str, body: Object) -> Json:
    """Do what a door is for; raises ValueError with a sentence for whatever is wrong."""
    door = DOORS[name]
    missing = [one for one in door.needed if one not in body]
    takes = ", ".join((*door.needed, *(door.allowed or ())))
    if missing:
        raise Unheard(f"{name} needs {', '.join(missing)}; it takes {takes}")
    unknown = [one for one in body if one not in (*door.needed, *(door.allowed or ()))]
    if unknown and door.allowed is not None:
        raise Unheard(f"{name} takes {takes or 'nothing'}, not {', '.join(map(repr, unknown))}")
    try:
        return door.act(world, body)
    except Refusal as refused:
        raise Unheard(f"the space refuses it: {refused.detail}") from None


# -- people in the page ------------------------------------------------------------------------------


def _edit(world: World, body: Object) -> Json:
    """Change a field as a person does in the page; the value is of the wire, or in words."""
    item, word, value = item_named(world, body["id"]), body["key"], body["value"]
    by = _by(world, body)
    if isinstance(word, str) and word.startswith(ROLE):
        world.edit(item.id, "role_owners", role_owners(world, item, word.removeprefix(ROLE), value), by=by)
    else:
        field = field_named(world.type_of(item), word)
        world.edit(item.id, field.key, wire_value(world, item, field, value), by=by)
    return {}


def _delete(world: World, body: Object) -> Json:
    world.delete(item_named(world, body["id"]).id, by=_by(world, body))
    return {}


def _by(world: World, body: Object) -> str:
    """Return the user key of whoever does it: named by key, e-mail or name; empty for the plugin's user."""
    return person_named(world, body["by"]).key if body.get("by") else ""


# -- admins of the space -----------------------------------------------------------------------------


def _rename_option(world: World, body: Object) -> Json:
    field, option = _option(world, body)
    label = body["label"]
    if not isinstance(label, str) or not label.strip():
        raise Unheard("label is empty; an option needs a name")
    if any(one.label == label and one is not option for _, one in paths(field.options)):
        raise Unheard(f"{field.name} has an option {label!r} already")
    option.label = label
    _changed(world)
    return {"option": option.value, "label": label}


def _remove_option(world: World, body: Object) -> Json:
    """Take an option away, or with `disable` keep it for the items that have it; items keep their values."""
    field, option = _option(world, body)
    if body.get("disable"):
        option.disabled = True
    else:
        _take_out(field.options, option)
    _changed(world)
    return {"option": option.value, "label": option.label}


def _option(world: World, body: Object) -> tuple[Field, Option]:
    field = field_named(type_named(world, body["type"], body.get("space")), body["field"])
    return field, option_named(field, body["option"])


def _take_out(options: list[Option], gone: Option) -> None:
    options[:] = [one for one in options if one is not gone]
    for one in options:
        _take_out(one.children, gone)


def _leave(world: World, body: Object) -> Json:
    """Let a person resign: e-mail and key are still found, and nobody can be given to them any more."""
    person = person_named(world, body["person"])
    person.status = "resigned"
    _changed(world)
    return {"key": person.key, "status": person.status}


def _changed(world: World) -> None:
    """Forget the pages that show the old words, and keep the new ones."""
    if world.pages is not None:
        world.pages.clear()
    if world.store is not None:
        world.store.save_space(world)


# -- the plugin --------------------------------------------------------------------------------------


def _rotate_secret(world: World, body: Object) -> Json:
    """Give a plugin another secret: the old one gets no token any more, and its tokens end."""
    secret = body.get("secret") or secrets.token_hex(16)
    if not isinstance(secret, str) or not VISIBLE.fullmatch(secret):
        raise Unheard("the secret holds what no header carries; use letters, digits and signs of ASCII")
    if not body.get("space"):
        world.credentials = replace(world.credentials, plugin_secret=secret)
        world.gate.credentials = world.credentials
        world.gate.expire_tokens("")
        return {"secret": secret}
    space = space_named(world, body["space"])
    if space.key not in world.own_plugins:
        raise Unheard(f"{space.simple_name} has no plugin of its own; leave the space out")
    world.own_plugins[space.key] = replace(world.own_plugins[space.key], plugin_secret=secret)
    world.gate.expire_tokens(space.key)
    return {"secret": secret, "variable": f"MEEGLE_PLUGIN_SECRET{space.ending()}"}


def _expire(world: World, _body: Object) -> Json:
    world.gate.expire_tokens()
    return {}


def _code(world: World, body: Object) -> Json:
    """Make an OAuth code for a user, as the front end would."""
    return {"code": world.gate.code(person_named(world, body["user_key"]).key)}


# -- the service -------------------------------------------------------------------------------------


def _options(world: World, body: Object) -> Json:
    """Set switches, and answer with all of them."""
    world.options.set(body)
    if world.pages is not None:
        world.pages.clear()
    return asdict(world.options)


def _writes(world: World, _body: Object) -> Json:
    return [each.line() for each in world.writes]


VISIBLE: Final = re.compile(r"[!-~]+")
OPTION: Final = ("type", "field", "option")
DOORS: Final[Mapping[str, Door]] = {
    "options": Door(_options, allowed=None),
    "expire-tokens": Door(_expire),
    "edit": Door(_edit, ("id", "key", "value"), ("by",)),
    "delete": Door(_delete, ("id",), ("by",)),
    "rename-option": Door(_rename_option, (*OPTION, "label"), ("space",)),
    "remove-option": Door(_remove_option, OPTION, ("disable", "space")),
    "leave": Door(_leave, ("person",)),
    "rotate-secret": Door(_rotate_secret, (), ("secret", "space")),
    "code": Door(_code, ("user_key",)),
    "writes": Door(_writes),
}


def door_named(name: str) -> str:
    """Return the name of a door; raises ValueError with those that there are."""
    if name not in DOORS:
        raise not_there("door", name, DOORS)
    return name
