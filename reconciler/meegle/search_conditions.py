"""What to search for, written as people write it, in the service's grammar (endpoints.md 6.6).  Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.errors import CannotRun, Place, quoted, suggestion
from reconciler.fields import refusal
from reconciler.fields.codec import Codec
from reconciler.fields.dates import NoZone, midnight, require_zone, to_ms
from reconciler.fields.people import expand
from reconciler.fields.sets import SetCodec
from reconciler.fields.values import Wrong
from reconciler.manifest.nodes import Scalar
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec, change_key, every_spec, find_named

WORDS = ("HAS ANY OF", "HAS NONE OF", "NOT CONTAINS", "CONTAINS", "IS NOT NULL", "IS NULL")
SIGNS = ("!~", "~", "!=", ">=", "<=", "=", "<", ">")
CONDITION = re.compile(
    rf"(?P<field>.+?)(?:\s+(?P<word>{'|'.join(WORDS)})(?:\s+|$)|\s*(?P<sign>{'|'.join(SIGNS)})\s*)(?P<value>.*)",
    re.IGNORECASE,
)
LISTS = frozenset(
    {
        "select",
        "radio",
        "priority",
        "multi_select",
        "tree_select",
        "tree_multi_select",
        "business",
        "user",
        "multi_user",
    }
)
IDS = frozenset({"work_item_related_select", "work_item_related_multi_select", "linked_work_item"})
ID = re.compile(r"[1-9][0-9]{0,18}")
NOWHERE = Place("", 1, 1)
EXAMPLE = "write --search 'priority HAS ANY OF P0, P1', or a search_group as JSON"


def search_group(
    words: Iterable[str], kind: TypeSpec, catalog: Catalog, zone: ZoneInfo | None
) -> dict[str, Any]:
    """Return the search group that all conditions make, `FIELD OPERATOR VALUES` or JSON each."""
    params: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for word in words:
        if word.lstrip().startswith("{"):
            groups.append(group_of(word))
        else:
            params.append(condition(word, kind, catalog, zone))
    return {"conjunction": "AND", "search_params": params, "search_groups": groups}


def group_of(text: str) -> dict[str, Any]:
    """Read a group in the service's own form."""
    try:
        group = json.loads(text)
    except ValueError:
        raise CannotRun("--search is no JSON", EXAMPLE) from None
    return dict(group)


def people_in_conditions(words: Iterable[str], catalog: Catalog) -> set[str]:
    """Return every e-mail and user key that conditions name."""
    values = (hit["value"] for word in words if (hit := CONDITION.fullmatch(word)))
    some = {one for value in values for text in parts(value) for one in expand(text, catalog.people)}
    return {one for one in some if "@" in one or one.isdigit()}


def parts(value: str) -> list[str]:
    """Part a list at its commas, those of a Chinese keyboard too."""
    return [one.strip() for one in re.split("[,，、]", value) if one.strip()]


def condition(word: str, kind: TypeSpec, catalog: Catalog, zone: ZoneInfo | None) -> dict[str, Any]:
    """Read one condition."""
    hit = CONDITION.fullmatch(word.strip())
    if hit is None:
        raise CannotRun(f"{quoted(word)} is no condition", EXAMPLE)
    field, value = hit["field"].strip(), hit["value"].strip()
    operator = (hit["word"] or hit["sign"]).upper()
    if field in FIXED:
        key, made = field, FIXED[field](parts(value), catalog, kind, zone)
    else:
        key, made = of_field(field, operator, value, kind, catalog)
    return {"param_key": key, "operator": operator, **({} if "NULL" in operator else {"value": made})}


def of_field(field: str, operator: str, value: str, kind: TypeSpec, catalog: Catalog) -> tuple[str, Any]:
    """Return a field's key and the value to compare it with."""
    role = field.startswith("roles.")
    specs = kind.roles if role else kind.fields
    hits = [one for one in find_named(specs, field.removeprefix("roles.")) if not refusal(one)]
    if len(hits) != 1:
        known = [name for one in every_spec(kind) for name in (one.alias or one.key, one.name)]
        raise CannotRun(f"no field {quoted(field)} to search on {kind.word}", suggestion(field, known))
    key = change_key(hits[0])
    if "NULL" in operator:
        return hits[0].key, None
    codec = catalog.codec(kind.key, key)
    if role:
        return "role_owners", [{"role": hits[0].key, "owners": ids(codec, parts(value))}]
    return hits[0].key, condition_value(codec, value)


def condition_value(codec: Codec, value: str) -> Any:
    """Return a value in the form of its type: ids for options and people, milliseconds for dates."""
    if codec.spec.type in LISTS | IDS:
        return ids(codec, parts(value))
    if codec.spec.type in {"number", "bool", "date"}:
        desired = read(codec.parse, value)
        try:
            return codec.encode(desired)
        except NoZone as error:
            raise no_zone(error) from None
    return value


def ids(codec: Codec, texts: Sequence[str]) -> list[Any]:
    """Return the ids of options, people or items."""
    if codec.spec.type in IDS and all(ID.fullmatch(text) for text in texts):
        return [int(text) for text in texts]
    found: list[Any] = []
    for text in texts:
        some = read(codec.read_member, text) if isinstance(codec, SetCodec) else (read(codec.parse, text),)
        found += [one[-1] if isinstance(one, tuple) else one for one in some]
    return found


def read(reading: Callable[[Any], Any], text: str) -> Any:
    """Read a text as files would; raises CannotRun."""
    try:
        return reading(Scalar(text, plain=True, place=NOWHERE))
    except Wrong as error:
        raise CannotRun(error.mistakes[0].what, error.mistakes[0].fix) from None


# -- what every item has -------------------------------------------------------------------------


def states(words: Sequence[str], _catalog: Catalog, kind: TypeSpec, _zone: ZoneInfo | None) -> list[str]:
    """Return the keys of states, by their names or keys; raises CannotRun."""
    options = next((one.options for one in kind.fields if one.type == "work_item_status"), ())
    by_word = {one.label: one.id for one in options} | {one.id: one.id for one in options}
    for word in words:
        if options and word not in by_word:
            raise CannotRun(f"no state {quoted(word)} on {kind.word}", suggestion(word, by_word))
    return [by_word.get(word, word) for word in words]


def people_condition(
    words: Sequence[str], catalog: Catalog, _kind: TypeSpec, _zone: ZoneInfo | None
) -> list[str]:
    """Return user keys; raises CannotRun for somebody who is not known."""
    known, found = catalog.people, dict[str, None]()
    for word in words:
        for one in expand(word, known):
            person = known.by_email.get(one.lower()) or known.by_key.get(one)
            if person is None:
                raise CannotRun(
                    f"unknown person {quoted(one)}", "write an e-mail, a user key, or a name of the settings"
                )
            found[person.key] = None
    return list(found)


def day_start(words: Sequence[str], _catalog: Catalog, _kind: TypeSpec, zone: ZoneInfo | None) -> int:
    """Return the first millisecond of a day."""
    return first_of(words[0] if words else "", zone)


def first_of(day: str, zone: ZoneInfo | None) -> int:
    """Return the first millisecond of a day in a zone; raises CannotRun."""
    try:
        some = date.fromisoformat(day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else "")
        return to_ms(midnight(some, require_zone(zone)))
    except NoZone as error:
        raise no_zone(error) from None
    except ValueError:
        raise CannotRun(f"{quoted(day)} is no day", "write it as 2026-11-01") from None


def no_zone(error: NoZone) -> CannotRun:
    """Say that a day of a condition is known in no zone."""
    what, _, fix = str(error).partition("; ")
    return CannotRun(what, fix)


def numbers(words: Sequence[str], _catalog: Catalog, _kind: TypeSpec, _zone: ZoneInfo | None) -> list[int]:
    """Return item ids."""
    return [int(word) for word in words if ID.fullmatch(word)]


Fixed = Callable[[Sequence[str], Catalog, TypeSpec, ZoneInfo | None], Hashable | list[Any]]
FIXED: Mapping[str, Fixed] = {
    "work_item_status": states,
    "people": people_condition,
    "created_at": day_start,
    "updated_at": day_start,
    "work_item_id": numbers,
}
"""Parameters that no field of a type is (endpoints.md 6.6)."""
