"""A bulk edit that nobody wanted is undone: by the journal of its run, then in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import DONE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "A bulk edit is undone"
RECIPE = "Undo a bulk edit"
FILE = "state/demo/story.yaml"


def story(diary: Diary) -> None:
    adopt(diary)
    file = diary.desk.folder / FILE
    before = file.read_text(encoding="utf-8")
    diary.edit(FILE, before.replace("priority: P2", "priority: P0"))
    assert before.count("priority: P2") > 10
    diary.commit("Raise all of them")
    diary.run("reconciler apply --yes", RECIPE, says=f"({before.count('priority: P2')} fields)")
    diary.run("reconciler rollback last --yes", RECIPE, says="P0 → P2")
    diary.git("checkout", "-q", "HEAD~1", "--", "state")
    diary.git("commit", "-qm", "Take it back")
    diary.run("reconciler plan", RECIPE, says=DONE)
    assert file.read_text(encoding="utf-8") == before


def test_a_bulk_edit_is_put_back_by_its_journal_and_the_files(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
