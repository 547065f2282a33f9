"""Ask the records whose edits our PUTs replaced; where they are silent, nothing is concluded."""

from __future__ import annotations

from tests.road import apply_to, calm_world, plan_of, words

STORY = 6300012320


STATE = f"""
space: demo
type: story
items:
  - {{id: {STORY}, fields: {{priority: P3, story_points: 7}}, roles: {{RD: [dana@example.com]}}}}
  - {{id: {STORY + 1}, fields: {{watchers: {{contains: [dana@example.com]}}}}}}
  - {{id: {STORY + 2}, fields: {{ext_ref: hello}}}}
"""


def test_an_apply_is_done_where_the_operation_records_cannot_be_read() -> None:
    world = calm_world()
    plan = plan_of(world, STATE)
    world.options.faults = [{"kind": "not_installed", "path": "*/op_record/*"}]
    report = apply_to(world, plan)
    assert words(report) == {"applied": 5}
    assert report.stopped is None
    (told,) = report.moved
    assert told.startswith("no second writer could be ruled out for 3 items: the plugin may not do this")
