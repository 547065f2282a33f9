"""Monday: 379 stories that nobody managed are taken over, and nothing of them changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.sandbox.demo.generate import generate
from tests.week.diary import DONE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "379 stories are taken over"


def story(diary: Diary) -> None:
    generate(diary.desk.world, ["story=300"])
    adopt(diary)
    assert "Adopted 378 items" in diary.steps[-1].output, "init adopts one as an example"
    diary.run("reconciler validate", "Take over a type", says="Valid: 379 items in 1 file")
    diary.run("reconciler plan", "Take over a type", says=DONE)
    assert diary.desk.sent == []


def test_stories_are_taken_over_as_they_are(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
