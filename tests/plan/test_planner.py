"""A plan to the last member, with and without a base: as the two scenarios say that have a `plan.json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from reconciler.desired.claims import desired_state
from reconciler.desired.items import DesiredItem
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.model import Held, HeldBy, Item, Plan, Ref, Released, Unapplied
from reconciler.plan.plan_file import dumps, plan_file
from reconciler.plan.planner import leaving, make_plan, shown_people
from reconciler.plan.planning import plan_items
from reconciler.plan.why import ItemValues, Past, Standpoint
from reconciler.sandbox import World
from reconciler.schema.catalog import Catalog
from tests.road import DECISIONS, app_of, calm_world, connection_to
from tests.scenarios.scenario import set_live

SCENARIOS = Path(__file__).parents[1] / "scenarios"
ALONE = SCENARIOS / "056-a-plan-has-every-member-that-it-is-known-for"
AGAINST = SCENARIOS / "057-a-plan-against-a-base-has-every-member-that-it-is-known-for"
DECIDED = ("resource_changes", "resource_drift", "blocked", "released", "left_alone", "agree", "notes")
"""The members of a plan's JSON that the planner decides."""
FIRST = 6300012320
REPORT = Held(HeldBy.POLICY, "report")
FOUGHT = Held(HeldBy.FOUGHT_OVER, "3")


def met(world: World, state: str) -> tuple[tuple[DesiredItem, ...], dict[Ref, Item], Catalog]:
    """Return what a document wants, what is live, and the catalog between them."""
    read, mistakes = read_bytes(state.encode(), "state/a.yaml")
    assert (mistakes, read is None) == ([], False)
    assert read
    manifest = Manifest((read,))
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        reader.open(["story"], {})
        catalog = reader.learn(manifest)
        items, wrong, *_ = desired_state(manifest, catalog)
        assert wrong == []
        asked = {one.ref: [each.key for each in (*one.fields, *one.expects)] for one in items}
        return tuple(items), reader.items(asked), catalog


def planned_as_scenario(folder: Path) -> tuple[Plan, Catalog]:
    """Plan a scenario's files without a service and without git: against its base, if it has one."""
    world = calm_world()
    set_live(world, folder)
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        reader.open(["story"], {})
        standpoint = None
        if (folder / "base.yaml").exists():
            then = Past(ItemValues(desired_of(reader, folder / "base.yaml")))
            standpoint = Standpoint("b" * 40, then, lambda _ref, _key: REPORT)
        items = desired_of(reader, folder / "state.yaml")
        plan = plan_items(items, reader, named=len(items), standpoint=standpoint)
        return plan, reader.catalog


def desired_of(reader: Reader, file: Path) -> tuple[DesiredItem, ...]:
    """Read what a file wants."""
    read, mistakes = read_bytes(file.read_bytes(), "state/stories.yaml")
    assert (mistakes, read is None) == ([], False)
    assert read
    reader.learn(Manifest((read,)))
    items, wrong, *_ = desired_state(Manifest((read,)), reader.catalog)
    assert wrong == []
    return tuple(items)


@pytest.mark.parametrize("folder", [ALONE, AGAINST], ids=["alone", "against a base"])
def test_a_plan_is_the_scenario_s_to_the_last_member(folder: Path) -> None:
    plan, _ = planned_as_scenario(folder)
    made = json.loads(dumps(plan_file(plan, datetime(2026, 11, 18, tzinfo=UTC))))
    told = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert {key: made[key] for key in DECIDED} == {key: told[key] for key in DECIDED}


def test_rows_with_a_reason_are_left_alone_behind_those_that_are_already() -> None:
    plan, catalog = planned_as_scenario(AGAINST)
    fought = leaving(
        plan,
        lambda ref, one: FOUGHT if one.key == "roles/rd" or ref.id in (FIRST + 1, FIRST + 3) else None,
        catalog,
    )
    assert sent_rows(plan) == [
        (FIRST, ["field_3724e6", "watchers", "roles/rd"]),
        (FIRST + 1, ["field_a1b2c3"]),
        (FIRST + 3, ["field_a1b2c3"]),
        (FIRST + 5, ["field_5a711c"]),
        (FIRST + 6, ["field_2fbca6", "field_5a711c"]),
    ]
    assert sent_rows(fought) == [
        (FIRST, ["field_3724e6", "watchers"]),
        (FIRST + 5, ["field_5a711c"]),
        (FIRST + 6, ["field_2fbca6", "field_5a711c"]),
    ]
    assert [
        (update.ref.id, [(one.key, one.held) for one in update.changes]) for update in fought.skipped
    ] == [
        (FIRST, [("priority", REPORT), ("roles/rd", FOUGHT)]),
        (FIRST + 1, [("field_c4d17a", REPORT), ("field_a1b2c3", FOUGHT)]),
        (FIRST + 3, [("priority", REPORT), ("field_a1b2c3", FOUGHT)]),
    ]


def sent_rows(plan: Plan) -> list[tuple[int, list[str]]]:
    return [(update.ref.id, [one.key for one in update.changes]) for update in plan.updates]


def test_a_plan_shows_the_people_of_what_it_sends_and_of_its_side_effects() -> None:
    plan, _ = planned_as_scenario(AGAINST)
    assert shown_people(plan) == {f"731000000000000000{n}" for n in (2, 3, 4, 5, 6)}


def test_a_plan_against_a_base_names_the_last_apply_and_what_lags_behind_it() -> None:
    items, live, catalog = met(calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3}}"))
    lagging = (Unapplied(Ref("story", FIRST), "priority", None),)
    base = Standpoint("b" * 40, Past({}), lambda _ref, _key: None, applied="a" * 40, unapplied=lagging)
    plan = make_plan(items, live, catalog, host="h", named=1, standpoint=base)
    assert (plan.base, plan.applied, plan.unapplied) == ("b" * 40, "a" * 40, lagging)


def stories(*items: str) -> str:
    """Return a document of stories, each item in one line."""
    return "space: demo\ntype: story\nitems:\n" + "".join(f"  - {{{one}}}\n" for one in items)


def planned(world: World, state: str) -> Plan:
    """Plan a document without a base."""
    items, live, catalog = met(world, state)
    return make_plan(items, live, catalog, host="h", named=len(items))


def test_an_item_that_is_known_to_agree_is_not_looked_at_and_the_next_one_is() -> None:
    state = stories(f"id: {FIRST}, fields: {{priority: P3}}", f"id: {FIRST + 1}, fields: {{priority: P3}}")
    items, live, catalog = met(calm_world(), state)
    plan = make_plan(items, live, catalog, host="h", named=2, agreed={items[0].ref})
    assert [one.ref.id for one in plan.updates] == [FIRST + 1]
    assert plan.in_sync == 1


def test_what_was_noted_of_the_space_stands_in_the_plan_in_order() -> None:
    items, live, catalog = met(calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3}}"))
    notes = ("b is now called c", "a is now called b")
    plan = make_plan(items, live, catalog, host="h", named=1, notes=notes)
    assert plan.notes == ("a is now called b", "b is now called c")


def test_a_plan_rests_on_the_metadata_of_what_it_sends_alone() -> None:
    items, live, catalog = met(
        calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3, story_points: 8}}")
    )
    whole = make_plan(items, live, catalog, host="h", named=1)
    points = leaving(
        whole, lambda _, one: Held(HeldBy.FOUGHT_OVER, "3") if one.name == "Priority" else None, catalog
    )
    assert [one.name for update in points.updates for one in update.changes] == ["Story points"]
    wanting_points = planned(calm_world(), stories(f"id: {FIRST}, fields: {{story_points: 8}}"))
    assert points.metadata_digest == wanting_points.metadata_digest != whole.metadata_digest


def test_a_value_that_was_not_read_is_blocked() -> None:
    items, live, catalog = met(calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3}}"))
    unread = {ref: replace(one, values={}) for ref, one in live.items()}
    [held] = make_plan(items, unread, catalog, host="h", named=1).blocks
    assert (held.key, held.reason) == ("priority", "the live value cannot be read: missing")


def test_what_the_base_named_of_a_type_or_a_field_that_is_gone_is_not_called_released() -> None:
    items, live, catalog = met(calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3}}"))
    story = Ref("story", FIRST)
    past = Past({(story, "name"): "x", (story, "field_gone"): "x", (Ref("gone", 1), "name"): "x"})
    standpoint = Standpoint("b" * 40, past, lambda _ref, _key: None)
    plan = make_plan(items, live, catalog, host="h", named=1, standpoint=standpoint)
    assert plan.released == (Released(Ref("story", FIRST), "name", "Name"),)


def test_a_plan_against_a_base_alone_says_nothing_of_a_last_apply() -> None:
    items, live, catalog = met(calm_world(), stories(f"id: {FIRST}, fields: {{priority: P3}}"))
    base = Standpoint("b" * 40, Past({}), lambda _ref, _key: None)
    plan = make_plan(items, live, catalog, host="h", named=1, standpoint=base)
    assert (plan.base, plan.applied, plan.unapplied) == ("b" * 40, None, ())


# The first story is "Audit reports", P0, of 5 points, and has one follower.
WATCHED = "watchers: {contains: ['7310000000000000005']}"


@pytest.mark.parametrize(
    ("expect", "fields"),
    [
        ("priority: P0", "priority: P3"),
        ("priority: P2", "priority: P0, story_points: 8"),
        ("priority: P0, name: Audit reports", "story_points: 8"),
        (WATCHED, "watchers: [dana@example.com]"),
        ("watchers: [dana@example.com]", f"{WATCHED}, story_points: 8"),
    ],
)
def test_an_item_that_is_as_expected_or_as_wanted_is_written(expect: str, fields: str) -> None:
    plan = planned(calm_world(), stories(f"id: {FIRST}, expect: {{{expect}}}, fields: {{{fields}}}"))
    assert plan.blocks == ()
    assert len(plan.updates) == 1


@pytest.mark.parametrize(
    ("expect", "fields", "reason"),
    [
        ("priority: P2", "priority: P3", "expected Priority P2, found P0"),
        ("story_points: 8", "priority: P3", "expected Story points 8, found 5"),
        ("priority: P0, story_points: 8", "priority: P3", "expected Story points 8, found 5"),
        (
            "watchers: {contains: [dana@example.com]}",
            "priority: P3",
            "expected Followers dana@example.com, 7310000000000000005, found 7310000000000000005",
        ),
    ],
)
def test_an_item_that_is_neither_as_expected_nor_as_wanted_is_held_back(
    expect: str, fields: str, reason: str
) -> None:
    plan = planned(calm_world(), stories(f"id: {FIRST}, expect: {{{expect}}}, fields: {{{fields}}}"))
    assert [one.reason for one in plan.blocks] == [reason]
    assert plan.updates == ()


def test_an_item_that_lost_what_is_expected_of_it_is_held_back() -> None:
    world = calm_world()
    world.edit(FIRST, "field_3724e6", None)
    plan = planned(world, stories(f"id: {FIRST}, expect: {{story_points: 5}}, fields: {{priority: P3}}"))
    assert [one.reason for one in plan.blocks] == ["expected Story points 5, found (empty)"]
