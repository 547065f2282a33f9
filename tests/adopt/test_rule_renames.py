"""`schema pull --rewrite` follows renames into rules: labels and fields of conditions, and of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk

RULES = """\
space: demo
type: story
rules:
  - name: a
    where:
      - Priority HAS ANY OF P0, P1   # urgent
      - any: ["scale != S", 'name ~ P0']
    fields: {platform: {contains: [iOS]}, due: {max: {days: 3, after: Cutover}}}
"""
AFTER = """\
space: demo
type: story
rules:
  - name: a
    where:
      - Rank HAS ANY OF Urgent, P1   # urgent
      - any: ["scale != Tiny", 'name ~ P0']
    fields: {platform: {contains: [iPhone]}, due: {max: {days: 3, after: Release moment}}}
"""


def test_rules_follow_the_names_of_the_space(desk: Desk) -> None:
    assert desk.run("init", "--space", "demo", "--type", "story").code == 0
    desk.write("state/demo/rules.yaml", RULES)
    before = desk.run("rules").out
    for kind in next(iter(desk.world.spaces.values())).types:
        kind.by_key["priority"].options[0].label = "Urgent"
        kind.by_key["priority"].name = "Rank"
        kind.by_key["priority"].alias = ""
        kind.by_key["field_0dae57"].options[0].label = "Tiny"
        kind.by_key["field_c4d17a"].options[0].label = "iPhone"
        kind.by_key["field_0e381c"].name = "Release moment"
    kept = desk.run("schema", "pull")
    assert kept.code == 0, kept.err
    assert desk.run("validate").code == 0, "what the rules name stays pinned"
    done = desk.run("schema", "pull", "--rewrite")
    assert done.code == 0, done.err
    assert (desk.folder / "state/demo/rules.yaml").read_text(encoding="utf-8") == AFTER
    members = [line.split()[0] for line in before.splitlines() if line.startswith("  demo/")]
    again = desk.run("rules")
    assert again.code == 0, again.err
    assert [line.split()[0] for line in again.out.splitlines() if line.startswith("  demo/")] == members
