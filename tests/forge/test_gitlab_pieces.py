"""The pieces of a GitLab pipeline, step by step, through the stories of GitHub's workflows."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.adopt.workflows import of_gitlab
from reconciler.forge.git_records import GitRecords
from reconciler.meegle.space_variables import USUAL, variable_of
from reconciler.plan.last_applied import Record
from reconciler.sandbox import Running, demo_world
from reconciler.sandbox.demo.more_spaces import STEP, add_space, own_plugin
from reconciler.sandbox.demo.seeds import write_seed
from tests.forge.chat import running as chat_running
from tests.forge.gitlab_runner import PIECES, Run, Runner, Variable, shims
from tests.forge.lab import DEVELOPER, MAINTAINER, REPORTER, Lab, running
from tests.render.plans import ATOMS, FRAMES
from tests.workflows.conftest import DUE, MAY, OTHER, POINTS, STORY, Team
from tests.workflows.hub import git
from tests.workflows.test_hostile import EXT, FIRST, HALF, hold_page

P3 = "priority: P3, story_points: 5, due: 2026-04-21"
MERGED = ("plan-merged", "apply", "record", "record-unchanged")
COMMANDS = (
    "/merge",
    "\n/merge\n",
    "/close",
    "!1",
    "~bug",
    "%1",
    "&2",
    "$3",
    "#4",
    "@all",
    "{+ x +}",
    "[[_TOC_]]",
)
"""What GitLab reads beside what GitHub does."""
APPLIED = dict.fromkeys(MERGED, "success")
REFUSED = {**APPLIED, "apply": "failed"}
"""The record's job ends well where there is nothing to record."""
APPLIED_REF = "refs/heads/reconciler/applied/{space}"


@dataclass(slots=True)
class Crew(Team):
    """A team on GitLab."""

    lab: Lab
    gitlab: Runner

    def propose(self, fields: str, branch: str = "feature", **more: Any) -> tuple[int, Run]:
        """A merge request that wants other fields of the first story, and its pipeline."""
        self.story(fields)
        self.commit(branch)
        iid = self.lab.open_request(branch, **more)
        return iid, self.gitlab.merge_request(iid)

    def begin(self) -> Run:
        """The first push, of what is live: it records the commit and sends nothing."""
        run = self.gitlab.push()
        assert run.results == APPLIED, run.log()
        assert "The plan is empty. Nothing was sent." in run.job("apply").log
        assert self.world.writes == []
        return run

    def record(self) -> Record:
        """The newest record, as a new clone reads it."""
        folder = self.desk.parent / f"reader{len(list(self.desk.parent.iterdir()))}"
        git(self.desk.parent, "clone", "-q", str(self.lab.repo), str(folder))
        found = GitRecords(APPLIED_REF).newest(folder, "demo", lambda _: None)
        assert found
        return found


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """A team whose first commit wants what is live of two stories, and has the pieces."""
    shims(tmp_path / "shims")
    with running(tmp_path) as lab, Running(demo_world()) as service:
        git(lab.repo, "symbolic-ref", "HEAD", "refs/heads/main")
        service.world.options.throttle = False
        known = service.world.credentials
        plugin = {
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
        }
        variables = [Variable("MEEGLE_BASE_URL", service.url)]
        variables += [Variable(name, value) for name, value in plugin.items()]
        token = "RECONCILER_FORGE_TOKEN"
        comments = lab.token("commenter", role=REPORTER, scopes=frozenset({"api"}))
        accepts = lab.token("acceptor", role=DEVELOPER)
        records = lab.token("recorder", role=MAINTAINER, scopes=frozenset({"write_repository"}))
        variables += [
            Variable(token, comments, "reconciler/comment"),
            Variable(token, accepts, "reconciler/accept", protected=True),
            Variable(token, records, "reconciler/record", protected=True),
        ]
        runner = Runner(lab, tmp_path, {"MEEGLE_RATE": "0"}, variables)
        desk = tmp_path / "desk"
        git(tmp_path, "init", "-q", str(desk))
        git(desk, "remote", "add", "origin", str(lab.repo))
        crew = Crew(None, service.world, None, desk, lab, runner)  # type: ignore[arg-type] # GitLab's are beside them
        crew.story("priority: P0, story_points: 5, due: 2026-04-21")
        crew.world.edit(OTHER, POINTS, 3)
        crew.story("story_points: 3", item=OTHER, file="state/demo/b.yaml")
        crew.write("state/reconciler.yaml", "spaces:\n  demo:\n    guards: {share: 100%}\n")
        for path, text in of_gitlab().items():
            crew.write(path, text)
        crew.commit()
        yield crew


def test_a_change_is_shown_merged_approved_sent_and_recorded(crew: Crew) -> None:
    crew.begin()
    iid, run = crew.propose(P3)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    assert crew.world.writes == []
    (note,) = crew.lab.notes
    assert (note["iid"], note["author"]["username"]) == (iid, "commenter")
    assert "1 item" in note["body"]
    assert "P0 → P3  changed here" in run.job("plan").log
    assert run.job("plan").reports["terraform"] == {"create": 0, "update": 1, "delete": 0}
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results == APPLIED, run.log()
    assert crew.sent == [{"priority": {"value": "option_3"}}]
    record = crew.record()
    assert record.commit == git(crew.desk, "rev-parse", "main")
    assert record.unapplied == []
    assert f"last hash {record.journal}\n" in run.job("apply").log
    assert "is recorded after it" in run.job("record-unchanged").log


def test_a_clean_change_is_recorded_before_anybody_has_started_the_apply(crew: Crew) -> None:
    crew.begin()
    crew.write("README.md", "words\n")
    crew.commit("docs")
    run = crew.gitlab.merge_request(crew.lab.open_request("docs"))
    assert "No changes. Live work items match the desired state." in crew.lab.notes[0]["body"]
    crew.merge("docs")
    crew.gitlab.approves = False
    run = crew.gitlab.push()
    waits = {"plan-merged": "success", "apply": "manual", "record": "created", "record-unchanged": "success"}
    assert run.results == waits
    assert crew.record().commit == git(crew.desk, "rev-parse", "main")
    assert crew.world.writes == []


def test_nothing_is_sent_or_recorded_until_somebody_starts_the_apply(crew: Crew) -> None:
    crew.begin()
    first = crew.record().commit
    crew.propose(P3)
    crew.merge("feature")
    crew.gitlab.approves = False
    run = crew.gitlab.push()
    assert (run.results["apply"], run.results["record"]) == ("manual", "created")
    assert crew.world.writes == []
    assert crew.record().commit == first


def test_drift_is_reported_and_the_issue_is_closed_when_it_is_gone(crew: Crew) -> None:
    crew.begin()
    crew.move(POINTS, 8)
    run = crew.gitlab.schedule()
    assert run.results == dict.fromkeys(("drift", "issue", "accept", "heal"), "success"), run.log()
    (issue,) = crew.lab.issues
    assert (issue["state"], issue["title"]) == ("opened", "Drift in demo")
    assert "Story points" in issue["description"]
    assert crew.world.writes == []
    assert "Nothing is to be healed." in run.job("heal").log
    crew.move(POINTS, 5)
    crew.gitlab.schedule()
    assert issue["state"] == "closed"


def test_drift_is_healed_where_the_policy_says_so(crew: Crew) -> None:
    crew.write(
        "state/reconciler.yaml", "spaces:\n  demo:\n    guards: {share: 100%}\n    drift: {default: heal}\n"
    )
    crew.commit()
    crew.begin()
    crew.move(POINTS, 8)
    run = crew.gitlab.schedule()
    assert run.results["heal"] == "success", run.log()
    assert crew.value(POINTS) == 5
    assert run.job("heal").artifacts


def test_drift_is_accepted_by_one_merge_request_where_the_policy_says_so(crew: Crew) -> None:
    crew.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {default: accept}\n")
    crew.commit()
    crew.begin()
    crew.move(DUE, MAY)
    for _ in range(2):
        run = crew.gitlab.schedule()
        assert run.results["accept"] == "success", run.log()
    (request,) = crew.lab.requests
    assert (request["source_branch"], request["author"]["username"]) == ("reconciler/accept-demo", "acceptor")
    assert "With this merged:" in request["description"]
    diff = git(crew.lab.repo, "diff", "main", "reconciler/accept-demo")
    assert "due: 2026-05-19" in diff
    assert crew.world.writes == []
    crew.move(DUE, 1776700800000)
    assert crew.gitlab.schedule().results["accept"] == "success"
    assert request["state"] == "closed"


def test_blocked_rows_are_shown_and_come_back_when_the_cause_is_gone(crew: Crew) -> None:
    crew.begin()
    first = crew.record().commit
    crew.world.abort(OTHER, "stopped")
    crew.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    _, run = crew.propose(P3)
    assert run.results["comment"] == "success"
    assert "1 blocked" in crew.lab.notes[0]["body"]
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results == REFUSED, run.log()
    assert run.job("apply").code == 3
    (row,) = crew.record().unapplied
    assert (row.id, row.key, row.commit) == (OTHER, None, first)
    crew.world.abort(OTHER, None)
    crew.write("README.md", "words\n")
    crew.commit()
    run = crew.gitlab.push()
    assert run.results == APPLIED, run.log()
    assert "3 → 4  pending" in run.job("plan-merged").log
    assert crew.value(POINTS, OTHER) == 4
    assert crew.record().unapplied == []


def test_a_guard_refuses_until_somebody_has_reviewed_the_exception(crew: Crew) -> None:
    guards = "spaces:\n  demo:\n    guards: {{changes: 0, share: 100%, allow: [{}]}}\n"
    crew.write("state/reconciler.yaml", guards.format(""))
    crew.commit()
    crew.begin()
    first = crew.record().commit
    _, run = crew.propose(P3)
    allow = "{changes: 1, why: …}"
    assert f"guards: {{allow: [{allow}]}}" in crew.lab.notes[0]["body"]
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results == REFUSED
    assert run.job("apply").code == 4
    assert crew.world.writes == []
    assert crew.record().commit == first
    crew.write("state/reconciler.yaml", guards.format(allow.replace("…", "reviewed")))
    crew.commit("allow")
    crew.gitlab.merge_request(crew.lab.open_request("allow"))
    crew.merge("allow")
    run = crew.gitlab.push()
    assert run.results == APPLIED, run.log()
    assert crew.sent == [{"priority": {"value": "option_3"}}]


def test_broken_files_are_told_in_the_note_and_at_their_lines(crew: Crew) -> None:
    crew.begin()
    iid, run = crew.propose("prioritty: P3")
    assert run.results == {"plan": "failed", "comment": "success"}, run.log()
    assert "prioritty" in crew.lab.notes[0]["body"]
    (finding,) = run.job("plan").reports["codequality"]
    assert (finding["severity"], finding["location"]["path"]) == ("blocker", "state/demo/a.yaml")
    crew.write("state/demo/a.yaml", "<<<<<<< ours\n")
    crew.commit("feature")
    assert crew.gitlab.merge_request(iid).results == {"plan": "failed", "comment": "success"}
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results["plan-merged"] == "failed"
    assert (run.results["apply"], run.results["record-unchanged"]) == ("skipped", "skipped")
    assert "there is nothing to record" in run.job("record").log
    assert crew.world.writes == []


def test_a_fork_is_checked_without_secrets_against_the_snapshot_of_the_default_branch(crew: Crew) -> None:
    crew.begin()
    calls = len(crew.world.calls)
    iid, run = crew.propose("prioritty: P3", "theirs", by="mallory", fork=True)
    assert "checked offline" in run.job("plan").log
    assert "comment" not in run.results
    crew.story(P3)
    crew.commit("theirs")
    run = crew.gitlab.merge_request(iid)
    assert run.results == {"plan": "success"}, run.log()
    git(crew.desk, "switch", "-q", "main")
    crew.write("schemas/snapshot.json", write_seed(crew.world, crew.world.items.values()))
    crew.commit()
    git(crew.desk, "switch", "-q", "theirs")
    crew.write("schemas/snapshot.json", "{}")
    git(crew.desk, "checkout", "-q", "theirs")
    run = crew.gitlab.merge_request(iid)
    assert run.results == {"plan": "success"}, run.log()
    assert "P0 → P3  changed here" in run.log()
    assert run.job("plan").reports["terraform"]["update"] == 1
    assert len(crew.world.calls) == calls
    assert crew.lab.notes == []


def test_a_branch_that_sees_no_protected_variables_is_checked_offline(crew: Crew) -> None:
    crew.begin()
    calls = len(crew.world.calls)
    crew.gitlab.variables = [
        one._replace(protected=True) if one.name.startswith("MEEGLE_") else one
        for one in crew.gitlab.variables
    ]
    _, run = crew.propose(P3)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    assert "No credentials reach this job" in run.job("plan").log
    assert "there is nothing to comment" in run.job("comment").log
    assert len(crew.world.calls) == calls


def test_a_plan_that_was_changed_on_its_way_is_not_applied(crew: Crew) -> None:
    crew.begin()
    crew.propose(P3)
    crew.merge("feature")

    def tamper(job: str, run: Run) -> None:
        if job == "apply":
            folder = run.job("plan-merged").artifacts
            assert folder
            path = folder / "plan" / "plan.json"
            path.write_text(path.read_text().replace("option_3", "option_2"))

    crew.gitlab.before_job = tamper
    run = crew.gitlab.push()
    assert run.results["apply"] == "failed"
    assert "FAILED" in run.job("apply").log
    assert crew.world.writes == []


def test_a_cancelled_apply_ends_its_journal_and_the_next_merge_goes_on(crew: Crew) -> None:
    crew.begin()
    crew.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    crew.propose(P3)
    crew.merge("feature")
    crew.world.options.faults = [{"kind": "slow", "method": "PUT", "delay_ms": 8_000}]
    crew.gitlab.interrupt = lambda: any(
        '"intent"' in path.read_text() for path in crew.gitlab.folder.rglob("journal.jsonl")
    )
    run = crew.gitlab.push()
    assert run.job("apply").code == 143, run.log()
    assert run.job("apply").artifacts
    crew.world.options.faults = []
    run = crew.gitlab.push()
    assert "success" in (run.results["record"], run.results["record-unchanged"]), run.log()
    assert (crew.value("priority"), crew.value(POINTS, OTHER)) == ({"value": "option_3"}, 4)
    assert crew.record().unapplied == []


def test_a_merge_request_behind_main_is_not_blamed_for_what_was_merged_since(crew: Crew) -> None:
    crew.begin()
    crew.story(P3)
    crew.commit("late")
    iid = crew.lab.open_request("late")
    git(crew.desk, "switch", "-q", "main")
    crew.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    crew.commit()
    run = crew.gitlab.merge_request(iid)
    assert run.results["comment"] == "success", run.log()
    assert "P0 → P3  changed here" in run.log()
    assert "3 → 4  pending" in run.log()
    assert run.job("plan").dotenv == {}


def test_a_branch_that_conflicts_with_main_is_told_by_git(crew: Crew) -> None:
    crew.begin()
    crew.story(P3)
    crew.commit("late")
    git(crew.desk, "switch", "-q", "main")
    crew.story("priority: P2, story_points: 5, due: 2026-04-21")
    crew.commit()
    run = crew.gitlab.merge_request(crew.lab.open_request("late"))
    assert run.results["plan"] == "failed"
    assert "CONFLICT" in run.job("plan").log


def test_an_apply_that_stopped_half_way_is_ended_by_the_next_merge(crew: Crew) -> None:
    crew.begin()
    first = crew.record().commit
    crew.story("story_points: 4", item=OTHER, file="state/demo/b.yaml")
    crew.propose(P3)
    crew.merge("feature")
    crew.world.options.faults = [{"kind": "quota", "method": "PUT", "nth": 2}]
    run = crew.gitlab.push()
    assert run.results == REFUSED, run.log()
    assert run.job("apply").code == 1
    record = crew.record()
    assert (record.commit, len(record.unapplied)) == (first, 1)
    crew.world.options.faults = []
    crew.write("README.md", "words\n")
    crew.commit()
    run = crew.gitlab.push()
    assert run.results == APPLIED, run.log()
    assert (crew.value("priority"), crew.value(POINTS, OTHER)) == ({"value": "option_3"}, 4)
    assert crew.record().unapplied == []


def test_the_stop_button_stops_apply_and_heal_and_not_the_plans(crew: Crew) -> None:
    crew.write("state/reconciler.yaml", "spaces:\n  demo:\n    drift: {default: heal}\n")
    crew.commit()
    crew.begin()
    crew.gitlab.variables.append(Variable("RECONCILER_PAUSED", "incident 7"))
    crew.move(POINTS, 8)
    _, run = crew.propose(P3)
    assert run.results["plan"] == "success"
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results == REFUSED
    assert "Nothing was sent." in run.log()
    run = crew.gitlab.schedule()
    assert (run.results["drift"], run.results["heal"]) == ("success", "failed")
    assert crew.world.writes == []


def test_a_project_without_the_variable_runs_nothing_that_needs_the_space(crew: Crew) -> None:
    crew.gitlab.variables = []
    assert crew.gitlab.push().jobs == {}
    assert crew.gitlab.schedule().jobs == {}


@pytest.mark.parametrize("folder", ["plan", ".reconciler"])
def test_a_repository_that_brings_a_folder_of_ours_is_stopped(crew: Crew, folder: str) -> None:
    crew.begin()
    crew.write(f"{folder}/plan.json", "{}")
    git(crew.desk, "add", "-f", folder)
    _, run = crew.propose(P3)
    if folder == "plan":
        assert run.results["plan"] == "failed"
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results["apply"] != "success"
    assert crew.world.writes == []


def test_what_changed_in_the_metadata_stands_in_the_issue(crew: Crew) -> None:
    shutil.copytree(PIECES.parents[2] / "schemas" / "demo", crew.desk / "schemas" / "demo")
    crew.commit()
    crew.begin()
    (space,) = crew.world.spaces.values()
    (points,) = [one for one in space.types[0].fields if one.key == POINTS]
    points.name = "Size"
    assert crew.gitlab.schedule().results["issue"] == "success"
    assert "is now called Size" in crew.lab.issues[0]["description"]
    assert json.dumps(crew.lab.commands) == "[]"


def test_the_records_token_is_in_no_other_job(crew: Crew) -> None:
    crew.gitlab.variables = [
        one._replace(protected=False, scope="*") if one.scope == "reconciler/comment" else one
        for one in crew.gitlab.variables
        if one.scope != "reconciler/record"
    ]
    run = crew.gitlab.push()
    assert run.results["record-unchanged"] == "failed"
    assert "role Maintainer" in run.job("record-unchanged").log
    assert STORY != OTHER


def test_a_card_tells_the_chat_of_a_plan_that_waits_and_of_drift(crew: Crew) -> None:
    crew.begin()
    with chat_running() as chat:
        chat.secret = "s3cret"
        crew.gitlab.variables += [
            Variable("RECONCILER_LARK_WEBHOOK", chat.url, protected=True),
            Variable("RECONCILER_LARK_SECRET", chat.secret, protected=True),
        ]
        run = crew.gitlab.push()
        assert run.results["notify"] == "success", run.log()
        assert chat.cards == []
        crew.propose(P3)
        assert chat.cards == []
        crew.merge("feature")
        crew.gitlab.approves = False
        run = crew.gitlab.push()
        assert run.results["notify"] == "success", run.log()
        (card,) = chat.cards
        assert card["header"]["title"]["content"] == "Plan for demo"
        urls = [one["url"] for one in card["elements"][-1]["actions"]]
        assert [re.sub(r".*/-/([a-z]+)/.*", r"\1", url) for url in urls] == ["jobs", "pipelines"]
        crew.gitlab.approves = True
        crew.gitlab.push()
        crew.move(POINTS, 8)
        assert crew.gitlab.schedule().results["notify-drift"] == "success"
        assert chat.cards[-1]["header"]["title"]["content"] == "Drift in demo"


def test_no_text_of_a_stranger_speaks_through_a_note_an_issue_or_a_merge_request(crew: Crew) -> None:
    rows = list(enumerate([one for one in (*COMMANDS, *ATOMS) if not HALF.search(one)][:80]))
    for n, _ in rows:
        crew.world.item(FIRST + n).values[EXT] = f"EXT-{n}"
    items = "".join(f"  - {{id: {FIRST + n}, fields: {{ext_ref: EXT-{n}}}}}\n" for n, _ in rows)
    crew.write("state/demo/c.yaml", f"space: demo\ntype: story\nitems:\n{items}")
    policy = "spaces:\n  demo:\n    guards: {share: 100%}\n    drift: {default: accept}\n"
    crew.write("state/reconciler.yaml", policy)
    crew.commit()
    crew.begin()
    for n, atom in rows:
        item = crew.world.item(FIRST + n)
        item.name = FRAMES[n % len(FRAMES)].format(atom)
        item.values[EXT] = atom
    _, run = crew.propose(P3)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    run = crew.gitlab.schedule()
    assert run.results["accept"] == "success", run.log()
    (request,) = [one for one in crew.lab.requests if one["source_branch"].startswith("reconciler/")]
    for text, marker in (
        (crew.lab.notes[0]["body"], "reconciler:plan"),
        (crew.lab.issues[0]["description"], "reconciler:drift"),
        (request["description"], "reconciler:accept"),
    ):
        hold_page(text, marker)
        assert not re.search(r"^[ \t]*/", text, re.MULTILINE)
    assert crew.lab.commands == []


# -- several spaces ---------------------------------------------------------------------------------

MOBILE = STORY + STEP
BOTH = ("demo", "mobile")


def mobile(crew: Crew, fields: str) -> None:
    """Write the file of the second space."""
    items = f"items:\n  - {{id: {MOBILE}, fields: {{{fields}}}}}\n"
    crew.write("state/mobile/a.yaml", f"space: mobile\ntype: story\n{items}")


def two_spaces(crew: Crew, drift: str = "report") -> None:
    """Let the repository be of two spaces, each with a plugin of its own, and settle."""
    add_space(crew.world, "mobile")
    kept = [one for one in crew.gitlab.variables if one.name not in USUAL]
    for space in BOTH:
        known = own_plugin(crew.world, space)
        values = zip(USUAL, (known.plugin_id, known.plugin_secret, known.user_key), strict=True)
        kept += [Variable(variable_of(name, space), value) for name, value in values]
    crew.gitlab.variables = kept
    settings = f"    guards: {{share: 100%}}\n    drift: {{default: {drift}}}\n"
    crew.write("state/reconciler.yaml", f"spaces:\n  demo:\n{settings}  mobile:\n{settings}")
    mobile(crew, "priority: P0")
    crew.commit()
    crew.begin()


def recorded(crew: Crew) -> dict[str, str]:
    """The last applied commit of each space."""
    words = {one: git(crew.lab.repo, "log", "-1", "--format=%s", f"reconciler/applied/{one}") for one in BOTH}
    return {space: json.loads(said)["commit"] for space, said in words.items()}


def test_one_note_shows_two_spaces_and_a_merge_applies_and_records_both(crew: Crew) -> None:
    two_spaces(crew)
    mobile(crew, "priority: P2")
    _, run = crew.propose(P3)
    assert run.results == {"plan": "success", "comment": "success"}, run.log()
    (note,) = crew.lab.notes
    assert f"demo/story/{STORY}" in note["body"]
    assert f"mobile/story/{MOBILE}" in note["body"]
    assert run.job("plan").reports["terraform"]["update"] == 2
    crew.merge("feature")
    run = crew.gitlab.push()
    assert run.results == APPLIED, run.log()
    live = [crew.value("priority", item) for item in (STORY, MOBILE)]
    assert live == [{"value": "option_3"}, {"value": "option_2"}]
    assert recorded(crew) == dict.fromkeys(BOTH, git(crew.desk, "rev-parse", "main"))


def test_nothing_is_applied_while_the_plan_of_one_space_fails(crew: Crew) -> None:
    two_spaces(crew)
    before = recorded(crew)
    name = variable_of("MEEGLE_PLUGIN_SECRET", "mobile")
    crew.gitlab.variables = [
        one._replace(value="0" * 32) if one.name == name else one for one in crew.gitlab.variables
    ]
    mobile(crew, "priority: P2")
    _, run = crew.propose(P3)
    assert run.results == {"plan": "failed", "comment": "success"}, run.log()
    assert "1 of 2 spaces failed (`mobile`)" in crew.lab.notes[0]["body"]
    crew.merge("feature")
    run = crew.gitlab.push()
    assert (run.results["plan-merged"], run.results["apply"]) == ("failed", "skipped")
    assert crew.world.writes == []
    assert recorded(crew) == before


def test_the_schedule_tells_of_both_spaces_and_accepts_by_one_request_a_space(crew: Crew) -> None:
    two_spaces(crew, "accept")
    crew.move(DUE, MAY)
    crew.move("priority", {"value": "option_1"}, MOBILE)
    run = crew.gitlab.schedule()
    assert run.results == dict.fromkeys(("drift", "issue", "accept", "heal"), "success"), run.log()
    (issue,) = crew.lab.issues
    assert issue["title"] == "Drift in demo, mobile"
    assert [one["source_branch"] for one in crew.lab.requests] == [f"reconciler/accept-{one}" for one in BOTH]
    for space in BOTH:
        changed = git(crew.lab.repo, "diff", "--name-only", "main", f"reconciler/accept-{space}")
        assert changed == f"state/{space}/a.yaml"
