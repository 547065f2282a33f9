"""How much is asked of the service for rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.sandbox.demo.generate import generate

if TYPE_CHECKING:
    from tests.conftest import Desk

RULES = """\
space: demo
type: story
rules:
  - {name: all, where: [priority = P0], fields: {scale: S}}
"""
BATCH = 50


def test_a_rule_is_read_in_one_search_and_one_read_by_id(desk: Desk) -> None:
    generate(desk.world, ["story=3072"])
    desk.write("state/rules.yaml", RULES)
    members = sum(
        one.type_key == "story" and (one.values.get("priority") or {}).get("value") == "option_0"
        for one in desk.world.items.values()
        if one.aborted is None
    )
    assert members >= 768
    assert desk.run("plan", "--full").code == 0
    pages = -(-members // BATCH)
    assert members % BATCH, "a full last page would be followed by an empty one"
    assert desk.asked("/search/params") + desk.asked("/work_item/story/query") <= 2 * pages


def test_rules_with_equal_conditions_share_a_search(desk: Desk) -> None:
    more = "  - {name: more, where: [priority = P0], fields: {needs_qa: true}}\n"
    desk.write("state/rules.yaml", RULES + more)
    desk.run("plan")
    once = desk.asked("/search/params")
    desk.world.calls.clear()
    desk.write("state/rules.yaml", RULES)
    desk.run("plan")
    assert desk.asked("/search/params") == once


LEVELS = "".join(
    f"  - {{name: p{level}, where: [priority = P{level}], fields: {{scale: S}}}}\n" for level in range(4)
)
ZEBRAS = """\
  - {name: checked, where: [name ~ zebra, needs_qa = true], fields: {notes: x}}
  - {name: answered, where: [name ~ zebra, needs_qa IS NOT NULL], fields: {wiki: "https://example.com"}}
"""


def test_in_a_type_that_is_listed_whole_only_a_rules_own_hits_are_blocked(desk: Desk) -> None:
    generate(desk.world, ["story=3000"])
    zebra = desk.world.item(6300012320)
    zebra.name, zebra.values["field_b9d821"] = "Zebra", "perhaps"
    desk.write("state/rules.yaml", RULES.partition("  - ")[0] + LEVELS + ZEBRAS)
    plan = json.loads(desk.run("plan", "--format", "json").out)
    assert desk.asked("/work_item/filter") == -(-3079 // 200)
    assert [(one["id"], one["source"]["rule"]) for one in plan["blocked"]] == [(zebra.id, "answered")]
