"""A plan to the last member, with and without a base.

`python -m tests.test_planner` writes the golden file anew.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from pprint import pformat

import httpx

from reconciler.api.client import Client
from reconciler.authored import Manifest
from reconciler.catalog import Catalog, WantedItem
from reconciler.manifest import read_bytes
from reconciler.model import Item, Plan, Ref, Unapplied
from reconciler.planner import Standpoint, leaving, make_plan, people_of
from reconciler.sandbox import World
from reconciler.space import Reader
from reconciler.why import Past, wishes
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


def met(world: World, state: str) -> tuple[tuple[WantedItem, ...], dict[Ref, Item], Catalog]:
    """Return what a document wants, what is live, and the catalog between them."""
    read, mistakes = read_bytes(state.encode(), "state/a.yaml")
    assert (mistakes, read is None) == ([], False)
    assert read
    manifest = Manifest((read,))
    with Client(connection_to(world), transport=httpx.WSGITransport(app=app_of(world))) as client:
        reader = Reader(client, "demo", DECISIONS, world.credentials.user_key)
        catalog = reader.open(["story"], {})
        reader.learn(manifest)
        items, wrong = catalog.desire(manifest)
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
            lambda ref, key: "drift: report" if ref.id in {FIRST, FIRST + 3} and key else None,
            applied="a" * 40,
            unapplied=(Unapplied(Ref("story", FIRST), "priority", None),),
        ),
    )
    people = ", ".join(sorted(people_of(against)))
    fought = leaving(
        against,
        lambda ref, one: "fought over" if one.key == "roles/rd" or ref.id in (FIRST + 1, FIRST + 3) else None,
        catalog,
    )
    return f"{shown(alone)}\n{shown(against)}\n{shown(fought)}\n{people}\n"


def shown(plan: Plan) -> str:
    """Return every member of a plan on lines of their own; of the metadata's digest only that it is there."""
    return pformat(asdict(replace(plan, metadata_digest=str(len(plan.metadata_digest)))), width=110)


def test_a_plan_says_the_same_to_the_last_member() -> None:
    assert plans() == GOLDEN.read_text(encoding="utf-8")


if __name__ == "__main__":
    GOLDEN.write_text(plans(), encoding="utf-8")
