"""Saturday: a rule of the space answers our write, and the run that met it names the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import DONE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "A rule flips values back"
RECIPE = "A rule flips values back"


def story(diary: Diary) -> None:
    adopt(diary)
    diary.desk.world.options.automations = [
        {"when": "priority", "set": {"priority": {"value": "option_0"}}, "by": "rule-99"}
    ]
    story_file = diary.desk.folder / "state/demo/story.yaml"
    story_file.write_text(story_file.read_text().replace("priority: P1", "priority: P2", 1))
    diary.run("reconciler apply --yes", RECIPE, code=3, says="to P0, by rule rule-99")
    diary.run("reconciler pull --refresh --only story.priority", RECIPE, says="Refreshed 1 value")
    diary.run("reconciler plan", RECIPE, says=DONE)


def test_a_rule_that_answers_is_named_and_gets_its_field(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
