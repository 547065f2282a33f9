"""A work item as reads give it: WorkItemInfo and its expands (endpoints.md 6.1, 6.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from reconciler.sandbox.calls.metadata import connections
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call
from reconciler.sandbox.state.model import Field, Item, ItemType
from reconciler.sandbox.state.values import entries, shown
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]


def chosen(names: list[str]) -> Callable[[Field], bool]:
    """Make the choice of `fields`: named ones, or all but the named ones; not both (20015)."""
    without = {each[1:] for each in names if each.startswith("-")}
    within = {each for each in names if not each.startswith("-")}
    if without and within:
        raise Refusal("mixed_fields")
    return lambda field: field.key not in without and (not within or field.key in within)


def anything(_field: Field) -> bool:
    """Choose every field."""
    return True


def status_of(item: Item, item_type: ItemType) -> Object:
    """Make `work_item_status`; `history` holds the states before this one."""
    state = item_type.state(item.state)
    return {
        "state_key": state.key,
        "is_archived_state": state.final,
        "is_init_state": bool(item_type.states) and item_type.states[0].key == state.key,
        "updated_at": item.state_at or item.created_at,
        "updated_by": item.state_by or item.created_by,
        "history": item.history,
    }


def node_owners(item: Item, item_type: ItemType, key: str) -> list[str]:
    """Tell who does a node: who was set there, else who holds the type's first role."""
    said = item.nodes.get(key, {}).get("owners")
    if said is not None:
        return list(said)
    held = {each["role"]: each["owners"] or [] for each in item.values.get("role_owners") or []}
    return list(next((held[role.id] for role in item_type.roles if held.get(role.id)), []))


def current_nodes(item: Item, item_type: ItemType) -> list[Object]:
    """List the open node of a node flow; nothing on state flows, and nothing once it is done."""
    state = item_type.state(item.state)
    if item_type.flow != "workflow" or not state.key or state.final or item.aborted is not None:
        return []
    owners = node_owners(item, item_type, state.key)
    return [{"id": state.key, "name": state.name, "owners": owners, "milestone": state.milestone}]


def state_times(item: Item, item_type: ItemType) -> list[Object]:
    """List when each state began and ended; 0 while it is open."""
    began = [(each["state_key"], each["updated_at"]) for each in item.history]
    began.append((item.state, item.state_at or item.created_at))
    ends = [at for _, at in began[1:]] + [0]
    return [
        {"state_key": key, "name": item_type.state(key).name, "start_time": start, "end_time": end}
        for (key, start), end in zip(began, ends, strict=True)
    ]


def work_item(world: World, item: Item, call: Call, wanted: Callable[[Field], bool]) -> Object:
    """Make a WorkItemInfo with the requested fields and expands."""
    item_type = world.type_of(item)
    made = {
        "id": item.id,
        "name": item.name,
        "work_item_type_key": item.type_key,
        "project_key": item.project,
        "simple_name": world.spaces[item.project].simple_name,
        "template_id": item.template,
        "template_type": f"{item.project}_template_{item.template}",
        "pattern": "Node" if item_type.flow == "workflow" else "State",
        "sub_stage": item.state,
        "work_item_status": status_of(item, item_type),
        "current_nodes": current_nodes(item, item_type),
        "state_times": state_times(item, item_type),
        "created_by": item.created_by,
        "created_at": item.created_at,
        "updated_by": item.updated_by,
        "updated_at": item.updated_at,
        "deleted_by": item.deleted_by,
        "deleted_at": item.deleted_at,
        "fields": list(entries(item, item_type, wanted, world.options)),
    }
    for name, expand in EXPANDS.items():
        if call.map("expand").get(name):
            made.update(expand(world, item, item_type, wanted))
    return made


def _multi_texts(_world: World, item: Item, item_type: ItemType, wanted: Callable[[Field], bool]) -> Object:
    return {
        "multi_texts": [
            _rich(each, item) for each in item_type.fields if each.type == "multi_text" and wanted(each)
        ]
    }


def _rich(field: Field, item: Item) -> Object:
    text = item.values.get(field.key) or ""
    rich = item.rich.get(field.key) or {
        "doc": json.dumps({"type": "doc", "text": text}, ensure_ascii=False),
        "doc_html": "".join(f"<p>{escape(line)}</p>" for line in text.splitlines()),
    }
    value = rich | {"doc_text": text, "is_empty": not text, "notify_user_list": [], "notify_user_type": ""}
    return {"field_key": field.key, "field_value": value}


def _related(world: World, item: Item, item_type: ItemType, wanted: Callable[[Field], bool]) -> Object:
    rows = []
    for field in item_type.fields:
        if field.targets and wanted(field):
            value = item.values.get(field.key)
            ids = value if isinstance(value, list) else [value] if value else []
            rows.append({"field_key": field.key, "detail": list(_targets(world, ids))})
    return {"relation_fields_detail": rows}


def _targets(world: World, ids: list[int]) -> Iterator[Object]:
    for each in ids:
        target = world.items.get(each)
        if target is not None:
            yield {
                "story_id": target.id,
                "work_item_type_key": target.type_key,
                "project_key": target.project,
            }


def _users(world: World, item: Item, item_type: ItemType, wanted: Callable[[Field], bool]) -> Object:
    keys = [item.created_by, item.updated_by]
    for field in item_type.fields:
        value = item.values.get(field.key)
        if field.type == "user" and wanted(field) and value:
            keys.append(value)
        if field.type == "multi_user" and wanted(field):
            keys += value or []
    for held in item.values.get("role_owners") or []:
        keys += held["owners"] or []
    known = (world.people.get(key) for key in dict.fromkeys(keys))
    return {"user_details": [each.detail() for each in known if each]}


def _workflow(_world: World, item: Item, item_type: ItemType, _wanted: Callable[[Field], bool]) -> Object:
    if item_type.flow != "workflow":
        raise Refusal("wrong_type_param", "need_workflow on a state flow")
    return {"workflow_infos": flow_of(item, item_type)}


def _rows(_world: World, item: Item, item_type: ItemType, wanted: Callable[[Field], bool]) -> Object:
    """Give the ids of compound rows beside their fields; the inner shape is undocumented (6.1)."""
    extra = []
    for field in item_type.fields:
        if field.type == "compound_field" and wanted(field) and item.values.get(field.key):
            ids = item.rows.get(field.key) or []
            pairs = zip(ids, item.values[field.key], strict=False)
            extra.append(
                {
                    "field_key": field.key,
                    "field_alias": field.alias,
                    "field_type_key": field.type,
                    "field_value": [{"group_uuid": each, "fields": row} for each, row in pairs],
                }
            )
    return {"compound_field_extra": extra}


EXPANDS = {
    "need_multi_text": _multi_texts,
    "relation_fields_detail": _related,
    "need_user_detail": _users,
    "need_workflow": _workflow,
    "need_group_uuid_for_compound": _rows,
}


def node_status(item: Item, item_type: ItemType, key: str) -> int:
    """Tell a node's status: 1 not started, 2 in progress, 3 done (7.7)."""
    order = [each.key for each in item_type.states]
    here, at = order.index(key), order.index(item.state) if item.state in order else 0
    if here == at:
        return 3 if item_type.states[at].final else 2
    return 3 if here < at else 1


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds") if ms else ""


def flow_of(item: Item, item_type: ItemType) -> Object:
    """Make NodesConnections: the nodes of a flow and the ways between them (7.7)."""
    times = {each["state_key"]: each for each in state_times(item, item_type)}
    node_flow = item_type.flow == "workflow"
    rows = []
    for state in item_type.states:
        time = times.get(state.key, {"start_time": 0, "end_time": 0})
        row = {
            "id": state.key,
            "name": state.name,
            "status": node_status(item, item_type, state.key),
            "actual_begin_time": _iso(time["start_time"]),
            "actual_finish_time": _iso(time["end_time"]),
            "fields": form_of(item, item_type, state.key),
        }
        if node_flow:
            row |= _node(item, item_type, state.key) | {"milestone": state.milestone}
        else:
            row["role_owners"] = [
                {"role": each["role"], "owners": each["owners"] or []}
                for each in item.values.get("role_owners") or []
            ]
        rows.append(row)
    return {
        "workflow_nodes" if node_flow else "state_flow_nodes": rows,
        "connections": list(connections(item_type)),
        "user_details": [],
        "template_id": item.template,
        "version": item_type.template_version(item.template),
    }


def form_of(item: Item, item_type: ItemType, key: str) -> list[Object]:
    """List the fields that the ways out of a state ask for; a rich text is JSON inside the string there."""
    rows = []
    for way in connections(item_type):
        if way["source_state_key"] != key:
            continue
        for asked in item_type.state(way["target_state_key"]).required:
            field = item_type.by_key[asked]
            value = shown(field, item.values.get(asked))
            target = {"state_key": way["target_state_key"], "transition_id": way.get("transition_id", 0)}
            rows.append(
                {
                    "field_key": field.key,
                    "field_alias": field.alias,
                    "field_type_key": field.type,
                    "field_value": json.dumps(value or "") if field.type == "multi_text" else value,
                    "target_state": target,
                }
            )
    return rows


NO_SCHEDULE = {"points": 0, "estimate_start_date": 0, "estimate_end_date": 0, "owners": []}


def _node(item: Item, item_type: ItemType, key: str) -> Object:
    said = item.nodes.get(key, {})
    return {
        "state_key": key,
        "owners": node_owners(item, item_type, key),
        "owner_usage_mode": 1,
        "role_assignee": [
            {
                "role": each["role"],
                "name": role.name if role else "",
                "owners": each["owners"] or [],
                "exist": True,
            }
            for each in item.values.get("role_owners") or []
            for role in [item_type.role(each["role"])]
        ],
        "node_schedule": NO_SCHEDULE | (said.get("schedule") or {}),
        "schedules": said.get("schedules") or [],
        "different_schedule": bool(said.get("schedules")),
        "sub_tasks": [],
        "participants": [],
        "node_fields": [],
        "checker": [],
        "sub_status": [],
    }
