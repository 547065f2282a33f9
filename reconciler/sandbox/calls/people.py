"""Spaces, teams, business lines and users (endpoints.md, section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, installed, opened, space_of
from reconciler.sandbox.state.model import Group, Person, Space
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
USERS, SPACES, TEAMS, GROUPS, MEMBERS = 100, 100, 300, 50, 100


def _visible(world: World, call: Call) -> Iterable[Person]:
    """List whom the token sees: a virtual one only the plugin's collaborators (2.1)."""
    virtual = call.token.startswith("v-")
    return (each for each in world.people.values() if each.collaborator or not virtual)


def users(world: World, call: Call) -> Object:
    """Look up users (4.7)."""
    keys, emails, outs = call.words("user_keys"), call.words("emails"), call.words("out_ids")
    asked = len(keys) + len(emails) + len(outs)
    if asked > USERS:
        raise Refusal("too_many_users")
    if not asked:
        raise Refusal("missing", "user_keys, emails or out_ids")
    wanted = {*keys, *outs, *(each.lower() for each in emails)}
    tenant = call.text("tenant_key")
    rows = [each.wire() for each in _visible(world, call) if each.tenant == tenant]
    found = [row for row in rows if wanted & {row["user_key"], row["out_id"], row["email"].lower()}]
    if not found:
        raise Refusal("no_user")
    return {"data": found}


def search_users(world: World, call: Call) -> Object:
    """Find users by a part of name or e-mail (4.8)."""
    text, project = call.text("query", needed=True).lower(), call.text("project_key")
    if project and not world.has_space(project):
        raise Refusal("no_such_project", project)
    if project:
        opened(world, call, world.named_space(project))
    found = [
        each.wire()
        for each in _visible(world, call)
        if any(text in part.lower() for part in (each.name, each.name_cn, each.email))
    ]
    if not found:
        raise Refusal("no_user")
    return {"data": found}


def _account(world: World, call: Call) -> Person:
    """Find the user whom the body names, as the two calls about projects want."""
    person = world.people.get(call.text("user_key", needed=True))
    if person is None:
        raise Refusal("no_user", f"user: {call.body['user_key']} not exist")
    if person.status == "resigned":
        raise Refusal("resigned")
    return person


def projects(world: World, call: Call) -> Object:
    """List the spaces that a user may open (4.1)."""
    person = _account(world, call)
    found = [each.key for each in world.spaces.values() if installed(world, call, each)]
    return {"data": found if person.member else []}


def details(world: World, call: Call) -> Object:
    """Describe spaces that have the plugin, as a map (4.2)."""
    keys, names = call.words("project_keys"), call.words("simple_names")
    person = _account(world, call)
    if len(keys) + len(names) > SPACES:
        raise Refusal("too_many_projects")
    if not keys and not names:
        raise Refusal("missing", "project_keys or simple_names")
    wrong = [key for key in keys if key not in world.spaces]
    if wrong and world.options.projects_detail == "strict":
        raise Refusal("no_such_project", wrong[0])
    admins = [each.key for each in world.people.values() if each.admin]
    found = {
        space.key: {"project_key": space.key, "name": space.name, "simple_name": space.simple_name}
        | ({"administrators": admins} if person.admin else {})
        for space in world.spaces.values()
        if (space.key in keys or space.simple_name in names) and installed(world, call, space)
    }
    if not found:
        raise Refusal("no_such_project")
    return {"data": found}


def teams(world: World, call: Call) -> Object:
    """List the teams of a space (4.6)."""
    offset, limit = _digits(call, "offset", 0), _digits(call, "limit", TEAMS)
    if limit > TEAMS:
        raise Refusal("invalid", f"limit should not be more than {TEAMS}")
    rows = space_of(world, call).teams
    start = offset * limit
    return {"data": rows[start : start + limit], "has_more": start + limit < len(rows)}


def group_members(world: World, call: Call) -> Object:
    """List the members of user groups (4.8): for user tokens only, and a page is a page of each group."""
    if not call.token.startswith("u-"):
        raise Refusal("token_info", "only a user_access_token may ask for user groups")
    space, size, page = space_of(world, call), call.number("page_size") or 50, call.number("page_num", 1)
    if not 0 < size <= MEMBERS:
        raise Refusal("page_size")
    groups = list(_groups(world, call, space))
    start = (max(page, 1) - 1) * size
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "user_members": each.members[start : start + size],
            "user_count": len(each.members),
        }
        for each in groups
    ]
    more = any(len(each.members) > start + size for each in groups)
    return {
        "data": {"list": rows, "pagination": {"page_num": max(page, 1), "page_size": size, "has_more": more}}
    }


def _groups(world: World, call: Call, space: Space) -> Iterable[Group]:
    """Find the groups that the body names; of the space's own all where it names none."""
    kind, wanted = call.text("user_group_type", needed=True), call.words("user_group_ids")
    if len(wanted) > GROUPS:
        raise Refusal("too_many_groups")
    members = [each for each in world.people.values() if each.member and each.status != "resigned"]
    built_in = {
        "PROJECT_MEMBER": Group("PROJECT_MEMBER", "Space members", [each.key for each in members]),
        "PROJECT_ADMIN": Group("PROJECT_ADMIN", "Space admins", [each.key for each in members if each.admin]),
    }
    if kind in built_in:
        return [built_in[kind]]
    if kind != "CUSTOMIZE":
        raise Refusal("group_type", kind)
    found = [each for each in space.groups if each.id in wanted or not wanted]
    if len(found) < len(set(wanted)):
        raise Refusal("no_group")
    return found


def _digits(call: Call, key: str, default: int) -> int:
    text = call.query.get(key) or str(default)
    if not text.isdigit():
        raise Refusal("unbound", key)
    return int(text)


def businesses(world: World, call: Call) -> Object:
    """List the business lines of a space, as a tree (4.5)."""
    space = space_of(world, call)
    return {"data": list(_lines(space.businesses, space.key, "", 1))}


def _lines(rows: Iterable[Object], project: str, parent: str, level: int) -> Iterable[Object]:
    for order, row in enumerate(rows):
        yield {
            "id": row["id"],
            "name": row["name"],
            "project": project,
            "labels": [],
            "role_owners": {},
            "watchers": [],
            "order": order,
            "super_masters": [],
            "parent": parent,
            "disabled": bool(row.get("disabled")),
            "level_id": level,
            "children": list(_lines(row.get("children") or (), project, row["id"], level + 1)),
        }
