"""The demo space: fixed, documented ids, so that a file under `state/` can name them."""

from __future__ import annotations

import copy
from typing import Final

from reconciler.sandbox.demo import content
from reconciler.sandbox.state.model import (
    Field,
    Group,
    Item,
    ItemType,
    Option,
    Person,
    Role,
    Space,
    State,
    Template,
)
from reconciler.sandbox.state.switches import Options
from reconciler.sandbox.state.world import World

PROJECT: Final = "64a0c1f2e3b4d5a6c7e8f901"
RELEASE: Final = "67c7c0e46f6789d587d7ab5e"
NAMES: Final = (
    *("ana", "bo", "chen", "dana", "emil", "fay", "gus", "hana", "ivan", "june", "kim", "kim2"),
    *("lin", "mei"),
)
CHINESE: Final = {"ana": "安娜", "chen": "陈晨", "lin": "林一", "mei": "梅雪"}
PEOPLE: Final = {name: f"73100000000000000{n:02}" for n, name in enumerate(NAMES, 1)}
START: Final = 1772000000123
VERBS: Final = ("Export", "Retry", "Show", "Cache", "Audit", "Import", "Group", "Limit")
NOUNS: Final = (
    "audit log",
    "card payments",
    "refunds",
    "invoice list",
    "login events",
    "price rules",
    "reports",
)
COUNTS: Final = (("story", 6300012300, 80), ("issue", 6300013300, 70), (RELEASE, 6300014300, 50))
FIRST: Final = {key: first for key, first, _ in COUNTS}
BUSINESSES: Final = (
    {
        "id": "662f0e13b1a20d5dd5fb3320",
        "name": "Money",
        "children": [
            {"id": "662f0e13b1a20d5dd5fb3321", "name": "Cards"},
            {"id": "662f0e13b1a20d5dd5fb3322", "name": "Payouts"},
        ],
    },
    {
        "id": "662f0e13b1a20d5dd5fb3330",
        "name": "Growth",
        "children": [
            {"id": "662f0e13b1a20d5dd5fb3331", "name": "增长实验"},
            {"id": "662f0e13b1a20d5dd5fb3332", "name": "Old campaigns", "disabled": True},
        ],
    },
)
BUSINESS_IDS: Final = (*(f"662f0e13b1a20d5dd5fb33{n}" for n in (20, 21, 22, 30, 31)),)
OLD_NAMES: Final = 40
"""Stories up to here keep the names that files under `state/` and guides speak of."""
KEPT_EMPTY: Final = frozenset(
    {"field_05723d", "tags", "field_a1b2c4", "wiki", "field_0e381c", "field_0dae57"}
)
BARE: Final = range(6300012320, 6300012380)
"""Stories whose `KEPT_EMPTY` fields stay empty, so that filling them can be shown."""


def _options(*labels: str, prefix: str = "option_", old: str = "") -> list[Option]:
    made = [Option(f"{prefix}{n}", label) for n, label in enumerate(labels)]
    return [*made, Option(f"{prefix}9", old, disabled=True)] if old else made


def _fields() -> list[Field]:
    area = [
        Option("area_pay", "Payments", children=_options("Cards", "Refunds", prefix="pay_")),
        Option("area_acc", "Accounts", children=_options("Login", "Profile", prefix="acc_")),
    ]
    env = [
        Field("field_e00001", "env", "text", "env"),
        Field("field_e00002", "url", "link", "url"),
        Field("field_e00003", "ready", "bool", "ready"),
        Field("field_e00004", "due", "date", "env_due"),
        Field("field_e00005", "owner", "user", "env_owner"),
    ]
    return [
        Field("name", "Name", "text", "name", custom=False, required=1),
        Field("description", "Description", "multi_text", "description", custom=False),
        Field(
            "priority",
            "Priority",
            "select",
            "priority",
            custom=False,
            options=_options("P0", "P1", "P2", "P3", old="Old"),
        ),
        Field("field_a1b2c3", "External reference", "text", "ext_ref"),
        Field("field_a1b2c4", "Notes", "text", "notes", kind="multi"),
        Field("field_3724e6", "Story points", "number", "story_points"),
        Field(
            "field_656741", "Total points", "number", "total_points", layout=False, formula=["field_3724e6"]
        ),
        Field("field_b9d821", "Needs QA", "bool", "needs_qa"),
        Field("wiki", "PRD", "link", "wiki", custom=False),
        Field("field_2fbca6", "Due", "date", "due"),
        Field("field_0e381c", "Cutover", "date", "cutover", kind="moment"),
        Field(
            "field_0dae57", "Scale", "radio", "scale", options=_options("S", "M", "L", "XL", prefix="scale_")
        ),
        Field(
            "field_c4d17a",
            "Platform",
            "multi_select",
            "platform",
            options=_options("iOS", "Android", "Web", "Desktop", prefix="platform_", old="Flash"),
        ),
        Field(
            "tags",
            "Tags",
            "multi_select",
            "tags",
            custom=False,
            options=_options("growth", "debt", "security", prefix="tag_"),
        ),
        Field("field_05723d", "Reviewer", "user", "reviewer"),
        Field("watchers", "Followers", "multi_user", "watchers", custom=False),
        Field("role_owners", "Roles", "role_owners", custom=False),
        Field("field_511b0c", "Area", "tree_select", "area", options=area, level="leaf"),
        Field("field_38c836", "Markets", "tree_multi_select", "markets", options=area),
        Field("schedule", "Schedule", "schedule", "schedule", custom=False),
        Field("business", "Business line", "business", "business", custom=False),
        Field("field_7872c9", "Parent", "work_item_related_select", "parent_story", targets=["story"]),
        Field(
            "planning_sprint",
            "Release",
            "work_item_related_multi_select",
            "planning_release",
            custom=False,
            targets=[RELEASE],
        ),
        Field("field_347e4e", "Docs", "link_cloud_doc", "docs"),
        Field("field_7c0a11", "Hotline", "telephone", "hotline"),
        Field("field_51ab02", "Contact", "email", "contact"),
        Field("field_5a711c", "Environments", "compound_field", "env_rows", compound=env),
        Field("multi_attachment", "Files", "multi_file", custom=False),
        Field("field_1c7e08", "CI", "signal", "ci_state"),
        Field("aborted", "Aborted", "aborted", custom=False, layout=False),
        Field("owner", "Creator", "user", "owner", custom=False, computed=True),
        Field(
            "current_status_operator",
            "Current owner",
            "multi_user",
            "current_status_operator",
            custom=False,
            computed=True,
        ),
        Field("start_time", "Submitted at", "date", "start_time", custom=False, computed=True),
        Field("template", "Template", "work_item_template", "template", custom=False, required=1),
        Field("work_item_status", "Status", "work_item_status", custom=False, layout=False, computed=True),
        Field("auto_number", "Number", "number", "auto_number", custom=False, computed=True),
        Field("is_frozen", "Frozen", "bool", custom=False, layout=False, computed=True),
        Field("finish_time", "Finished at", "date", "finish_time", custom=False, computed=True),
        Field("group_type", "Chat group", "group_type", custom=False),
        Field("field_0ld001", "Old estimate", "number", obsolete=True, layout=False),
    ]


OWN_FIELDS: Final = {
    "story": (
        Field("field_7d21aa", "Acceptance criteria", "multi_text", "acceptance"),
        Field("field_9c20d1", "Rollout rate", "number", "rollout_rate", number={"scaling_ratio": "0.01"}),
        Field("field_4b0001", "Wanted by customers", "vote_boolean", layout=False),
        Field("deleted", "Deleted", "deleted", custom=False, layout=False),
    ),
    "issue": (
        Field("issue_operator", "Operator", "multi_user", "issue_operator", custom=False),
        Field("issue_reporter", "Reporter", "multi_user", "issue_reporter", custom=False, computed=True),
        Field("_field_linked_story", "Story", "work_item_related_select", custom=False, targets=["story"]),
        Field("severity", "Severity", "select", "severity", custom=False, options=_options("S0", "S1", "S2")),
        Field("field_31e0b7", "Steps to reproduce", "multi_text", "steps"),
        Field("field_31e0b8", "Found in", "text", "found_in", required=1),
    ),
    RELEASE: (
        Field("field_6a10c2", "Version number", "text", "version_number"),
        Field("field_6a10c3", "Code freeze", "date", "code_freeze"),
        Field(
            "field_6a10c4",
            "Stores",
            "multi_select",
            "stores",
            options=_options("App Store", "Play", "AppGallery", prefix="store_"),
        ),
    ),
}
NODES: Final = (
    State("started", "Started"),
    State("doing", "In progress", milestone=True),
    State("end", "Done", final=True),
)
MOVES: Final = (
    ["started", "doing", 21001],
    ["doing", "end", 21002],
    ["doing", "started", 21003],
    ["end", "doing", 21004],
)
TEMPLATES: Final = {
    "story": [
        Template(3047001, "Default flow", 8),
        Template(3047002, "Small change", 3),
        Template(3047003, "Old flow", 5, disabled=True),
    ],
    "issue": [Template(3047001, "Default flow", 6)],
    RELEASE: [Template(3047001, "Default flow", 2)],
}
DESCRIPTIONS: Final = {
    "story": "What somebody shall be able to do",
    "issue": "What goes wrong",
    RELEASE: "What ships together",
}


def _states(key: str) -> list[State]:
    """Make the states of a type; an issue is done once its form is filled (endpoints.md 7.8)."""
    states = copy.deepcopy(list(NODES))
    if key == "issue":
        states[-1].required = ["severity"]
    return states


def _type(key: str, name: str, api_name: str, flow: str) -> ItemType:
    roles = [
        Role("rd", "RD"),
        Role("PM", "PM"),
        Role("role_7908a9", "QA", deletable=False, members=[PEOPLE["chen"]]),
        Role("role_d35160", "Designer", multi=False),
    ]
    fields = [*_fields(), *copy.deepcopy(OWN_FIELDS[key])]
    if key == "issue":
        roles += [Role("operator", "Operator"), Role("reporter", "Reporter")]
    return ItemType(
        key,
        name,
        api_name,
        flow,
        fields=fields,
        roles=roles,
        templates=copy.deepcopy(TEMPLATES[key]),
        states=_states(key),
        transitions=[list(each) for each in MOVES] if flow == "stateflow" else [],
        description=DESCRIPTIONS[key],
    )


def _item(n: int, item_id: int, type_key: str) -> Item:
    people = list(PEOPLE.values())
    values = {
        "description": f"Why: support asks for it {n % 9 + 1} times a week.\n",
        "aborted": {"is_aborted": False, "reason": ""},
        "priority": {"value": f"option_{n % 4}"},
        "field_3724e6": n % 8 + 1,
        "field_b9d821": n % 2 == 0,
        "field_2fbca6": 1774972800000 + n * 86_400_000,
        "owner": people[0],
        "start_time": START + n,
        "field_c4d17a": [{"value": f"platform_{n % 4}"}],
        "watchers": [people[n % 8]],
        "role_owners": [
            {"role": "rd", "owners": [people[n % 8]]},
            {"role": "PM", "owners": [people[(n + 3) % 8]]},
            {"role": "role_7908a9", "owners": [PEOPLE["chen"]]},
        ],
    }
    if n % 3 == 0:
        values |= {"field_a1b2c3": f"EXT-{n}", "field_0dae57": {"value": f"scale_{n % 4}"}}
    state, began = (
        ("doing", "doing", "started", "doing", "end")[n % 5 if n >= OLD_NAMES else 0],
        START + n + 3_600_000,
    )
    return Item(
        item_id,
        type_key,
        _name(n, type_key),
        PROJECT,
        values,
        state=state,
        history=_history(state, people[0], START + n),
        state_at=START + n if state == "started" else began,
        state_by=people[n % 8],
        template=3047001,
        created_by=people[0],
        created_at=START + n,
        updated_by=people[1],
        updated_at=START + n,
    )


def _name(n: int, type_key: str) -> str:
    if type_key == "story" and n >= OLD_NAMES:
        return content.title("story", n - OLD_NAMES)
    if type_key != "story" and n >= OLD_NAMES // 4:
        return content.title("issue" if type_key == "issue" else "release", n - OLD_NAMES // 4)
    return f"{VERBS[n % len(VERBS)]} {NOUNS[n % len(NOUNS)]}"


def _history(state: str, user: str, at: int) -> list[dict[str, object]]:
    """List the states before this one, as `work_item_status.history` gives them (6.1)."""
    before = [each.key for each in NODES]
    return [
        {
            "state_key": key,
            "is_archived_state": False,
            "is_init_state": n == 0,
            "updated_at": at + n * 3_600_000,
            "updated_by": user,
        }
        for n, key in enumerate(before[: before.index(state)])
    ]


UNFILLED: Final = {"story": ("field_0dae57",), "issue": (), RELEASE: ()}
"""Fields that only the plain values fill: two stories of three have no scale."""


def _fill(item: Item, item_type: ItemType, n: int, ground: content.Ground) -> None:
    """Give the fields that the plain values leave out believable content; every fifth stays empty."""
    for at, field in enumerate(item_type.fields):
        spared = item.id in BARE if field.key in KEPT_EMPTY else (n + at) % 5 == 4  # noqa: PLR2004 - see above
        if field.key in item.values or field.key == "name" or spared or field.key in UNFILLED[item.type_key]:
            continue
        made = content.value(field, n + at, ground)
        if made is not None and not (field.key == "field_7872c9" and made >= item.id):
            item.values[field.key] = made
    item.values["auto_number"] = n + 1
    if "severity" in item_type.by_key:
        item.values["severity"] = {"value": f"option_{(n + 2) % 3}"}


def demo_world(options: Options | None = None) -> World:
    """Make a fresh demo space of 200 items."""
    types = [
        _type("story", "Story", "story", "workflow"),
        _type("issue", "Issue", "issue", "stateflow"),
        _type(RELEASE, "Release", "release", "workflow"),
    ]
    people = [
        Person(key, f"{name}@example.com", name.rstrip("2").title(), CHINESE.get(name, ""))
        for name, key in PEOPLE.items()
    ]
    people[9].status, people[8].status = "resigned", "frozen"
    people[0].admin = people[0].collaborator = True
    people[-1].member = False
    items = [_item(n, first + n, key) for key, first, count in COUNTS for n in range(count)]
    ground = content.Ground(
        list(PEOPLE.values())[:8],
        {key: [first + n for n in range(20)] for key, first in FIRST.items()},
        list(BUSINESS_IDS),
    )
    tables = {each.key: each for each in types}
    for item in items:
        _fill(item, tables[item.type_key], item.id - FIRST[item.type_key], ground)
    items[7].rich["description"] = {"doc": "{}", "doc_html": "<p><strong>Why</strong></p>"}
    items[11].aborted = "cancel"
    items[11].values["aborted"] = {"is_aborted": True, "reason": "cancel"}
    teams = [_team(1, "Payments", "ana", "bo", "chen"), _team(2, "增长", "dana", "emil", "lin")]
    groups = [Group("7561900438480700001", "Reviewers", [PEOPLE["ana"], PEOPLE["chen"]])]
    space = Space(PROJECT, "demo", "Demo", types=types, teams=teams, groups=groups)
    space.businesses = copy.deepcopy(list(BUSINESSES))
    world = World([space], people, items, options=options)
    for item in items:
        world.derive(item)
    return world


def _team(n: int, name: str, *members: str) -> dict[str, object]:
    keys = [PEOPLE[each] for each in members]
    return {
        "team_id": 7561900438480600000 + n,
        "team_name": name,
        "user_keys": keys,
        "administrators": keys[:1],
    }
