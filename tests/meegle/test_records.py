"""Who changed a live value: by operation records, right or `unknown`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"
TIME = r"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"


@pytest.mark.parametrize(
    ("desired", "key", "value"),
    [
        ("fields: {priority: P0}", "priority", {"value": "option_2"}),
        ("fields: {story_points: 5}", "field_3724e6", 8),
        ("fields: {due: 2026-04-21}", "field_2fbca6", 1779120000000),
        ("fields: {ext_ref: null}", "field_a1b2c3", "changed by hand"),
        ("fields: {platform: [iOS]}", "field_c4d17a", [{"value": "platform_1"}, {"value": "platform_2"}]),
        ("fields: {watchers: [ana@example.com]}", "watchers", [BO]),
        ("fields: {needs_qa: true}", "field_b9d821", False),
    ],
)
def test_names_the_person_and_the_time(desk: Desk, desired: str, key: str, value: Any) -> None:
    item = desk.world.item(STORY)
    item.values.pop(key, None)
    desk.world.edit(STORY, key, value, by=BO)
    desk.stories(f"{{id: {STORY}, {desired}}}")
    done = desk.run("plan", "--blame")
    assert re.search(rf"  bo@example\.com, {TIME}   :4\n", done.out), done.out
    assert desk.world.writes == []


def test_the_newest_change_counts_and_one_that_led_elsewhere_is_nobody_s(desk: Desk) -> None:
    desk.world.edit(STORY, "field_3724e6", 8, by=BO)
    desk.world.item(STORY).values["field_3724e6"] = 9
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 5}}}}")
    assert "9 → 5  unknown   :4" in desk.run("plan", "--blame").out


def test_a_write_of_ours_is_told_from_a_person_s(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 8}}}}")
    assert desk.run("apply", "--yes").code == 0
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 5}}}}")
    assert "8 → 5  ana@example.com through this plugin, 20" in desk.run("plan", "--blame").out


def test_an_automation_is_named_by_its_rule(desk: Desk) -> None:
    desk.world.options.automations = [{"when": "priority", "set": {"field_3724e6": 99}, "by": "rule-7"}]
    desk.world.edit(STORY, "priority", {"value": "option_2"}, by=BO)
    desk.stories(f"{{id: {STORY}, fields: {{story_points: 5}}}}")
    assert "99 → 5  rule rule-7, 20" in desk.run("plan", "--blame").out


def test_only_items_that_differ_are_asked_for_and_fifty_at_a_time(desk: Desk) -> None:
    desk.stories(*[f"{{id: {6300012300 + n}, fields: {{story_points: 77}}}}" for n in range(60)])
    desk.run("plan", "--blame")
    assert desk.asked("/op_record/work_item/list") == 2
    desk.world.calls.clear()
    desk.run("plan")
    assert desk.asked("/op_record/work_item/list") == 0
