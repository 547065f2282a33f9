"""The search grammar (endpoints.md 6.6) and the searches that speak it or stand beside it (6.7)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.sandbox.calls.items import CLOSED, capped, indexed, people_of
from reconciler.sandbox.calls.work_item_json import chosen, node_owners, state_times, work_item
from reconciler.sandbox.http.refusals import Refusal
from reconciler.sandbox.http.request import Call, installed, item_at, opened, space_of, type_of
from reconciler.sandbox.state.model import Field, Item, ItemType, Space
from reconciler.sandbox.state.world import World

Json = Any
Object = dict[str, Json]
PAGE, CONDITIONS, VALUES, SELECTED, BEST = 50, 50, 50, 20, 200

ORDER: Final = ("<", ">", "<=", ">=")
NULLS: Final = ("IS NULL", "IS NOT NULL")
EQUAL: Final = ("=", "!=")
HAS: Final = ("HAS ANY OF", "HAS NONE OF")
HOLDS: Final = ("CONTAINS", "NOT CONTAINS")
LIKE: Final = ("~", "!~")
OPERATORS: Final = frozenset({*ORDER, *NULLS, *EQUAL, *HAS, *HOLDS, *LIKE, "MEET", "NOT MEET"})


@dataclass(frozen=True, slots=True)
class Kind:
    """The operators that a search parameter allows, and the form of its value.

    `form`: `string`, `number`, `int64`, `bool`, `[]string`, `[]int64`, `groups`, or `object`, `[]object`.
    """

    operators: tuple[str, ...]
    form: str


TEXT: Final = Kind((*LIKE, *EQUAL, *NULLS), "string")
ONE: Final = Kind((*EQUAL, *HAS, *NULLS), "[]string")
MANY: Final = Kind((*EQUAL, *HAS, *HOLDS, *NULLS), "[]string")
ONE_ID: Final = Kind((*EQUAL, *HAS, *NULLS), "[]int64")
MANY_IDS: Final = Kind((*EQUAL, *HAS, *HOLDS, *NULLS), "[]int64")
DATE: Final = Kind((*ORDER, *NULLS), "int64")

BY_TYPE: Final[Mapping[str, Kind]] = {
    "text": TEXT,
    "link": TEXT,
    "telephone": TEXT,
    "email": TEXT,
    "multi_text": Kind((*LIKE, *NULLS), "string"),
    "number": Kind((*EQUAL, *ORDER, *NULLS), "number"),
    "bool": Kind((*EQUAL, *NULLS), "bool"),
    "signal": Kind((*EQUAL, *HAS), "[]string"),
    "select": ONE,
    "radio": ONE,
    "tree_select": ONE,
    "tree_multi_select": ONE,
    "business": ONE,
    "user": ONE,
    "multi_select": MANY,
    "multi_user": MANY,
    "work_item_related_select": ONE_ID,
    "work_item_related_multi_select": MANY_IDS,
    "date": DATE,
    "precise_date": DATE,
    "compound_field": Kind(("MEET", "NOT MEET", *NULLS), "groups"),
}
"""Types that are not here cannot be searched (20068)."""

FIXED: Final[Mapping[str, Kind]] = {
    "current_nodes": Kind((*EQUAL, *HAS, *HOLDS), "[]string"),
    "all_states": Kind((*EQUAL, *HAS, *HOLDS), "[]string"),
    "feature_state_time": Kind((*ORDER, *NULLS), "object"),
    "people": MANY,
    "created_at": Kind((*EQUAL, *ORDER), "int64"),
    "updated_at": Kind(ORDER, "int64"),
    "node_owners": Kind((*EQUAL, *HAS, *HOLDS, *NULLS), "[]object"),
    "work_item_id": Kind((*EQUAL, *ORDER, *HAS), "[]int64"),
    "work_item_status": Kind((*EQUAL, *HAS), "[]string"),
    "template_id": ONE_ID,
    "business": ONE,
    "role_owners": Kind((*EQUAL, *HAS, *HOLDS, *NULLS), "[]object"),
    "_field_linked_story": Kind(("=",), "[]int64"),
    "name": TEXT,
}
NODE_FLOW_ONLY: Final = frozenset({"current_nodes", "all_states", "feature_state_time", "node_owners"})
SIGNALS: Final = {"true": True, "false": False, "null": None}
SIGNAL_WORDS: Final = frozenset({*SIGNALS, "undefined"})

Test = Callable[[Item], bool]


def _fits(value: Json, form: str) -> bool:
    if form.startswith("[]"):
        return isinstance(value, list) and all(_fits(each, form[2:]) for each in value)
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "number": (int, float),
        "int64": (int,),
        "bool": (bool,),
        "object": (dict,),
    }
    return isinstance(value, kinds[form]) and (form == "bool" or not isinstance(value, bool))


def _value(key: str, kind: Kind, how: str, value: Json) -> Json:
    """Check a parameter's value: 20069 for another form, 20064 for too many."""
    if kind.form == "[]int64" and how in ORDER and _fits(value, "int64"):
        return [value]
    if not _fits(value, kind.form):
        raise Refusal("search_value", f"{key}: param type must be {kind.form}")
    if isinstance(value, list) and len(value) > VALUES:
        raise Refusal("search_options")
    return value


Compare = Callable[[Json, Json], bool]
COMPARE: Final[Mapping[str, Compare]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "~": lambda held, value: str(value).lower() in str(held).lower(),
    "!~": lambda held, value: str(value).lower() not in str(held).lower(),
}
COMPARE_SETS: Final[Mapping[str, Callable[[set[Json], set[Json]], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "HAS ANY OF": lambda held, wanted: bool(held & wanted),
    "HAS NONE OF": lambda held, wanted: not held & wanted,
    "CONTAINS": operator.ge,
    "NOT CONTAINS": lambda held, wanted: not held >= wanted,
}


def _compare(how: str, held: Json, value: Json) -> bool:
    """Compare a single value; a field without one is only unequal to anything."""
    return how in ("!=", "!~") if held is None else COMPARE[how](held, value)


def _sets(how: str, held: set[Json], wanted: set[Json]) -> bool:
    return COMPARE_SETS[how](held, wanted)


def _ids(value: Json) -> set[Json]:
    """Collect what a stored value holds: option ids, user keys, item ids; of a path, its deepest id."""
    if value is None:
        return set()
    if isinstance(value, list):
        return {each for one in value for each in _ids(one)}
    if isinstance(value, dict):
        return _ids(value["children"]) if value.get("children") else {value["value"]}
    return {value}


def _empty(value: Json) -> bool:
    return value is None or value in ("", [])


class Search:
    """The tests of one search_group over items of one type."""

    def __init__(self, world: World, item_type: ItemType) -> None:
        self.world = world
        self.item_type = item_type
        self.asks_closed = False
        self.conditions = 0

    def group(self, group: Json, *, inside: Field | None = None) -> Test:
        """Compile a SearchGroup; `inside`: the compound field whose rows it is about."""
        if not isinstance(group, dict):
            raise Refusal("search_value", "search_group")
        conjunction = group.get("conjunction") or "AND"
        if conjunction not in ("AND", "OR"):
            raise Refusal("conjunction")
        tests = [self.param(each, inside) for each in group.get("search_params") or []]
        tests += [self.group(each, inside=inside) for each in group.get("search_groups") or []]
        if self.conditions > CONDITIONS:
            raise Refusal("search_options", f"at most {CONDITIONS} conditions")
        join = all if conjunction == "AND" else any
        return lambda item: not tests or join(test(item) for test in tests)

    def param(self, param: Json, inside: Field | None) -> Test:
        """Compile a SearchParam."""
        if not isinstance(param, dict) or not isinstance(param.get("param_key"), str):
            raise Refusal("missing", "param_key")
        self.conditions += 1
        key, how = param["param_key"], param.get("operator")
        field = self._field(key, inside)
        kind = (
            FIXED.get(key) if inside is None and key in FIXED else BY_TYPE.get(field.type) if field else None
        )
        if kind is None:
            raise Refusal("no_data", f"{key} not found") if field is None else Refusal("search_param", key)
        if how not in OPERATORS or how not in kind.operators:
            raise Refusal("search_operator", f"{key}: {how}")
        if param.get("pre_operator") and (kind.form != "groups" or inside is not None):
            raise Refusal("search_value", f"{key}: pre_operator is for compound fields")
        self._flow(key)
        if how in NULLS:
            return self._null(key, field, how)
        if kind.form == "groups" and field is not None:
            return self._meet(param, field, how)
        value = _value(key, kind, how, param.get("value"))
        return self._fixed(key, how, value) or self._of_field(key, field, how, value)

    def _field(self, key: str, inside: Field | None) -> Field | None:
        if inside is not None:
            return next((each for each in inside.compound if key in (each.key, each.alias)), None)
        field = self.item_type.by_key.get(key) or self.item_type.find("", key)
        if field is not None and (field.formula or field.obsolete):
            raise Refusal("search_param", key)
        return field

    def _flow(self, key: str) -> None:
        if key in NODE_FLOW_ONLY and self.item_type.flow != "workflow":
            raise Refusal("search_flow", key)
        if key == "people" and self.item_type.key == "issue":
            raise Refusal("search_people")

    def _null(self, key: str, field: Field | None, how: str) -> Test:
        wants = how == "IS NULL"
        if key == "people":
            return lambda item: (not people_of(item)) == wants
        held = field.key if field else key
        return lambda item: _empty(self._read(item, held)) == wants

    def _read(self, item: Item, key: str) -> Json:
        known = {"name": item.name, "template_id": item.template, "owner": item.created_by}
        return known[key] if key in known else item.values.get(key)

    def _fixed(self, key: str, how: str, value: Json) -> Test | None:
        """Make the test of a fixed parameter; None: it is a field like any other."""
        names = {each.key: each.name for each in self.item_type.states}
        sets: dict[str, Callable[[Item], set[Json]]] = {
            "current_nodes": lambda item: {names.get(item.state, item.state)},
            "all_states": lambda _item: set(names.values()),
            "people": people_of,
            "template_id": lambda item: {item.template},
        }
        if key in sets:
            return lambda item: _sets(how, sets[key](item), set(value))
        if key in ("created_at", "updated_at"):
            return lambda item: _compare(how, getattr(item, key), value)
        makers: dict[str, Callable[[str, Json], Test]] = {
            "work_item_id": self._by_id,
            "work_item_status": self._by_state,
            "role_owners": self._by_roles,
            "node_owners": self._by_nodes,
            "feature_state_time": self._by_time,
            "name": lambda way, what: lambda item: _compare(way, item.name, what),
        }
        return makers[key](how, value) if key in makers else None

    @staticmethod
    def _by_id(how: str, value: list[int]) -> Test:
        if how in ORDER:
            return lambda item: bool(value) and _compare(how, item.id, value[0])
        return lambda item: _sets(how, {item.id}, set(value))

    def _by_state(self, how: str, value: list[str]) -> Test:
        wanted = set(value)
        if how in ("=", "HAS ANY OF") and wanted & CLOSED:
            self.asks_closed = True
            return lambda item: item.aborted is not None or item.state in wanted
        return lambda item: _sets(how, {item.state}, wanted)

    @staticmethod
    def _by_roles(how: str, value: list[Object]) -> Test:
        def test(item: Item) -> bool:
            held = {each["role"]: set(each["owners"] or ()) for each in item.values.get("role_owners") or ()}
            return all(
                _sets(how, held.get(each.get("role"), set()), set(each.get("owners") or ())) for each in value
            )

        return test

    def _by_nodes(self, how: str, value: list[Object]) -> Test:
        keys = {each.name: each.key for each in self.item_type.states}

        def test(item: Item) -> bool:
            return all(
                _sets(
                    how,
                    set(node_owners(item, self.item_type, keys.get(str(each.get("state_name")), ""))),
                    set(each.get("owners") or ()),
                )
                for each in value
            )

        return test

    def _by_time(self, how: str, value: Object) -> Test:
        edge = "end_time" if value.get("state_condition") == 1 else "start_time"
        stamp = value.get("state_timestamp")
        if not _fits(stamp, "int64"):
            raise Refusal("search_value", "feature_state_time: state_timestamp must be int64")

        def test(item: Item) -> bool:
            rows = state_times(item, self.item_type)
            return any(
                row["name"] == value.get("state_name") and _compare(how, row[edge], stamp) for row in rows
            )

        return test

    def _of_field(self, key: str, field: Field | None, how: str, value: Json) -> Test:
        held = field.key if field else key
        if field and field.type == "signal":
            return self._signal(held, how, value)
        if isinstance(value, list):
            return lambda item: _sets(how, _ids(self._read(item, held)), set(value))
        return lambda item: _compare(how, self._read(item, held), value)

    @staticmethod
    def _signal(key: str, how: str, value: list[str]) -> Test:
        if how in EQUAL and len(value) != 1:
            raise Refusal("search_signal")
        if not set(value) <= SIGNAL_WORDS:
            raise Refusal("search_signal_value")

        def word(item: Item) -> str:
            if key not in item.values:
                return "undefined"
            return next(name for name, state in SIGNALS.items() if item.values[key] is state)

        return lambda item: _sets(how, {word(item)}, set(value))

    def _meet(self, param: Object, field: Field, how: str) -> Test:
        groups = param.get("value_search_groups") or param.get("value")
        if not isinstance(groups, list):
            raise Refusal("search_value", f"{field.key}: value_search_groups")
        tests = [self.group(each, inside=field) for each in groups]
        join = all if param.get("pre_operator") == "EVERY" else any

        def row_meets(row: list[Object]) -> bool:
            # A row is searched like an item: its cells are the values.
            cells = Item(0, "", "", values={pair["field_key"]: pair["field_value"] for pair in row})
            return all(test(cells) for test in tests)

        def test(item: Item) -> bool:
            rows = item.values.get(field.key) or []
            return (bool(rows) and join(row_meets(row) for row in rows)) == (how == "MEET")

        return test

    def run(self, call: Call, space: Space, group: Json) -> list[Item]:
        """Find the items by id; terminated ones only when the search asks for them."""
        test = self.group(group)
        return [
            each
            for each in indexed(self.world, call, [space])
            if each.type_key == self.item_type.key
            and (each.aborted is None or self.asks_closed)
            and test(each)
        ]


def search_params(world: World, call: Call) -> Object:
    """Search one type of one space (6.6)."""
    space, item_type = type_of(world, call)
    if "search_group" not in call.body:
        raise Refusal("missing", "search_group")
    size, page = call.paging(PAGE)
    wanted = chosen(call.words("fields"))
    found = Search(world, item_type).run(call, space, call.body["search_group"])
    found = capped(world, found, world.options.search_ceiling)
    return _page(world, call, found, size, page, wanted)


def _page(
    world: World, call: Call, found: list[Item], size: int, page: int, wanted: Callable[[Field], bool]
) -> Object:
    return {
        "data": [work_item(world, each, call, wanted) for each in found[(page - 1) * size : page * size]],
        "pagination": {"page_num": page, "page_size": size, "total": len(found)},
    }


def _sources(world: World, call: Call) -> tuple[Space, list[str]]:
    """Read where to search: top-level members, or the older `data_sources` (6.7)."""
    source = next((each for each in call.many("data_sources") if isinstance(each, dict)), {})
    project = call.text("project_key") or str(source.get("project_key") or "")
    kind = call.text("work_item_type_key")
    types = [kind] if kind else [str(each) for each in source.get("work_item_type_keys") or []]
    if not project or not types:
        raise Refusal("missing", "project_key, work_item_type_key")
    return opened(world, call, world.space(project)), types


def universal(world: World, call: Call) -> Object:
    """Search with a cursor (6.7): the list is under `datas`."""
    space, types = _sources(world, call)
    selected, paging = call.words("field_selected"), call.map("pagination")
    if len(selected) > SELECTED:
        raise Refusal("invalid", f"field_selected should less than {SELECTED}")
    size = min(int(paging.get("page_size") or PAGE), PAGE)
    found: list[Item] = []
    for key in types:
        found += Search(world, world.type_in(space, key)).run(
            call, space, call.body.get("search_group") or {}
        )
    after = int(paging.get("search_after") or 0)
    rest = [each for each in found if each.id > after]
    rows = rest[:size]
    wanted = set(selected)
    return {
        "datas": [work_item(world, each, call, lambda field: field.key in wanted) for each in rows],
        "pagination": {
            "page_size": size,
            "total": len(found),
            "search_after": str(rows[-1].id) if len(rest) > size else "",
            "pit": "",
        },
        "extra_info": {},
    }


def compositive(world: World, call: Call) -> Object:
    """Search by words over spaces: the best 200, with capitalised members (6.7)."""
    text = call.text("query")
    if not 1 <= len(text) <= BEST:
        raise Refusal("query_length")
    kind = call.text("query_type")
    if kind not in ("workitem", "view"):
        raise Refusal("query_type")
    keys, names, types = call.words("project_keys"), call.words("simple_names"), call.words("query_sub_type")
    spaces = [
        each
        for each in world.spaces.values()
        if ((not keys and not names) or each.key in keys or each.simple_name in names)
        and installed(world, call, each)
    ]
    found = [
        each
        for each in (indexed(world, call, spaces) if kind == "workitem" else ())
        if text.lower() in each.name.lower()
        and each.aborted is None
        and (not types or each.type_key in types)
    ][:BEST]
    size, page = call.paging(PAGE, PAGE)
    return {
        "data": [_hit(each) for each in found[(page - 1) * size : page * size]],
        "pagination": {"page_num": page, "page_size": size, "total": len(found)},
    }


def _hit(item: Item) -> Object:
    return {
        "ID": str(item.id),
        "name": item.name,
        "WorkItemTypeKey": item.type_key,
        "ProjectKey": item.project,
        "CreatedBy": item.created_by,
        "CreatedAt": item.created_at,
        "SearchHit": [],
    }


def by_relation(world: World, call: Call) -> Object:
    """List the items that one field of an item points to (6.7)."""
    item = item_at(world, call)
    kind, key = call.text("relation_work_item_type_key", needed=True), call.text("relation_key", needed=True)
    if space_of(world, call).type(kind) is None:
        raise Refusal("no_type")
    how = call.number("relation_type")
    if how not in (0, 1):
        raise Refusal("relation_type")
    item_type = world.type_of(item)
    field = item_type.find("", key) if how else item_type.by_key.get(key)
    if field is None:
        raise Refusal("no_relation")
    if not field.targets:
        raise Refusal("not_a_relation")
    if kind not in field.targets:
        raise Refusal("relation_absent")
    size, page = call.paging(PAGE)
    found = list(_alive(world, _ids(item.values.get(field.key)), kind))
    if len(found) > world.options.relation_ceiling:
        raise Refusal("too_many_relations")
    return _page(world, call, found, size, page, chosen(call.words("fields")))


def _alive(world: World, ids: Iterable[int], kind: str) -> Iterable[Item]:
    for each in sorted(ids):
        item = world.items.get(each)
        if item and not item.deleted_at and item.type_key == kind:
            yield item
