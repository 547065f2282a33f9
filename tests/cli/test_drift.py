"""What moved under us and by whom, healed where the policies say so."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest

from reconciler.plan.last_applied import Record
from reconciler.plan.last_applied_ref import record_at, write_record
from reconciler.plan.plan_json import UnappliedFile
from tests.git_repository import commit, git
from tests.plan.test_earlier_commit import BO, STORY

if TYPE_CHECKING:
    from tests.conftest import Desk

WANTED = f"{{id: {STORY}, fields: {{priority: P0, story_points: 5, due: 2026-04-21}}}}"
POLICY = "spaces:\n  demo:\n    drift: {story: {story_points: heal, due: accept}}\n"
DUE = 1779120000000


@pytest.fixture
def applied(desk: Desk) -> Desk:
    """A repository whose only commit is live and recorded as the last applied one."""
    git(desk.folder, "init", "-q")
    desk.stories(WANTED)
    desk.write("state/reconciler.yaml", POLICY)
    record(desk, commit(desk))
    return desk


def record(desk: Desk, sha: str, *rows: UnappliedFile) -> None:
    write_record(desk.folder, Record(space="demo", commit=sha, unapplied=list(rows)))


def move(desk: Desk) -> None:
    """Bo changes a field of each policy."""
    desk.world.edit(STORY, "priority", {"value": "option_1"}, by=BO)
    desk.world.edit(STORY, "field_3724e6", 8, by=BO)
    desk.world.edit(STORY, "field_2fbca6", DUE, by=BO)


def test_says_what_moved_and_who_moved_it_and_sends_nothing(applied: Desk) -> None:
    assert applied.run("drift", "--detailed-exitcode").code == 0
    move(applied)
    done = applied.run("drift", "--detailed-exitcode")
    assert done.code == 2
    by = r"bo@example\.com, 20\d\d-\d\d-\d\d \d\d:\d\d"
    assert re.search(rf"Story points  8 → 5  drift: {by}", done.out), done.out
    assert re.search(rf"Priority  P1 → P0 +skipped \(drift: report\): {by}", done.out), done.out
    assert re.search(rf"Due +2026-05-19 → 2026-04-21  skipped \(drift: accept\): {by}", done.out), done.out
    assert "(1 field, 1 healed), 2 skipped (drift)." in done.out
    assert applied.world.writes == []
    assert done.err.splitlines()[-6:] == [
        "Each change reads: live value → desired value.",
        "Next:",
        "  put back 1 field:  reconciler drift --heal",
        "  put back skipped drift:  reconciler apply --drift heal --applied REF --only ITEM",
        "  propose the live values in a pull request, for the policy `accept`:  reconciler accept",
        f"  take live values into the files:  reconciler pull --refresh --only demo/story/{STORY}",
    ]


def test_heals_only_the_fields_whose_policy_says_so(applied: Desk) -> None:
    move(applied)
    assert applied.run("drift", "--heal").code == 1
    done = applied.run("drift", "--heal", "--yes")
    assert done.code == 0
    assert applied.sent == [{"field_3724e6": 5}]
    assert applied.world.item(STORY).values["priority"] == {"value": "option_1"}


def test_a_guard_refuses_to_heal_too_much(applied: Desk) -> None:
    move(applied)
    done = applied.run("drift", "--heal", "--yes", "--max-changes", "0")
    assert done.code == 4
    assert applied.world.writes == []


def test_heals_nothing_where_no_last_applied_commit_is_known(applied: Desk) -> None:
    git(applied.folder, "update-ref", "-d", "refs/reconciler/applied/demo")
    move(applied)
    done = applied.run("drift", "--heal", "--yes", "--detailed-exitcode")
    assert done.code == 2
    assert "no last applied commit is known: nothing is healed" in done.err
    assert re.search(r"8 → 5 +skipped \(no last applied commit is known\): bo@example\.com", done.out)
    assert applied.world.writes == []


def test_what_was_merged_and_not_applied_is_no_drift(applied: Desk) -> None:
    applied.stories(WANTED.replace("P0", "P3").replace("points: 5", "points: 6"))
    commit(applied)
    applied.world.edit(STORY, "field_3724e6", 8, by=BO)
    done = applied.run("drift", "--heal", "--yes")
    assert "note: 1 field changed here, not applied yet" in done.out
    assert "5 → 8 → 6  skipped (changed here, too): bo@example.com" in done.out
    assert "Priority" not in done.out
    assert applied.world.writes == []


def test_a_row_that_the_last_apply_left_behind_is_pending_and_never_drift(applied: Desk) -> None:
    before = git(applied.folder, "rev-parse", "HEAD")
    applied.stories(WANTED.replace("points: 5", "points: 6"))
    sha = commit(applied)
    record(applied, sha, UnappliedFile(type="story", id=STORY, key="field_3724e6", commit=before))
    assert "No changes." in applied.run("drift").out
    ref = "refs/reconciler/applied/demo"
    assert "5 → 6  pending" in applied.run("plan", "--applied", ref).out
    applied.world.edit(STORY, "field_3724e6", 8, by=BO)
    assert "5 → 8 → 6  skipped (changed here, too)" in applied.run("drift").out
    applied.world.edit(STORY, "field_3724e6", 5, by=BO)
    assert applied.run("apply", "--yes", "--applied", ref).code == 0
    assert applied.sent == [{"field_3724e6": 6}]


def test_a_row_of_an_apply_that_was_cut_drifts_from_what_that_one_sent(applied: Desk) -> None:
    before = git(applied.folder, "rev-parse", "HEAD")
    applied.stories(WANTED.replace("points: 5", "points: 6"))
    sha = commit(applied)
    record(applied, before, UnappliedFile(type="story", id=STORY, key="field_3724e6", commit=sha, ahead=True))
    applied.world.edit(STORY, "field_3724e6", 6)
    assert "No changes." in applied.run("drift").out
    applied.world.edit(STORY, "field_3724e6", 8, by=BO)
    assert "8 → 6  drift: bo@example.com" in applied.run("drift").out
    applied.world.edit(STORY, "field_3724e6", 6)
    applied.stories(WANTED)
    commit(applied)
    assert "6 → 5  changed here" in applied.run("plan", "--applied", "refs/reconciler/applied/demo").out


def test_a_row_for_a_whole_item_speaks_of_all_its_fields(applied: Desk) -> None:
    sha = git(applied.folder, "rev-parse", "HEAD")
    record(applied, sha, UnappliedFile(type="story", id=STORY, key=None, commit=None))
    move(applied)
    done = applied.run("plan", "--applied", "refs/reconciler/applied/demo")
    assert done.out.count("pending") == 3
    assert record_at(applied.folder, sha, "demo").unapplied == []


def test_what_was_put_back_three_times_is_reported_and_no_longer_fought_over(applied: Desk) -> None:
    times = iter(range(10_000))
    began = time.time() - 86400
    applied.world.clock = lambda: began + next(times)
    for _ in range(3):
        applied.world.edit(STORY, "field_3724e6", 8, by=BO)
        assert applied.run("drift", "--heal", "--yes").code == 0
    sent = list(applied.sent)
    assert sent == [{"field_3724e6": 5}] * 3
    applied.world.edit(STORY, "field_3724e6", 8, by=BO)
    done = applied.run("drift", "--heal", "--yes")
    assert done.code == 0
    assert "skipped (drift: put back 3 times in 7 days): bo@example.com" in done.out
    assert applied.sent == sent


def test_an_ignored_field_is_no_drift_until_its_day(applied: Desk) -> None:
    rule = "spaces:\n  demo:\n    ignore: [{{type: story, field: story_points, until: {}}}]\n"
    applied.world.edit(STORY, "field_3724e6", 8, by=BO)
    applied.write("state/reconciler.yaml", rule.format("2999-01-01"))
    done = applied.run("drift", "--detailed-exitcode")
    assert (done.code, "note: 1 field with a difference that the settings ignore\n" in done.out) == (0, True)
    applied.write("state/reconciler.yaml", rule.format("2020-01-01"))
    assert "8 → 5  skipped (drift: report)" in applied.run("drift").out


def test_a_drift_report_is_a_plan_file(applied: Desk) -> None:
    move(applied)
    done = applied.run("drift", "--out", "drift.json", "--format", "text", "--format", "github=github.txt")
    held = [
        row["held"]
        for item in json.loads((applied.folder / "drift.json").read_text())["left_alone"]
        for row in item["fields"]
    ]
    assert sorted(held) == ["drift: accept", "drift: report"]
    assert applied.run("show", "drift.json").out == done.out
    assert "Drift" in (applied.folder / "github.txt").read_text()


def test_broken_files_are_told_in_every_format(applied: Desk) -> None:
    applied.stories(f"{{id: {STORY}, fields: {{prioritty: P0}}}}")
    done = applied.run("drift", "--format", "json")
    assert done.code == 1
    assert json.loads(done.out)["errored"] is True
