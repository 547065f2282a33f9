"""How changes of the settings are told: each in its order, whatever part of the settings it is in."""

from __future__ import annotations

from reconciler.manifest.shapes import kinds_of
from reconciler.plan.settings_changes import PRESSING, settings_changes
from reconciler.settings import Settings


def test_every_part_of_the_settings_has_its_place_in_the_order() -> None:
    assert set(kinds_of(Settings)) <= set(PRESSING)


def test_the_language_and_whom_a_card_mentions_are_told_after_what_guards_the_space() -> None:
    after = Settings(locale="zh-CN", open_ids={"bo@example.com": "ou_1"})
    told = list(settings_changes(Settings(), after))
    assert told == ['open_ids.bo@example.com: not set → "ou_1"', 'locale: "en" → "zh-CN"']
