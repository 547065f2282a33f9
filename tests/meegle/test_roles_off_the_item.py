"""A role that is off an item is not one that nobody holds, where the space tells the two apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012333


def test_a_role_that_is_off_the_item_stays_off_when_another_changes(desk: Desk) -> None:
    desk.world.options.set({"removed_roles": "missing"})
    desk.stories(f"{{id: {STORY}, roles: {{RD: [ana@example.com]}}}}")
    assert desk.run("apply", "--yes").code == 0
    assert [row["role"] for row in desk.sent[0]["role_owners"]] == ["rd", "PM", "role_7908a9"]
    held = {row["role"] for row in desk.world.item(STORY).values["role_owners"]}
    assert held == {"rd", "PM", "role_7908a9"}
    assert "No changes" in desk.run("plan").out


def test_emptying_a_role_that_is_off_the_item_is_no_change(desk: Desk) -> None:
    desk.world.options.set({"removed_roles": "missing"})
    desk.stories(f"{{id: {STORY}, roles: {{Designer: []}}}}")
    assert "No changes" in desk.run("plan").out
