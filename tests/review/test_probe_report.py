"""A report of a probe travels with the repository and is nobody's word for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk


@pytest.mark.parametrize(
    "forged",
    [
        '{"type": {"key": "story", "name": "Story"}, "space_key": "64a0c1f2e3b4d5a6c7e8f999"}',
        '{"clears": {"number": "text"}, "forms": {"select": "labelled"}}',
        "no JSON at all",
    ],
)
def test_a_report_in_the_repository_decides_nothing(desk: Desk, forged: str) -> None:
    desk.stories("{id: 6300012333, fields: {priority: P2, story_points: null}}")
    assert desk.run("schema", "pull").code == 0
    before = desk.run("plan")
    desk.write("schemas/demo/probe-report.json", forged)
    assert desk.run("validate").code == 0
    assert desk.run("plan").out == before.out
    assert desk.run("schema", "check").code == 0
