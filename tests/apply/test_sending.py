"""Send: an intent before each PUT, and no PUT on a read that grew old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.errors import CannotRun
from tests.apply.three_stories import BO, STATE, STORY
from tests.road import Memory, apply_to, calm_world, plan_of, words

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_a_journal_that_cannot_be_written_stops_before_the_first_put() -> None:
    class Full(Memory):
        def write(self, event: str, **members: Any) -> None:
            del event, members
            raise CannotRun("cannot write the journal", "mend the disk")

    world = calm_world()
    report = apply_to(world, plan_of(world, STATE), journal=Full())
    assert world.writes == []
    assert words(report) == {"not tried": 5}
    assert report.stopped == "cannot write the journal; mend the disk"


def test_a_read_that_grew_old_while_its_item_waited_is_made_again(desk: Desk) -> None:
    desk.environ["MEEGLE_RATE"] = "1"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 7}}}}" for n in range(2)])

    def edit_the_second(made: Any) -> None:
        if made.method == "PUT":
            desk.world.after_call = None
            desk.world.edit(STORY + 1, "field_3724e6", 4242, by=BO)

    desk.world.after_call = edit_the_second
    done = desk.run("apply", "--yes")
    assert "1 conflict" in done.out
    assert (done.code, len(desk.sent)) == (3, 1)
    assert desk.world.item(STORY + 1).values["field_3724e6"] == 4242
