"""Wednesday: an admin renames an option and removes another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import DONE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "An option is renamed, and one is removed"
RECIPE = "An admin renames an option"


def rename_and_remove(diary: Diary) -> None:
    """P0 is called Urgent from now on; P3 is gone, and what had it is P2."""
    world = diary.desk.world
    for kind in next(iter(world.spaces.values())).types:
        options = kind.by_key["priority"].options
        options[0].label = "Urgent"
        gone, other = options[3], options[2]
        options.remove(gone)
        for item in world.items.values():
            if item.values.get("priority") == {"value": gone.value}:
                item.values["priority"] = {"value": other.value}


def story(diary: Diary) -> None:
    adopt(diary)
    rename_and_remove(diary)
    diary.run("reconciler plan", RECIPE, says="was removed")
    diary.run("reconciler schema check", RECIPE, says="renamed")
    told = diary.run("reconciler schema pull --rewrite", RECIPE, says="it stays pinned")
    diary.run("reconciler validate", RECIPE, says="Valid: ")
    repair = next(one for one in told.split("`") if one.startswith("reconciler pull --refresh"))
    diary.run(repair, RECIPE)
    diary.run("reconciler plan", RECIPE, says=DONE)
    text = (diary.desk.folder / "state/demo/story.yaml").read_text()
    assert ("priority: P0" in text, "priority: P3" in text, "priority: Urgent" in text) == (
        False,
        False,
        True,
    )
    assert diary.desk.sent == []


def test_renamed_words_follow_and_removed_ones_are_repaired(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
