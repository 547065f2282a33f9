"""Friday: people edit by hand; one edit is put back, another is taken into the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "Edits by hand"
RECIPE = "Somebody edits by hand"
ONE, TWO = 6300012376, 6300012377
BO = "7310000000000000002"


def story(diary: Diary) -> None:
    adopt(diary)
    for item in (ONE, TWO):
        old = diary.desk.world.items[item].values["priority"]["value"]
        new = "option_0" if old != "option_0" else "option_1"
        diary.desk.world.edit(item, "priority", {"value": new}, by=BO)
    told = diary.run("reconciler drift --applied HEAD", RECIPE, says="bo@example.com")
    assert told.count("skipped (drift: report)") == 2
    assert "Each change reads: live value → desired value." in told
    diary.run(
        f"reconciler apply --applied HEAD --drift heal --only {ONE} --yes", RECIPE, says="Applied: 1 item"
    )
    diary.run(f"reconciler pull --refresh --only {TWO}", RECIPE, says="Refreshed 1 value")
    diary.run("reconciler drift --applied HEAD", RECIPE, says="No changes.")
    assert len(diary.desk.sent) == 1


def test_one_edit_is_put_back_and_another_is_kept(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
