"""stdout is the result and stderr is talk: a closed stdout changes no exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk


CHANGE = "{id: 6300012300, fields: {priority: P3, story_points: 5}}"


def test_a_reader_that_closes_early_changes_no_exit_code(desk: Desk) -> None:
    desk.stories(CHANGE)
    process = desk.start("plan", "--detailed-exitcode")
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 2
