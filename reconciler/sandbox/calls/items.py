"""Work items by id and by filter (endpoints.md 6.3 to 6.5), and the operation records (8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from reconciler.sandbox.calls.work_item_json import anything, chosen, work_item
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, installed, opened, seen_by, space_of, type_of, whole
from reconciler.sandbox.state.model import Field, Item, Space
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
IDS, PAGE, ACROSS_PAGE, SPACES, PEOPLE = 50, 200, 50, 10, 10
CLOSED: Final = frozenset({"closed", "systemEnded"})
"""Words that find terminated items in a search (6.6)."""
SAMPLE: Final = frozenset({"aborted", "role_owners"})
"""The fields of an item in the manual's sample of a list (6.4)."""
ACROSS_FIELDS: Final = frozenset({"owner", "watchers", "issue_operator", "issue_reporter"})
WEEK_MS, RECORDS, DEFAULT_RECORDS = 7 * 86_400_000, 200, 50


def query(world: World, call: Call) -> Object:
    """Give details by id (6.3)."""
    space, item_type = type_of(world, call)
    ids = call.ids("work_item_ids")
    if not ids:
        raise Refusal("missing", "work_item_ids")
    if len(ids) > IDS:
        raise Refusal("too_many_ids")
    wanted = chosen(call.words("fields"))
    seen = [world.seen(each, world.options.stale_reads_ms) for each in dict.fromkeys(ids)]
    good = [
        each
        for each in seen
        if each
        and not each.deleted_at
        and (each.project, each.type_key) == (space.key, item_type.key)
        and seen_by(world, call, each)
    ]
    if len(good) < len(seen) and (world.options.unknown_ids == "refuse" or not good):
        raise Refusal("no_item")
    if world.pages is not None and not call.many("fields") and not call.map("expand"):
        return {"data": Ready([_page(world, world.pages, each, call) for each in good])}
    return {"data": [_queried(world, each, call, wanted) for each in good]}


def _queried(world: World, item: Item, call: Call, wanted: Callable[[Field], bool]) -> Object:
    """Make an item as `query` gives it: by a switch without `current_nodes` where there are none."""
    made = work_item(world, item, call, wanted)
    if world.options.forms_by_endpoint == "live" and made["pattern"] == "State":
        del made["current_nodes"]
    return made


class Ready(list[str]):
    """A list of JSON texts that need no more encoding."""


def _page(world: World, pages: dict[int, tuple[Item, str]], item: Item, call: Call) -> str:
    """Encode a whole item once: a change makes a new item, so the old text is not found again."""
    kept = pages.get(item.id)
    if kept is None or kept[0] is not item:
        text = json.dumps(_queried(world, item, call, anything), ensure_ascii=False, separators=(",", ":"))
        pages[item.id] = kept = item, text
    return kept[1]


def indexed(world: World, call: Call, spaces: Iterable[Space]) -> Iterator[Item]:
    """List the items of spaces as the search index sees them, by id."""
    keys = {each.key for each in spaces}
    for item_id in sorted(world.items):
        item = world.seen(item_id, world.options.search_lag_ms)
        if item and not item.deleted_at and item.project in keys and seen_by(world, call, item):
            yield item


def capped(world: World, found: list[Item], ceiling: int) -> list[Item]:
    """Hold a result under its ceiling: an error, or cut, as the switch says (6.4)."""
    if len(found) <= ceiling:
        return found
    if world.options.ceiling == "truncate":
        return found[:ceiling]
    raise Refusal("too_many_hits")


def people_of(item: Item) -> set[str]:
    """Tell whom a search for people finds an item by: creator, watchers, role members."""
    found = {item.created_by, *(item.values.get("watchers") or ())}
    for held in item.values.get("role_owners") or ():
        found.update(held["owners"] or ())
    return found


def _ids_of(value: Json) -> set[str]:
    """Collect the option ids of a stored value."""
    if isinstance(value, list):
        return {key for each in value for key in _ids_of(each)}
    if isinstance(value, dict):
        return {value["value"]} | _ids_of(value.get("children"))
    return {value} if isinstance(value, str) else set()


Test = Callable[[Item], bool]


def _option_test(key: str, wanted: set[str]) -> Test:
    return lambda item: bool(wanted & _ids_of(item.values.get(key)))


def _time_test(read: Callable[[Item], int], window: tuple[int, int]) -> Test:
    return lambda item: window[0] <= read(item) <= window[1]


def _tests(call: Call) -> list[Test]:
    """Make the tests that both filters share."""
    tests: list[Test] = []
    name, ids = call.text("work_item_name").lower(), set(call.ids("work_item_ids"))
    if name:
        tests.append(lambda item: name in item.name.lower())
    if ids:
        tests.append(lambda item: item.id in ids)
    for key, field in (("businesses", "business"), ("priorities", "priority"), ("tags", "tags")):
        if wanted := set(call.words(key)):
            tests.append(_option_test(field, wanted))
    if created := call.window("created_at"):
        tests.append(_time_test(lambda item: item.created_at, created))
    if updated := call.window("updated_at"):
        tests.append(_time_test(lambda item: item.updated_at, updated))
    return [*tests, *_state_tests(call)]


def _state_tests(call: Call) -> list[Test]:
    """Make the tests of states; terminated items are left out unless a closed word asks for them."""
    wanted = {str(each.get("state_key")) for each in call.many("work_item_status") if isinstance(each, dict)}
    wanted |= set(call.words("sub_stages"))
    if wanted & CLOSED:
        return [lambda item: item.aborted is not None]
    tests: list[Test] = [lambda item: item.aborted is None]
    if wanted:
        tests.append(lambda item: item.state in wanted)
    return tests


def _answer(
    world: World, call: Call, found: list[Item], paging: tuple[int, int], wanted: Callable[[Field], bool]
) -> Object:
    size, page = paging
    rows = found[(page - 1) * size : page * size]
    return {
        "data": [_filtered(world, each, call, wanted) for each in rows],
        "pagination": {"page_num": page, "page_size": size, "total": len(found)},
    }


def _filtered(world: World, item: Item, call: Call, wanted: Callable[[Field], bool]) -> Object:
    made = work_item(world, item, call, wanted)
    if world.options.filter_fields == "manual":
        made["fields"] = [each for each in made["fields"] if each["field_key"] in SAMPLE]
    elif world.options.filter_fields == "builtin":
        by_key = world.type_of(item).by_key
        made["fields"] = [each for each in made["fields"] if not by_key[each["field_key"]].custom]
    if world.options.forms_by_endpoint == "live":
        made["fields"] = [_as_listed(each) for each in made["fields"]]
    return made


def _as_listed(entry: Object) -> Object:
    """Make an entry of `fields[]` as a list gives it: with a help text, and no roles at all as null."""
    empty = entry["field_key"] == "role_owners" and not entry["field_value"]
    return entry | {"help_description": ""} | ({"field_value": None} if empty else {})


def filter_items(world: World, call: Call) -> Object:
    """Filter in one space (6.4)."""
    space, types = space_of(world, call), call.words("work_item_type_keys")
    paging = call.paging(PAGE)
    if call.text("search_id"):
        raise Refusal("missing", "search_id is invalid")
    if not types:
        raise Refusal("wrong_type_param", "work_item_type_keys")
    unknown = [each for each in types if space.type(each) is None]
    if unknown:
        raise Refusal("no_type", f"work item type {unknown[0]} not found in project {space.key}")
    people = set(call.words("user_keys"))
    if len(people) > PEOPLE:
        raise Refusal("too_many_users")
    tests = [lambda item: item.type_key in types, *_tests(call)]
    if people:
        tests.append(lambda item: bool(people & people_of(item)))
    found = [each for each in indexed(world, call, [space]) if all(test(each) for test in tests)]
    return _answer(world, call, capped(world, found, world.options.filter_ceiling), paging, anything)


def filter_across(world: World, call: Call) -> Object:
    """Filter over spaces, one type (6.5)."""
    keys, names, kind = (
        call.words("project_keys"),
        call.words("simple_names"),
        call.text("work_item_type_key"),
    )
    paging = call.paging(ACROSS_PAGE)
    if len(keys) + len(names) > SPACES:
        raise Refusal("too_many_spaces")
    if len(call.many("work_item_ids")) > IDS:
        raise Refusal("too_many_ids")
    spaces = [
        each
        for each in world.spaces.values()
        if each.key in keys
        or each.simple_name in names
        or (not keys and not names and installed(world, call, each))
    ]
    if not kind or not any(each.type(kind) for each in spaces):
        raise Refusal("wrong_type_param", "work_item_type_key")
    for each in spaces:
        opened(world, call, each)
    templates = set(call.ids("template_ids"))
    tests = [lambda item: item.type_key == kind, *_tests(call), *_search_user(world, call)]
    if templates:
        tests.append(lambda item: item.template in templates)
    found = [each for each in indexed(world, call, spaces) if all(test(each) for test in tests)]
    return _answer(world, call, capped(world, found, world.options.search_ceiling), paging, anything)


def _search_user(world: World, call: Call) -> list[Test]:
    told = call.map("search_user")
    if not told:
        return []
    keys, field, role = set(told.get("user_keys") or ()), told.get("field_key"), told.get("role")
    if field and role:
        raise Refusal("role_and_field")
    if (field or role) and not keys:
        raise Refusal("role_alone")
    if field and field not in ACROSS_FIELDS:
        raise Refusal("missing", "search_user.field_key")
    unknown = [each for each in keys if each not in world.people]
    if unknown:
        raise Refusal("user_50006", f"user: {unknown[0]} not found")
    if field:
        return [lambda item: bool(keys & _ids_of(item.values.get(field)))]
    if role:
        return [lambda item: bool(keys & _role_members(item, role))]
    return [lambda item: bool(keys & people_of(item))]


def _role_members(item: Item, role: str) -> set[str]:
    rows = item.values.get("role_owners") or ()
    return {key for each in rows if each["role"] == role for key in each["owners"] or ()}


RECORD_FILTERS: Final = (
    ("operator", "operator"),
    ("operator_type", "operator_type"),
    ("source_type", "source_type"),
    ("source", "source"),
    ("operation_type", "operation_type"),
    ("op_record_module", "op_record_module"),
)


def records(world: World, call: Call) -> Object:
    """List operation records (8): a simple name is answered with success and nothing."""
    project, ids = call.text("project_key", needed=True), call.ids("work_item_ids")
    if not ids:
        raise Refusal("missing", "work_item_ids")
    if len(ids) > IDS:
        raise Refusal("too_many_ids")
    if project in world.spaces:
        opened(world, call, world.spaces[project])
    size, _ = call.paging(RECORDS, DEFAULT_RECORDS)
    window = _span(call)
    start = call.text("start_from") or "0"
    if not start.isdigit():
        raise Refusal("invalid", "start_from")
    chosen_by = [(member, set(call.words(key))) for key, member in RECORD_FILTERS if call.many(key)]
    found = [
        row
        for each in sorted(set(ids))
        for row in world.records.get(each, ())
        if row["project_key"] == project
        and window[0] <= row["operation_time"] <= window[1]
        and all(row.get(member) in wanted for member, wanted in chosen_by)
    ]
    begin = int(start)
    end = begin + size
    more = end < len(found)
    return {
        "data": {
            "has_more": more,
            "start_from": str(end) if more else "",
            "total": len(found),
            "op_records": found[begin:end],
        }
    }


def _span(call: Call) -> tuple[int, int]:
    start, end = call.body.get("start") or None, call.body.get("end") or None
    if start is None and end is None:
        return 0, 10**13
    if start is None or end is None:
        raise Refusal("invalid", "start and end must be set together")
    begin, finish = whole(start, "start"), whole(end, "end")
    digits = len(str(10**12))
    if {len(str(begin)), len(str(finish))} != {digits} or not 0 <= finish - begin <= WEEK_MS:
        raise Refusal("bad_time", "start, end")
    return begin, finish
