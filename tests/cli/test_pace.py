"""The whole apply at the service's limit, over real HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.gc_pause import gc_paused

if TYPE_CHECKING:
    from tests.conftest import Desk

FIRST = 6300020000


@pytest.mark.alone
def test_300_changes_meet_no_refusal_and_keep_the_pace(desk: Desk) -> None:
    world = desk.world
    model = world.item(6300012320)
    for n in range(300):
        item = model.copy()
        item.id = FIRST + n
        world.items[item.id] = item
    world.options.throttle = True
    world.options.latency_ms = 200
    del desk.environ["MEEGLE_RATE"]
    desk.stories(*[f"{{id: {FIRST + n}, fields: {{priority: P2}}}}" for n in range(300)])
    process = desk.start("apply", "--yes", "--max-changes", "300", "--max-share", "100%")
    with gc_paused():  # or the service would pause in the middle, and requests come to it in a crowd
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    puts = [made for made in world.writes if made.method == "PUT"]
    assert len(puts) == 300
    assert {made.status for made in world.calls} == {200}
    took = puts[-1].at - puts[0].at
    assert 299 / 15 < took < 1.06 * 300 / 15
    assert "Requests: 300 PUTs, 138 reads." in out
