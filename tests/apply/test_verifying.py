"""Verify: the last read of all that was written may take a success back, and may give one."""

from __future__ import annotations

from typing import Any

from reconciler.apply.ports import Stop
from reconciler.model.outcomes import Conflict
from tests.road import Memory, apply_to, calm_world, plan_of, words

STORY = 6300012320
STATE = f"space: demo\ntype: story\nitems:\n  - {{id: {STORY}, fields: {{story_points: 77}}}}\n"


class Watching(Memory):
    """A journal that lets somebody act once the first result is written."""

    def __init__(self, act: Any) -> None:
        super().__init__()
        self.act = act

    def write(self, event: str, **members: Any) -> None:
        super().write(event, **members)
        if event == "result" and self.act:
            act, self.act = self.act, None
            act()


def test_a_value_that_was_changed_after_it_was_seen_is_a_conflict_and_written_down_again() -> None:
    world = calm_world()
    journal = Watching(lambda: world.edit(STORY, "field_3724e6", 5))
    report = apply_to(world, plan_of(world, STATE), journal=journal)
    assert [row.outcome for row in report.rows] == [
        Conflict("changed right after our write, to 5, by ana@example.com")
    ]
    results = [line["outcomes"]["field_3724e6"] for line in journal.lines if line["event"] == "result"]
    assert results == ["Applied", "Conflict"]


def test_a_value_that_stays_is_written_down_once() -> None:
    world, journal = calm_world(), Memory()
    assert words(apply_to(world, plan_of(world, STATE), journal=journal)) == {"applied": 1}
    assert sum(line["event"] == "result" for line in journal.lines) == 1


def test_after_a_signal_nothing_is_read_again() -> None:
    world, stop = calm_world(), Stop()
    plan = plan_of(world, STATE)
    calls = len(world.calls)

    def signal_and_edit() -> None:
        stop.asked.set()
        world.edit(STORY, "field_3724e6", 5)

    journal = Watching(signal_and_edit)
    report = apply_to(world, plan, journal=journal, stop=stop)
    assert words(report) == {"applied": 1}
    assert not any(made.path.endswith("op_record/work_item/list") for made in world.calls[calls:])
