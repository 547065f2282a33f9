"""`schema pull --rewrite`: files follow what the space has renamed, in the touched scalars alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
FILE = f"""\
# ours
space: demo
type: Story       # by its name
defaults:
  roles: {{PM: [ana@example.com]}}
items:
  - id: {STORY}   # the first
    expect: {{"Needs QA": true}}
    unmanaged: [PM]
    fields:
      priority: "P3"    # later
      Story points: 3
      platform: [iOS, Web]
      markets:
        - Payments / Cards   # these
        - Accounts / Login
      area: [Payments, Refunds]
      business: Money / Cards
      tags: {{contains: [growth], excludes: [debt]}}
      env_rows: [{{env: prod, env_due: 2026-12-01}}]
    roles:
      Designer: []
"""


def type_of(desk: Desk) -> Any:
    return next(iter(desk.world.spaces.values())).types[0]


def field_of(desk: Desk, name: str) -> Any:
    return next(one for one in type_of(desk).fields if one.name == name)


@pytest.fixture
def pinned(desk: Desk) -> Desk:
    desk.write("state/stories.yaml", FILE)
    assert desk.run("schema", "pull").code == 0
    return desk


def rewritten(desk: Desk) -> str:
    """Rewrite; the plan is the same before and after, and nothing is written to the space."""
    before = desk.run("plan")
    done = desk.run("schema", "pull", "--rewrite")
    assert done.code == 0, done.err
    after = desk.run("plan")
    assert after.err == ""

    def rows(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("note:")]

    assert rows(before.out) == rows(after.out)
    assert "is now called" not in after.out
    assert desk.world.writes == []
    return (desk.folder / "state/stories.yaml").read_bytes().decode()


def test_without_renames_no_file_changes(pinned: Desk) -> None:
    assert rewritten(pinned) == FILE


def test_renamed_options_are_followed(pinned: Desk) -> None:
    for name, option, label in (
        ("Priority", "option_3", "Someday: maybe"),
        ("Platform", "platform_2", "Browser"),
        ("Tags", "tag_1", "no"),
    ):
        next(one for one in field_of(pinned, name).options if one.value == option).label = label
    assert rewritten(pinned) == FILE.replace('"P3"', '"Someday: maybe"').replace("Web]", "Browser]").replace(
        "[debt]", "[no]"
    )


def test_renamed_levels_of_a_cascade_are_followed(pinned: Desk) -> None:
    payments = field_of(pinned, "Markets").options[0]
    payments.label = "Pay"
    field_of(pinned, "Area").options[0].label = "Pay"
    next(iter(pinned.world.spaces.values())).businesses[0]["name"] = "Finance"
    assert rewritten(pinned) == FILE.replace("- Payments / Cards", "- Pay / Cards").replace(
        "[Payments, Refunds]", "[Pay, Refunds]"
    ).replace("Money / Cards", "Finance / Cards")


def test_swapped_labels_are_followed_by_what_they_meant(pinned: Desk) -> None:
    options = {one.value: one for one in field_of(pinned, "Priority").options}
    options["option_3"].label, options["option_0"].label = "P0", "P3"
    done = pinned.run("schema", "pull", "--rewrite")
    assert done.code == 0
    text = (pinned.folder / "state/stories.yaml").read_text(encoding="utf-8")
    assert text == FILE.replace('"P3"', '"P0"')


def test_a_role_s_ref_is_followed_below_unmanaged_and_expect(pinned: Desk) -> None:
    text = FILE.replace("unmanaged: [PM]", "unmanaged: [roles.PM]")
    pinned.write("state/stories.yaml", text.replace('{"Needs QA": true}', "{roles.Designer: []}"))
    roles = {one.name: one for one in type_of(pinned).roles}
    roles["PM"].name, roles["Designer"].name = "Product", "Artist"
    after = rewritten(pinned)
    assert "unmanaged: [roles.PM]" in after  # its key
    assert "expect: {roles.Artist: []}" in after


def test_renamed_fields_roles_and_types_are_followed(pinned: Desk) -> None:
    field_of(pinned, "Story points").name = "Size"
    field_of(pinned, "Needs QA").name = "QA: needed"
    field_of(pinned, "Priority").alias = "urgency"
    due = next(one for one in field_of(pinned, "Environments").compound if one.key == "field_e00004")
    due.alias = "until"
    roles = {one.name: one for one in type_of(pinned).roles}
    roles["PM"].name, roles["Designer"].name = "Product", "Artist"
    type_of(pinned).name = "User story"
    assert rewritten(pinned) == (
        FILE.replace("type: Story", "type: User story")
        .replace("Story points:", "Size:")
        .replace('"Needs QA"', '"QA: needed"')
        .replace("env_due", "until")
        .replace("Designer:", "Artist:")
    )


def test_without_the_flag_the_files_stay(pinned: Desk) -> None:
    next(one for one in field_of(pinned, "Priority").options if one.value == "option_3").label = "Someday"
    assert pinned.run("schema", "pull").code == 0
    assert (pinned.folder / "state/stories.yaml").read_text(encoding="utf-8") == FILE


PEOPLE = f"""\
space: demo
type: story
items:
  - id: {STORY}
    fields:
      reviewer: bo@example.com      # soon Bob
      watchers:
        contains: ['Bo@example.com']   # as somebody wrote it
        excludes: [chen@example.com]
    roles: {{RD: [bo@example.com, ana@example.com], PM: [team]}}
"""
SETTINGS = """\
# who is who
people:
  bo: bo@example.com     # he
  team: [ana@example.com, "bo@example.com"]
spaces: {demo: {}}
"""


@pytest.fixture
def named(desk: Desk) -> Desk:
    desk.write("state/reconciler.yaml", SETTINGS)
    desk.write("state/stories.yaml", PEOPLE)
    assert desk.run("schema", "pull").code == 0
    return desk


def person(desk: Desk, email: str) -> Any:
    return next(one for one in desk.world.people.values() if one.email == email)


def test_a_changed_e_mail_is_followed_in_the_files_and_in_the_groups_of_the_settings(named: Desk) -> None:
    person(named, "bo@example.com").email = "bob.lee@example.com"
    assert rewritten(named) == PEOPLE.replace("bo@example.com", "bob.lee@example.com").replace(
        "Bo@example.com", "bob.lee@example.com"
    )
    settings = (named.folder / "state/reconciler.yaml").read_text(encoding="utf-8")
    assert settings == SETTINGS.replace("bo@example.com", "bob.lee@example.com")
    pins = (named.folder / "schemas/demo/people.json").read_text(encoding="utf-8")
    assert "bo@example.com" not in pins
    assert "bob.lee@example.com" in pins
    assert named.run("validate").code == 0


def test_an_e_mail_that_is_another_person_s_now_still_means_whom_it_meant(named: Desk) -> None:
    person(named, "bo@example.com").email = "bob.lee@example.com"
    person(named, "dana@example.com").email = "bo@example.com"
    assert rewritten(named) == PEOPLE.replace("bo@example.com", "bob.lee@example.com").replace(
        "Bo@example.com", "bob.lee@example.com"
    )


def test_without_the_flag_a_changed_e_mail_stays_pinned_by_the_old_one(named: Desk) -> None:
    before = (named.folder / "schemas/demo/people.json").read_bytes()
    person(named, "bo@example.com").email = "bob.lee@example.com"
    assert named.run("schema", "pull").code == 0
    assert (named.folder / "schemas/demo/people.json").read_bytes() == before
    assert named.run("plan").code == 0


RELATED = """\
space: demo
type: story
items:
  - id: 6300012320
    fields:
      Release:
        - {name: "NAME"}   # the next
        - 6300014302
"""


@pytest.fixture
def related(desk: Desk) -> Desk:
    desk.world.items[6300014301].name = "26-12"
    desk.write("state/stories.yaml", RELATED.replace("NAME", "26-12"))
    assert desk.run("schema", "pull").code == 0
    return desk


def related_file(desk: Desk) -> str:
    return (desk.folder / "state/stories.yaml").read_text(encoding="utf-8")


def test_a_renamed_item_is_followed_by_its_id(related: Desk) -> None:
    before = related.run("plan").out
    related.world.items[6300014301].name = "26-12: winter"
    assert "blocked: the pins take '26-12' for 6300014301, which is release" in related.run("plan").out
    done = related.run("schema", "pull", "--rewrite")
    assert (done.code, done.err) == (0, "")
    assert related_file(related) == RELATED.replace("NAME", "26-12: winter")
    assert related.run("plan").out == before.replace("(26-12)", "(26-12: winter)")
    assert related.world.writes == []
    assert '"26-12: winter": 6300014301' in (related.folder / "schemas/demo/items.json").read_text(
        encoding="utf-8"
    )


def test_a_name_that_several_items_bear_becomes_the_id(related: Desk) -> None:
    related.world.items[6300014301].name = related.world.items[6300014303].name = "twice"
    assert related.run("schema", "pull", "--rewrite").code == 0
    assert related_file(related) == RELATED.replace('{name: "NAME"}', "6300014301")
    assert related.run("validate").code == 0


def test_without_the_flag_a_renamed_item_stays_pinned_by_its_old_name(related: Desk) -> None:
    before = (related.folder / "schemas/demo/items.json").read_bytes()
    related.world.items[6300014301].name = "other"
    assert related.run("schema", "pull").code == 0
    assert (related.folder / "schemas/demo/items.json").read_bytes() == before
    assert related.run("plan").code == 0
