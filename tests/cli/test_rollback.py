"""`rollback`: back to what stood before a run, but for what people touched since."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320
BO = "7310000000000000002"


def last_run(desk: Desk) -> str:
    return max(path.name for path in desk.folder.glob(".reconciler/runs/*"))


def held(desk: Desk, item_id: int) -> dict[str, Any]:
    """What is live of an item, without roles that nobody holds and line ends that no reading keeps."""
    item = desk.world.item(item_id)
    values: dict[str, Any] = {
        key: value.rstrip("\n") if isinstance(value, str) else value
        for key, value in item.values.items()
        if value not in (None, [], "")
    }
    values["role_owners"] = {one["role"]: one["owners"] for one in values["role_owners"] if one["owners"]}
    return {**values, "name": item.name}


def test_puts_back_exactly_what_the_run_changed(desk: Desk) -> None:
    desk.stories(
        f"{{id: {STORY}, fields: {{name: New, priority: P3, story_points: null, due: 2030-01-01, "
        "platform: {contains: [Web, Desktop]}, description: other}, roles: {RD: [dana@example.com]}}",
        "{id: 6300012321, fields: {watchers: []}}",
    )
    before = {item: copy.deepcopy(held(desk, item)) for item in (STORY, STORY + 1)}
    assert desk.run("apply", "--yes").code == 0
    assert held(desk, STORY) != before[STORY]
    done = desk.run("rollback", last_run(desk), "--yes")
    assert done.code == 0, done.out + done.err
    assert {item: held(desk, item) for item in before} == before


def test_a_reference_to_nothing_that_the_run_changed_is_an_error(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("apply", "--yes")
    done = desk.run("rollback", last_run(desk), "--yes", "--only", "story.due")
    assert (done.code, len(desk.world.writes)) == (1, 1)
    assert "name no such field of it; " in done.err
    assert desk.run("rollback", last_run(desk), "--yes", "--only", "story.priority").code == 0


def test_a_saved_way_back_comes_with_its_change_of_the_files(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("apply", "--yes", "--format", "json")
    done = desk.run("rollback", last_run(desk), "--out", "back.json", "--format", "json")
    event = json.loads(done.out.splitlines()[-1])
    assert event["event"] == "files"
    assert "+  - {id: 6300012320, fields: {priority: P0}}" in event["patch"]


def test_leaves_alone_what_somebody_touched_since(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}")
    desk.run("apply", "--yes")
    desk.world.edit(STORY, "priority", {"value": "option_1"}, by=BO)
    done = desk.run("rollback", last_run(desk), "--yes")
    assert done.code == 0
    assert f"note: story/{STORY} Priority was touched since, and keeps P1\n" in done.out
    assert desk.world.item(STORY).values["priority"] == {"value": "option_1"}
    assert desk.world.item(STORY).values["field_3724e6"] == 5


def test_is_a_plan_like_any_other(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}")
    desk.run("apply", "--yes")
    run, sent = last_run(desk), len(desk.sent)
    planned = desk.run("rollback", run, "--out", "back.json", "--only", f"{STORY}.priority")
    assert "~ Priority  P3 → P0" in planned.out
    assert "Story points" not in planned.out
    assert len(desk.sent) == sent
    assert desk.run("rollback", run, "--yes", "--max-changes", "0").code == 4
    assert desk.run("rollback", run).code == 1
    assert desk.run("apply", "back.json").code == 0
    assert desk.sent[sent:] == [{"priority": {"value": "option_0"}}]


def test_twice_is_once(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("apply", "--yes")
    run = last_run(desk)
    assert desk.run("rollback", run, "--yes").code == 0
    assert desk.run("rollback", run, "--yes").out == "No changes. Live work items match the desired state.\n"


def test_a_run_that_changed_nothing_or_is_not_there_is_told(desk: Desk) -> None:
    assert "no run 'nonsense'" in desk.run("rollback", "nonsense", "--yes").err


def test_formatting_of_ours_gives_way_to_the_words_that_stood_there(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{description: {{markdown: '**new** words'}}}}}}")
    before = held(desk, STORY)["description"]
    desk.run("apply", "--yes")
    assert desk.run("rollback", last_run(desk), "--yes").code == 0
    assert held(desk, STORY)["description"] == before


def test_formatting_that_nobody_here_can_write_is_told_and_left(desk: Desk) -> None:
    desk.world.format(STORY, "description", "a table", "<table><tr><td>a table</td></tr></table>")
    desk.stories(f"{{id: {STORY}, fields: {{description: {{text: new, replace_formatting: true}}}}}}")
    assert desk.run("apply", "--yes").code == 0
    sent = len(desk.sent)
    done = desk.run("rollback", last_run(desk), "--yes")
    assert "Description cannot be put back: it had formatting that no field can be given" in done.out
    assert len(desk.sent) == sent


def test_the_share_of_a_rollback_is_of_all_managed_items(desk: Desk) -> None:
    changed = [f"{{id: {STORY + n}, fields: {{story_points: {40 + n}}}}}" for n in range(12)]
    desk.stories(*changed, *(str(STORY + n) for n in range(12, 60)))
    assert desk.run("apply", "--yes").code == 0
    done = desk.run("rollback", last_run(desk), "--yes")
    assert (done.code, "Guard" in done.out) == (0, False), done.out + done.err


def test_a_rollback_of_too_much_names_the_flag_that_lets_it_pass(desk: Desk) -> None:
    desk.stories(*(f"{{id: {STORY + n}, fields: {{story_points: {40 + n}}}}}" for n in range(12)))
    assert desk.run("apply", "--yes", "--max-share", "100%").code == 0
    refused = desk.run("rollback", last_run(desk), "--yes")
    assert refused.code == 4
    assert "To let it pass once, without a review:  --max-share 100%\n" in refused.out
    flags = refused.out.partition("without a review:  ")[2].splitlines()[0].split()
    assert desk.run("rollback", last_run(desk), "--yes", *flags).code == 0


def test_whom_the_way_back_may_notify_is_told_by_their_e_mails(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    assert desk.run("apply", "--yes").code == 0
    done = desk.run("rollback", last_run(desk), "--yes")
    [line] = [one for one in done.out.splitlines() if one.startswith("May notify ")]
    assert "ana@example.com (1 item)" in line
    assert "73100000" not in line
