"""The workflow of an item: looking at it and moving it (endpoints.md 7.7, 7.8)."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.calls.work_item_json import flow_of, node_owners, node_status
from reconciler.sandbox.calls.writes import done, put_pair
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, item_at, reached, whole
from reconciler.sandbox.state.model import Item, ItemType, State
from reconciler.sandbox.state.world import Actor, World

Json = Any
Object = dict[str, Json]
NODE_FLOW, STATE_FLOW = 0, 1
IN_PROGRESS, FINISHED = 2, 3


def workflow(world: World, call: Call) -> Object:
    """Show nodes or states and the ways between them (7.7)."""
    item = item_at(world, call)
    item_type, kind = world.type_of(item), call.number("flow_type")
    names = call.words("fields")
    if {each.startswith("-") for each in names} == {True, False}:
        raise Refusal("mixed_fields")
    if kind != STATE_FLOW and item_type.flow == "stateflow":
        raise Refusal("is_state_flow")
    if kind == STATE_FLOW and item_type.flow == "workflow":
        raise Refusal("is_node_flow")
    made = flow_of(item, item_type)
    if call.map("expand").get("need_user_detail"):
        keys = dict.fromkeys(
            key for row in item.values.get("role_owners") or () for key in row["owners"] or ()
        )
        made["user_details"] = [world.people[key].detail() for key in keys if key in world.people]
    return {"data": made}


def _open(world: World, call: Call) -> tuple[Item, ItemType]:
    item = item_at(world, call)
    if item.aborted is not None:
        raise Refusal("already_aborted", "Unable to operate on terminated work items")
    if world.ruled(world.options.intercepted, call.user, item):
        raise Refusal("intercepted", "Your request has been intercepted.")
    return item, world.type_of(item)


def _fields(world: World, call: Call, after: Item) -> None:
    """Store the form fields and roles that a move brings along."""
    named: set[str] = set()
    for pair in call.many("fields"):
        put_pair(world, after, pair, named, call.user)
    roles = call.many("role_owners")
    if roles:
        put_pair(world, after, {"field_key": "role_owners", "field_value": roles}, named, call.user)


def _filled(world: World, item: Item, key: str) -> bool:
    """Return True if a form takes a field for filled: by a switch, not a text that no page has saved."""
    unsaved = key in item.unsaved and world.options.unsaved_texts == "unfilled"
    return item.values.get(key) not in (None, "", []) and not unsaved


def _complete(world: World, call: Call, before: Item, after: Item, state: State) -> None:
    """Refuse a move whose form lacks a field (20038): neither held by the item nor brought along."""
    item_type = world.type_of(after)
    brought = {str(pair.get("field_key")) for pair in call.many("fields") if isinstance(pair, dict)}
    for key in state.required:
        held = after.values.get(key) not in (None, "", [])
        if not (held and (key in brought or _filled(world, before, key))):
            raise Refusal("required", f"{item_type.by_key[key].name}({key}) Required")


def state_change(world: World, call: Call) -> Object:
    """Move a state flow along one of its transitions (7.8)."""
    number = call.body.get("transition_id")
    if not number:
        raise Refusal("missing", "transition_id can't be null or 0")
    item, item_type = _open(world, call)
    if item_type.flow != "stateflow":
        raise Refusal("is_node_flow")
    move = next((each for each in item_type.transitions if each[2] == whole(number, "transition_id")), None)
    if move is None or move[0] != item.state:
        raise Refusal("illegal_move", "transition is not allowed from the current state")
    after, target = item.copy(), item_type.state(move[1])
    _fields(world, call, after)
    _complete(world, call, item, after, target)
    world.move(item, after, target.key, Actor(call.user), "complete")
    return done(world)


def _node(item_type: ItemType, key: str) -> State:
    if item_type.flow != "workflow":
        raise Refusal("is_state_flow")
    found = next((each for each in item_type.states if each.key == key), None)
    if found is None:
        raise Refusal("no_such_node")
    return found


def _schedule(world: World, call: Call, after: Item, key: str) -> None:
    """Keep what is said of a node: owners (absent keeps, [] clears), schedule."""
    said = dict(after.nodes.get(key, {}))
    if call.body.get("node_owners") is not None:
        owners = call.words("node_owners")
        unknown = [each for each in owners if each not in world.people]
        if unknown:
            raise Refusal("no_user", f"user: {unknown[0]} not exist")
        said["owners"] = owners
    if call.map("node_schedule"):
        said["schedule"] = call.map("node_schedule")
    if call.many("schedules"):
        said["schedules"] = call.many("schedules")
    if said:
        after.nodes[key] = said


def update_node(world: World, call: Call) -> Object:
    """Change owners, schedule or form fields of a node (7.8)."""
    item, item_type = _open(world, call)
    node = _node(item_type, call.path["node"])
    after = item.copy()
    _fields(world, call, after)
    _schedule(world, call, after, node.key)
    owners = node_owners(item, item_type, node.key), node_owners(after, item_type, node.key)
    world.commit(item, after, Actor(call.user), node=(node.key, *owners))
    return done(world)


def operate(world: World, call: Call) -> Object:
    """Confirm a node, or roll back to it (7.8)."""
    item, item_type = _open(world, call)
    node, action = _node(item_type, call.path["node"]), call.text("action", needed=True)
    status = node_status(item, item_type, node.key)
    if action == "confirm":
        target = _confirm(item_type, node, status)
    elif action == "rollback":
        target = node
        if status != FINISHED:
            raise Refusal("node_not_completed")
        call.text("rollback_reason", needed=True)
    else:
        raise Refusal("invalid", "action")
    after = item.copy()
    _fields(world, call, after)
    _schedule(world, call, after, node.key)
    if action == "confirm":
        _complete(world, call, item, after, target)
        if not node_owners(after, item_type, node.key):
            raise Refusal("required", "owner Required", phrase="Param missing")
    world.move(item, after, target.key, Actor(call.user), "complete" if action == "confirm" else "rollback")
    return done(world)


def _confirm(item_type: ItemType, node: State, status: int) -> State:
    if status == FINISHED:
        raise Refusal("node_completed")
    if status != IN_PROGRESS:
        raise Refusal("node_not_arrived")
    return item_type.states[item_type.states.index(node) + 1]


def required_info(world: World, call: Call) -> Object:
    """Tell what a state still asks for (7.8)."""
    item = reached(world, call, call.body.get("work_item_id"))
    item_type = world.type_of(item)
    state = next((s for s in item_type.states if s.key == call.text("state_key", needed=True)), None)
    if state is None:
        raise Refusal("no_state")
    rows = [
        {
            "class": "field",
            "key": key,
            "field_type_key": item_type.by_key[key].type,
            "finished": _filled(world, item, key),
            "sub_field": [],
            "not_finished_owner": [],
        }
        for key in state.required
    ]
    if call.text("mode") == "unfinished":
        rows = [each for each in rows if not each["finished"]]
    return {"data": {"form_items": rows, "node_fields": [], "tasks": [], "deliverables": []}}
