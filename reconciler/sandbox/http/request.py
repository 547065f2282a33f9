"""The request that a handler sees. In bodies, ids may be digits, and unknown members are ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.sandbox.http.admission import Rates
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state.model import Item, ItemType, Space
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
MS_DIGITS = 13


@dataclass(frozen=True, slots=True)
class Call:
    """An admitted call. `user`: whom it acts as; `strict`: x-auth-mode 1 (2.4); `token`: its token's text.

    `plugin`: the key of the space whose own plugin makes it; empty: the plugin that the others share.
    """

    path: Mapping[str, str]
    body: Object
    user: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    token: str = ""
    plugin: str = ""

    def many(self, key: str) -> list[Json]:
        """Take a list of the body; another shape does not bind (9999)."""
        value = self.body.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Refusal("unbound", key)
        return value

    def words(self, key: str) -> list[str]:
        """Take a list of strings."""
        found = self.many(key)
        if not all(isinstance(each, str) for each in found):
            raise Refusal("unbound", key)
        return found

    def ids(self, key: str) -> list[int]:
        """Take item ids, as numbers or digits."""
        return [whole(each, key) for each in self.many(key)]

    def number(self, key: str, default: int = 0) -> int:
        """Take a whole number, as a number or digits."""
        value = self.body.get(key)
        return default if value is None else whole(value, key)

    def text(self, key: str, *, needed: bool = False) -> str:
        """Take a string; `needed`: 20005 when it is absent or empty."""
        value = self.body.get(key)
        if value is not None and not isinstance(value, str):
            raise Refusal("unbound", key)
        if needed and not value:
            raise Refusal("missing", key)
        return value or ""

    def flag(self, key: str) -> bool:
        """Take a bool that must be there."""
        value = self.body.get(key)
        if value is None:
            raise Refusal("missing", key)
        if not isinstance(value, bool):
            raise Refusal("unbound", key)
        return value

    def map(self, key: str) -> Object:
        """Take an object; absent is empty."""
        value = self.body.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refusal("unbound", key)
        return value

    def window(self, key: str) -> tuple[int, int] | None:
        """Take `{start, end}` in milliseconds (6.4); `end` may be left out; 20013 but for 13 digits."""
        told = self.map(key)
        if not told:
            return None
        start, end = (whole(told.get(edge) or 0, key) for edge in ("start", "end"))
        if any(each and len(str(each)) != MS_DIGITS for each in (start, end)) or (end and end < start):
            raise Refusal("bad_time", key)
        return start, end or 10**MS_DIGITS

    def paging(self, most: int, default: int = 20) -> tuple[int, int]:
        """Take `page_size` and `page_num`; a size above the most is refused, not clamped (6.4).

        Zero is as good as absent here and elsewhere: the Go SDK sends every member of a body, zeros too.
        """
        size, page = self.number("page_size", default), self.number("page_num", 1)
        if size > most or size < 0:
            raise Refusal("invalid", f"page size should less than {most}")
        return size or default, max(page, 1)


def whole(value: Json, key: str) -> int:
    """Bind a whole number, given as a number or as digits; else 9999."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise Refusal("unbound", key)
    try:
        return int(value)
    except ValueError:
        raise Refusal("unbound", key) from None


def space_of(world: World, call: Call) -> Space:
    """Find the space of the path: its plugin makes the call (10301), and the user may open it (10404)."""
    return opened(world, call, world.space(call.path["project"]))


def opened(world: World, call: Call, space: Space) -> Space:
    """Let only members into a space, and only by a plugin that is installed in it (2.5)."""
    meet(world, call, space)
    person = world.people.get(call.user)
    if person is not None and not person.member:
        raise Refusal("no_project")
    return space


def installed(world: World, call: Call, space: Space) -> bool:
    """Return True if the plugin of the call is installed in a space: its own one, else the shared one."""
    return call.plugin == (space.key if space.key in world.own_plugins else "")


def meet(world: World, call: Call, space: Space) -> None:
    """Refuse a call by a plugin that is not installed in a space (10301)."""
    if not installed(world, call, space):
        raise Refusal("token_permission", f"the plugin is not installed in project {space.simple_name}")


def reached(world: World, call: Call, item_id: Json, refusal: str = "no_item") -> Item:
    """Find an item that a body names without its space, which must be open to the call."""
    item = alive(world, item_id, refusal)
    opened(world, call, world.spaces[item.project])
    return item


def type_of(world: World, call: Call) -> tuple[Space, ItemType]:
    """Find the space and the type of the path."""
    space = space_of(world, call)
    return space, world.type_in(space, call.path["type"])


def item_at(world: World, call: Call, *, wrong_type: str = "no_item") -> Item:
    """Find the item of a path with a type; 30005, 20014, or what `wrong_type` names."""
    space = space_of(world, call)
    if space.type(call.path["type"]) is None:
        raise Refusal("no_type" if wrong_type == "no_item" else wrong_type)
    item = alive(world, call.path["id"])
    if item.project != space.key:
        raise Refusal("wrong_project")
    if item.type_key != call.path["type"]:
        raise Refusal(wrong_type)
    permit(world, call, item)
    return item


def alive(world: World, item_id: Json, refusal: str = "no_item") -> Item:
    """Find an item that is not deleted, by a number or digits."""
    try:
        item = world.items.get(int(item_id))
    except (TypeError, ValueError):
        item = None
    if item is None or item.deleted_at:
        raise Refusal(refusal)
    return item


def permit(world: World, call: Call, item: Item) -> None:
    """Refuse a write to an item that the user may not touch (10001)."""
    rules = [rule for rule in world.options.forbidden if "field" not in rule]
    if world.ruled(rules, call.user, item) or world.ruled(world.options.hidden, call.user, item):
        raise Refusal("no_permission", "No Permission")


def seen_by(world: World, call: Call, item: Item) -> bool:
    """Return True if a read may show an item: in strict mode the user's permissions decide (2.4)."""
    return not (call.strict and world.ruled(world.options.hidden, call.user, item))


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint. `write`: it would change state; `user`: it acts as somebody.

    `stranger` names the refusal for an unknown X-USER-KEY.
    """

    method: str
    path: str
    act: Callable[[World, Call], Object]
    write: bool = False
    user: bool = True
    stranger: str = "no_user"
    rates: Rates = field(default_factory=Rates)
