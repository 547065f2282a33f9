"""The demo space: fixed, documented ids, so that a file under `state/` can name them."""

from __future__ import annotations

from typing import Final

from .model import Field, Item, ItemType, Option, Person, Role, Space, State, Template
from .options import Options
from .world import World

PROJECT: Final = "64a0c1f2e3b4d5a6c7e8f901"
RELEASE: Final = "67c7c0e46f6789d587d7ab5e"
NAMES: Final = ("ana", "bo", "chen", "dana", "emil", "fay", "gus", "hana", "ivan", "june", "kim", "kim2")
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
    ]


def _type(key: str, name: str, api_name: str, flow: str) -> ItemType:
    roles = [
        Role("rd", "RD"),
        Role("PM", "PM"),
        Role("role_7908a9", "QA", deletable=False, members=[PEOPLE["chen"]]),
        Role("role_d35160", "Designer", multi=False),
    ]
    fields = _fields()
    if key == "issue":
        roles += [Role("operator", "Operator"), Role("reporter", "Reporter")]
        fields += [
            Field("issue_operator", "Operator", "multi_user", "issue_operator", custom=False),
            Field("issue_reporter", "Reporter", "multi_user", "issue_reporter", custom=False, computed=True),
            Field(
                "_field_linked_story", "Story", "work_item_related_select", custom=False, targets=["story"]
            ),
            Field(
                "severity", "Severity", "select", "severity", custom=False, options=_options("S0", "S1", "S2")
            ),
        ]
    return ItemType(
        key,
        name,
        api_name,
        flow,
        fields=fields,
        roles=roles,
        templates=[Template(3047001, "Default flow")],
        states=[State("started", "Started"), State("doing", "In progress"), State("end", "Done", final=True)],
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
    name = f"{VERBS[n % len(VERBS)]} {NOUNS[n % len(NOUNS)]}"
    return Item(
        item_id,
        type_key,
        name,
        PROJECT,
        values,
        state="doing",
        template=3047001,
        created_by=people[0],
        created_at=START + n,
        updated_by=people[1],
        updated_at=START + n,
    )


def demo_world(options: Options | None = None) -> World:
    """Make a fresh demo space of 200 items."""
    types = [
        _type("story", "Story", "story", "workflow"),
        _type("issue", "Issue", "issue", "stateflow"),
        _type(RELEASE, "Release", "release", "workflow"),
    ]
    lines = [{"id": "662f0e13b1a20d5dd5fb3320", "name": "Money", "children": []}]
    people = [Person(key, f"{name}@example.com", name.rstrip("2").title()) for name, key in PEOPLE.items()]
    people[9].status, people[8].status = "resigned", "frozen"
    items = [_item(n, first + n, key) for key, first, count in COUNTS for n in range(count)]
    items[7].rich["description"] = {"doc": "{}", "doc_html": "<p><strong>Why</strong></p>"}
    items[11].aborted = "cancel"
    items[11].values["aborted"] = {"is_aborted": True, "reason": "cancel"}
    world = World(
        [Space(PROJECT, "demo", "Demo", types=types, businesses=lines)], people, items, options=options
    )
    for item in items:
        world.derive(item)
    return world
