"""`apply`: what it sends, what it leaves alone, what it reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.apply.journal import read_journal

if TYPE_CHECKING:
    from tests.conftest import Desk

STORY = 6300012320


def entries(desk: Desk) -> list[dict[str, object]]:
    (journal,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    return list(read_journal(journal))


def test_sends_only_the_changed_fields_and_the_second_time_nothing(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 5, due: 2026-04-21}}}}")
    first = desk.run("apply", "--yes")
    assert first.code == 0
    assert desk.sent == [{"priority": {"value": "option_3"}}]
    assert "Applied: 1 item (1 field).\n" in first.out
    again = desk.run("apply", "--yes")
    assert again.out == "No changes. Live work items match the desired state.\n"
    assert len(desk.sent) == 1


def test_one_role_of_three_is_changed_and_all_three_are_sent(desk: Desk) -> None:
    before = {one["role"]: one["owners"] for one in desk.world.item(STORY).values["role_owners"]}
    desk.stories(f"{{id: {STORY}, roles: {{RD: [dana@example.com]}}}}")
    assert desk.run("apply", "--yes").code == 0
    ((name, sent),) = desk.sent[0].items()
    assert name == "role_owners"
    assert len(before) >= 3
    assert {one["role"]: one["owners"] for one in sent if one["owners"]} == {
        **before,
        "rd": ["7310000000000000004"],
    }
    held = desk.world.item(STORY).values["role_owners"]
    assert {one["role"]: one["owners"] for one in held if one["owners"]} == {
        **before,
        "rd": ["7310000000000000004"],
    }


def test_a_saved_plan_is_sent_as_it_was_shown(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("plan", "--out", "plan.json")
    desk.stories(f"{{id: {STORY}, fields: {{priority: P2}}}}")
    assert desk.run("apply", "plan.json").code == 0
    assert desk.sent == [{"priority": {"value": "option_3"}}]
    again = desk.run("apply", "plan.json")
    assert again.code == 0
    assert "1 already" in again.out
    assert len(desk.sent) == 1


def test_what_moved_since_the_plan_is_a_conflict_and_nothing_of_the_item_is_sent(desk: Desk) -> None:
    desk.stories(
        f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}",
        "{id: 6300012321, fields: {priority: P3}}",
    )
    desk.run("plan", "--out", "plan.json")
    desk.world.edit(STORY, "priority", {"value": "option_1"}, by="7310000000000000002")
    done = desk.run("apply", "plan.json")
    assert done.code == 3
    assert desk.sent == [{"priority": {"value": "option_3"}}]
    assert desk.world.item(STORY).values["priority"] == {"value": "option_1"}
    assert "conflict: demo/story/6300012320 Priority: changed since the plan" in done.out
    assert "Story points: not sent: Priority of this item changed since the plan" in done.out


def test_a_rule_looks_only_at_the_members_that_it_names(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{watchers: {{contains: [bo@example.com]}}}}}}")
    desk.run("plan", "--out", "plan.json")
    ana, bo, chen = (f"731000000000000000{n}" for n in (1, 2, 3))
    desk.world.edit(STORY, "watchers", [ana, chen], by=chen)
    assert desk.run("apply", "plan.json").code == 0
    assert desk.sent == [{"watchers": [ana, bo, chen]}]


def test_notices_when_the_service_says_yes_and_does_nothing(desk: Desk) -> None:
    desk.world.options.drops = [{"field": "priority"}]
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3, story_points: 7}}}}")
    done = desk.run("apply", "--yes")
    assert done.code == 3
    assert "ignored: demo/story/6300012320 Priority: desired P3, stored P0" in done.out
    assert "Applied: 1 item (1 field). 1 ignored." in done.out


def test_a_blocked_row_ends_in_3_and_all_else_is_sent(desk: Desk) -> None:
    desk.world.delete(6300012305)
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}", "{id: 6300012305, fields: {priority: P0}}")
    done = desk.run("apply", "--yes")
    assert done.code == 3
    assert desk.sent == [{"priority": {"value": "option_3"}}]
    assert "blocked: demo/story/6300012305: deleted, of another type, or not visible" in done.out


def test_a_refused_put_is_reported_with_the_service_s_own_words(desk: Desk) -> None:
    desk.world.options.forbidden = [{"field": "priority"}]
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}", "{id: 6300012321, fields: {due: 2026-12-01}}")
    done = desk.run("apply", "--yes")
    assert done.code == 3
    assert "rejected: demo/story/6300012320 Priority: 50006" in done.out
    assert "1 rejected" in done.out
    assert len(desk.sent) == 2


@pytest.mark.parametrize(
    ("settings", "flags", "code"),
    [
        ("guards: {changes: 1}", [], 4),
        ("guards: {changes: 1}", ["--max-changes", "2"], 0),
        ("guards: {changes: 1}", ["--max-share", "100%"], 4),
        ("guards: {changes: 1, allow: [{changes: 2, why: reviewed}]}", [], 0),
        ("guards: {changes: 1, allow: [{changes: 2, until: 2020-01-01, why: reviewed}]}", [], 4),
        ("guards: {clears: 0}", [], 4),
        ("guards: {clears: 0}", ["--allow-clear", "1"], 0),
        ("guards: {clears: 0}", ["--max-changes", "99"], 4),
    ],
)
def test_each_guard_stops_an_apply_and_is_raised_by_its_own_number(
    desk: Desk, settings: str, flags: list[str], code: int
) -> None:
    desk.write("state/reconciler.yaml", f"spaces:\n  demo:\n    {settings}\n")
    desk.stories("{id: 6300012303, fields: {ext_ref: null}}", f"{{id: {STORY}, fields: {{priority: P3}}}}")
    done = desk.run("apply", "--yes", *flags)
    assert done.code == code
    assert len(desk.sent) == (0 if code else 2)
    if code:
        assert "refused by a guard, nothing sent" in done.err
        assert "To let it pass, let somebody review this in the settings:" in done.out


def test_the_share_counts_all_items_of_the_state_whatever_is_selected(desk: Desk) -> None:
    desk.write("state/reconciler.yaml", "spaces:\n  demo:\n    guards: {share: 10%}\n")
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(10)])
    assert desk.run("apply", "--yes", "--only", str(STORY)).code == 0
    assert desk.run("apply", "--yes", "--only", "6300012321", "--only", "6300012322").code == 4


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace('"after_label": "P3"', '"after_label": "P2"'), "its seal is broken"),
        (lambda text: text.replace('"format_version": "1.0"', '"format_version": "9.0"'), "another format"),
        (lambda _: "{}", "cannot be used"),
        (lambda _: "no json", "cannot be used"),
    ],
)
def test_a_plan_that_was_touched_is_refused(desk: Desk, damage: object, said: str) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("plan", "--out", "plan.json")
    assert callable(damage)
    desk.write("plan.json", damage((desk.folder / "plan.json").read_text(encoding="utf-8")))
    done = desk.run("apply", "plan.json")
    assert done.code == 1
    assert said in done.err
    assert desk.world.writes == []


def test_every_put_has_its_intent_on_disk_and_the_chain_holds(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    desk.run("apply", "--yes")
    assert [entry["event"] for entry in entries(desk)] == ["begin", "intent", "answer", "result", "end"]
    idem = desk.world.writes[0].idem
    assert entries(desk)[1]["idem"] == idem
    (journal,) = desk.folder.glob(".reconciler/runs/*/journal.jsonl")
    assert journal.stat().st_mode & 0o777 == 0o600
    assert (desk.folder / ".reconciler/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_json_form_is_one_object_a_line(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    done = desk.run("apply", "--yes", "--format", "json")
    events = [json.loads(line) for line in done.out.splitlines()]
    kept = ["begin", "intent", "answer", "result", "end"]
    assert [event["event"] for event in events] == ["plan", *kept, "row", "summary"]
    assert events[1:6] == entries(desk)
    assert events[6]["outcome"] == "applied"
    assert (events[7]["counts"], events[7]["exit_reason"]) == ({"applied": 1}, "applied")


def test_the_json_form_streams_while_the_run_goes_on(desk: Desk) -> None:
    desk.world.options.latency_ms = 200
    desk.environ["MEEGLE_RATE"] = "5"
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(20)])
    process = desk.start("apply", "--yes", "--max-share", "100%", "--format", "json")
    assert process.stdout
    first = next(line for line in process.stdout if json.loads(line)["event"] == "answer")
    assert len(desk.sent) < 20
    assert json.loads(first)["answer"] == "accepted"
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_the_forecast_of_requests_comes_true(desk: Desk) -> None:
    desk.stories(*[f"{{id: {STORY + n}, fields: {{story_points: 99}}}}" for n in range(12)])
    done = desk.run("apply", "--yes", "--max-share", "100%")
    assert "Requests: 12 PUTs, 9 reads, about 1 s at 15/s." in done.out
    assert "Requests: 12 PUTs, 9 reads. Oldest read trusted: 0." in done.out


def test_no_put_leaves_where_no_journal_can_be_kept(desk: Desk) -> None:
    desk.stories(f"{{id: {STORY}, fields: {{priority: P3}}}}")
    (desk.folder / ".reconciler").write_text("a file where the folder should be", encoding="utf-8")
    done = desk.run("apply", "--yes")
    assert done.code == 1
    assert desk.world.writes == []
    assert "error: cannot write to .reconciler (File exists); nothing was sent" in done.err


def test_an_apply_to_a_space_that_hides_many_items_suspects_the_token_and_sends_nothing(desk: Desk) -> None:
    """Ten of forty may be deleted ones; a token that lost a permission shows them as not there too."""
    hidden = [f"{{id: {6300099000 + n}, fields: {{story_points: 1}}}}" for n in range(12)]
    desk.stories(*hidden, *(f"{{id: {STORY + n}, fields: {{story_points: 777}}}}" for n in range(4)))
    suspect = "12 of 16 items newly not visible: suspect the token or the permission"
    flags = ("apply", "--yes", "--max-share", "100%")
    refused = desk.run(*flags)
    assert (refused.code, desk.sent) == (4, [])
    assert suspect in refused.out + refused.err
    assert "guards: {allow: [{invisible: 12, why: …}]}" in refused.out + refused.err
    assert desk.run(*flags, "--max-invisible", "50%").code == 4
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {allow: [{invisible: 11, why: moved}]}}}\n")
    assert desk.run(*flags).code == 4
    assert desk.sent == []
    desk.write("state/reconciler.yaml", "spaces: {demo: {guards: {allow: [{invisible: 12, why: moved}]}}}\n")
    assert desk.run(*flags).code == 3
    assert len(desk.sent) == 4
