"""Thursday: Gus leaves, and Hana takes over what he had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.week.diary import DONE, adopt, hold

if TYPE_CHECKING:
    from tests.week.diary import Diary

TITLE = "A person leaves"
RECIPE = "A person leaves"
GUS, HANA = "gus@example.com", "hana@example.com"


def replace(diary: Diary) -> None:
    """Do what the recipe's `sed` does, which a test of the recipes runs."""
    for path in (diary.desk.folder / "state").rglob("*.yaml"):
        lines = path.read_text().splitlines(keepends=True)
        both = [
            line.replace(f"{GUS}, ", "").replace(f", {GUS}", "") if HANA in line else line for line in lines
        ]
        path.write_text("".join(both).replace(GUS, HANA))


def story(diary: Diary) -> None:
    adopt(diary)
    person = next(one for one in diary.desk.world.people.values() if one.email == GUS)
    person.status = "resigned"
    diary.run(
        f"reconciler pull --type story --person {GUS} --fields roles.RD,roles.PM --into state/demo/gus.yaml",
        RECIPE,
        says="in the files already (state/demo/story.yaml)",
    )
    replace(diary)
    diary.run("reconciler validate", RECIPE, says="Valid: ")
    diary.run("reconciler apply --yes --max-share 100%", RECIPE, says="Applied: ")
    diary.run("reconciler plan", RECIPE, says=DONE)
    text = (diary.desk.folder / "state/demo/story.yaml").read_text()
    stories = [one for one in diary.desk.world.items.values() if str(one.id) in text]
    owners = [row for one in stories for row in one.values.get("role_owners") or ()]
    assert owners
    assert not [row for row in owners if row["role"] in {"RD", "PM"} and person.key in row["owners"]]


def test_what_a_person_held_is_handed_over(diary: Diary) -> None:
    story(diary)
    hold(TITLE, diary)
