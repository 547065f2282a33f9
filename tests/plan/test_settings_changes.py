"""How changes of the settings are told: each in its order, whatever part of the settings it is in."""

from __future__ import annotations

from reconciler.language import speaking, told
from reconciler.manifest.shapes import kinds_of
from reconciler.plan.settings_changes import PRESSING, settings_changes
from reconciler.settings import Guards, Settings, SpaceSettings


def test_every_part_of_the_settings_has_its_place_in_the_order() -> None:
    assert set(kinds_of(Settings)) <= set(PRESSING)


def test_the_language_and_whom_a_card_mentions_are_told_after_what_guards_the_space() -> None:
    after = Settings(locale="zh-CN", open_ids={"bo@example.com": "ou_1"})
    assert list(settings_changes(Settings(), after)) == [
        'open_ids.bo@example.com: not set → "ou_1"',
        'locale: "en" → "zh-CN"',
    ]


def test_of_a_space_that_the_settings_begin_to_name_only_what_differs_from_the_usual_is_told() -> None:
    guards = Guards(changes=5)
    named = Settings(spaces={"demo": SpaceSettings(guards=guards), "mobile": SpaceSettings()})
    assert list(settings_changes(Settings(), named)) == ["spaces.demo.guards.changes: 100 → 5"]
    assert list(settings_changes(named, Settings())) == ["spaces.demo.guards.changes: 5 → 100"]


def test_changes_of_the_settings_are_told_in_chinese() -> None:
    with speaking("zh-CN"):
        assert told("spaces.demo.guards.people: not set → 2") == "spaces.demo.guards.people：未设置 → 2"
        assert told("spaces.demo.guards.people: 2 → not set") == "spaces.demo.guards.people：2 → 未设置"
