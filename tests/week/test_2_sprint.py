"""Tuesday: the dates of a sprint are reviewed in a pull request, and the merge applies what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import DONE, PAGE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "A sprint by pull request"
RECIPE = "The dates of a sprint"
SPRINT = """\
space: demo
type: story
defaults:
  fields:
    due: 2026-12-11
    schedule: {start: 2026-11-30, end: 2026-12-11}
items:
  - 6300012331
  - 6300012332
  - id: 6300012333   # waits for the bank
    fields: {due: 2026-12-18}
"""


def story(diary: Diary) -> None:
    assert SPRINT in PAGE.read_text(encoding="utf-8")
    adopt(diary)
    diary.git("switch", "-qc", "sprint")
    diary.edit("state/demo/sprint.yaml", SPRINT)
    told = diary.run("reconciler validate", RECIPE, code=1, says="keep it in one place: `reconciler move ")
    command = told.split("`")[1].replace("--fields due", "--fields due,schedule")
    diary.run(command, RECIPE, says="gave way to")
    assert (diary.desk.folder / "state/demo/sprint.yaml").read_text() == SPRINT
    diary.commit("Plan the sprint")
    diary.run(
        "reconciler plan --base main --out plan.json", RECIPE, says="Plan: 3 items to update (6 fields)"
    )
    diary.run("reconciler comment plan.json --print", RECIPE, says="Due")
    diary.git("switch", "-q", "main")
    diary.git("merge", "-q", "sprint")
    diary.run("reconciler apply plan.json", RECIPE, says="Applied: 3 items (6 fields)")
    diary.run("reconciler record plan.json", RECIPE)
    diary.run("reconciler plan", RECIPE, says=DONE)
    assert len(diary.desk.sent) == 3


def test_a_sprint_is_planned_reviewed_and_applied(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
