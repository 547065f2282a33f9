"""Laws over random desired states, from YAML to the service and back; its write log is the judge."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model import Already, Applied
from tests.road import apply_to, calm_world, plan_of

PEOPLE = [f"{name}@example.com" for name in ("ana", "bo", "chen", "dana", "emil")]
IDS = [6300012320 + n for n in range(6)]


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def listed(values: list[str]) -> str:
    return "[" + ", ".join(values) + "]"


def a_set(members: list[str]) -> st.SearchStrategy[str]:
    """An exact list, or a rule about some members."""
    some = st.lists(st.sampled_from(members), unique=True, max_size=3)
    ruled = st.permutations(members).flatmap(
        lambda order: st.builds(
            lambda n, m: f"{{contains: {listed(order[:n])}, excludes: {listed(order[n : n + m])}}}",
            st.integers(1, 2),
            st.integers(0, 2),
        )
    )
    return some.map(listed) | ruled


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"]),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))
day = st.dates(date(2002, 1, 1), date(2100, 12, 31)).map(str)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "name": words.map(quoted),
    "ext_ref": words.map(quoted) | st.just("null"),
    "description": words.map(quoted)
    | words.map(lambda text: f"{{text: {quoted(text)}, replace_formatting: true}}")
    | st.sampled_from(["null", '{markdown: "**a** b\\n\\n- c"}']),
    "priority": st.sampled_from(["P0", "P1", "P2", "P3", "null", "{id: option_1}"]),
    "scale": st.sampled_from(["S", "M", "L", "null"]),
    "story_points": st.integers(-999, 999).map(str) | st.sampled_from(["0.5", "1e3", "null"]),
    "needs_qa": st.sampled_from(["true", "false", "null"]),
    "due": day | st.just("null"),
    "cutover": day.map(lambda one: f"{one}T09:30:00+08:00") | st.just("null"),
    "platform": a_set(["iOS", "Android", "Web", "Desktop"]),
    "reviewer": st.sampled_from([*PEOPLE, "null"]),
    "watchers": a_set(PEOPLE),
    "area": st.sampled_from(["Payments / Cards", "[Accounts, Login]", "{id: pay_1}", "null"]),
    "markets": a_set(["Payments", "Payments / Cards", "Accounts / Login"]),
    "business": st.sampled_from(["Money", "Money / Cards", "null"]),
    "schedule": st.tuples(day, day).map(lambda two: f"{{start: {min(two)}, end: {max(two)}}}")
    | st.just("null"),
    "parent_story": st.sampled_from(["6300012300", "6300012301", "null"]),
    "planning_release": a_set(["6300014300", "6300014301", "{name: Web 8.1}"]),
    "docs": st.lists(st.sampled_from(['"https://a.example/1"', '"https://a.example/2"']), unique=True).map(
        listed
    ),
    "hotline": st.sampled_from(['"+86-400-1234"', "null"]),
    "contact": st.sampled_from(["ops@example.com", "null"]),
    "env_rows": st.sampled_from(
        [
            "[]",
            "[{env: a, ready: true}, {env: b, owner: ana@example.com, due: 2026-12-01}]",
            "{contains: [{env: staging, ready: false}]}",
            '{contains: [{env: new, url: "https://new.example"}]}',
        ]
    ),
}
ROLES = {"RD": a_set(PEOPLE), "PM": a_set(PEOPLE)}


def maybe(table: Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    """Some of a table's entries."""
    return st.fixed_dictionaries({}, optional=dict(table))


def document(items: Mapping[int, tuple[dict[str, str], dict[str, str]]]) -> bytes:
    """Write items as a file of desired state."""
    lines = ["space: demo", "type: story", "items:"]
    for item_id, (fields, roles) in items.items():
        lines.append(f"  - id: {item_id}")
        for section, values in (("fields", fields), ("roles", roles)):
            lines += [f"    {section}:"] if values else []
            lines += [f"      {name}: {value}" for name, value in values.items()]
    return ("\n".join(lines) + "\n").encode()


states = st.dictionaries(
    st.sampled_from(IDS), st.tuples(maybe(VALUES), maybe(ROLES)), min_size=1, max_size=len(IDS)
)


@given(states)
@example({6300012320: ({"description": '{text: " 0", replace_formatting: true}'}, {})})
@example({6300012320: ({"description": '"<A"'}, {})})
@example({6300012321: ({"needs_qa": "null"}, {})})
def test_apply_then_plan_is_empty_and_only_what_was_named_was_sent(
    state: dict[int, tuple[dict[str, str], dict[str, str]]],
) -> None:
    world = calm_world()
    before = copy.deepcopy(world.items)
    raw = document(state)
    plan = plan_of(world, raw)
    assert world.writes == []
    report = apply_to(world, plan)
    assert {type(row.outcome) for row in report.rows} <= {Applied}
    assert plan_of(world, raw).is_empty
    assert len(world.writes) == len(plan.updates)
    for made in world.writes:
        item_id = int(made.path.rpartition("/")[2])
        (update,) = [one for one in plan.updates if one.ref.id == item_id]
        keys = {"role_owners" if change.is_role else change.key for change in update.changes}
        assert {pair["field_key"] for pair in made.body["update_fields"]} == keys
        fields = world.type_of(world.item(item_id)).fields
        computed = {field.key for field in fields if field.computed or field.formula}
        for key, value in before[item_id].values.items():
            if key not in keys | computed:
                assert world.item(item_id).values[key] == value
        named = {change.key.removeprefix("roles/") for change in update.changes if change.is_role}
        old, new = (
            {one["role"]: one["owners"] for one in owner.values["role_owners"] if one["owners"]}
            for owner in (before[item_id], world.item(item_id))
        )
        assert {role: old[role] for role in old if role not in named} == {
            role: new[role] for role in new if role not in named
        }


@given(states)
def test_the_same_plan_applied_twice_sends_nothing_the_second_time(
    state: dict[int, tuple[dict[str, str], dict[str, str]]],
) -> None:
    world = calm_world()
    plan = plan_of(world, document(state))
    apply_to(world, plan)
    sent = len(world.writes)
    again = apply_to(world, plan)
    assert {type(row.outcome) for row in again.rows} <= {Already}
    assert len(world.writes) == sent


@given(states, st.data())
def test_a_plan_never_overwrites_what_a_person_changed_after_it(
    state: dict[int, tuple[dict[str, str], dict[str, str]]], data: st.DataObject
) -> None:
    world = calm_world()
    plan = plan_of(world, document(state))
    if not plan.updates:
        return
    update = data.draw(st.sampled_from(plan.updates))
    points = data.draw(st.integers(1001, 2000))
    world.edit(update.ref.id, "field_3724e6", points, by="7310000000000000002")
    report = apply_to(world, plan)
    assert world.item(update.ref.id).values["field_3724e6"] == points
    touched = any(change.key == "field_3724e6" for change in update.changes)
    puts = [made for made in world.writes if made.path.endswith(f"/{update.ref.id}")]
    assert len(puts) == (0 if touched else 1)
    assert len(report.rows) == plan.fields
