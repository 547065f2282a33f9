"""What the service is asked for conditions (endpoints.md 6.6): the search group that they make.  Pure."""

# A search only lists candidates.  So where the service has no parameter for a condition, the search asks for
# more rather than for less: `wider` leaves the condition out.

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from reconciler.desired import condition_parsing
from reconciler.desired.condition_parsing import ConditionReader, name_by, people_named
from reconciler.errors import CannotRun, Place, quoted, suggestion
from reconciler.fields.conditions import CREATOR, EQUAL, FACTS, ITEM_ID, NULLS, AnyOf, Comparison, Condition
from reconciler.fields.dates import NoZone, midnight, require_zone, to_ms
from reconciler.fields.people import expand
from reconciler.fields.values import Wrong
from reconciler.manifest.nodes import Scalar
from reconciler.model import ROLES
from reconciler.schema.catalog import Catalog
from reconciler.schema.types import TypeSpec

LINKED_STORY: Final = "_field_linked_story"
"""A fixed parameter that takes `=` alone (endpoints.md 6.6)."""
MOST_CONDITIONS: Final = 50
"""Conditions that one search takes, in all of its groups (endpoints.md 6.6)."""
NOWHERE: Final = Place("", 1, 1)
EXAMPLE: Final = "write --search 'priority HAS ANY OF P0, P1', or a search_group as JSON"
Json = dict[str, Any]


def search_group(words: Iterable[str], kind: TypeSpec, catalog: Catalog, zone: ZoneInfo | None) -> Json:
    """Return the search group that all conditions make, `FIELD OPERATOR VALUES` or JSON each."""
    reader = ConditionReader(kind, catalog, zone, name_by(kind))
    params: list[Json] = []
    groups: list[Json] = []
    for word in words:
        if word.lstrip().startswith("{"):
            groups.append(group_of(word))
            continue
        asked = param_of(read(reader, word), kind, catalog)
        if asked is None:
            raise CannotRun(f"the service cannot search for {quoted(word)}", "leave it out")
        (groups if "conjunction" in asked else params).append(asked)
    return {"conjunction": "AND", "search_params": params, "search_groups": groups}


def group_of(text: str) -> Json:
    """Read a group in the service's own form."""
    try:
        group = json.loads(text)
    except ValueError:
        raise CannotRun("--search is no JSON", EXAMPLE) from None
    return dict(group)


def read(reader: ConditionReader, word: str) -> Comparison:
    """Read one condition of a command line; raises CannotRun."""
    try:
        return reader.read(Scalar(word, plain=True, place=NOWHERE))
    except Wrong as error:
        first = error.mistakes[0]
        fix = EXAMPLE if first.fix == condition_parsing.EXAMPLE else first.fix
        raise CannotRun(first.what, fix) from None


def people_in_conditions(words: Iterable[str], catalog: Catalog) -> set[str]:
    """Return every e-mail and user key that conditions name."""
    return {one for word in words for one in people_named(word, catalog.people)}


def wider(conditions: Iterable[Condition], kind: TypeSpec, catalog: Catalog) -> Json:
    """Return a search group that finds every item for which the conditions hold, and maybe others.

    What the service cannot search for, or is more than a search takes, is left out.
    """
    groups: list[Json] = []
    left = MOST_CONDITIONS
    for one in conditions:
        parts = one.parts if isinstance(one, AnyOf) else (one,)
        asked = [param_of(part, kind, catalog) for part in parts]
        found = [part for part in asked if part is not None]
        size = sum(len(part.get("search_params", "1")) for part in found)
        if len(found) == len(asked) and size <= left:
            left -= size
            groups.append(joined(found, "OR" if isinstance(one, AnyOf) else "AND"))
    return {"conjunction": "AND", "search_params": [], "search_groups": groups}


def joined(asked: Sequence[Json], conjunction: str) -> Json:
    """Return a group of parameters and groups."""
    return {
        "conjunction": conjunction,
        "search_params": [one for one in asked if "conjunction" not in one],
        "search_groups": [one for one in asked if "conjunction" in one],
    }


def param_of(one: Comparison, kind: TypeSpec, catalog: Catalog) -> Json | None:
    """Return the parameter, or the group of parameters, of one comparison; None if the service has none."""
    role = one.key.removeprefix(ROLES) if one.key.startswith(ROLES) else None
    if (role and one.operator in NULLS) or (one.key == LINKED_STORY and one.operator != "="):
        return None
    if one.operator in NULLS:
        return {"param_key": one.key, "operator": one.operator}
    if one.kind in {"day", "moment"}:
        return time_param(one)
    value: Any = list(one.operand)
    if role:
        return param("role_owners", one.operator, [{"role": role, "owners": value}])
    if one.key in FACTS:
        return param(one.key, one.operator, value)
    if one.kind != "set":
        value = one.operand[0]
    if one.kind == "number":
        value = catalog.codec(kind.key, one.key).encode(Decimal(str(value)))
    return param(one.key, one.operator, value)


def param(key: str, how: str, value: Any) -> Json:
    """Return one parameter."""
    return {"param_key": key, "operator": how, "value": value}


def time_param(one: Comparison) -> Json:
    """Return the parameters of a comparison with a span of milliseconds: inside of it all is equal."""
    first, after = one.operand[-2:]
    ways = {
        "<": param(one.key, "<", first),
        "<=": param(one.key, "<", after),
        ">": param(one.key, ">=", after),
        ">=": param(one.key, ">=", first),
    }
    if one.operator in EQUAL:
        pair = (ways[">="], ways["<="]) if one.operator == "=" else (ways["<"], ways[">"])
        return joined(pair, "AND" if one.operator == "=" else "OR")
    return ways[one.operator]


def is_listed(conditions: Iterable[Condition]) -> bool:
    """Return True if no condition reads anything but what `filter` takes."""
    return all(
        isinstance(one, Comparison) and one.key in FACTS.keys() - {CREATOR, ITEM_ID} for one in conditions
    )


# -- what `filter` is asked -------------------------------------------------------------------------


def states(words: Sequence[str], kind: TypeSpec) -> list[str]:
    """Return the keys of states, by their names or keys; raises CannotRun."""
    options = next((one.options for one in kind.fields if one.type == "work_item_status"), ())
    by_word = {one.label: one.id for one in options} | {one.id: one.id for one in options}
    for word in words:
        if options and word not in by_word:
            raise CannotRun(f"no state {quoted(word)} on {kind.word}", suggestion(word, by_word))
    return [by_word.get(word, word) for word in words]


def people_condition(words: Sequence[str], catalog: Catalog) -> list[str]:
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


def first_of(day: str, zone: ZoneInfo | None) -> int:
    """Return the first millisecond of a day in a zone; raises CannotRun."""
    try:
        some = date.fromisoformat(day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else "")
        return to_ms(midnight(some, require_zone(zone)))
    except NoZone as error:
        what, _, fix = str(error).partition("; ")
        raise CannotRun(what, fix) from None
    except ValueError:
        raise CannotRun(f"{quoted(day)} is no day", "write it as 2026-11-01") from None
