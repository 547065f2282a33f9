"""The values of fields: the shapes of field-formats.md, checked on writing and shown on reading."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.state import richtext
from reconciler.sandbox.state.model import Field, Item, ItemType, Option, Person
from reconciler.sandbox.state.switches import Options

Json = Any
TELEPHONE: Final = re.compile(r"(?:\+?[0-9]{1,4})?(?:[-()*#]*[0-9]){3,50}")
EMAIL: Final = re.compile(r"[^@\r\n]+@[^@\r\n]+")
TELEPHONE_LIMIT, EMAIL_LIMIT = 54, 254
MS_DIGITS: Final = 13

UNWRITABLE_TYPES: Final = frozenset(
    {
        "work_item_template",
        "aborted",
        "deleted",
        "chat_group",
        "group_id",
        "multi_file",
        "file",
        "multi_signal",
        "vote_boolean",
        "vote_option",
        "vote_option_multi",
        "auto_number",
        "work_item_status",
    }
)
"""Types that PUT refuses with 20029 (endpoints.md 5.5, 7.2 rule 5)."""

EMPTY_FORMS: Final[Mapping[str, str]] = {
    "text": "text",
    "multi_text": "text",
    "link": "text",
    "telephone": "text",
    "email": "text",
    "link_cloud_doc": "list",
    "multi_select": "list",
    "tree_multi_select": "list",
    "multi_user": "null",
    "work_item_related_multi_select": "list",
    "work_item_related_select": "null",
    "compound_field": "list",
    "multi_file": "list",
    "signal": "null",
    "chat_group": "text",
}
"""The form in which an emptied value is read (field-formats.md 3.1); other types: null."""

NEVER_FILLED: Final[Mapping[str, str]] = {
    "multi_text": "text",
    "work_item_related_select": "null",
    "work_item_related_multi_select": "list",
    "signal": "null",
    "multi_user": "null",
}
"""The form in which a value that was never filled is read; other types: the entry is missing."""

FORMS: Final[Mapping[str, Json]] = {"null": None, "text": "", "list": [], "zero": 0}


@dataclass(frozen=True, slots=True)
class Ground:
    """The context of a check: people, items, the type and the id of the item that is written."""

    people: Mapping[str, Person]
    items: Mapping[int, Item]
    businesses: frozenset[str]
    item_type: ItemType
    item_id: int
    options: Options


def illegal(field: Field, why: str = "") -> Refusal:
    """20006 in the wording seen from the service."""
    return Refusal("invalid", f"field [{field.alias or field.key}] is illegal" + (f": {why}" if why else ""))


def empty_form(value: Json) -> str | None:
    """Return the empty form of a written value: `null`, `text`, `list`, `object`; None if it is not empty."""
    if value is None:
        return "null"
    if value == "" and isinstance(value, str):
        return "text"
    if value == [] and isinstance(value, list):
        return "list"
    if isinstance(value, dict) and (not value or value.get("value", 0) is None):
        return "object"
    return None


def _text(field: Field, value: Json, ground: Ground) -> Json:
    if not isinstance(value, str):
        raise illegal(field, "value is not string")
    if len(value) > ground.options.text_limit:
        raise Refusal("too_long")
    return value


def _multi_text(field: Field, value: Json, ground: Ground) -> Json:
    if not isinstance(value, str) and not richtext.fits(value):
        raise illegal(field)
    text = value if isinstance(value, str) else richtext.text_of(value)
    if len(text) > ground.options.multi_text_limit:
        raise Refusal("too_long")
    return text


def _telephone(field: Field, value: Json, ground: Ground) -> Json:
    text = _text(field, value, ground)
    if len(text) > TELEPHONE_LIMIT or not TELEPHONE.fullmatch(text):
        raise illegal(field)
    return text


def _email(field: Field, value: Json, ground: Ground) -> Json:
    text = _text(field, value, ground)
    if len(text) > EMAIL_LIMIT or not EMAIL.fullmatch(text):
        raise illegal(field)
    return text


def _number(field: Field, value: Json, _ground: Ground) -> Json:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise illegal(field)
    return value


def _bool(field: Field, value: Json, _ground: Ground) -> Json:
    if not isinstance(value, bool):
        raise illegal(field)
    return value


def _ms(field: Field, value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise illegal(field)
    if len(str(value)) != MS_DIGITS:
        raise Refusal("bad_time", f"field [{field.key}] must be a 13-digit millisecond timestamp")
    return value


def _date(field: Field, value: Json, _ground: Ground) -> Json:
    return _ms(field, value)


def _schedule(field: Field, value: Json, _ground: Ground) -> Json:
    """Wrong inner names are dropped in silence (endpoints.md 5.5); an end before its start is not."""
    if not isinstance(value, dict) or {"start_time", "end_time"} - set(value):
        raise Dropped
    start, end = _ms(field, value["start_time"]), _ms(field, value["end_time"])
    if end < start:
        raise illegal(field)
    return {"start_time": start, "end_time": end}


class Dropped(Exception):
    """The service says yes and keeps the old value."""


def find_option(options: list[Option], value: str) -> Option | None:
    """Find an option of this level by its id."""
    return next((each for each in options if each.value == value), None)


def _option(field: Field, value: Json, options: list[Option]) -> Option:
    if not isinstance(value, dict):
        raise illegal(field)
    if "option_id" in value and "value" not in value:
        raise Dropped
    if not isinstance(value.get("value"), str):
        raise illegal(field)
    option = find_option(options, value["value"])
    if option is None:
        raise Refusal(
            "wrong_option",
            f"{field.key} Field Option Value Is Wrong",
            phrase=f"「{field.key}」Field Option Value Is Wrong",
        )
    if option.disabled:
        raise Refusal("wrong_option", "Due to the administrator configuration update")
    return option


def _select(field: Field, value: Json, _ground: Ground) -> Json:
    return {"value": _option(field, value, field.options).value}


def _list(field: Field, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise illegal(field)
    return value


def _multi_select(field: Field, value: Json, _ground: Ground) -> Json:
    ids = [_option(field, each, field.options).value for each in _list(field, value)]
    return [{"value": each} for each in dict.fromkeys(ids)]


def _path(field: Field, value: Json, options: list[Option]) -> Json:
    option = _option(field, value, options)
    below = value.get("children")
    if isinstance(below, list):
        raise illegal(field)
    if below is None:
        if field.level == "leaf" and option.children:
            raise illegal(field, "不满足层级配置")
        return {"value": option.value, "children": None}
    return {"value": option.value, "children": _path(field, below, option.children)}


def _tree(field: Field, value: Json, _ground: Ground) -> Json:
    return _path(field, value, field.options)


def _trees(field: Field, value: Json, _ground: Ground) -> Json:
    made: list[Json] = []
    for each in _list(field, value):
        path = _path(field, each, field.options)
        if path not in made:
            made.append(path)
    return made


def _user(field: Field, value: Json, ground: Ground) -> Json:
    if not isinstance(value, str):
        raise illegal(field)
    if value not in ground.people:
        raise Refusal("no_user", f"user: {value} not exist")
    return value


def _users(field: Field, value: Json, ground: Ground) -> Json:
    return list(dict.fromkeys(_user(field, each, ground) for each in _list(field, value)))


def _roles(field: Field, value: Json, ground: Ground) -> Json:
    """Replace the whole list by the whole list (endpoints.md 7.2 rule 2); see `World` for locked roles."""
    made: dict[str, list[str] | None] = {}
    for each in _list(field, value):
        if not isinstance(each, dict) or not isinstance(each.get("role"), str):
            raise illegal(field)
        owners = each.get("owners")
        role = ground.item_type.role(each["role"])
        if role is None:
            raise Refusal("bad_roles", f"role {each['role']} not found")
        if owners is not None and not isinstance(owners, list):
            raise illegal(field)
        unknown = [key for key in owners or [] if key not in ground.people]
        if unknown:
            raise Refusal("bad_roles", f"user: {unknown[0]} not exist")
        if len(owners or []) > 1 and not role.multi:
            raise Refusal("bad_roles", f"role {role.id} takes one member")
        made[role.id] = list(dict.fromkeys(owners or [])) or None
    return [{"role": role, "owners": owners} for role, owners in made.items()]


def _related(field: Field, value: Json, ground: Ground) -> Json:
    if isinstance(value, bool) or not isinstance(value, int):
        if field.key == "_field_linked_story":
            raise Refusal("wrong_story")
        raise illegal(field)
    if value == ground.item_id:
        raise illegal(field, "exists loop")
    target = ground.items.get(value)
    if target is None or target.deleted_at:
        if field.key == "_field_linked_story":
            raise Refusal("wrong_story")
        raise illegal(field, "当前选项值已失效")
    if field.targets and target.type_key not in field.targets:
        return None
    return value


def _related_many(field: Field, value: Json, ground: Ground) -> Json:
    ids = [_related(field, each, ground) for each in _list(field, value)]
    return [each for each in dict.fromkeys(ids) if each is not None]


def _cloud_doc(field: Field, value: Json, ground: Ground) -> Json:
    return [_text(field, each, ground) for each in _list(field, value)]


def _signal(field: Field, value: Json, ground: Ground) -> Json:
    return None if value is None else _bool(field, value, ground)


def _business(field: Field, value: Json, ground: Ground) -> Json:
    if not isinstance(value, str):
        raise illegal(field)
    if value not in ground.businesses:
        raise Refusal("no_business", f"business: {value} not exist")
    return value


def _group_type(field: Field, value: Json, _ground: Ground) -> Json:
    if value not in ("auto", "disabled", "bind"):
        raise illegal(field)
    return value


def _compound(field: Field, value: Json, ground: Ground) -> Json:
    """Rows of field/value pairs; malformed rows are dropped in silence (endpoints.md 5.5)."""
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise Dropped
    return [compound_row(field, row, ground) for row in value]


def compound_row(field: Field, row: list[Json], ground: Ground) -> Json:
    """Check one row; an empty sub-value leaves its sub-field out, so rows are ragged."""
    made: dict[str, Json] = {}
    for pair in row:
        if not isinstance(pair, dict):
            raise Dropped
        key, alias = str(pair.get("field_key") or ""), str(pair.get("field_alias") or "")
        sub = next(
            (s for s in field.compound if s.key == key or (not key and alias and s.alias == alias)), None
        )
        if sub is None:
            raise Refusal("no_field", f"field_value_pairs field key {key or alias}:can not find field")
        if sub.type in UNWRITABLE_TYPES:
            raise Refusal("unsupported_type", sub.key)
        value = pair.get("field_value")
        if empty_form(value) is None:
            made[sub.key] = CHECKS[sub.type](sub, value, ground)
    return [{"field_key": key, "field_value": value} for key, value in made.items()]


def _people_rows(field: Field, value: Json, ground: Ground) -> Json:
    """Rows by user key; of a person who has none yet, nothing is kept, in silence (14, row 8)."""
    if not isinstance(value, dict) or not all(isinstance(row, dict) for row in value.values()):
        raise illegal(field)
    held = ground.items[ground.item_id].values.get(field.key) if ground.item_id in ground.items else None
    return {key: row for key, row in value.items() if key in (held or {})}


Check = Callable[[Field, Json, Ground], Json]
CHECKS: Final[Mapping[str, Check]] = {
    "text": _text,
    "multi_text": _multi_text,
    "link": _text,
    "telephone": _telephone,
    "email": _email,
    "number": _number,
    "bool": _bool,
    "date": _date,
    "precise_date": _date,
    "schedule": _schedule,
    "select": _select,
    "radio": _select,
    "multi_select": _multi_select,
    "tree_select": _tree,
    "tree_multi_select": _trees,
    "user": _user,
    "multi_user": _users,
    "role_owners": _roles,
    "work_item_related_select": _related,
    "work_item_related_multi_select": _related_many,
    "link_cloud_doc": _cloud_doc,
    "signal": _signal,
    "business": _business,
    "group_type": _group_type,
    "compound_field": _compound,
    "multi_user_compound_field": _people_rows,
}


def check(field: Field, value: Json, ground: Ground) -> Json:
    """Turn a written value into the stored one (None: empty); raises Refusal, or Dropped for a silent no."""
    if field.type == "multi_user_compound_field" and ground.options.people_rows == "refuse":
        raise Refusal("unsupported_type", field.key)
    form = empty_form(value)
    if form is not None and field.type != "role_owners":
        accepted = ground.options.clear_by.get(field.type, ["null", "text", "list", "object"])
        if form not in accepted:
            raise Dropped
        if field.key == "name" or (field.required == 1 and ground.options.required_clear == "refuse"):
            raise Refusal("required", f"{field.name}({field.key}) Required")
        return None
    if field.type == "role_owners" and form in ("null", "list"):
        return []
    if field.type not in CHECKS:
        raise Refusal("unsupported_type", field.key)
    return normalised(field, CHECKS[field.type](field, value, ground), ground.options)


NORMALISERS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "trim": lambda value: value.strip() if isinstance(value, str) else value,
    "newline": lambda value: value.rstrip("\n") + "\n" if isinstance(value, str) else value,
    "upper": lambda value: value.upper() if isinstance(value, str) else value,
    "lower": lambda value: value.lower() if isinstance(value, str) else value,
    "round": lambda value: round(value) if isinstance(value, float) else value,
    "reverse": lambda value: value[::-1] if isinstance(value, list) else value,
}


def normalised(field: Field, value: Json, options: Options) -> Json:
    """Apply the switched-on normaliser of this field or type, if any."""
    name = options.normalise.get(field.key) or options.normalise.get(field.type)
    return NORMALISERS[name](value) if name else value


def _labelled(options: list[Option], value: Json) -> Json:
    option = find_option(options, value["value"])
    return {"label": option.label if option else "", "value": value["value"]}


def _labelled_path(options: list[Option], value: Json) -> Json:
    option = find_option(options, value["value"])
    below = value["children"]
    children = _labelled_path(option.children if option else [], below) if below else None
    return {"value": value["value"], "label": option.label if option else "", "children": children}


def _shown_row(field: Field, row: list[Json]) -> Json:
    subs = {sub.key: sub for sub in field.compound}
    return [
        {
            "field_key": pair["field_key"],
            "field_alias": subs[pair["field_key"]].alias,
            "field_type_key": subs[pair["field_key"]].type,
            "field_value": shown(subs[pair["field_key"]], pair["field_value"]),
        }
        for pair in row
        if pair["field_key"] in subs
    ]


SHOWN: Final[Mapping[str, Callable[[Field, Json], Json]]] = {
    "select": lambda field, value: _labelled(field.options, value),
    "radio": lambda field, value: _labelled(field.options, value),
    "multi_select": lambda field, value: [_labelled(field.options, each) for each in value],
    "tree_select": lambda field, value: _labelled_path(field.options, value),
    "tree_multi_select": lambda field, value: [_labelled_path(field.options, each) for each in value],
    "compound_field": lambda field, value: [_shown_row(field, row) for row in value],
}


def shown(field: Field, value: Json) -> Json:
    """Show a stored value as reads give it: option labels are added."""
    show = SHOWN.get(field.type)
    return show(field, value) if show and value is not None else value


def entries(
    item: Item, item_type: ItemType, wanted: Callable[[Field], bool], options: Options
) -> Iterator[Json]:
    """List the `fields[]` of an item (6.1): empty values in the form of their type, some missing."""
    for field in item_type.fields:
        if field.key == "name" or field.obsolete or not wanted(field):
            continue
        value = item.values.get(field.key)
        if value is None or value == []:
            form = _form(field, item, options)
            if form == "missing":
                continue
            value = {"value": None} if form == "object" else FORMS[form]
        else:
            value = shown(field, value)
        if field.type == "role_owners" and isinstance(value, list):
            value = all_roles(item_type, value, options)
        yield {
            "field_key": field.key,
            "field_alias": field.alias,
            "field_type_key": field.type,
            "field_value": value,
        }


def all_roles(item_type: ItemType, value: list[Json], options: Options) -> list[Json]:
    """List the roles: one that nobody holds has `owners: null` (endpoints.md 5.5).

    One that is off the item reads the same, or by a switch is not there (14, row 6).
    """
    held = {each["role"]: each["owners"] for each in value}
    shown = [role for role in item_type.roles if role.id in held or options.removed_roles == "null"]
    return [{"role": role.id, "owners": held.get(role.id) or None} for role in shown]


def _form(field: Field, item: Item, options: Options) -> str:
    if field.type in options.empty_forms:
        return options.empty_forms[field.type]
    if field.type == "role_owners":
        return "list"
    if field.key in item.values:
        return EMPTY_FORMS.get(field.type, "null")
    return NEVER_FILLED.get(field.type, "missing")


def record_strings(value: Json) -> list[str]:
    """Write a value as operation records write it (8): always a list of strings."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for each in value for text in record_strings(each)]
    if isinstance(value, dict):
        return _record_object(value)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(value)]


def _record_object(value: dict[str, Json]) -> list[str]:
    if "value" in value:
        below = value.get("children")
        return ["/".join([str(value["value"]), *(record_strings(below) if below else [])])]
    if "start_time" in value:
        return [f"{value['start_time']}-{value['end_time']}"]
    if "field_key" in value:
        return record_strings(value["field_value"])
    return [str(each) for each in value.values() if isinstance(each, (str, int))]
