"""Calls that change work items (endpoints.md 7.1 to 7.6 and 7.9)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, alive, item_at, opened, permit, reached, space_of, whole
from reconciler.sandbox.state.model import Field, Item, ItemType, Template
from reconciler.sandbox.state.values import UNWRITABLE_TYPES, Dropped, compound_row, empty_form
from reconciler.sandbox.state.world import Actor, World

Json = Any
Object = dict[str, Json]
BATCH = 50
APPENDABLE: Final = frozenset({"multi_user", "multi_select", "work_item_related_multi_select"})
REPLACEABLE: Final = APPENDABLE | {"select", "tree_select", "radio", "user", "work_item_related_select"}
SCENES: Final = {20007: "WorkItemTerminated", 50006: "NoPermissionToModify", 10001: "NoPermissionToModify"}
STOP_REASONS: Final = frozenset({"cancel", "repeat", "test", "other"})
START_REASONS: Final = frozenset({"restart", "rollback", "test", "other"})


def done(world: World) -> Object:
    """Answer a write that took: with `data: {}` or without (7.2)."""
    return {"data": {}} if world.options.put_data else {}


# -- one item -----------------------------------------------------------------------------------------


def _target(item_type: ItemType, pair: Json) -> Field:
    """Find the field that a pair names."""
    if not isinstance(pair, dict):
        raise Refusal("unbound", "field_value_pair")
    key, alias = str(pair.get("field_key") or ""), str(pair.get("field_alias") or "")
    if not key and not alias:
        raise Refusal("no_field_key")
    field = item_type.find(key, alias)
    if field is None or field.obsolete:
        word = "key" if key else "alias"
        raise Refusal("no_field", f"field_value_pairs field {word} {key or alias}:can not find field")
    if "field_value" not in pair:
        raise Refusal("missing", "field_value")
    return field


def writable(field: Field) -> None:
    """Refuse a field that no work item write may change (5.5)."""
    if field.formula:
        raise Refusal("calculated", f"field {field.key} is calculated")
    if field.type == "work_item_status":
        raise Refusal("invalid", f"field [{field.key}] is illegal")
    if field.type in UNWRITABLE_TYPES:
        raise Refusal("unsupported_type", field.key)
    if field.computed:
        raise Refusal("not_updatable", field.key)


def _allowed(world: World, item: Item, field: Field, user: str) -> None:
    if world.ruled(world.options.intercepted, user, item, field.key):
        raise Refusal("intercepted", "Your request has been intercepted.")
    rules = [rule for rule in world.options.forbidden if "field" in rule]
    if world.ruled(rules, user, item, field.key):
        raise Refusal("no_right", f'Unable to edit "{field.name}"({field.key})')


def put_pair(world: World, after: Item, pair: Json, named: set[str], user: str) -> None:
    """Store one pair of a write in `after`; `named` collects the keys already met."""
    field = _target(world.type_of(after), pair)
    writable(field)
    if field.key in named and world.options.duplicates == "refuse":
        raise Refusal("duplicate", phrase=f"Duplication Field Exist, FieldKey : {field.key}")
    named.add(field.key)
    _allowed(world, after, field, user)
    if not world.ruled(world.options.drops, user, after, field.key):
        world.put_value(after, field, pair["field_value"])


def _pairs(call: Call, key: str) -> list[Json]:
    pairs = call.body.get(key)
    if pairs is None:
        raise Refusal("missing", key)
    if not isinstance(pairs, list):
        raise Refusal("unbound", key)
    return pairs


def update(world: World, call: Call) -> Object:
    """Change fields of an item (7.2)."""
    before = item_at(world, call)
    if before.aborted is not None:
        raise Refusal("terminated", "工作项已终止，无法修改")
    pairs = _pairs(call, "update_fields")
    after, named, actor = before.copy(), set[str](), Actor(call.user)
    try:
        for pair in pairs:
            put_pair(world, after, pair, named, call.user)
    except Refusal:
        if world.options.refused_put == "before":
            world.commit(before, after, actor)
        raise
    if "issue_operator" in named:
        named.add("role_owners")
    if world.options.late_writes_ms:
        world.later(world.options.late_writes_ms, lambda: world.store_late(after, named, actor))
    else:
        if "role_owners" not in named:
            world.recompute_roles(after)
        world.commit(before, after, actor, touch=world.options.noop_put_touches)
    return done(world)


def create(world: World, call: Call) -> Object:
    """Make an item (7.1); `data` is its bare id."""
    space = space_of(world, call)
    kind = call.text("work_item_type_key", needed=True)
    item_type = world.type_in(space, kind)
    if item_type.disabled:
        raise Refusal("type_disabled")
    template = _template(item_type, call.body.get("template_id"))
    name, now = call.text("name"), world.now()
    made = Item(
        world.next_id(),
        kind,
        name,
        space.key,
        state=item_type.states[0].key if item_type.states else "",
        template=template.id if template else 0,
        created_by=call.user,
        created_at=now,
        updated_by=call.user,
        state_at=now,
        state_by=call.user,
    )
    if world.ruled(world.options.forbidden, call.user, made):
        raise Refusal("no_permission", "No Permission")
    made.values = {"aborted": {"is_aborted": False, "reason": ""}, "owner": call.user, "start_time": now}
    made.values["auto_number"] = 1 + sum(each.type_key == kind for each in world.items.values())
    made.values |= {f.key: f.default for f in item_type.fields if f.default is not None}
    _fill(world, call, made, item_type)
    world.commit(None, made, Actor(call.user), "create")
    if world.options.template_defaults_ms is not None:
        world.later(world.options.template_defaults_ms, lambda: world.apply_defaults(made.id))
    return {"data": made.id}


def _fill(world: World, call: Call, made: Item, item_type: ItemType) -> None:
    """Store the pairs of a create in the new item."""
    named, pairs = {"name"} if made.name else set[str](), call.many("field_value_pairs")
    for pair in pairs:
        if isinstance(pair, dict) and pair.get("field_key") == "template_id":
            raise Refusal("invalid", "field [template_id] is illegal")
        if isinstance(pair, dict) and pair.get("field_key") == "name" and made.name:
            raise Refusal("duplicate", phrase="Duplication Field Exist, FieldKey : name")
        put_pair(world, made, pair, named, call.user)
    if "role_owners" not in named:
        if world.options.roles_at_create == "required":
            raise Refusal("no_roles", "Role owner do not exist in DB and request")
        world.recompute_roles(made)
    if call.number("required_mode") == 1:
        asked = [f for f in item_type.fields if f.required == 1 and f.type != "work_item_template"]
        empty = [f for f in asked if not (made.name if f.key == "name" else made.values.get(f.key))]
        if empty:
            raise Refusal("required", ", ".join(f"{each.name}({each.key}) Required" for each in empty))


def _template(item_type: ItemType, wanted: Json) -> Template | None:
    if not wanted:
        return next((each for each in item_type.templates if not each.disabled), None)
    number = whole(wanted, "template_id")
    found = next((each for each in item_type.templates if each.id == number), None)
    if found is None:
        raise Refusal("no_template")
    if found.disabled:
        raise Refusal("template_disabled")
    return found


def delete(world: World, call: Call) -> Object:
    """Delete an item, softly (7.4)."""
    item = item_at(world, call, wrong_type="wrong_type_param")
    if world.ruled(world.options.intercepted, call.user, item):
        raise Refusal("intercepted", "Your request has been intercepted.")
    world.delete(item.id, by=call.user, channel="openapi")
    return {"data": {}}


def abort(world: World, call: Call) -> Object:
    """Terminate or restore an item (7.5)."""
    item, stop = item_at(world, call), call.flag("is_aborted")
    if world.type_of(item).flow != "workflow" and world.options.stateflow_abort == "refuse":
        raise Refusal("only_node_flow")
    if stop and item.aborted is not None:
        raise Refusal("already_aborted")
    if not stop and item.aborted is None:
        raise Refusal("already_restored")
    option, reason = call.text("reason_option"), call.text("reason")
    if not (reason if option in ("", "other") else option):
        raise Refusal("no_reason")
    if option and option not in (STOP_REASONS if stop else START_REASONS):
        raise Refusal("invalid", "reason_option")
    if world.ruled(world.options.intercepted, call.user, item):
        raise Refusal("intercepted", "Your request has been intercepted.")
    world.abort(item.id, (reason or option) if stop else None, by=call.user, channel="openapi")
    return {"data": {}}


def freeze(world: World, call: Call) -> Object:
    """Freeze or thaw an item (7.6)."""
    space = opened(world, call, world.named_space(call.text("project_key", needed=True)))
    frozen, before = call.flag("is_frozen"), alive(world, call.body.get("work_item_id"))
    if before.project != space.key:
        raise Refusal("wrong_project")
    permit(world, call, before)
    after = before.copy()
    after.frozen = frozen
    world.commit(before, after, Actor(call.user))
    return {"data": {}}


# -- many items ---------------------------------------------------------------------------------------


def batch_update(world: World, call: Call) -> Object:
    """Change one field of up to 50 items, later (7.3)."""
    space = opened(world, call, world.named_space(call.text("project_key", needed=True)))
    item_type = world.type_in(space, call.text("work_item_type_key", needed=True))
    ids, mode = call.ids("work_item_ids"), call.text("update_mode", needed=True)
    if not ids:
        raise Refusal("missing", "work_item_ids")
    if len(ids) > BATCH:
        raise Refusal("over_limit")
    change = _batch_change(call, _batch_field(item_type, call, mode), mode)
    task = f"WORK_ITEM_BATCH_UPDATE-{uuid.uuid4().int % 10**19:019}"
    world.tasks[task] = _task(task, "RUNNING", len(ids))
    world.later(world.options.task_delay_ms, lambda: _run(world, call, task, ids, item_type, change))
    world.settle()
    return {"data": {"task_id": task}}


def _batch_field(item_type: ItemType, call: Call, mode: str) -> Field:
    key = call.text("field_key", needed=True)
    field = item_type.find(key) or item_type.find("", key)
    if field is None:
        raise Refusal("no_field", f"field_value_pairs field key {key}:can not find field")
    writable(field)
    allowed = {"APPEND": APPENDABLE, "REPLACE": REPLACEABLE}
    if mode not in {*allowed, "UPDATE"}:
        raise Refusal("invalid", "update_mode")
    if field.type == "signal" or field.type not in allowed.get(mode, {field.type}):
        raise Refusal("unsupported_type", field.key)
    for member in ("before_field_value", "after_field_value"):
        if member not in call.body and (member == "after_field_value" or mode == "REPLACE"):
            raise Refusal("missing", member)
    return field


Change = Callable[[Item], tuple[Field, Json] | None]


def _batch_change(call: Call, field: Field, mode: str) -> Change:
    """Make what a batch does to one item: the value to store, or None to leave it alone."""
    before, after = call.body.get("before_field_value"), call.body.get("after_field_value")

    def change(item: Item) -> tuple[Field, Json] | None:
        held = item.values.get(field.key)
        if mode == "UPDATE":
            return field, after
        if mode == "APPEND":
            return field, [*(held or []), *(after or [])]
        if field.type not in APPENDABLE:
            return (field, after) if _same(held, before) else None
        old = before if isinstance(before, list) else [before]
        if not all(any(_same(each, one) for one in held or []) for each in old):
            return None
        kept = [each for each in held or [] if not any(_same(each, one) for one in old)]
        return field, [*kept, *(after if isinstance(after, list) else [after] if after else [])]

    return change


def _same(one: Json, other: Json) -> bool:
    """Compare values as ids: labels are decoration."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.get("value") == other.get("value") and _same(one.get("children"), other.get("children"))
    return bool(one == other)


def _task(task: str, status: str, total: int) -> Object:
    return {
        "task_id": task,
        "task_status": status,
        "total": total,
        "success_total": 0,
        "error_total": 0,
        "success_sub_task_list": [],
        "fail_sub_task_list": [],
        "error_scenes": [],
    }


def _run(world: World, call: Call, task: str, ids: list[int], item_type: ItemType, change: Change) -> None:
    good: list[str] = []
    bad: dict[str, str] = {}
    for each in ids:
        try:
            _change_one(world, call, alive(world, each), item_type, change)
            good.append(str(each))
        except Refusal as no:
            bad[str(each)] = "RelationCaseLoops" if "exists loop" in no.detail else SCENES.get(no.code, "")
    world.tasks[task] = _task(task, "FAILED" if bad else "SUCCESS", len(ids)) | {
        "success_total": len(good),
        "error_total": len(bad),
        "success_sub_task_list": good,
        "fail_sub_task_list": list(bad),
        "error_scenes": sorted({each for each in bad.values() if each}),
    }


def _change_one(world: World, call: Call, before: Item, item_type: ItemType, change: Change) -> None:
    if world.type_of(before) is not item_type:
        raise Refusal("no_item")
    if before.aborted is not None:
        raise Refusal("terminated")
    permit(world, call, before)
    made = change(before)
    if made is None:
        return
    field, value = made
    after = before.copy()
    _allowed(world, before, field, call.user)
    world.put_value(after, field, value)
    world.commit(before, after, Actor(call.user))


def task_result(world: World, call: Call) -> Object:
    """Return the state of a batch (7.3): under `data`, or bare; an unknown task is a status."""
    task = call.query.get("task_id") or ""
    if not task:
        raise Refusal("missing", "task_id")
    told = world.tasks.get(task) or _task(task, "NOT_EXIST", 0)
    return {"data": told} if world.options.task_result_wrapped else dict(told)


# -- one row ------------------------------------------------------------------------------------------


def update_compound(world: World, call: Call) -> Object:
    """Add, change or delete rows of a compound field by their ids (7.9)."""
    before = reached(world, call, call.body.get("work_item_id"), "compound_item")
    project = call.text("project_key", needed=True)
    if before.project != project and world.spaces[before.project].simple_name != project:
        raise Refusal("compound_project", "project not match")
    if before.aborted is not None:
        raise Refusal("terminated", "工作项已终止，无法修改")
    field = world.type_of(before).find(call.text("field_key"), call.text("field_alias"))
    if field is None:
        raise Refusal("compound_field")
    if field.type != "compound_field":
        raise Refusal("compound_project", "field is not compound")
    permit(world, call, before)
    _allowed(world, before, field, call.user)
    after, action = before.copy(), call.text("action", needed=True)
    if action not in ROW_ACTIONS:
        raise Refusal("invalid", "action")
    rows, ids = list(after.values.get(field.key) or []), list(after.rows.get(field.key) or [])
    ROW_ACTIONS[action](world, call, before, field, rows, ids)
    after.values[field.key], after.rows[field.key] = rows, ids
    world.commit(before, after, Actor(call.user))
    return {"data": {}}


def _new_rows(world: World, call: Call, item: Item, field: Field) -> list[Json]:
    told = call.many("fields")
    if not told or not all(isinstance(each, list) for each in told):
        raise Refusal("missing", "fields")
    try:
        return [compound_row(field, each, world.ground(item)) for each in told]
    except Dropped:
        raise Refusal("invalid", f"field [{field.key}] is illegal") from None


def _row_at(call: Call, ids: list[str]) -> int:
    group = call.text("group_uuid", needed=True)
    if group not in ids:
        raise Refusal("invalid", "group_uuid")
    return ids.index(group)


def _add(world: World, call: Call, item: Item, field: Field, rows: list[Json], ids: list[str]) -> None:
    if call.text("group_uuid"):
        raise Refusal("invalid", "group_uuid")
    made = _new_rows(world, call, item, field)
    rows += made
    ids += [str(uuid.uuid4()) for _ in made]


def _change(world: World, call: Call, item: Item, field: Field, rows: list[Json], ids: list[str]) -> None:
    """Change the named cells of one row; an empty value takes a cell away."""
    at, told = _row_at(call, ids), call.many("fields")
    if len(told) != 1:
        raise Refusal("invalid", "fields")
    made = _new_rows(world, call, item, field)[0]
    named = {cell["field_key"] for cell in made} | {
        str(cell.get("field_key")) for cell in told[0] if empty_form(cell.get("field_value"))
    }
    rows[at] = [*(cell for cell in rows[at] if cell["field_key"] not in named), *made]


def _remove(_world: World, call: Call, _item: Item, _field: Field, rows: list[Json], ids: list[str]) -> None:
    at = _row_at(call, ids)
    del rows[at], ids[at]


ROW_ACTIONS: Final = {"add": _add, "update": _change, "delete": _remove}
