"""The pretend service as a WSGI app: routes, admission, envelopes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request

from .gate import Rates
from .model import Field, Item, ItemType
from .refusals import Refusal
from .values import entries
from .world import Actor, Made, World

Json = Any
IDS, PAGE = 50, 200
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler may look at."""

    path: dict[str, str]
    body: dict[str, Json]
    user: str

    def many(self, key: str) -> list[Json]:
        """Take a list of the body; another shape does not bind (9999)."""
        value = self.body.get(key) or []
        if not isinstance(value, list):
            raise Refusal("unbound", key)
        return value

    def ids(self, key: str) -> list[int]:
        """Item ids, as numbers or digits."""
        try:
            return [int(each) for each in self.many(key)]
        except (TypeError, ValueError):
            raise Refusal("unbound", key) from None


def users(world: World, call: Call) -> Json:
    """user/query (4.7)."""
    keys, emails, outs = call.many("user_keys"), call.many("emails"), call.many("out_ids")
    if len(keys) + len(emails) + len(outs) > 100:  # noqa: PLR2004 - the page's number
        raise Refusal("too_many_users")
    found = [
        wire
        for wire in (each.wire() for each in world.people.values())
        if wire["user_key"] in keys or wire["email"] in emails or wire["out_id"] in outs
    ]
    if not found:
        raise Refusal("no_user")
    return {"data": found}


def projects(world: World, _call: Call) -> Json:
    """Projects (4.1)."""
    return {"data": list(world.spaces)}


def details(world: World, call: Call) -> Json:
    """projects/detail: a map (4.2)."""
    asked = {*call.many("project_keys"), *call.many("simple_names")}
    return {
        "data": {
            s.key: {"project_key": s.key, "name": s.name, "simple_name": s.simple_name, "administrators": []}
            for s in world.spaces.values()
            if asked & {s.key, s.simple_name}
        }
    }


def all_types(world: World, call: Call) -> Json:
    """all-types (4.3)."""
    return {
        "data": [
            {
                "type_key": t.key,
                "name": t.name,
                "is_disable": 1 if t.disabled else 2,
                "api_name": t.api_name,
                "enable_model_resource_lib": False,
            }
            for t in world.space(call.path["project"]).types
        ]
    }


def _options(field: Field, type_key: str) -> list[Json]:
    def show(options: Json) -> list[Json]:
        return [
            {
                "label": o.label,
                "value": o.value,
                "order": n,
                "color": "",
                "is_visibility": 1,
                "is_disabled": 1 if o.disabled else 2,
                "work_item_type_key": type_key,
                "children": show(o.children),
            }
            for n, o in enumerate(options)
        ]

    return show(field.options)


def _named(field: Field, type_key: str) -> dict[str, Json]:
    return {
        "field_key": field.key,
        "field_alias": field.alias,
        "field_name": field.name,
        "field_type_key": field.type,
        "options": _options(field, type_key),
    }


def _simple(field: Field, type_key: str) -> Json:
    return _named(field, type_key) | {
        "is_custom_field": field.custom,
        "is_obsoleted": field.obsolete,
        "work_item_scopes": [type_key],
        "value_generate_mode": "Calculated" if field.formula else "Default",
        "relation_id": f"rel_{field.key}" if field.targets else "",
        "compound_fields": [_simple(each, type_key) for each in field.compound],
    }


def field_all(world: World, call: Call) -> Json:
    """field/all (5.1)."""
    space, wanted = world.space(call.path["project"]), call.body.get("work_item_type_key")
    if wanted and space.type(wanted) is None:
        raise Refusal("no_data", f"type {wanted} not in project {space.key}")
    return {"data": [_simple(f, t.key) for t in space.types if wanted in (None, "", t.key) for f in t.fields]}


def _conf(field: Field, item_type: ItemType, project: str) -> Json:
    made = _named(field, item_type.key) | {
        "field_uuid": f"{project}:{item_type.key}:{field.key}",
        "label": "",
        "is_required": field.required,
        "is_visibility": 1,
        "is_validity": 1,
        "free_add": field.free_add,
        "field_tips": "",
        "default_value": {"default_appear": 2, "value": field.default},
        "sub_type_level_mode": field.level,
        "sub_type_level_class": 0,
        "compound_fields": [_conf(each, item_type, project) for each in field.compound],
        "role_assign": [],
    }
    if field.type == "role_owners":
        made["role_assign"] = [
            {
                "role": r.id,
                "name": r.name,
                "default_appear": 1,
                "deletable": 1 if r.deletable else 2,
                "member_assign": 2 if r.members else 1,
                "members": r.members,
            }
            for r in item_type.roles
        ]
    return made


def meta(world: World, call: Call) -> Json:
    """Meta: the fields of the layout (5.2)."""
    space = world.space(call.path["project"])
    item_type = world.type_in(space, call.path["type"])
    return {"data": [_conf(f, item_type, space.key) for f in item_type.fields if f.layout]}


def flow_roles(world: World, call: Call) -> Json:
    """flow_roles (5.4)."""
    space = world.space(call.path["project"])
    item_type = world.type_in(space, call.path["type"])
    member = world.options.locked_role_member
    return {
        "data": [
            {
                "id": r.id,
                "name": r.name,
                "key": f"role_{space.key}_{item_type.key}_{r.id}",
                "is_owner": r.owner,
                "role_appear_mode": 1,
                "deletable": True,
                "allow_delete": True,
                "auto_enter_group": False,
                "member_assign_mode": 2 if r.members else 1,
                "members": r.members,
                "is_member_multi": r.multi,
                "role_alias": r.alias,
            }
            | {member: r.deletable}
            for r in item_type.roles
        ]
    }


def _chosen(names: list[str]) -> Callable[[Field], bool]:
    without = {each[1:] for each in names if each.startswith("-")}
    within = {each for each in names if not each.startswith("-")}
    if without and within:
        raise Refusal("mixed_fields")
    return lambda field: field.key not in without and (not within or field.key in within)


def work_item(world: World, item: Item, call: Call) -> Json:
    """WorkItemInfo (6.1)."""
    item_type = world.type_of(item)
    wanted = _chosen(call.many("fields"))
    state = item_type.state(item.state)
    made = {
        "id": item.id,
        "name": item.name,
        "work_item_type_key": item.type_key,
        "project_key": item.project,
        "simple_name": world.spaces[item.project].simple_name,
        "template_id": item.template,
        "template_type": "",
        "pattern": "Node" if item_type.flow == "workflow" else "State",
        "sub_stage": item.state,
        "work_item_status": {
            "state_key": state.key,
            "is_archived_state": state.final,
            "updated_at": item.updated_at,
            "is_init_state": bool(item_type.states) and item_type.states[0].key == state.key,
            "updated_by": item.updated_by,
            "history": item.history,
        },
        "current_nodes": [],
        "state_times": [],
        "created_by": item.created_by,
        "created_at": item.created_at,
        "updated_by": item.updated_by,
        "updated_at": item.updated_at,
        "deleted_by": "",
        "deleted_at": 0,
        "fields": list(entries(item, item_type, wanted, world.options)),
    }
    if (call.body.get("expand") or {}).get("need_multi_text"):
        made["multi_texts"] = [
            _rich(f.key, item) for f in item_type.fields if f.type == "multi_text" and wanted(f)
        ]
    return made


def _rich(key: str, item: Item) -> Json:
    text = item.values.get(key) or ""
    rich = item.rich.get(key) or {"doc": json.dumps({"text": text}), "doc_html": f"<p>{escape(text)}</p>"}
    return {
        "field_key": key,
        "field_value": rich
        | {"doc_text": text, "is_empty": not text, "notify_user_list": [], "notify_user_type": ""},
    }


def query(world: World, call: Call) -> Json:
    """Details by id (6.3)."""
    space = world.space(call.path["project"])
    item_type = world.type_in(space, call.path["type"])
    ids = call.ids("work_item_ids")
    if not ids:
        raise Refusal("missing", "work_item_ids")
    if len(ids) > IDS:
        raise Refusal("too_many_ids")
    seen = [world.seen(each, world.options.stale_reads_ms) for each in dict.fromkeys(ids)]
    good = [
        i for i in seen if i and not i.deleted_at and (i.project, i.type_key) == (space.key, item_type.key)
    ]
    if len(good) < len(seen) and (world.options.unknown_ids == "refuse" or not good):
        raise Refusal("no_item")
    return {"data": [work_item(world, each, call) for each in good]}


def filter_items(world: World, call: Call) -> Json:
    """Filter in one space (6.4): types, ids, name and `updated_at`."""
    space, types = world.space(call.path["project"]), call.many("work_item_type_keys")
    size, page = int(call.body.get("page_size") or 20), int(call.body.get("page_num") or 1)
    if not types:
        raise Refusal("wrong_type_param")
    if size > PAGE:
        raise Refusal("invalid", "page size should less than 200")
    ids, name = set(call.ids("work_item_ids")), call.body.get("work_item_name") or ""
    since = (call.body.get("updated_at") or {}).get("start") or 0
    found = [
        i
        for i in (world.seen(key, world.options.search_lag_ms) for key in sorted(world.items))
        if i
        and not i.deleted_at
        and i.aborted is None
        and i.project == space.key
        and i.type_key in types
        and (not ids or i.id in ids)
        and name in i.name
        and i.updated_at >= since
    ]
    rows = found[(page - 1) * size : page * size]
    return {
        "data": [work_item(world, each, call) for each in rows],
        "pagination": {"page_num": page, "page_size": size, "total": len(found)},
    }


def _to_update(world: World, call: Call) -> Item:
    space = world.space(call.path["project"])
    item_type = world.type_in(space, call.path["type"])
    item = world.items.get(int(call.path["id"])) if call.path["id"].isdigit() else None
    if item is None or item.deleted_at:
        raise Refusal("no_item")
    if item.project != space.key:
        raise Refusal("wrong_project")
    if item.type_key != item_type.key:
        raise Refusal("no_item")
    if item.aborted is not None:
        raise Refusal("terminated", "工作项已终止，无法修改")
    return item


def _target(world: World, item: Item, pair: Json) -> Field:
    if not isinstance(pair, dict):
        raise Refusal("unbound", "update_fields")
    key, alias = str(pair.get("field_key") or ""), str(pair.get("field_alias") or "")
    if not key and not alias:
        raise Refusal("no_field_key")
    field = world.type_of(item).find(key, alias)
    if field is None:
        raise Refusal(
            "no_field",
            f"field_value_pairs field {'key' if key else 'alias'} {key or alias}:can not find field",
        )
    if field.formula:
        raise Refusal("calculated", f"field {field.key} is calculated")
    if field.computed:
        raise Refusal("not_updatable", field.key)
    if "field_value" not in pair:
        raise Refusal("missing", "field_value")
    return field


def _ruled(rules: list[dict[str, str]], user: str, item: Item, field: str) -> bool:
    facts = {"user": user, "type": item.type_key, "item": str(item.id), "field": field}
    return any(all(facts[key] == str(value) for key, value in rule.items()) for rule in rules)


def _put_pair(world: World, before: Item, after: Item, pair: Json, named: set[str], user: str) -> None:
    """Store one pair of a PUT in `after`; `named` collects the keys already met."""
    field = _target(world, before, pair)
    if field.key in named and world.options.duplicates == "refuse":
        raise Refusal("duplicate", phrase=f"Duplication Field Exist, FieldKey : {field.key}")
    named.add(field.key)
    if _ruled(world.options.intercepted, user, before, field.key):
        raise Refusal("intercepted", "Your request has been intercepted.")
    if _ruled(world.options.forbidden, user, before, field.key):
        raise Refusal("no_right", f'Unable to edit "{field.name}"({field.key})')
    if not _ruled(world.options.drops, user, before, field.key):
        world.put_value(after, field, pair["field_value"])


def update(world: World, call: Call) -> Json:
    """PUT of a work item (7.2)."""
    before = _to_update(world, call)
    pairs = call.body.get("update_fields")
    if pairs is None:
        raise Refusal("missing", "update_fields")
    if not isinstance(pairs, list):
        raise Refusal("unbound", "update_fields")
    after, named = before.copy(), set[str]()
    try:
        for pair in pairs:
            _put_pair(world, before, after, pair, named, call.user)
    except Refusal:
        if world.options.refused_put == "before":
            world.commit(before, after, Actor(call.user))
        raise
    if "role_owners" not in named and "issue_operator" not in named:
        world.recompute_roles(after)
    if world.options.late_writes_ms:
        world.later(world.options.late_writes_ms, lambda: world.commit(before, after, Actor(call.user)))
    else:
        world.commit(before, after, Actor(call.user))
    return {"data": {}} if world.options.put_data else {}


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint; `stranger` names the refusal for an unknown X-USER-KEY."""

    method: str
    path: str
    act: Callable[[World, Call], Json]
    write: bool = False
    user: bool = True
    stranger: str = "no_user"
    rates: Rates = field(default_factory=Rates)


ITEM: Final = "/open_api/<project>/work_item/<type>"
ROUTES: Final = (
    Route("POST", "/open_api/user/query", users, user=False),
    Route("POST", "/open_api/projects", projects),
    Route("POST", "/open_api/projects/detail", details),
    Route("GET", "/open_api/<project>/work_item/all-types", all_types, stranger="user_not_exist"),
    Route("POST", "/open_api/<project>/field/all", field_all),
    Route("GET", f"{ITEM}/meta", meta),
    Route("GET", "/open_api/<project>/flow_roles/<type>", flow_roles),
    Route("POST", f"{ITEM}/query", query),
    Route("POST", "/open_api/<project>/work_item/filter", filter_items, rates=Rates(per_minute=True)),
    Route("PUT", f"{ITEM}/<id>", update, write=True, stranger="no_user_info"),
)


def _reply(status: int, body: Json) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, {"X-Tt-Logid": "20260101000000"}, content_type="application/json")


def _refused(world: World, no: Refusal) -> Response:
    err = {"code": no.code, "msg": no.detail, "log_id": "20260101000000"}
    status = 200 if world.options.status_always_200 else no.status
    return _reply(status, {"err_code": no.code, "err_msg": no.phrase, "err": err})


def _body() -> dict[str, Json]:
    if not request.get_data():
        return {}
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refusal("unbound")
    return body


def _admit(world: World, route: Route) -> str:
    headers, gate = request.headers, world.gate
    token = gate.token(headers.get("X-PLUGIN-TOKEN"))
    gate.limit(token.text, route.method + route.path, route.rates)
    user = ""
    if route.user:
        user = gate.person(token, headers.get("X-USER-KEY"), world.people, route.stranger).key
    if route.write:
        gate.once(token.text, route.path, headers.get("X-IDEM-UUID"))
    return user


def _view(world: World, route: Route) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        made = Made(
            route.method,
            request.path,
            route.path,
            world.clock(),
            request.headers.get("X-USER-KEY", ""),
            request.headers.get("X-IDEM-UUID", ""),
            request.get_json(force=True, silent=True),
            route.write,
        )
        if world.before_call:
            world.before_call(made)
        if world.options.latency_ms:
            world.sleep(world.options.latency_ms / 1000)
        with world.lock:
            try:
                world.settle()
                user = _admit(world, route)
                answer = _reply(
                    200,
                    {"err_code": 0, "err_msg": "", "err": {}} | route.act(world, Call(path, _body(), user)),
                )
            except Refusal as no:
                answer, made.err_code = _refused(world, no), no.code
            made.status = answer.status_code
            world.log(made)
        if world.after_call:
            world.after_call(made)
        return answer

    return view


def create_app(world: World, *, write_log: Path | None = None) -> Flask:
    """Put the service over a world, for httpx.WSGITransport or a server."""
    world.write_log = write_log or world.write_log
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def loopback_only() -> Response | None:
        host = request.host.rsplit(":", 1)[0]
        foreign = host not in LOOPBACK or bool(request.headers.get("Origin"))
        return (
            _reply(403, {"err_code": 9999, "err_msg": "foreign Host or Origin", "err": {}})
            if foreign
            else None
        )

    for route in ROUTES:
        app.add_url_rule(route.path, route.method + route.path, _view(world, route), methods=[route.method])

    def plugin_token() -> Response:
        body, known = request.get_json(force=True, silent=True) or {}, world.credentials
        if (body.get("plugin_id"), body.get("plugin_secret")) != (known.plugin_id, known.plugin_secret):
            return _reply(200, {"data": {}, "error": {"code": 10204, "msg": "plugin id or secret is wrong"}})
        with world.lock:
            text, left = world.gate.plugin_token("v-" if body.get("type") == 1 else "p-")
        return _reply(
            200, {"data": {"token": text, "expire_time": left}, "error": {"code": 0, "msg": "success"}}
        )

    for prefix in ("/open_api", "/bff/v2"):
        rule = f"{prefix}/authen/plugin_token"
        app.add_url_rule(rule, rule, plugin_token, methods=["POST"])
    return app


__all__ = ["ROUTES", "create_app"]
