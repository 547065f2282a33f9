"""A copy of a space, made of the service's answers, in the form of `schemas/snapshot.schema.json`.  Pure.

The embedded sandbox serves it again, so that one can plan without the service and rehearse an apply.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from reconciler.fields import REFUSED_KEYS
from reconciler.fields.spec import Person
from reconciler.meegle.rows import wire_values

Json = dict[str, Any]
FORMAT = 1
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
HIDDEN = "hidden-{}@example.invalid"
MADE_UP = frozenset({"work_item_template", "work_item_status"})
"""Types of fields whose values follow from the item's own members."""
RELATED = frozenset({"work_item_related_select", "work_item_related_multi_select", "linked_work_item"})
DISABLED = 1
PLAIN = re.compile(r"</?(?:p|div|span|br)\s*/?>|&[a-z]+;|[^<>]")
"""The pieces of HTML that a text without formatting consists of."""


class Copied(Struct):
    """The answers about one type: its row, settings, fields, layout, roles, templates, and its items."""

    row: Json
    settings: Json
    fields: Sequence[Json]
    layout: Sequence[Json]
    roles: Sequence[Json]
    templates: Sequence[Json]
    items: list[Json] = field(default_factory=list)


def snapshot_page(
    space: Json, types: Sequence[Copied], lines: Any, people: Iterable[Person], kept: Collection[str] | None
) -> Json:
    """Return the whole copy; `kept` are the e-mails that are not hidden, in lower case, None for all."""
    made = {
        "format_version": FORMAT,
        "people": [page_person(one, number, kept) for number, one in enumerate(people, 1)],
        "spaces": [
            {**space, "types": [item_type(one) for one in types], "businesses": list(business(lines))}
        ],
        "items": [item(row, space["key"]) for one in types for row in one.items],
    }
    if kept is not None:
        made["items"] = hidden(made["items"], kept)
    return made


# -- people --------------------------------------------------------------------------------------


def page_person(one: Person, number: int, kept: Collection[str] | None) -> Json:
    """Return a person, with a stand-in for an e-mail that is to be hidden."""
    shown = kept is None or one.email.lower() in kept
    made: Json = {"key": one.key, "email": one.email if shown else HIDDEN.format(number), "name": one.name}
    return made if one.active else {**made, "status": "resigned"}


def hidden(node: Any, kept: Collection[str]) -> Any:
    """Replace each e-mail in texts by a stand-in, except the kept ones."""
    match node:
        case str():
            return EMAIL.sub(lambda hit: hit[0] if hit[0].lower() in kept else HIDDEN.format("text"), node)
        case list():
            return [hidden(one, kept) for one in node]
        case dict():
            return {key: hidden(one, kept) for key, one in node.items()}
        case _:
            return node


def user_keys(rows: Iterable[Json], people_types: Collection[str]) -> Iterator[str]:
    """Yield the user keys that items name: in people fields and roles, and as who made and changed them."""
    for row in rows:
        yield from (str(row.get(name) or "") for name in ("created_by", "updated_by"))
        for entry in row.get("fields") or []:
            value = entry.get("field_value")
            if field_type(entry) in people_types:
                yield from value if isinstance(value, list) else [value] if isinstance(value, str) else []
            elif entry.get("field_key") == "role_owners":
                yield from (key for role in value or [] for key in role.get("owners") or [])


def related_in(rows: Iterable[Json]) -> set[int]:
    """Return the ids of items that items point to."""
    found: set[int] = set()
    for row in rows:
        for entry in row.get("fields") or []:
            if field_type(entry) in RELATED:
                value = entry.get("field_value")
                found |= {
                    one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int)
                }
    return found


# -- what a type is made of ----------------------------------------------------------------------


def item_type(one: Copied) -> Json:
    """Return a type (endpoints.md 4.3, 4.4, 5)."""
    layout = {str(row.get("field_key")): row for row in one.layout}
    states = next((row.get("options") for row in one.fields if field_type(row) == "work_item_status"), None)
    return {
        "key": str(one.row["type_key"]),
        "name": str(one.row.get("name") or ""),
        "api_name": str(one.row.get("api_name") or ""),
        "flow": str(one.settings.get("flow_mode") or "workflow"),
        "disabled": one.row.get("is_disable") == DISABLED,
        "fields": [page_field(row, layout.get(str(row.get("field_key")))) for row in one.fields],
        "roles": [role(row) for row in one.roles],
        "states": [{"key": str(row["value"]), "name": str(row.get("label") or "")} for row in states or []],
        "templates": [page_template(row) for row in one.templates],
    }


def field_type(row: Json) -> str:
    """Return the type of a field with underscores, whichever way it is spelt."""
    return str(row.get("field_type_key") or "").replace("-", "_").replace("workitem_", "work_item_")


def page_field(row: Json, layout: Json | None) -> Json:
    """Return a field, with what the layout adds where it is on the page."""
    conf, key = layout or {}, str(row.get("field_key"))
    default = conf.get("default_value") or {}
    relation = conf.get("work_item_relation") or {}
    targets = [one.get("work_item_type_key") for one in relation.get("relation_details") or []]
    calculated = str(row.get("value_generate_mode") or "Default") != "Default"
    made: Json = {
        "key": key,
        "name": str(row.get("field_name") or ""),
        "type": field_type(row),
        "alias": str(row.get("field_alias") or ""),
        "custom": row.get("is_custom_field") is True,
        "layout": layout is not None,
        "required": int(conf.get("is_required") or 2),
        "computed": key in REFUSED_KEYS,
        "obsolete": row.get("is_obsoleted") is True,
        "free_add": conf.get("free_add") is True,
        "formula": [key] if calculated else [],
        "options": [page_option(one) for one in row.get("options") or conf.get("options") or []],
        "compound": [page_field(one, {}) for one in row.get("compound_fields") or []],
        "targets": [one for one in targets if one],
        "default": default.get("value") if default.get("default_appear") == 1 else None,
        "level": "leaf" if "leaf" in str(conf.get("sub_type_level_mode") or "").lower() else "",
        "number": row.get("number_config"),
    }
    if made["type"] in MADE_UP:
        made["options"] = []
    return {
        name: value
        for name, value in made.items()
        if value or name in {"key", "name", "type"} or value is False
    }


def page_option(row: Json) -> Json:
    """Return an option with those below it."""
    return {
        "value": str(row.get("value") or ""),
        "label": str(row.get("label") or ""),
        "disabled": row.get("is_disabled") == DISABLED,
        "children": [page_option(one) for one in row.get("children") or []],
    }


def role(row: Json) -> Json:
    """Return a role (endpoints.md 5.4)."""
    return {
        "id": str(row.get("id")),
        "name": str(row.get("name") or ""),
        "deletable": row.get("deletable") is not False,
        "members": [str(one) for one in row.get("members") or []],
        "multi": row.get("is_member_multi") is not False,
        "alias": str(row.get("role_alias") or ""),
        "owner": row.get("is_owner") is True,
    }


def page_template(row: Json) -> Json:
    """Return a template (endpoints.md 5.4); its id is a text there."""
    return {
        "id": int(row.get("template_id") or 0),
        "name": str(row.get("template_name") or ""),
        "version": int(row.get("version") or 1),
        "disabled": row.get("is_disabled") == DISABLED,
    }


def business(rows: Any) -> Iterator[Json]:
    """Yield business lines with those below them (endpoints.md 4.5)."""
    for row in rows or []:
        made: Json = {"id": str(row.get("id")), "name": str(row.get("name") or "")}
        if row.get("disabled") is True:
            made["disabled"] = True
        if below := list(business(row.get("children"))):
            made["children"] = below
        yield made


# -- what an item holds --------------------------------------------------------------------------


def item(row: Json, space_key: str) -> Json:
    """Return an item (endpoints.md 6.1) with its values as they are stored: without the labels of options."""
    status = row.get("work_item_status") or {}
    types = {one.get("field_key"): field_type(one) for one in row.get("fields") or []}
    values = {
        key: stored(value)
        for key, value in wire_values({**row, "multi_texts": None}).items()
        if key != "name" and types.get(key) not in MADE_UP
    }
    aborted = values.get("aborted") or {}
    rich = {
        one["field_key"]: text
        for one in row.get("multi_texts") or []
        if (text := text_formatting(one["field_value"]))
    }
    return {
        "id": int(row["id"]),
        "type_key": str(row["work_item_type_key"]),
        "name": str(row.get("name") or ""),
        "project": space_key,
        "values": values,
        "rich": rich,
        "state": str(status.get("state_key") or ""),
        "history": list(status.get("history") or []),
        "template": int(row.get("template_id") or 0),
        "aborted": str(aborted.get("reason") or "") if aborted.get("is_aborted") is True else None,
        "created_by": str(row.get("created_by") or ""),
        "created_at": int(row.get("created_at") or 0),
        "updated_by": str(row.get("updated_by") or ""),
        "updated_at": int(row.get("updated_at") or 0),
        "state_at": int(status.get("updated_at") or 0),
        "state_by": str(status.get("updated_by") or ""),
    }


def stored(value: Any) -> Any:
    """Return a value that was read as one that is stored; empty ones become null."""
    match value:
        case {"field_key": key, "field_value": inner}:
            return {"field_key": key, "field_value": stored(inner)}
        case {"value": None}:
            return None
        case {"value": _}:
            return {key: stored(one) for key, one in value.items() if key != "label"}
        case "" | []:
            return None
        case list():
            return [stored(one) for one in value]
        case _:
            return value


def text_formatting(detail: Mapping[str, Any]) -> Json | None:
    """Return the formatting of a rich text; None if it is plain (field-formats.md 12.1)."""
    html = str(detail.get("doc_html") or "")
    if "".join(PLAIN.findall(html)) == html and not detail.get("notify_user_list"):
        return None
    return {"doc": str(detail.get("doc") or ""), "doc_html": html}
