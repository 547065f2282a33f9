"""The ready workflows, step by step, over the life of a repository."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from reconciler.sandbox.demo.seeds import write_seed
from tests.workflows.conftest import BO, DUE, MAY, OTHER, POINTS, STORY
from tests.workflows.hub import git
from tests.workflows.runner import ROOT, Run, run_action

if TYPE_CHECKING:
    from tests.workflows.conftest import Team

P3 = "priority: P3, story_points: 5, due: 2026-04-21"
APPLIED = {"plan": "success", "apply": "success", "record": "success"}
NOT_RECORDED = {"plan": "success", "apply": "failure", "record": "skipped"}


def proposed(team: Team, fields: str, branch: str = "feature") -> tuple[int, Run]:
    """A pull request that wants other fields of the first story, and its run."""
    team.story(fields)
    team.commit(branch)
    number = team.hub.open_pull(branch)
    return number, team.runner.pull_request(number)


def records(team: Team) -> list[dict[str, Any]]:
    return [one for one in team.hub.deployments if one["task"] == "reconciler:demo"]


def test_a_change_is_shown_merged_approved_sent_and_recorded(team: Team) -> None:
    team.settle()
    number, run = proposed(team, P3)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    assert team.world.writes == []
    (comment,) = team.hub.comments
    assert comment["issue"] == number
    assert "**Plan: 1 item to update (1 field)" in comment["body"]
    assert "P0 → P3  changed here" in run.jobs["plan"].log
    assert "### Plan for `demo`" in run.jobs["plan"].summary
    assert sorted(one.name for one in run.artifacts["plan"].iterdir()) == ["plan.html", "plan.json"]
    team.merge("feature")
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert team.sent == [{"priority": {"value": "option_3"}}]
    newest = records(team)[-1]
    journal = newest["payload"]["journal"]
    assert newest["sha"] == git(team.desk, "rev-parse", "main")
    assert f"last hash {journal}\n" in run.jobs["apply"].summary
    assert (newest["payload"]["unapplied"], team.hub.statuses[-1]) == ([], (newest["id"], "success"))
    assert [one.name for one in run.artifacts["journal"].rglob("*.jsonl")] == ["journal.jsonl"]
    assert {one["task"] for one in team.hub.deployments} == {"deploy", "reconciler:demo"}


def test_a_clean_change_says_so_and_asks_nobody_for_approval(team: Team) -> None:
    team.settle()
    team.write("README.md", "words\n")
    team.commit("docs")
    run = team.runner.pull_request(team.hub.open_pull("docs"))
    assert "No changes. Live work items match the desired state." in team.hub.comments[0]["body"]
    team.merge("docs")
    run = team.runner.push()
    assert run.results == {"plan": "success", "apply": "skipped", "record": "success"}
    assert records(team)[-1]["sha"] == git(team.desk, "rev-parse", "main")
    assert team.world.writes == []


def test_one_comment_follows_the_pull_request_and_older_ones_are_folded_away(team: Team) -> None:
    team.settle()
    number, _ = proposed(team, P3)
    body = team.hub.comments[0]["body"]
    quoted = team.hub.comment(number, body, "ana")
    older = team.hub.comment(number, body, "github-actions[bot]")
    team.story("priority: P2, story_points: 5, due: 2026-04-21")
    team.commit("feature")
    run = team.runner.pull_request(number)
    assert run.results["comment"] == "success", run.log()
    assert "P2" in older["body"]
    assert quoted["body"] == body
    assert team.hub.minimized == [team.hub.comments[0]["node_id"]]
    assert len(team.hub.comments) == 3


def test_drift_is_left_alone_by_a_merge_of_another_file_and_of_its_own(team: Team) -> None:
    team.settle()
    team.move(POINTS, 8)
    team.move(POINTS, 9, OTHER)
    number, run = proposed(team, P3)
    assert run.results["comment"] == "success"
    body = team.hub.comments[0]["body"]
    assert "skipped (drift: report): bo@example.com" in run.log()
    assert "bo@example.com" in body
    team.merge("feature")
    assert team.runner.push().results == APPLIED
    assert team.sent == [{"priority": {"value": "option_3"}}]
    assert (team.value(POINTS), team.value(POINTS, OTHER)) == (8, 9)
    assert number


def test_the_clock_reports_accepts_and_heals_each_by_its_policy(team: Team) -> None:
    team.write(
        "state/reconciler.yaml",
        "spaces:\n  demo:\n    guards: {share: 100%}\n"
        "    drift: {default: report, story: {story_points: heal, due: accept}}\n",
    )
    team.commit()
    team.settle()
    assert team.runner.schedule().results == dict.fromkeys(("drift", "issue", "accept"), "success") | {
        "heal": "skipped"
    }
    assert (team.hub.issues, team.sent) == ([], [])
    team.move("priority", {"value": "option_1"})
    team.move(POINTS, 8)
    team.move(DUE, MAY)
    run = team.runner.schedule()
    assert run.results == dict.fromkeys(("drift", "issue", "accept", "heal"), "success"), run.log()
    assert team.sent == [{POINTS: 5}]
    (issue,) = team.hub.issues
    assert issue["title"] == "Drift in demo"
    assert all(word in issue["body"] for word in ("P1", "bo@example.com", "The pins match the space."))
    (pull,) = team.hub.pulls
    assert pull["head"]["ref"] == "reconciler/accept-demo"
    assert pull["number"] not in team.hub.started
    assert "2026-05-19" in pull["body"]
    assert "With this merged:" in pull["body"]
    assert "No changes" in pull["body"] or "skipped" in pull["body"]
    diff = git(team.hub.repo, "diff", "--unified=0", "main", "reconciler/accept-demo")
    assert [line for line in diff.splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        f"-  - {{id: {STORY}, fields: {{priority: P0, story_points: 5, due: 2026-04-21}}}}",
        f"+  - {{id: {STORY}, fields: {{priority: P0, story_points: 5, due: 2026-05-19}}}}",
    ]
    before = git(team.hub.repo, "rev-parse", "reconciler/accept-demo")
    run = team.runner.schedule()
    assert (len(team.hub.issues), len(team.hub.pulls)) == (1, 1)
    assert git(team.hub.repo, "rev-parse", "reconciler/accept-demo") == before
    team.merge("reconciler/accept-demo")
    team.move("priority", {"value": "option_0"})
    assert team.runner.push().results["record"] == "success"
    pull["state"] = "closed"
    assert team.runner.schedule().results["heal"] == "skipped"
    assert issue["state"] == "closed"


def test_what_changed_in_the_metadata_stands_in_the_issue(team: Team) -> None:
    shutil.copytree(ROOT / "schemas" / "demo", team.desk / "schemas" / "demo")
    team.commit()
    team.settle()
    (space,) = team.world.spaces.values()
    (points,) = [one for one in space.types[0].fields if one.key == POINTS]
    points.name = "Size"
    assert team.runner.schedule().results["issue"] == "success"
    (issue,) = team.hub.issues
    assert "story: field Story points: is now called Size (renamed)" in issue["body"]
    points.name = "Story points"
    team.runner.schedule()
    assert issue["state"] == "closed"


def test_an_accept_pull_request_is_closed_when_nothing_is_left_to_accept(team: Team) -> None:
    team.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {default: accept}\n")
    team.commit()
    team.settle()
    team.move(POINTS, 8)
    team.runner.schedule()
    (pull,) = team.hub.pulls
    team.move(POINTS, 5)
    assert team.runner.schedule().results["accept"] == "success"
    assert pull["state"] == "closed"


def test_a_repository_that_forbids_pull_requests_by_workflows_is_told(team: Team) -> None:
    team.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {default: accept}\n")
    team.commit()
    team.settle()
    team.hub.may_open_pulls = False
    team.move(POINTS, 8)
    run = team.runner.schedule()
    assert run.results["accept"] == "failure"
    assert "GitHub Actions is not permitted to create or approve pull requests." in run.log()


def test_blocked_rows_are_shown_and_come_back_when_the_cause_is_gone(team: Team) -> None:
    team.settle()
    team.world.abort(OTHER, "stopped")
    team.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    _, run = proposed(team, P3)
    assert run.results["comment"] == "success"
    assert "1 blocked" in team.hub.comments[0]["body"]
    team.merge("feature")
    run = team.runner.push()
    assert run.results == {"plan": "success", "apply": "failure", "record": "success"}, run.log()
    assert run.jobs["apply"].codes["Apply"] == 3
    (row,) = records(team)[-1]["payload"]["unapplied"]
    assert (row["id"], row["key"], row["commit"]) == (OTHER, None, records(team)[0]["sha"])
    team.world.abort(OTHER, None)
    team.write("README.md", "words\n")
    team.commit()
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert "3 → 4  pending" in run.jobs["plan"].log
    assert team.value(POINTS, OTHER) == 4
    assert records(team)[-1]["payload"]["unapplied"] == []


def test_an_apply_that_a_server_ignored_is_sent_again_by_the_next_merge_once_mended(team: Team) -> None:
    team.settle()
    first = records(team)[-1]["sha"]
    team.world.options.drops = [{"field": POINTS}]
    proposed(team, "priority: P3, story_points: 6, due: 2026-04-21")
    team.merge("feature")
    run = team.runner.push()
    assert run.jobs["apply"].codes["Apply"] == 3
    assert [(one["key"], one["commit"]) for one in records(team)[-1]["payload"]["unapplied"]] == [
        (POINTS, first)
    ]
    assert team.hub.statuses[-1][1] == "failure"
    assert "1 field changed here, not applied yet" in team.runner.schedule().log()
    assert team.hub.issues == []
    team.world.options.drops = []
    team.story("priority: P2, story_points: 6, due: 2026-04-21")
    team.commit("more")
    _, run = team.hub.open_pull("more"), team.runner.pull_request(team.hub.pulls[-1]["number"])
    assert "5 → 6  pending" in run.log()
    team.merge("more")
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert team.sent[-1] == {"priority": {"value": "option_2"}, POINTS: 6}
    assert records(team)[-1]["payload"]["unapplied"] == []


def stopped_half_way(team: Team) -> str:
    """A merge of two items of which only one is written; the last applied commit before it."""
    team.settle()
    first: str = records(team)[-1]["sha"]
    team.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    proposed(team, P3)
    team.merge("feature")
    team.world.options.faults = [{"kind": "quota", "method": "PUT", "nth": 2}]
    run = team.runner.push()
    assert run.results == {"plan": "success", "apply": "failure", "record": "success"}, run.log()
    assert run.jobs["apply"].codes["Apply"] == 1
    assert "journal" in run.artifacts
    assert records(team)[-1]["sha"] == first
    assert len(records(team)[-1]["payload"]["unapplied"]) == 1
    team.world.options.faults = []
    return first


def test_an_apply_that_stopped_half_way_is_ended_by_the_next_merge(team: Team) -> None:
    stopped_half_way(team)
    team.write("README.md", "words\n")
    team.commit()
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert (team.value("priority"), team.value(POINTS, OTHER)) == ({"value": "option_3"}, 4)
    assert records(team)[-1]["payload"]["unapplied"] == []


def test_an_apply_that_stopped_half_way_can_be_taken_back_by_a_merge(team: Team) -> None:
    first = stopped_half_way(team)
    git(team.desk, "checkout", "-q", first, "--", "state")
    team.commit()
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert (team.value("priority"), team.value(POINTS, OTHER)) == ({"value": "option_0"}, 3)
    assert "drift" not in run.jobs["plan"].log


def test_a_guard_refuses_until_somebody_has_reviewed_the_exception(team: Team) -> None:
    guards = "spaces:\n  demo:\n    guards: {{changes: 0, share: 100%, allow: [{}]}}\n"
    team.write("state/reconciler.yaml", guards.format(""))
    team.commit()
    team.settle()
    _, run = proposed(team, P3)
    allow = "{changes: 1, why: …}"
    assert f"guards: {{allow: [{allow}]}}" in team.hub.comments[0]["body"]
    assert json.loads((run.artifacts["plan"] / "plan.json").read_text())["applyable"] is False
    team.merge("feature")
    run = team.runner.push()
    assert run.results == NOT_RECORDED
    assert run.jobs["apply"].codes["Apply"] == 4
    assert team.world.writes == []
    team.write("state/reconciler.yaml", guards.format(allow.replace("…", "reviewed")))
    team.commit("allow")
    number = team.hub.open_pull("allow")
    assert team.runner.pull_request(number).results["comment"] == "success"
    assert team.hub.comments[-1]["body"].splitlines()[1].startswith("- **Settings changed**")
    team.merge("allow")
    run = team.runner.push()
    assert run.results == APPLIED, run.log()
    assert team.sent == [{"priority": {"value": "option_3"}}]


def test_broken_files_are_told_at_their_lines_and_in_the_comment(team: Team) -> None:
    team.settle()
    number, run = proposed(team, "prioritty: P3")
    assert run.results == {"plan": "failure", "comment": "success"}, run.log()
    assert "::error file=state/demo/a.yaml,line=4,col=" in run.jobs["plan"].log
    assert "prioritty" in team.hub.comments[0]["body"]
    team.write("state/demo/a.yaml", "<<<<<<< ours\n")
    team.write("state/demo/b.yaml", "items: [\n")
    team.write("state/reconciler.yaml", "spaces: [\n")
    team.commit("feature")
    run = team.runner.pull_request(number)
    assert run.results == {"plan": "failure", "comment": "success"}, run.log()
    team.merge("feature")
    assert team.runner.push().results == {"plan": "failure", "apply": "skipped", "record": "skipped"}
    assert len(records(team)) == 1
    assert team.world.writes == []


def test_a_fork_is_checked_without_secrets_and_told_so(team: Team) -> None:
    team.settle()
    calls = len(team.world.calls)
    team.story("prioritty: P3")
    team.commit("theirs")
    number = team.hub.open_pull("theirs", by="mallory", fork=True)
    run = team.runner.pull_request(number)
    assert run.results["comment"] == "skipped", run.log()
    assert "checked offline" in run.jobs["plan"].summary
    team.story(P3)
    team.commit("theirs")
    run = team.runner.pull_request(number)
    assert run.results == {"plan": "success", "comment": "skipped"}, run.log()
    assert "::notice title=Offline::" in run.log()
    assert len(team.world.calls) == calls
    assert team.hub.comments == []


def test_a_fork_is_planned_against_the_snapshot_where_there_is_one(team: Team) -> None:
    team.write("schemas/snapshot.json", write_seed(team.world, team.world.items.values()))
    team.commit()
    team.settle()
    calls = len(team.world.calls)
    team.story(P3)
    team.commit("theirs")
    run = team.runner.pull_request(team.hub.open_pull("theirs", by="mallory", fork=True))
    assert run.results == {"plan": "success", "comment": "skipped"}, run.log()
    assert "P0 → P3  changed here" in run.log()
    assert len(team.world.calls) == calls


def test_a_plan_that_was_changed_on_its_way_is_not_applied(team: Team) -> None:
    team.settle()
    proposed(team, P3)
    team.merge("feature")

    def tamper(job: str, run: Run) -> None:
        if job == "apply":
            path = run.artifacts["plan"] / "plan.json"
            path.write_text(path.read_text().replace("option_3", "option_2"))

    team.runner.before_job = tamper
    run = team.runner.push()
    assert run.results == NOT_RECORDED
    assert "Apply" not in run.jobs["apply"].codes
    assert team.world.writes == []


def test_a_cancelled_apply_ends_its_journal_and_the_next_merge_goes_on(team: Team) -> None:
    team.settle()
    team.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    proposed(team, P3)
    team.merge("feature")
    team.world.options.faults = [{"kind": "slow", "method": "PUT", "delay_ms": 8_000}]
    team.runner.interrupt = lambda: any(
        '"intent"' in path.read_text() for path in team.runner.folder.rglob("journal.jsonl")
    )
    run = team.runner.push()
    assert (run.results["plan"], run.results["apply"]) == ("success", "cancelled"), run.log()
    assert run.jobs["apply"].codes["Apply"] == 130
    assert "journal" in run.artifacts
    team.world.options.faults = []
    run = team.runner.push()
    assert run.results["record"] == "success", run.log()
    assert (team.value("priority"), team.value(POINTS, OTHER)) == ({"value": "option_3"}, 4)
    assert records(team)[-1]["payload"]["unapplied"] == []


def test_a_pull_request_behind_main_is_not_blamed_for_what_was_merged_since(team: Team) -> None:
    team.settle()
    team.story(P3)
    team.commit("late")
    number = team.hub.open_pull("late")
    git(team.desk, "switch", "-q", "main")
    team.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    team.commit()
    run = team.runner.pull_request(number)
    assert run.results["comment"] == "success", run.log()
    assert "P0 → P3  changed here" in run.log()
    assert "3 → 4  pending" in run.log()
    assert "(drift)" not in run.log()


def test_the_stop_button_stops_apply_and_heal_and_not_the_plans(team: Team) -> None:
    team.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {default: heal}\n")
    team.commit()
    team.settle()
    team.runner.variables["RECONCILER_PAUSED"] = "incident 7"
    team.move(POINTS, 8)
    _, run = proposed(team, P3)
    assert run.results["plan"] == "success"
    team.merge("feature")
    run = team.runner.push()
    assert run.results == NOT_RECORDED
    assert "Nothing was sent." in run.log()
    run = team.runner.schedule()
    assert (run.results["drift"], run.results["heal"]) == ("success", "failure")
    assert team.world.writes == []


def test_a_repository_without_the_variable_runs_nothing(team: Team) -> None:
    del team.runner.variables["MEEGLE_BASE_URL"]
    assert set(team.runner.push().results.values()) == {"skipped"}
    assert set(team.runner.schedule().results.values()) == {"skipped"}
    team.story(P3)
    team.commit("feature")
    assert set(team.runner.pull_request(team.hub.open_pull("feature")).results.values()) == {"skipped"}


def test_a_record_of_somebody_else_does_not_count(team: Team) -> None:
    team.settle()
    first = records(team)[0]
    team.hub.deployments.append({**first, "id": 10_000, "creator": {"login": "mallory"}})
    team.hub.deployments[-1]["payload"] = {**first["payload"], "commit": "0" * 40}
    team.hub.deployments.append({**first, "id": 10_001, "payload": "no record"})
    _, run = proposed(team, P3)
    assert "P0 → P3  changed here" in run.log()
    assert run.results["plan"] == "success"


def test_a_plan_job_cannot_write_whoever_its_credentials_are(team: Team) -> None:
    team.settle()
    team.move(POINTS, 8)
    number, run = proposed(team, P3)
    team.runner.secrets["MEEGLE_USER_KEY"] = BO
    again = team.runner.pull_request(number)
    assert run.results == again.results == {"plan": "success", "comment": "success"}
    assert "P0 → P3  changed here" in again.log()
    assert team.world.writes == []


def test_the_action_runs_one_command_with_its_arguments_as_they_are(team: Team) -> None:
    folder = team.runner.folder / "action"
    git(team.runner.folder, "clone", "-q", str(team.hub.repo), str(folder / "work"))
    team.move(POINTS, 8)
    arguments = "state\n--format\nhtml=a $(touch pwned) b.html\n--out\nplan.json\n"
    secrets = {**team.runner.secrets, "MEEGLE_BASE_URL": team.runner.variables["MEEGLE_BASE_URL"]}
    done = run_action(team.runner, folder, {"command": "plan", "arguments": arguments}, secrets)
    assert done.result == "success", done.log
    assert (folder / "work" / "a $(touch pwned) b.html").exists()
    assert not (folder / "work" / "pwned").exists()
    assert (done.outputs["changes"], done.outputs["to_update"], done.outputs["plan_path"]) == (
        "1",
        "1",
        "plan.json",
    )
    assert (done.outputs["drifted"], done.outputs["exit_reason"]) == ("0", "changes")
    assert len(done.outputs["digest"]) == 64
    asked = (team.runner.folder / "shims" / "pip.log").read_text()
    assert "--require-hashes --requirement" in asked
    assert "--no-index --no-deps --no-build-isolation" in asked


def test_the_action_alone_only_installs(team: Team) -> None:
    folder = team.runner.folder / "action"
    (folder / "work").mkdir(parents=True)
    done = run_action(team.runner, folder, {}, {})
    assert (done.result, done.codes) == ("success", {"Install": 0})
    assert set(done.outputs.values()) == {""}


def test_what_a_rule_proposes_for_the_first_time_is_a_new_file_in_the_pull_request(team: Team) -> None:
    team.write(
        "state/demo/points.yaml",
        "space: demo\ntype: story\nrules:\n  - name: points\n    mode: propose\n    at_most: 5\n"
        f"    where: [work_item_id = {OTHER + 1}]\n    fields: {{story_points: 13}}\n",
    )
    team.commit()
    team.settle()
    run = team.runner.schedule()
    assert run.results["accept"] == "success", run.log()
    (pull,) = team.hub.pulls
    assert "13" in pull["body"]
    made = git(team.hub.repo, "show", "reconciler/accept-demo:state/demo/points-items.yaml")
    assert f"id: {OTHER + 1}" in made
