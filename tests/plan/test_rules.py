"""Rules over many items, from the file to the service: the sandbox's write log is the judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.plan.last_applied_ref import applied_ref
from tests.git_repository import commit, git
from tests.plan.test_earlier_commit import BO

if TYPE_CHECKING:
    from reconciler.sandbox.state.model import Item
    from tests.conftest import Desk

DUE, POINTS, PLATFORM = "field_2fbca6", "field_3724e6", "field_c4d17a"
FIRST, SECOND = 6300012320, 6300012321
DAY = 86_400_000


def rules(desk: Desk, *texts: str, type_: str = "story", file: str = "state/rules.yaml") -> None:
    """Write a file of rules, each given as a flow map."""
    lines = "".join(f"  - {text}\n" for text in texts)
    desk.write(file, f"space: demo\ntype: {type_}\nrules:\n{lines}")


def rule(
    name: str = "points",
    where: str = '["name ~ zebra"]',
    fields: str = "{story_points: 5}",
    mode: str = "hold",
    at_most: int = 100,
) -> str:
    return f"{{name: {name}, mode: {mode}, at_most: {at_most}, where: {where}, fields: {fields}}}"


def planned(desk: Desk, *arguments: str) -> Any:
    done = desk.run("plan", "--format", "json", *arguments)
    assert done.code in {0, 2}, done.err
    return json.loads(done.out)


def fields_of(plan: Any, part: str = "resource_changes") -> dict[tuple[int, str], Any]:
    return {(item["id"], one["key"]): one for item in plan[part] for one in item["fields"]}


def zebras(desk: Desk, *ids: int) -> list[Item]:
    """Give some stories a name that no other item has."""
    some = [desk.world.item(one) for one in ids]
    for item in some:
        item.name = f"Zebra {item.id}"
        item.values[POINTS] = 1
    desk.world.item(ids[0]).values[POINTS] = 1
    return some


@pytest.fixture
def herd(desk: Desk) -> Desk:
    """A desk with two items that the rules of these tests select."""
    desk.world.options.throttle = False
    zebras(desk, FIRST, SECOND)
    return desk


def test_a_rule_in_hold_mode_changes_its_members_and_then_nothing(herd: Desk) -> None:
    rules(herd, rule())
    plan = planned(herd)
    assert set(fields_of(plan)) == {(FIRST, POINTS), (SECOND, POINTS)}
    assert herd.world.writes == []
    row = fields_of(plan)[FIRST, POINTS]
    assert row["source"] == {"file": "state/rules.yaml", "line": 4, "column": 80, "rule": "points"}
    (told,) = plan["rules"]
    assert (told["name"], told["mode"], told["selected"], told["at_most"]) == ("points", "hold", 2, 100)
    assert told["where"] == ["name ~ zebra"]
    assert told["ids"] == [FIRST, SECOND]
    assert herd.run("apply", "--yes").code == 0
    assert sorted(one.path.rpartition("/")[2] for one in herd.world.writes) == [str(FIRST), str(SECOND)]
    assert herd.sent == [{POINTS: 5}, {POINTS: 5}]
    again = planned(herd)
    assert (again["resource_changes"], again["exit_reason"]) == ([], "no_changes")


@pytest.mark.parametrize("mode", ["check", "propose"])
def test_a_rule_in_another_mode_is_reported_and_never_written(herd: Desk, mode: str) -> None:
    rules(herd, rule(mode=mode))
    plan = planned(herd)
    assert plan["resource_changes"] == []
    assert {one["held"] for one in fields_of(plan, "left_alone").values()} == {f"rule: {mode}"}
    assert herd.run("plan", "--detailed-exitcode").code == 2
    assert herd.run("apply", "--yes").code == 0
    assert herd.run("drift", "--heal", "--yes").code in {0, 3}
    assert herd.world.writes == []


def test_check_is_the_default_and_needs_no_limit(herd: Desk) -> None:
    rules(herd, '{name: points, where: ["name ~ zebra"], fields: {story_points: 5}}')
    assert planned(herd)["rules"][0]["mode"] == "check"


def test_a_file_beats_a_rule_and_the_row_says_so(herd: Desk) -> None:
    rules(herd, rule())
    herd.stories(f"{{id: {FIRST}, fields: {{story_points: 8}}}}")
    plan = planned(herd)
    row = fields_of(plan)[FIRST, POINTS]
    assert (row["after"], row["source"]["file"], row["source"]["rule"]) == (8, "state/stories.yaml", None)
    assert row["outranked"]["file"] == "state/rules.yaml"
    assert fields_of(plan)[SECOND, POINTS]["after"] == 5
    text = herd.run("plan").out
    assert "the file decides (state/rules.yaml:4:80)" in text
    assert "1 field decided by files" in text


def test_two_rules_that_desire_the_same_are_one_row(herd: Desk) -> None:
    rules(herd, rule("a"), rule("b"))
    plan = planned(herd)
    assert {one["source"]["rule"] for one in fields_of(plan).values()} == {"a, b"}
    assert herd.run("apply", "--yes").code == 0
    assert herd.sent == [{POINTS: 5}, {POINTS: 5}]


def test_two_rules_that_disagree_block_that_field_alone(herd: Desk) -> None:
    rules(herd, rule("a", fields="{story_points: 5, needs_qa: true}"), rule("b", fields="{story_points: 6}"))
    for item_id in (FIRST, SECOND):
        herd.world.item(item_id).values["field_b9d821"] = False
    plan = planned(herd)
    assert {one["reason"] for one in plan["blocked"]} == {"rules a and b disagree"}
    assert {key for _, key in fields_of(plan)} == {"field_b9d821"}
    assert herd.run("apply", "--yes").code == 3
    assert herd.sent == [{"field_b9d821": True}, {"field_b9d821": True}]


def test_rules_about_different_members_of_a_set_are_one_change(herd: Desk) -> None:
    for item_id in (FIRST, SECOND):
        herd.world.item(item_id).values[PLATFORM] = []
    rules(
        herd,
        rule("a", fields="{platform: {contains: [iOS]}}"),
        rule("b", fields="{platform: {contains: [Web]}}"),
    )
    row = fields_of(planned(herd))[FIRST, PLATFORM]
    assert (row["added"], row["source"]["rule"]) == (["iOS", "Web"], "a, b")


def test_a_rule_that_selects_more_than_it_may_is_blocked_whole(herd: Desk) -> None:
    rules(herd, rule(at_most=1), rule("other", fields="{needs_qa: true}"))
    plan = planned(herd)
    assert POINTS not in {key for _, key in fields_of(plan)}
    assert plan["rules"][0]["blocked"] == "it selects 2 items, and may select 1"
    assert plan["exit_reason"] == "blocked"
    assert "rule points (hold): blocked: it selects 2 items, and may select 1" in herd.run("plan").out
    assert herd.run("plan", "--strict").code == 1
    assert herd.run("apply", "--yes").code == 3


def test_max_and_min_move_only_what_is_outside(herd: Desk) -> None:
    points = (1, 3, 9, None)
    some = zebras(herd, FIRST, SECOND, FIRST + 2, FIRST + 3)
    for item, value in zip(some, points, strict=True):
        item.values[POINTS] = value
    rules(herd, rule(fields="{story_points: {min: 2, max: 5}}"))
    rows = {ref: one["after"] for (ref, _), one in fields_of(planned(herd)).items()}
    assert rows == {FIRST: 2, FIRST + 2: 5, FIRST + 3: 5}


def test_a_date_is_held_relative_to_the_day_of_creation(herd: Desk) -> None:
    created = 1774972800000
    for item_id, due in ((FIRST, created + 20 * DAY), (SECOND, created + 3 * DAY)):
        herd.world.item(item_id).created_at = created + 36_000_000
        herd.world.item(item_id).values[DUE] = due
    rules(herd, rule(fields="{due: {max: {days: 14, after: created}}}"))
    plan = planned(herd)
    assert {ref: one["after"] for (ref, _), one in fields_of(plan).items()} == {FIRST: created + 14 * DAY}


def test_a_date_that_rests_on_an_empty_field_is_blocked(herd: Desk) -> None:
    herd.world.item(FIRST).values["field_0e381c"] = None
    herd.world.item(SECOND).values["field_0e381c"] = 1774972800000
    herd.world.item(SECOND).values[DUE] = 1774972800000 - 5 * DAY
    rules(herd, rule(fields="{due: {max: {days: 1, before: cutover}}}"))
    blocked = {one["id"]: one["reason"] for one in planned(herd)["blocked"]}
    assert blocked == {FIRST: "Cutover, from which it counts, is empty"}


def test_a_range_whose_ends_cross_for_an_item_is_blocked(herd: Desk) -> None:
    for item_id, cutover in ((FIRST, 1774972800000), (SECOND, 1774972800000 + 40 * DAY)):
        herd.world.item(item_id).values["field_0e381c"] = cutover
        herd.world.item(item_id).values[DUE] = 1774972800000
    rules(herd, rule(fields="{due: {min: {days: 20, after: cutover}, max: 2026-05-01}}"))
    plan = planned(herd)
    assert {one["id"]: one["reason"] for one in plan["blocked"]} == {
        SECOND: "its min 2026-05-31 is above its max 2026-05-01"
    }
    assert {ref for ref, _ in fields_of(plan)} == {FIRST}


def bugs(desk: Desk) -> list[Item]:
    some = [one for one in desk.world.items.values() if one.type_key == "issue" and one.aborted is None][:5]
    for item in some:
        item.name = f"Zebra {item.id}"
    return some


def test_a_value_follows_a_relation(herd: Desk) -> None:
    money, cards = "662f0e13b1a20d5dd5fb3320", "662f0e13b1a20d5dd5fb3321"
    right, wrong, empty, gone, unset = bugs(herd)
    herd.world.item(FIRST).values["business"] = money
    herd.world.item(SECOND).values["business"] = None
    for bug, story in ((right, FIRST), (wrong, FIRST), (empty, SECOND), (gone, 6300012399), (unset, None)):
        bug.values["_field_linked_story"] = story
    right.values["business"], wrong.values["business"] = money, cards
    rules(herd, rule(fields="{business: {from: _field_linked_story}}"), type_="issue")
    plan = planned(herd)
    assert {ref: one["after"] for (ref, _), one in fields_of(plan).items()} == {wrong.id: money}
    blocked = {one["id"]: one["reason"] for one in plan["blocked"]}
    assert blocked == {
        empty.id: f"Business line of {SECOND} is empty, and a rule empties nothing",
        gone.id: "6300012399 in Story is deleted, of another type, or not visible",
        unset.id: "Story holds no item",
    }


def test_an_option_follows_a_relation_by_its_label(herd: Desk) -> None:
    (bug, *_) = bugs(herd)
    bug.values["_field_linked_story"], bug.values["priority"] = FIRST, {"value": "option_3"}
    herd.world.item(FIRST).values["priority"] = {"value": "option_0"}
    rules(herd, rule(where=f'["work_item_id = {bug.id}"]', fields="{priority: {from: Story}}"), type_="issue")
    assert fields_of(planned(herd))[bug.id, "priority"]["after_label"] == "P0"


def test_what_a_lagging_search_says_is_never_written_and_never_believed(herd: Desk) -> None:
    herd.world.options.search_lag_ms = 60_000
    herd.world.edit(FIRST, "name", "Left", by=BO)
    rules(herd, rule())
    assert set(fields_of(planned(herd))) == {(SECOND, POINTS)}


def test_an_unreadable_condition_blocks_and_is_never_a_match(herd: Desk) -> None:
    rules(herd, rule(where='["name ~ zebra", "needs_qa IS NOT NULL"]'))
    herd.world.item(FIRST).values["field_b9d821"] = "perhaps"
    plan = planned(herd)
    assert (FIRST, POINTS) not in fields_of(plan)
    assert [one["id"] for one in plan["blocked"]] == [FIRST]
    assert "whether rule points selects it" in plan["blocked"][0]["reason"]


def test_terminated_items_are_no_members(herd: Desk) -> None:
    herd.world.item(FIRST).aborted = {"reason": "x"}  # type: ignore[assignment] # any sign of an end
    rules(herd, rule())
    assert set(fields_of(planned(herd))) == {(SECOND, POINTS)}


def test_the_plan_says_as_whom_the_rules_saw_the_space(herd: Desk) -> None:
    rules(herd, rule())
    notes = planned(herd)["notes"]
    assert any("rules see what user '7310000000000000001' sees" in one for one in notes)
    assert "no earlier commit is known: every difference of a rule in hold mode is planned" in notes


def test_members_whose_field_is_protected_are_counted_at_their_rule(herd: Desk) -> None:
    rules(herd, rule(fields="{story_points: 5, platform: {contains: [iOS]}}"))
    protect = "    protect: [{type: story, field: story_points, why: frozen}]\n"
    herd.write("state/reconciler.yaml", f"spaces:\n  demo:\n{protect}")
    plan = planned(herd)
    assert {(one["id"], one["key"]) for one in plan["blocked"] if one["key"]} == {
        (FIRST, POINTS),
        (SECOND, POINTS),
    }
    assert "rule points (hold): 2 selected, 1 to change, 2 blocked" in herd.run("plan").out


def test_share_counts_selected_items(herd: Desk) -> None:
    rules(herd, rule())
    assert planned(herd)["named"] == 2


def test_only_narrows_rules_too(herd: Desk) -> None:
    rules(herd, rule())
    assert set(fields_of(planned(herd, "--only", f"story/{FIRST}"))) == {(FIRST, POINTS)}


def test_why_names_the_rule(herd: Desk) -> None:
    rules(herd, rule())
    done = herd.run("why", f"story/{FIRST}.story_points")
    assert done.code == 0, done.err
    assert "rule     points (hold) at state/rules.yaml:4:12, where name ~ zebra" in done.out


def test_why_names_the_rule_of_a_member_in_sync_too(herd: Desk) -> None:
    herd.world.item(FIRST).values[POINTS] = 5
    rules(herd, rule())
    told = herd.run("why", f"story/{FIRST}.story_points").out
    assert "live     5  in sync" in told
    assert "rule     points (hold) at state/rules.yaml:4:12" in told


# -- words: told by the base, the last record and the operation records ---------------------------------


@pytest.fixture
def recorded(herd: Desk) -> Desk:
    """A repository whose rule was applied and recorded: both members hold 5 points."""
    git(herd.folder, "init", "-q")
    rules(herd, rule())
    commit(herd)
    apply_and_record(herd)
    herd.world.writes.clear()
    return herd


def apply_and_record(desk: Desk) -> None:
    out = str(desk.folder / "plan.json")
    assert desk.run("plan", "--out", out).code == 0
    done = desk.run("apply", out, "--yes")
    assert done.code == 0, done.err
    done = desk.run("record", out)
    assert done.code == 0, done.err


def words(desk: Desk) -> dict[int, Any]:
    """The word of each row of the members' points, or why it is skipped."""
    plan = planned(desk, "--base", "HEAD", "--applied", applied_ref("demo"))
    rows = {**fields_of(plan), **fields_of(plan, "left_alone")}
    found: dict[int, Any] = {ref: one["why"] for (ref, key), one in rows.items() if key == POINTS}
    return found | {one["id"]: "released" for one in plan["released"]}


def test_a_member_that_nobody_touched_is_in_sync(recorded: Desk) -> None:
    assert words(recorded) == {}


def test_a_member_whose_field_was_moved_is_drift_and_skipped(recorded: Desk) -> None:
    recorded.world.edit(FIRST, POINTS, 9, by=BO)
    assert words(recorded) == {FIRST: "drift"}
    assert recorded.run("apply", "--yes", "--base", "HEAD", "--applied", applied_ref("demo")).code == 0
    assert recorded.world.writes == []


def test_an_item_that_came_into_the_selection_is_newly_selected_and_sent(recorded: Desk) -> None:
    recorded.world.item(FIRST + 5).values[POINTS] = 2
    recorded.world.edit(FIRST + 5, "name", "Zebra foal", by=BO)
    assert words(recorded) == {FIRST + 5: "newly selected"}
    text = recorded.run("plan", "--base", "HEAD", "--applied", applied_ref("demo")).out
    assert "rule points (hold): 3 selected, 1 to change, 1 newly selected" in text
    done = recorded.run("apply", "--yes", "--base", "HEAD", "--applied", applied_ref("demo"))
    assert done.code == 0, done.err
    assert recorded.sent == [{POINTS: 5}]


def test_an_item_that_came_in_and_whose_field_was_moved_away_is_drift(recorded: Desk) -> None:
    recorded.world.item(FIRST + 5).values[POINTS] = 5
    recorded.world.edit(FIRST + 5, POINTS, 2, by=BO)
    recorded.world.edit(FIRST + 5, "name", "Zebra foal", by=BO)
    assert words(recorded) == {FIRST + 5: "drift"}


def test_an_item_that_left_the_selection_is_released_and_never_reverted(recorded: Desk) -> None:
    recorded.world.edit(FIRST, "name", "Horse", by=BO)
    assert words(recorded) == {FIRST: "released"}
    assert recorded.run("apply", "--yes", "--base", "HEAD", "--applied", applied_ref("demo")).code == 0
    assert recorded.world.writes == []


def test_a_value_that_changed_in_the_commit_is_changed_here(recorded: Desk) -> None:
    rules(recorded, rule(fields="{story_points: 7}"))
    assert words(recorded) == {FIRST: "changed here", SECOND: "changed here"}


def test_a_rule_that_is_new_in_the_commit_is_newly_managed(recorded: Desk) -> None:
    rules(recorded, rule(), rule("more", fields="{needs_qa: true}"))
    recorded.world.item(FIRST).values["field_b9d821"] = False
    recorded.world.item(SECOND).values["field_b9d821"] = True
    plan = planned(recorded, "--base", "HEAD", "--applied", applied_ref("demo"))
    assert [one["why"] for one in fields_of(plan).values()] == ["newly managed"]


def test_a_rule_that_the_commit_deletes_releases_its_members(recorded: Desk) -> None:
    (recorded.folder / "state/rules.yaml").unlink()
    recorded.stories(f"{{id: {FIRST + 9}, fields: {{needs_qa: true}}}}")
    plan = planned(recorded, "--base", "HEAD", "--applied", applied_ref("demo"))
    assert {one["id"] for one in plan["released"]} == {FIRST, SECOND}


def test_unknown_history_is_drift_the_safe_word(recorded: Desk) -> None:
    recorded.world.item(FIRST + 5).values[POINTS] = 2
    recorded.world.edit(FIRST + 5, "name", "Zebra foal", by=BO)
    plan = planned(recorded, "--base", "HEAD")
    assert [one["why"] for one in fields_of(plan, "left_alone").values()] == ["drift"]
    assert plan["resource_changes"] == []


def test_a_rule_whose_members_vanished_is_among_the_first_lines(recorded: Desk) -> None:
    for item_id in (FIRST, SECOND):
        recorded.world.edit(item_id, "name", "Horse", by=BO)
    done = recorded.run("plan", "--base", "HEAD", "--applied", applied_ref("demo"))
    assert done.out.startswith("rule points selects no item now, and had 2 members\n")


def test_a_rule_that_grew_more_than_threefold_stops_at_the_guard(recorded: Desk) -> None:
    some = [FIRST + 2 + n for n in range(6)]
    zebras(recorded, *some)
    arguments = ("--yes", "--base", "HEAD", "--applied", applied_ref("demo"), "--max-share", "100%")
    done = recorded.run("apply", *arguments)
    assert done.code == 4
    assert "Guard 'selection' stops an apply: rule points selects 8 items, 2 at the last apply" in done.out
    assert "guards: {allow: [{selection: 8, why: …}]}" in done.out
    assert recorded.world.writes == []
    allow = "spaces: {demo: {guards: {allow: [{selection: 8, why: the herd grew}]}}}\n"
    recorded.write("state/reconciler.yaml", allow)
    assert recorded.run("apply", *arguments).code == 0
    assert len(recorded.world.writes) == len(some)


def test_a_rule_that_grew_and_changes_nothing_is_no_guard(recorded: Desk) -> None:
    for item_id in range(FIRST + 2, FIRST + 10):
        recorded.world.item(item_id).values[POINTS] = 5
        recorded.world.edit(item_id, "name", "Zebra", by=BO)
    done = recorded.run("apply", "--yes", "--base", "HEAD", "--applied", applied_ref("demo"))
    assert done.code == 0, done.err
    assert "Guard" not in done.out


def test_a_fight_with_an_automation_ends_reported(recorded: Desk) -> None:
    recorded.write("state/reconciler.yaml", "spaces: {demo: {drift: {default: heal}}}\n")
    applied = ("--applied", applied_ref("demo"))
    for _ in range(3):
        recorded.world.edit(FIRST, POINTS, 9, by=BO)
        assert recorded.run("drift", "--heal", "--yes", *applied, "--max-share", "100%").code == 0
        assert recorded.sent.pop() == {POINTS: 5}
        recorded.world.writes.clear()
    recorded.world.edit(FIRST, POINTS, 9, by=BO)
    done = recorded.run("drift", "--heal", "--yes", *applied, "--max-share", "100%")
    assert "put back 3 times in 7 days" in done.out
    assert recorded.world.writes == []


def test_a_saved_plan_holds_concrete_rows(herd: Desk) -> None:
    rules(herd, rule())
    out = str(herd.folder / "plan.json")
    assert herd.run("plan", "--out", out).code == 0
    (herd.folder / "state/rules.yaml").unlink()
    zebras(herd, FIRST + 7)
    assert herd.run("apply", out, "--yes").code == 0
    assert {one.path.rpartition("/")[2] for one in herd.world.writes} == {str(FIRST), str(SECOND)}


def test_an_item_that_leaves_before_its_put_is_not_sent_and_is_no_failure(herd: Desk) -> None:
    rules(herd, rule())
    out = str(herd.folder / "plan.json")
    assert herd.run("plan", "--out", out).code == 0
    herd.world.edit(FIRST, "name", "Horse", by=BO)
    done = herd.run("apply", out, "--yes")
    assert done.code == 0, done.err
    assert "left the selection" in done.out
    assert {one.path.rpartition("/")[2] for one in herd.world.writes} == {str(SECOND)}


def test_a_member_that_nobody_sees_any_more_is_released_too(recorded: Desk) -> None:
    recorded.world.delete(FIRST, by=BO)
    recorded.world.options.hidden = [{"item": str(SECOND)}]
    assert words(recorded) == {FIRST: "released", SECOND: "released"}


def test_members_that_leave_a_rule_by_the_value_that_it_gave_are_its_success(herd: Desk) -> None:
    git(herd.folder, "init", "-q")
    once = "{name: points, mode: hold, at_most: 9, once: true, "
    rules(herd, once + 'where: ["name ~ zebra", story_points = 1], fields: {story_points: 5}}')
    commit(herd)
    apply_and_record(herd)
    assert words(herd) == {}
    text = herd.run("plan", "--base", "HEAD", "--applied", applied_ref("demo")).out
    assert text.startswith("rule points (hold, once): 0 selected, 2 at the last apply")
    herd.world.edit(FIRST, POINTS, 7, by=BO)
    assert words(herd) == {FIRST: "released"}
