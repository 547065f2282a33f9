"""A plan to the last member, with and without a base.

`python -m tests.plan.test_planner` writes the golden file anew.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from pprint import pformat

import httpx
import pytest

from reconciler.desired.claims import desired_state
from reconciler.desired.items import DesiredItem
from reconciler.manifest.loading import read_bytes
from reconciler.manifest.nodes import Manifest
from reconciler.meegle.http.client import Client
from reconciler.meegle.reader import Reader
from reconciler.model import Held, HeldBy, Item, Plan, Ref, Released, Unapplied
from reconciler.plan.planner import leaving, make_plan, people_of
from reconciler.plan.why import Past, Standpoint, wishes
from reconciler.sandbox import World
from reconciler.schema.catalog import Catalog
from tests.road import DECISIONS, app_of, calm_world, connection_to

GOLDEN = Path(__file__).with_name("planner.golden")
FIRST = 6300012320
BO = "7310000000000000002"
NOW = f"""
space: demo
type: story
items:
  - id: {FIRST}
    fields:
      priority: P3
      story_points: null
      watchers: {{contains: [dana@example.com], excludes: [ana@example.com]}}
    roles: {{RD: [dana@example.com]}}
  - {{id: {FIRST + 1}, fields: {{priority: Old, ext_ref: new, platform: [iOS, Web]}}}}
  - {{id: {FIRST + 2}, expect: {{name: Another name}}, fields: {{priority: P0}}}}
  - {{id: {FIRST + 3}, fields: {{priority: P1, story_points: 77, ext_ref: here}}}}
  - {{id: {FIRST + 4}, fields: {{priority: P1}}}}
  - {{id: {FIRST + 5}, fields: {{reviewer: june@example.com, env_rows: [{{env: a, ready: true}}]}}}}
  - id: {FIRST + 6}
    expect: {{name: Found, priority: P2}}
    fields: {{name: Found, priority: P2, due: 2027-01-01, env_rows: [{{env: a, owner: chen@example.com}}]}}
  - {{id: {FIRST + 7}, fields: {{priority: P3}}}}
  - {{id: {FIRST + 8}, fields: {{priority: P0, platform: {{contains: [iOS]}}}}}}
  - {{id: 6300099999, fields: {{priority: P1}}}}
"""
BEFORE = f"""
space: demo
type: story
items:
  - id: {FIRST}
    fields: {{priority: P3, story_points: 5, name: Was managed, watchers: {{contains: [chen@example.com]}}}}
  - {{id: {FIRST + 1}, fields: {{ext_ref: older, platform: [iOS, Web]}}}}
  - {{id: {FIRST + 3}, fields: {{priority: P1, story_points: 77}}, roles: {{PM: [ana@example.com]}}}}
"""


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
        items, wrong, _ = desired_state(manifest, catalog)
        assert wrong == []
        asked = {one.ref: [each.key for each in (*one.fields, *one.expects)] for one in items}
        return tuple(items), reader.items(asked), catalog


def plans() -> str:
    """Return a plan alone, one against a base, and what is left of that where some rows are left alone."""
    world = calm_world()
    world.edit(FIRST + 1, "field_a1b2c3", "live")
    world.edit(FIRST + 1, "field_c4d17a", [{"value": "platform_3"}])
    world.edit(FIRST + 3, "priority", {"value": "option_2"})
    world.edit(FIRST + 3, "field_3724e6", 77)
    world.edit(FIRST + 6, "name", "Found")
    world.item(FIRST + 4).values["aborted"] = {"is_aborted": True, "reason": ""}
    world.item(FIRST + 8).values["aborted"] = {"is_aborted": True, "reason": ""}
    world.edit(FIRST + 3, "role_owners", [{"role": "role_7908a9", "owners": [BO]}])
    world.item(FIRST + 5).values["field_05723d"] = {"no": "user key"}
    items, live, catalog = met(world, NOW)
    then, _, _ = met(world, BEFORE)
    alone = make_plan(items, live, catalog, host="h", named=9)
    against = make_plan(
        items,
        live,
        catalog,
        host="h",
        named=9,
        standpoint=Standpoint(
            "b" * 40,
            Past(wishes(then)),
            lambda ref, key: Held(HeldBy.POLICY, "report") if ref.id in {FIRST, FIRST + 3} and key else None,
            applied="a" * 40,
            unapplied=(Unapplied(Ref("story", FIRST), "priority", None),),
        ),
    )
    people = ", ".join(sorted(people_of(against)))
    fought = leaving(
        against,
        lambda ref, one: (
            Held(HeldBy.FOUGHT_OVER, "3")
            if one.key == "roles/rd" or ref.id in (FIRST + 1, FIRST + 3)
            else None
        ),
        catalog,
    )
    return f"{shown(alone)}\n{shown(against)}\n{shown(fought)}\n{people}\n"


def shown(plan: Plan) -> str:
    """Return every member of a plan on lines of their own; of the metadata's digest only that it is there."""
    return pformat(asdict(replace(plan, metadata_digest=str(len(plan.metadata_digest)))), width=110)


def test_a_plan_says_the_same_to_the_last_member() -> None:
    assert plans() == GOLDEN.read_text(encoding="utf-8")


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


if __name__ == "__main__":
    GOLDEN.write_text(plans(), encoding="utf-8")
