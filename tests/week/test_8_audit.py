"""An auditor asks who changed what in October; one page answers, over the journals of all runs."""

from __future__ import annotations

import csv
import io
import shutil
from typing import TYPE_CHECKING

from tests.week.diary import adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "An audit of October"
RECIPE = "An audit of October"
FILE = "state/demo/story.yaml"
RUNS = {"bo": 1_790_700_000, "chen": 1_792_056_600, "dana": 1_793_500_000}
"""Who applied, and when: on the last day of September, in October, and on the first day of November."""


def story(diary: Diary) -> None:
    adopt(diary)
    desk, file = diary.desk, diary.desk.folder / FILE
    for number, (actor, second) in enumerate(RUNS.items(), 1):
        diary.edit(FILE, file.read_text(encoding="utf-8").replace("priority: P1", "priority: P2", number))
        diary.commit(f"Lower some ({number})")
        desk.environ |= {"GITHUB_ACTOR": actor, "SOURCE_DATE_EPOCH": str(second)}
        diary.run("reconciler apply --yes", "Keep the audit")
    shutil.copytree(desk.folder / ".reconciler/runs", desk.folder / "artifacts")
    october = "reconciler runs --journals artifacts --since 2026-10 --until 2026-10"
    listed = diary.run(october, RECIPE, says="chen")
    assert len(listed.splitlines()) == 1
    diary.run(f"{october} --format html=october.html --format csv=october.csv", RECIPE, says="written: ")
    page = (desk.folder / "october.html").read_text(encoding="utf-8")
    assert "1 run changed 2 fields of 2 items" in page
    rows = csv.DictReader(io.StringIO((desk.folder / "october.csv").read_text(encoding="utf-8-sig")))
    assert [(row["by"], row["before"], row["after"]) for row in rows] == [("chen", "P1", "P2")] * 2
    diary.run("reconciler runs --journals artifacts --field priority --by dana", RECIPE, says="P1 → P2")


def test_one_command_tells_an_auditor_who_changed_what(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
