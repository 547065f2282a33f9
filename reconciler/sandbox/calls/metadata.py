"""Types, fields, roles, templates and relations (endpoints.md, sections 4.3, 4.4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, opened, reached, space_of, type_of
from reconciler.sandbox.state.model import Field, ItemType, Option, Role, Space
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
OPTIONAL: Final = 2
"""`is_required` of a role: an int in both official SDKs, which refuse a bool; numbered like 5.2's."""


def all_types(world: World, call: Call) -> Object:
    """List the types of a space (4.3)."""
    rows = [
        {
            "type_key": each.key,
            "name": each.name,
            "is_disable": 1 if each.disabled else 2,
            "api_name": each.api_name,
            "enable_model_resource_lib": False,
        }
        for each in space_of(world, call).types
    ]
    return {"data": rows}


def type_settings(world: World, call: Call) -> Object:
    """Describe a type (4.4)."""
    space, item_type = type_of(world, call)
    schedule = item_type.by_key.get("schedule")
    points = next((each for each in item_type.fields if each.alias == "story_points"), None)
    return {
        "data": {
            "type_key": item_type.key,
            "name": item_type.name,
            "flow_mode": item_type.flow,
            "api_name": item_type.api_name,
            "description": item_type.description,
            "is_disabled": item_type.disabled,
            "is_pinned": True,
            "enable_schedule": schedule is not None,
            "schedule_field_key": schedule.key if schedule else "",
            "schedule_field_name": schedule.name if schedule else "",
            "estimate_point_field_key": points.key if points else "",
            "estimate_point_field_name": points.name if points else "",
            "actual_work_time_field_key": "",
            "actual_work_time_field_name": "",
            "belong_roles": [
                {"id": role.id, "name": role.name, "key": role_key(space, item_type, role)}
                for role in item_type.roles
            ],
            "actual_work_time_switch": False,
            "enable_model_resource_lib": False,
            "resource_lib_setting": {"enable_roles": [], "enable_fields": []},
        }
    }


def role_key(space: Space, item_type: ItemType, role: Role) -> str:
    """Make the long key of a role (field-formats.md 9.1)."""
    return f"role_{space.key}_{item_type.key}_{role.id}"


def _options(field: Field, item_type: ItemType) -> list[Option]:
    """List the choices: of templates and states they come from the type (5.2, field-formats.md 16.1)."""
    if field.type == "work_item_template":
        return [Option(str(each.id), each.name, each.disabled) for each in item_type.templates]
    if field.type == "work_item_status":
        return [Option(each.key, each.name) for each in item_type.states]
    return field.options


def _conf_option(option: Option) -> Object:
    return {
        "label": option.label,
        "value": option.value,
        "is_visibility": 1,
        "is_disabled": 1 if option.disabled else 2,
        "children": [_conf_option(each) for each in option.children],
    }


def _simple_option(option: Option, order: int, type_key: str) -> Object:
    return {
        "label": option.label,
        "value": option.value,
        "order": order,
        "color": "",
        "is_visibility": 1,
        "is_disabled": 1 if option.disabled else 2,
        "work_item_type_key": type_key,
        "children": [_simple_option(each, n, type_key) for n, each in enumerate(option.children)],
    }


def _named(field: Field) -> Object:
    return {
        "field_key": field.key,
        "field_alias": field.alias,
        "field_name": field.name,
        "field_type_key": field.type,
        "editable_personnel_scope": {"editable_personnel_range_type": "", "editable_roles": []},
    }


def _simple(field: Field, item_type: ItemType) -> Object:
    """Make a SimpleField (5.1)."""
    made = _named(field) | {
        "options": [_simple_option(o, n, item_type.key) for n, o in enumerate(_options(field, item_type))],
        "is_custom_field": field.custom,
        "is_obsoleted": field.obsolete,
        "work_item_scopes": [item_type.key],
        "value_generate_mode": "Calculated" if field.formula else "Default",
        "relation_id": _relation_id(field) if field.targets else "",
        "compound_fields": [_simple(each, item_type) for each in field.compound],
    }
    if field.type == "number":
        made["number_config"] = {
            "scaling_ratio": "1",
            "display_digits": -1,
            "thousandth": False,
        } | (field.number or {})
    return made


def field_all(world: World, call: Call) -> Object:
    """List all fields of a space or of one type (5.1)."""
    space, wanted = space_of(world, call), call.text("work_item_type_key")
    if wanted and space.type(wanted) is None:
        raise Refusal("no_data", f"work item type {wanted} not in project {space.key}")
    return {"data": [_simple(f, t) for t in space.types if wanted in ("", t.key) for f in t.fields]}


def _conf(field: Field, item_type: ItemType, space: Space) -> Object:
    """Make a FieldConf (5.2)."""
    made = _named(field) | {
        "options": [_conf_option(each) for each in _options(field, item_type)],
        "field_uuid": f"{space.key}:{item_type.key}:{field.key}",
        "label": "",
        "is_required": field.required,
        "is_visibility": 1,
        "is_validity": 1,
        "free_add": field.free_add,
        "field_tips": "",
        "default_value": {"default_appear": 1 if field.default is not None else 2, "value": field.default},
        "sub_type_level_mode": field.level,
        "sub_type_level_class": 0,
        "compound_fields": [_conf(each, item_type, space) for each in field.compound],
        "role_assign": [],
    }
    if field.targets:
        made["work_item_relation"] = _relation(field, item_type, space)
    if field.type == "role_owners":
        made["role_assign"] = [_role_assign(role) for role in item_type.roles]
    return made


def _role_assign(role: Role) -> Object:
    return {
        "role": role.id,
        "name": role.name,
        "default_appear": 1,
        "deletable": 1 if role.deletable else 2,
        "member_assign": 2 if role.members else 1,
        "members": role.members,
    }


def meta(world: World, call: Call) -> Object:
    """List the fields of the layout (5.2)."""
    space, item_type = type_of(world, call)
    if item_type.disabled:
        raise Refusal("type_disabled")
    return {"data": [_conf(f, item_type, space) for f in item_type.fields if f.layout and not f.obsolete]}


def field_options(world: World, call: Call) -> Object:
    """List the options of one field of an item (5.3); `first_option_key`: those below that one."""
    item = reached(world, call, call.body.get("work_item_id"))
    item_type = world.type_of(item)
    key = call.text("field_key", needed=True)
    field = item_type.find(key) or item_type.find("", key)
    if field is None:
        raise Refusal("no_field", f"field key {key}:can not find field")
    options, above = _options(field, item_type), call.text("first_option_key")
    if above:
        options = next((each.children for each in options if each.value == above), [])
    return {
        "data": {
            "options": [_conf_option(each) for each in options],
            "free_add": field.free_add,
            "has_more": False,
            "field_key": field.key,
            "field_name": field.name,
            "field_alias": field.alias,
            "field_type": field.type,
            "level_mode": field.level,
            "level_class": "",
        }
    }


def flow_roles(world: World, call: Call) -> Object:
    """List the roles of a type (5.4); which member says "users may remove it" is a switch."""
    space, item_type = type_of(world, call)
    member = world.options.locked_role_member
    rows = [
        {
            "id": role.id,
            "name": role.name,
            "key": role_key(space, item_type, role),
            "is_owner": role.owner,
            "role_appear_mode": 1,
            "deletable": True,
            "allow_delete": True,
            "auto_enter_group": False,
            "member_assign_mode": 2 if role.members else 1,
            "members": role.members,
            "is_member_multi": role.multi,
            "is_required": OPTIONAL,
            "role_alias": role.alias,
            "authorization_role_keys": [],
            "lock_app_id": "",
            "lock_scope": [],
        }
        | {member: role.deletable}
        for role in item_type.roles
    ]
    return {"data": rows}


def templates(world: World, call: Call) -> Object:
    """List the templates of a type (5.4); ids are strings here."""
    space, item_type = type_of(world, call)
    rows = [
        {
            "template_id": str(each.id),
            "template_name": each.name,
            "template_key": f"{space.key}_template_{each.id}",
            "unique_key": f"{space.key}_template_{each.id}",
            "version": each.version,
            "is_disabled": 1 if each.disabled else 2,
        }
        for each in item_type.templates
    ]
    return {"data": rows}


def template_detail(world: World, call: Call) -> Object:
    """Describe one template (5.4)."""
    space, wanted = space_of(world, call), call.path["template"]
    for item_type in space.types:
        for each in item_type.templates:
            if str(each.id) == wanted:
                flow = "workflow_confs" if item_type.flow == "workflow" else "state_flow_confs"
                return {
                    "data": {
                        "template_id": each.id,
                        "template_name": each.name,
                        "version": each.version,
                        "is_disabled": 1 if each.disabled else 2,
                        "work_item_type_key": item_type.key,
                        flow: [{"state_key": s.key, "name": s.name} for s in item_type.states],
                        "connections": list(connections(item_type)),
                    }
                }
    raise Refusal("no_template" if wanted.isdigit() else "unbound")


def connections(item_type: ItemType) -> Iterator[Object]:
    """List the ways from state to state (7.7); a transition id on state flows only."""
    if item_type.flow == "stateflow":
        for source, target, number in item_type.transitions:
            yield {"source_state_key": source, "target_state_key": target, "transition_id": number}
        return
    for before, after in zip(item_type.states, item_type.states[1:], strict=False):
        yield {"source_state_key": before.key, "target_state_key": after.key}


def _relation_id(field: Field) -> str:
    return f"rel_{field.key}"


def _relation(field: Field, item_type: ItemType, space: Space) -> Object:
    return {
        "id": _relation_id(field),
        "name": field.name,
        "disabled": False,
        "relation_type": 1 if field.alias == "parent_story" else 0,
        "work_item_type_key": item_type.key,
        "work_item_type_name": item_type.name,
        "relation_details": [
            {
                "project_key": space.key,
                "project_name": space.name,
                "work_item_type_key": target.key,
                "work_item_type_name": target.name,
            }
            for target in space.types
            if target.key in field.targets
        ],
    }


def relations(world: World, call: Call) -> Object:
    """List the relation definitions of a space (5.4)."""
    space = opened(world, call, space_of(world, call))
    return {"data": [_relation(f, t, space) for t in space.types for f in t.fields if f.targets]}
