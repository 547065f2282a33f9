"""Files are brought up to the live items: only what differs is touched; nothing is written to the space."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.sandbox.state.model import Field

if TYPE_CHECKING:
    from tests.conftest import Desk, Done

STORY = 6300012320
ANA, BO, CHEN, EMIL = (f"731000000000000000{n}" for n in (1, 2, 3, 5))
FILE = f"""\
# ours
space: demo
type: story
defaults:
  fields: {{platform: [iOS]}}   # all of them
items:
  - {STORY + 4}   # by default
  # the second
  - id: {STORY}   # Audit reports
    fields:
      priority: 'P0'   # agreed
      due: 2026-04-21
      notes: |
        one
        two
      watchers:
        - emil@example.com   # lead
      tags: {{contains: [growth], excludes: [debt, security]}}
      schedule: {{start: 2026-05-10, end: 2026-05-16}}
    roles:
      RD: [emil@example.com]
# the end
"""


@pytest.fixture
def agreed(desk: Desk) -> Desk:
    """A desk whose file says what is live."""
    desk.write("state/reconciler.yaml", "people: {team: [ana@example.com, bo@example.com]}\n")
    desk.write("state/stories.yaml", FILE)
    assert desk.run("apply", "--yes").code == 0
    assert "No changes." in desk.run("plan").out
    desk.world.writes.clear()
    return desk


def values_of(desk: Desk, item: int = STORY) -> dict[str, Any]:
    values: dict[str, Any] = desk.world.items[item].values
    return values


def refresh(desk: Desk, *arguments: str) -> tuple[Done, list[str], list[str]]:
    """Refresh; returns what was said, and the lines that the file lost and gained."""
    path = desk.folder / "state/stories.yaml"
    before = path.read_text(encoding="utf-8")
    done = desk.run("pull", "--refresh", *arguments)
    assert done.code == 0, done.err
    assert desk.world.writes == []
    new = path.read_text(encoding="utf-8")
    diff = list(difflib.unified_diff(before.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    gone, come = ([line[1:] for line in diff if line.startswith(sign)] for sign in "-+")
    return done, gone, come


def test_a_file_that_agrees_is_not_touched(agreed: Desk) -> None:
    at = (agreed.folder / "state/stories.yaml").stat().st_mtime_ns
    done, gone, come = refresh(agreed)
    assert (done.out, gone, come) == ("Nothing to refresh.\n", [], [])
    assert (agreed.folder / "state/stories.yaml").stat().st_mtime_ns == at


CASES: list[tuple[str, str, Any, list[str], list[str]]] = [
    (
        "an option",
        "priority",
        {"value": "option_2"},
        ["      priority: 'P0'   # agreed"],
        ["      priority: 'P2'   # agreed"],
    ),
    (
        "an empty option",
        "priority",
        None,
        ["      priority: 'P0'   # agreed"],
        ["      priority: null   # agreed"],
    ),
    ("a day", "field_2fbca6", 1_780_243_200_000, ["      due: 2026-04-21"], ["      due: 2026-06-01"]),
    ("a text", "field_a1b2c4", "one\nthree #x", ["        two"], ["        three #x"]),
    ("a member more", "watchers", [EMIL, BO], [], ["        - bo@example.com"]),
    (
        "another member",
        "watchers",
        [CHEN],
        ["        - emil@example.com   # lead"],
        ["        - chen@example.com"],
    ),
    (
        "no member",
        "watchers",
        [],
        ["      watchers:", "        - emil@example.com   # lead"],
        ["      watchers: []"],
    ),
    (
        "a part of a rule",
        "tags",
        [{"value": "tag_0"}, {"value": "tag_1"}],
        ["      tags: {contains: [growth], excludes: [debt, security]}"],
        ["      tags: {contains: [growth], excludes: [security]}"],
    ),
    (
        "a whole rule",
        "tags",
        [{"value": "tag_1"}, {"value": "tag_2"}],
        ["      tags: {contains: [growth], excludes: [debt, security]}"],
        [],
    ),
    (
        "one end of a schedule",
        "schedule",
        {"start_time": 1_778_342_400_000, "end_time": 1_779_033_599_999},
        ["      schedule: {start: 2026-05-10, end: 2026-05-16}"],
        ["      schedule: {start: 2026-05-10, end: 2026-05-17}"],
    ),
]


@pytest.mark.parametrize(
    ("key", "value", "gone", "come"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_was_edited_in_the_space_follows(
    agreed: Desk, key: str, value: Any, gone: list[str], come: list[str]
) -> None:
    values_of(agreed)[key] = value
    _, lost, gained = refresh(agreed)
    assert (lost, gained) == (gone, come)
    assert "No changes." in agreed.run("plan").out
    assert refresh(agreed)[0].out == "Nothing to refresh.\n"


def test_each_value_that_follows_is_said(agreed: Desk) -> None:
    values_of(agreed)["priority"] = {"value": "option_2"}
    done, _, _ = refresh(agreed)
    assert done.out == (f"state/stories.yaml:11:7: {STORY} Priority  P0 → P2\nRefreshed 1 value in 1 file.\n")


def test_an_item_that_differs_from_a_default_gets_its_own_line(agreed: Desk) -> None:
    for item in (STORY, STORY + 4):
        values_of(agreed, item)["field_c4d17a"] = [{"value": "platform_2"}]
    _, gone, come = refresh(agreed)
    assert gone == [f"  - {STORY + 4}   # by default"]
    assert come == [
        f"  - id: {STORY + 4}   # by default",
        "    fields:",
        "      platform: [Web]",
        "      platform: [Web]",
    ]
    assert "No changes." in agreed.run("plan").out


def test_a_group_of_people_is_written_out_where_one_has_left_the_field(agreed: Desk) -> None:
    path = agreed.folder / "state/stories.yaml"
    path.write_text(FILE.replace("RD: [emil@", "RD: [team, emil@"), encoding="utf-8")
    roles = next(one for one in values_of(agreed)["role_owners"] if one["role"] == "rd")
    roles["owners"] = [ANA, EMIL]
    _, gone, come = refresh(agreed)
    assert gone == ["      RD: [team, emil@example.com]"]
    assert come == ["      RD: [emil@example.com, ana@example.com]"]


def test_the_name_behind_a_related_item_follows_its_id(agreed: Desk) -> None:
    path = agreed.folder / "state/stories.yaml"
    lines = (
        "      parent_story: 6300012301  # Retry card payments\n"
        "      planning_release:\n        - 6300014300  # Export audit log\n"
    )
    path.write_text(FILE.replace("    roles:\n", f"{lines}    roles:\n"), encoding="utf-8")
    values_of(agreed).update(field_7872c9=6300012302, planning_sprint=[6300014302])
    _, gone, come = refresh(agreed)
    assert (gone, come) == (
        ["      parent_story: 6300012301  # Retry card payments", "        - 6300014300  # Export audit log"],
        ["      parent_story: 6300012302  # Show refunds", "        - 6300014302  # Show refunds"],
    )


def test_only_what_is_selected_follows(agreed: Desk) -> None:
    values_of(agreed).update(priority={"value": "option_2"}, field_2fbca6=1_780_243_200_000)
    _, gone, _ = refresh(agreed, "--only", f"{STORY}.due")
    assert gone == ["      due: 2026-04-21"]


@pytest.mark.parametrize("who", ["bo@example.com", "Bo@Example.com", BO, "boss"])
def test_only_what_one_person_changed_follows(agreed: Desk, who: str) -> None:
    agreed.write(
        "state/reconciler.yaml", "people: {team: [ana@example.com, bo@example.com], boss: bo@example.com}\n"
    )
    agreed.world.edit(STORY, "priority", {"value": "option_2"}, by=BO)
    agreed.world.edit(STORY, "field_2fbca6", 1_780_243_200_000, by=CHEN)
    _, gone, come = refresh(agreed, "--by", who)
    assert (gone, come) == (["      priority: 'P0'   # agreed"], ["      priority: 'P2'   # agreed"])
    assert refresh(agreed, "--by", who)[1] == []


def test_a_person_whom_nobody_knows_is_refused(agreed: Desk) -> None:
    done = agreed.run("pull", "--refresh", "--by", "somebody")
    assert (done.code, done.out) == (1, "")
    assert "unknown person 'somebody'; write an e-mail" in done.err


def test_formatting_that_no_file_can_say_is_left_alone_and_told(agreed: Desk) -> None:
    path = agreed.folder / "state/stories.yaml"
    path.write_text(FILE.replace("notes:", "description:"), encoding="utf-8")
    agreed.world.items[STORY].rich["description"] = {"doc": "{}", "doc_html": "<table><td>x</td></table>"}
    done, gone, _ = refresh(agreed)
    assert gone == []
    assert f"skipped Description of {STORY}: the text has formatting" in done.err


def test_items_that_are_gone_are_taken_out_only_where_that_is_asked_for(agreed: Desk) -> None:
    del agreed.world.items[STORY + 4]
    done, gone, _ = refresh(agreed)
    assert done.err == f"not live: {STORY + 4}; --prune takes it out\n"
    assert gone == []
    agreed.world.items[STORY].aborted = "cancel"
    values_of(agreed)["aborted"] = {"is_aborted": True, "reason": "cancel"}
    path = agreed.folder / "state/stories.yaml"
    path.write_text(FILE.replace("# the end", f"  - {STORY + 1}\n# the end"), encoding="utf-8")
    done, gone, _ = refresh(agreed, "--prune")
    assert done.err == f"taken out {STORY}\ntaken out {STORY + 4}\n"
    assert gone[0] == f"  - {STORY + 4}   # by default"
    text = path.read_text(encoding="utf-8")
    assert "# the second" in text
    assert str(STORY) not in text.replace(str(STORY + 1), "")


def test_items_that_are_archived_go_too(agreed: Desk) -> None:
    kind = agreed.world.type_of(agreed.world.items[STORY])
    kind.fields.append(Field("archiving_status", "Archived", "bool", custom=False, computed=True))
    kind.index()
    values_of(agreed)["archiving_status"] = True
    assert refresh(agreed)[0].err == f"not live: {STORY}; --prune takes it out\n"
    done, gone, come = refresh(agreed, "--prune")
    assert (done.out, done.err) == ("Took 1 item out of 1 file.\n", f"taken out {STORY}\n")
    assert (len(gone), come) == (13, [])


def test_the_flags_of_two_ways_to_pull_are_not_mixed(desk: Desk) -> None:
    assert "--refresh takes no ids" in desk.run("pull", "--refresh", "1").err
    assert "belong to --refresh" in desk.run("pull", "1", "--into", "state/a.yaml", "--prune").err
