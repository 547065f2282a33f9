"""What the build of c233f07 wrote is read by today's: `make.py` tells how each file was made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Running
from reconciler.sandbox.demo.seeds import read_seed
from tests.compat.make import APPLIED, BO, ITEMS, NOW, POINTS, flags, job
from tests.conftest import Desk
from tests.workflows.hub import BOT, Hub, git, running
from tests.workflows.runner import Run, Runner, shims

THEN = Path(__file__).parent / "c233f07"
FIRST, SECOND, THIRD = ITEMS
PLANNED = ("P0 → P3", "5 → 8", "3 → (empty)", "2 → 13")
SECRETS = ("MEEGLE_PLUGIN_ID", "MEEGLE_PLUGIN_SECRET", "MEEGLE_USER_KEY")
WANTED = {FIRST: 8, SECOND: None, THIRD: 13}
BEFORE = {FIRST: 5, SECOND: 3, THIRD: 2}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The repository, and the space as it was when the plan was made."""
    folder = tmp_path / "board"
    bundle = str(THEN / "repository.bundle")
    git(tmp_path, "clone", "-q", "-b", "main", bundle, str(folder))
    git(folder, "fetch", "-q", bundle, f"{APPLIED}:{APPLIED}")
    with Running(read_seed(THEN / "snapshot.json")) as service:
        service.world.options.throttle = False
        known = service.world.credentials
        environ = {
            "MEEGLE_BASE_URL": "http://127.0.0.1:1",
            "MEEGLE_PROXY": service.url,
            "MEEGLE_PLUGIN_ID": known.plugin_id,
            "MEEGLE_PLUGIN_SECRET": known.plugin_secret,
            "MEEGLE_USER_KEY": known.user_key,
            "MEEGLE_RATE": "0",
            "SOURCE_DATE_EPOCH": NOW,
        }
        yield Desk(folder, service, environ)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with running(tmp_path) as hub:
        yield hub


def points(desk: Desk) -> dict[int, Any]:
    return {item: desk.world.item(item).values.get(POINTS) for item in ITEMS}


def carried_out(desk: Desk) -> None:
    """Let the items be as the finished run left them."""
    desk.world.edit(FIRST, "priority", {"value": "option_3"}, by=desk.world.credentials.user_key)
    for item, value in WANTED.items():
        desk.world.edit(item, POINTS, value, by=desk.world.credentials.user_key)


def run_of(desk: Desk, name: str) -> str:
    """Put a journal where runs are kept."""
    folder = desk.folder / ".reconciler/runs" / name
    folder.mkdir(parents=True)
    shutil.copy(THEN / f"{name}.jsonl", folder / "journal.jsonl")
    return name


def done(desk: Desk, *arguments: str, code: int = 0, more: Mapping[str, str] | None = None) -> str:
    """Run a command that ends with `code` and says nothing odd; returns its output."""
    desk.environ |= more or {}
    ended = desk.run(*arguments)
    assert ended.code == code, ended.out + ended.err
    return ended.out


def is_planned(text: str) -> bool:
    """Whether a view shows every row of the plan."""
    return all(row in text for row in PLANNED)


def paths_in(value: Any, at: str = "") -> set[str]:
    """The paths of all members of a JSON value, whatever their number in a list."""
    if isinstance(value, dict):
        return {path for key, one in value.items() for path in {f"{at}.{key}", *paths_in(one, f"{at}.{key}")}}
    return {path for one in value for path in paths_in(one, f"{at}[]")} if isinstance(value, list) else set()


# -- the repository ----------------------------------------------------------------------------------


def test_a_repository_of_then_validates_and_plans_the_same(desk: Desk) -> None:
    done(desk, "validate")
    assert is_planned(done(desk, "plan", "--base", "HEAD~1", "--applied", APPLIED))
    done(desk, "fmt", "--check")
    assert desk.world.writes == []


def test_what_init_wrote_then_validates_and_plans_empty(desk: Desk) -> None:
    git(desk.folder, "checkout", "-q", "HEAD~2")
    done(desk, "validate")
    desk.world.edit(FIRST, POINTS, None)
    done(desk, "plan", "--detailed-exitcode")
    done(desk, "schema", "check", "--detailed-exitcode")


def test_settings_of_then_may_hold_what_they_could(desk: Desk) -> None:
    then = json.loads((desk.folder / "schemas/settings.schema.json").read_text(encoding="utf-8"))
    now = json.loads((Path(__file__).parents[2] / "schemas/settings.schema.json").read_text(encoding="utf-8"))
    for name, model in {**then["$defs"], "": then}.items():
        mine = now["$defs"][name] if name else now
        assert model.get("properties", {}).keys() <= mine.get("properties", {}).keys()


# -- a saved plan ------------------------------------------------------------------------------------


def test_a_plan_of_then_is_shown_in_every_form(desk: Desk) -> None:
    saved = str(THEN / "plan.json")
    assert is_planned(done(desk, "show", saved))
    for form in ("markdown", "html", "json", "github"):
        assert "Story points" in done(desk, "show", saved, "--format", form)


def test_a_plan_of_then_is_applied_as_it_was_saved(desk: Desk) -> None:
    done(desk, "apply", str(THEN / "plan.json"))
    assert points(desk) == WANTED
    assert sorted(len(one) for one in desk.sent) == [1, 1, 2]
    done(desk, "plan", "--detailed-exitcode")


def test_a_plan_of_then_is_read_for_values_to_accept(desk: Desk, hub: Hub) -> None:
    said = done(desk, "accept", str(THEN / "plan.json"), more=job(hub, "refs/heads/main"))
    assert said == "Pull request not needed.\n"


def test_programs_find_every_member_that_they_found_then(desk: Desk) -> None:
    then = json.loads((THEN / "plan.json").read_text(encoding="utf-8"))
    done(desk, "plan", "--base", "HEAD~1", "--applied", APPLIED, "--out", "plan.json")
    assert paths_in(then) <= paths_in(json.loads((desk.folder / "plan.json").read_text(encoding="utf-8")))
    lines = done(desk, "apply", "plan.json", "--format", "json").splitlines()
    events = (THEN / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert of_events(events) <= of_events(lines)


def of_events(lines: list[str]) -> set[tuple[str, str]]:
    """Which members each event has."""
    made = [json.loads(line) for line in lines]
    return {(one["event"], path) for one in made for path in paths_in(one)}


def test_every_flag_of_then_is_a_flag_now() -> None:
    then, now = json.loads((THEN / "flags.json").read_text(encoding="utf-8")), flags()
    assert "apply" in then
    for command, names in then.items():
        assert set(names) <= set(now[command]), command


# -- journals ----------------------------------------------------------------------------------------


def test_journals_of_then_are_listed_shown_and_audited(desk: Desk) -> None:
    runs = [run_of(desk, name) for name in ("finished", "killed")]
    at, who, commit = "2026-11-18 19:06:40 Asia/Shanghai", "7310000000000000001", "ed33d67f1ad7"
    assert done(desk, "runs").splitlines() == [
        f"finished  {at}  {who}  {commit}  -  demo  0 s  3 PUTs, 4 applied",
        f"killed    {at}  {who}  {commit}  -  demo  cut  2 PUTs, nothing ended; stopped: cut",
    ]
    for run in runs:
        shown = done(desk, "runs", run)
        assert f"~ demo/story/{FIRST}\n" in shown
        assert '~ priority      {"value": "option_0"} → {"value": "option_3"}' in shown
        assert "lacks         the names of people" in shown
    assert [len(done(desk, "runs", run, "--audit").splitlines()) for run in runs] == [3, 2]


def test_a_journal_of_then_is_verified(desk: Desk) -> None:
    run_of(desk, "finished")
    last = json.loads((THEN / "finished.jsonl").read_text(encoding="utf-8").splitlines()[-1])["chain"]
    assert f"11 lines, last hash {last}" in done(desk, "runs", "verify")


def test_a_run_of_then_is_rolled_back(desk: Desk) -> None:
    carried_out(desk)
    done(desk, "rollback", run_of(desk, "finished"), "--yes")
    assert points(desk) == BEFORE
    assert desk.world.item(FIRST).values["priority"] == {"value": "option_0"}


def test_a_run_that_was_killed_then_is_rolled_back(desk: Desk) -> None:
    carried_out(desk)
    done(desk, "rollback", run_of(desk, "killed"), "--yes")
    assert points(desk) == {**BEFORE, THIRD: WANTED[THIRD]}


def test_a_run_that_was_killed_then_is_ended_by_the_same_plan(desk: Desk) -> None:
    run_of(desk, "killed")
    desk.world.edit(FIRST, "priority", {"value": "option_3"}, by=desk.world.credentials.user_key)
    desk.world.edit(FIRST, POINTS, WANTED[FIRST], by=desk.world.credentials.user_key)
    done(desk, "apply", str(THEN / "plan.json"))
    assert points(desk) == WANTED
    assert len(desk.sent) == 2


# -- the record of the last applied commit -----------------------------------------------------------


def test_a_record_of_then_is_the_last_applied_commit(desk: Desk) -> None:
    carried_out(desk)
    desk.world.edit(FIRST, POINTS, 21, by=BO)
    assert "21 → 8" in done(desk, "drift", "--detailed-exitcode", code=2)
    done(desk, "apply", "--applied", APPLIED, "--yes")
    assert desk.world.writes == []  # what moved since the record is drift, which is not sent


def test_a_record_is_made_of_a_plan_and_a_journal_of_then(desk: Desk) -> None:
    git(desk.folder, "update-ref", "-d", APPLIED)
    plan, journal = str(THEN / "plan.json"), str(THEN / "finished.jsonl")
    out = done(desk, "record", plan, "--journal", journal)
    assert out == f"{APPLIED} is {git(desk.folder, 'rev-parse', 'HEAD')[:12]}; 0 rows are not at it.\n"
    out = done(desk, "record", plan, "--journal", str(THEN / "killed.jsonl"), code=1)
    assert out == ""


def test_a_deployment_of_then_is_the_last_applied_commit(desk: Desk, hub: Hub) -> None:
    git(desk.folder, "push", "-q", str(hub.repo), "main")
    git(desk.folder, "remote", "set-url", "origin", str(hub.repo))
    git(desk.folder, "update-ref", "-d", APPLIED)
    hub.deployments.append(json.loads((THEN / "deployment.json").read_text(encoding="utf-8")))
    assert done(desk, "record", "--fetch", more=job(hub, "refs/heads/main")) == f"{APPLIED}\n"
    assert git(desk.folder, "rev-parse", f"{APPLIED}^{{}}") == git(desk.folder, "rev-parse", "HEAD")


# -- texts on the forge ------------------------------------------------------------------------------


def test_a_comment_of_then_is_updated_and_not_doubled(desk: Desk, hub: Hub) -> None:
    pull = hub.open_pull("feature")
    text = (THEN / "comment.md").read_text(encoding="utf-8")
    old = hub.comment(pull, text.replace("13", "12"), BOT)
    said = done(desk, "comment", str(THEN / "plan.json"), more=job(hub, f"refs/pull/{pull}/merge"))
    assert said == "Comment updated.\n"
    assert hub.comments == [old]
    assert "13" in old["body"]


def test_an_issue_of_then_is_updated_and_closed_and_not_doubled(desk: Desk, hub: Hub) -> None:
    text = (THEN / "issue.md").read_text(encoding="utf-8")
    old = {"number": 1, "title": "Drift in demo", "body": text, "state": "open", "user": {"login": BOT}}
    hub.issues.append(old)
    carried_out(desk)
    desk.world.edit(FIRST, POINTS, 34, by=BO)
    for value, state in ((34, "open"), (WANTED[FIRST], "closed")):
        desk.world.edit(FIRST, POINTS, value, by=BO)
        done(desk, "drift", "--format", "json=drift.json")
        done(desk, "comment", "drift.json", "--issue", more=job(hub, "refs/heads/main"))
        assert (hub.issues, old["state"]) == ([old], state)


# -- the workflows that stand in a repository of then -------------------------------------------------


def test_workflows_of_then_run_with_the_tool_of_now(desk: Desk, hub: Hub, tmp_path: Path) -> None:
    shims(tmp_path / "shims")
    credentials = {name: value for name, value in desk.environ.items() if name in SECRETS}
    variables = {"MEEGLE_BASE_URL": desk.service.url}
    machine, flows = {"MEEGLE_RATE": "0"}, desk.folder / ".github/workflows"
    runner = Runner(hub, tmp_path, machine, flows, variables=variables, secrets=credentials)
    git(desk.folder, "push", "-q", str(hub.repo), "HEAD~1:refs/heads/main", "HEAD:refs/heads/change")
    steps = {
        "push of what is live": (runner.push, "plan record"),
        "pull request": (lambda: runner.pull_request(hub.open_pull("change")), "plan comment"),
        "push of the change": (lambda: merged(desk, runner), "plan apply record"),
        "the clock": (runner.schedule, "drift issue accept"),
    }
    for step, (run, jobs) in steps.items():
        ended = run()
        assert [name for name, result in ended.results.items() if result != "skipped"] == jobs.split(), step
        assert set(ended.results.values()) <= {"success", "skipped"}, ended.log()
    assert points(desk) == WANTED
    assert is_planned(hub.comments[0]["body"].replace("`", ""))


def merged(desk: Desk, runner: Runner) -> Run:
    """Merge the pull request."""
    git(desk.folder, "push", "-q", str(runner.hub.repo), "HEAD:refs/heads/main")
    return runner.push()


# -- a copy of the space -----------------------------------------------------------------------------


def test_a_snapshot_of_then_is_planned_against(desk: Desk) -> None:
    copy = str(THEN / "snapshot.json")
    calls = len(desk.world.calls)
    assert is_planned(done(desk, "plan", "--offline", "--snapshot", copy, "--base", "HEAD~1"))
    assert len(desk.world.calls) == calls
